_base_ = "../yoloxpose_m_synloc.py"

train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(input_size=(960, 960)))
