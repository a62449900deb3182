_base_ = "./yoloxpose_tiny_synloc-locsim.py"

train_dataloader = dict(dataset=dict(input_size=(1536, 864)))
val_dataloader = dict(dataset=dict(input_size=(1536, 864)))
test_dataloader = dict(dataset=dict(input_size=(1536, 864)))
