# Trains on windows around athletes instead of whole frames, five for the price of one: most of a frame is empty grass.
_base_ = "./yoloxpose_s_synloc-16x9.py"

_train_pipeline = [
    dict(type="SynLocRandomCrop", frame_size=(864, 480), scale_range=(0.75, 1.5)),
    dict(type="SynLocFlip"),
    dict(type="RenderSynLocImage"),
    *_base_.synloc.train_dataloader.dataset.pipeline[-3:],
]
train_dataloader = dict(
    batch_size=5 * _base_.train_dataloader.batch_size,  # of a fifth of the pixels each
    dataset=dict(input_size=(288, 288), pipeline=_train_pipeline),
)
custom_hooks = [dict(_base_.custom_hooks[0], new_train_pipeline=_train_pipeline), *_base_.custom_hooks[1:]]
