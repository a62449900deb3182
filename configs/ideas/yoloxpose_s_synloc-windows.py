# Trains on windows around athletes instead of whole frames, five at the cost of one: most of a frame is empty grass.
_base_ = "../input_size/yoloxpose_s_synloc-16x9.py"

_windows = 5  # 288x288 is a fifth of 864x480; as many steps as without windows, so an epoch has a fifth of them
_crop = dict(type="SynLocRandomCrop", frame_size=(864, 480), scale_range=(0.75, 1.5))
_draw = [dict(type="SynLocFlip"), dict(type="RenderSynLocImage")]
_train_pipeline = [_crop, *_draw, *_base_.synloc.train_dataloader.dataset.pipeline[-3:]]
_epochs = _windows * _base_.train_cfg.max_epochs
_last_epochs = _windows * _base_.custom_hooks[0].num_last_epochs

train_dataloader = dict(
    batch_size=_windows * _base_.train_dataloader.batch_size,
    dataset=dict(input_size=(288, 288), pipeline=_train_pipeline),
)
auto_scale_lr = dict(base_batch_size=_windows * _base_.auto_scale_lr.base_batch_size)
train_cfg = dict(
    max_epochs=_epochs,
    val_interval=_windows * _base_.train_cfg.val_interval,
    dynamic_intervals=[(_epochs - _last_epochs, _windows)],
)
param_scheduler = [
    dict(part, **{key: _windows * part[key] for key in ("begin", "end", "T_max") if key in part})
    for part in _base_.param_scheduler
]
default_hooks = dict(checkpoint=dict(interval=_windows * _base_.default_hooks.checkpoint.interval))
_mode_switch = dict(_base_.custom_hooks[0], num_last_epochs=_last_epochs, new_train_pipeline=_train_pipeline)
custom_hooks = [_mode_switch, *_base_.custom_hooks[1:]]
