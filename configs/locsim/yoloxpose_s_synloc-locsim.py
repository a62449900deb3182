_base_ = ["../yoloxpose_s_synloc.py", "../_base_/locsim.py"]

globals().update(_base_.locsim)  # model, loaders
