# The ideas of -locsim.py, and training on windows.
_base_ = ["../ideas/yoloxpose_s_synloc-windows.py", "../_base_/locsim.py"]

model = _base_.locsim.model
train_dataloader = dict(dataset=dict(with_ground_metric=True))
