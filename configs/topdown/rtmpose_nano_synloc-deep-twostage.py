# The package's detector and the deeper second stage in one model.
_base_ = "./rtmpose_nano_synloc-deep.py"

model = dict(detector="mmsynloc::demo_synloc.py")
val_dataloader = test_dataloader = dict(
    batch_size=1, dataset=dict(input_size=(1920, 1088), pipeline=_base_.twostage_pipeline)
)
