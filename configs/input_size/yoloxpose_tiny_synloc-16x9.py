# 864x480 has the pixels of 640x640 and 1.35 times its resolution: next to no bars above and below the frame.
_base_ = "../yoloxpose_tiny_synloc.py"

train_dataloader = val_dataloader = test_dataloader = dict(dataset=dict(input_size=(864, 480)))
