_base_ = "./yoloxpose_s_synloc.py"

train_dataloader = dict(dataset=dict(input_size=(960, 960)))
val_dataloader = dict(dataset=dict(input_size=(960, 960)))
test_dataloader = dict(dataset=dict(input_size=(960, 960)))
