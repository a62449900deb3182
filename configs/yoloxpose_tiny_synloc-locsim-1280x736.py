_base_ = "./yoloxpose_tiny_synloc-locsim.py"

train_dataloader = dict(dataset=dict(input_size=(1280, 736)))
val_dataloader = dict(dataset=dict(input_size=(1280, 736)))
test_dataloader = dict(dataset=dict(input_size=(1280, 736)))
