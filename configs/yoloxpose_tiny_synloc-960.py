_base_ = "./yoloxpose_tiny_synloc.py"

train_dataloader = dict(dataset=dict(input_size=(960, 960)))
val_dataloader = dict(dataset=dict(input_size=(960, 960)))
test_dataloader = dict(dataset=dict(input_size=(960, 960)))
