_base_ = ["mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py", "../_base_/mmdet.py"]

globals().update(_base_.detection)
auto_scale_lr = dict(base_batch_size=256)  # 8 times 32, as the file's name says; its schedule says 16
custom_hooks = [
    _base_.custom_hooks[0],
    dict(_base_.custom_hooks[1], switch_pipeline=_base_.detection_parts.whole_frames),
    *_base_.detection_parts.hooks,
]
