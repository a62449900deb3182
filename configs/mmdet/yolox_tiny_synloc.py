_base_ = ["mmdet::yolox/yolox_tiny_8xb8-300e_coco.py", "../_base_/mmdet.py"]

globals().update(_base_.detection)
model = dict(
    _base_.detection.model,
    # The sizes of YOLOX-s: at upstream's 320 to 640 px an athlete is hardly there.
    data_preprocessor=dict(
        batch_augments=[
            dict(_base_.model.data_preprocessor.batch_augments[0], random_size_range=(480, 800)),
        ]
    ),
)
custom_hooks = [
    dict(_base_.custom_hooks[0], skip_type_keys=_base_.detection_parts.mixing_transforms),
    *_base_.custom_hooks[1:],
    *_base_.detection_parts.hooks,
]
