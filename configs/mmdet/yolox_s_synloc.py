_base_ = ["mmdet::yolox/yolox_s_8xb8-300e_coco.py", "../_base_/mmdet.py"]

globals().update(_base_.detection)  # model, loaders, evaluators, hooks
custom_hooks = [
    dict(_base_.custom_hooks[0], skip_type_keys=_base_.detection_parts.mixing_transforms),
    *_base_.custom_hooks[1:],
    *_base_.detection_parts.hooks,
]
