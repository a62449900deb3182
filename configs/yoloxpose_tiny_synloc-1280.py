_base_ = "./yoloxpose_tiny_synloc.py"

train_dataloader = dict(dataset=dict(input_size=(1280, 1280)))
val_dataloader = dict(dataset=dict(input_size=(1280, 1280)))
test_dataloader = dict(dataset=dict(input_size=(1280, 1280)))
