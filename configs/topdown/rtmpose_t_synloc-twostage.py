# Athletes are found in the whole frame and on windows that the camera chooses, and placed by RTMPose-t.
_base_ = "./rtmpose_t_synloc.py"

model = dict(detector="mmsynloc::yoloxpose_s_synloc-locsim-tiles.py")
val_dataloader = test_dataloader = dict(dataset=dict(input_size=(1536, 864), pipeline=_base_.twostage_pipeline))
