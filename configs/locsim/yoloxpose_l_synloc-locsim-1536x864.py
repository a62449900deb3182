_base_ = "./yoloxpose_l_synloc-locsim.py"

train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(input_size=(1536, 864)))
