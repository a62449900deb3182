# Tested on the whole frame at 1536 x 864 and on the camera's tiles, and trained on windows of their scales.
_base_ = "./yoloxpose_s_synloc-locsim-windows.py"

_crop = dict(type="SynLocRandomCrop", scale_range=(0.3, 1.0), anywhere_prob=0.1)
_train_pipeline = [_crop, *_base_.train_dataloader.dataset.pipeline[1:]]
_test_pipeline = [dict(type="LoadSynLocFrame"), *_base_.test_dataloader.dataset.pipeline]
_test_dataset = dict(input_size=(1536, 864), pipeline=_test_pipeline)

model = dict(test_cfg=dict(tiles=dict(mode="camera")))
train_dataloader = dict(dataset=dict(pipeline=_train_pipeline))
val_dataloader = dict(dataset=_test_dataset)
test_dataloader = dict(dataset=_test_dataset)
custom_hooks = [dict(_base_.custom_hooks[0], new_train_pipeline=_train_pipeline), *_base_.custom_hooks[1:]]
