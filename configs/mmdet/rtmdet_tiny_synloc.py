_base_ = ["mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py", "../_base_/mmdet.py"]

globals().update(_base_.detection)
custom_hooks = [
    _base_.custom_hooks[0],
    dict(_base_.custom_hooks[1], switch_pipeline=_base_.detection_parts.whole_frames),
    *_base_.detection_parts.hooks,
]
