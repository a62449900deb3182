_base_ = ["../yoloxpose_tiny_synloc.py", "../_base_/locsim.py"]

globals().update(_base_.locsim)  # model, loaders
