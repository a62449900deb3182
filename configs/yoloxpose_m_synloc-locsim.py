_base_ = ["./yoloxpose_m_synloc.py", "./_base_/locsim.py"]

model = _base_.locsim.model
train_dataloader = _base_.locsim.train_dataloader
val_dataloader = _base_.locsim.val_dataloader
test_dataloader = _base_.locsim.test_dataloader
