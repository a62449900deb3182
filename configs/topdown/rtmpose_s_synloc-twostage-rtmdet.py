# Athletes are found by MMDetection's RTMDet-tiny, at the scale that it was trained at, and placed by RTMPose-s.
_base_ = "./rtmpose_s_synloc.py"

model = dict(detector="mmsynloc::rtmdet_tiny_synloc.py")
val_dataloader = test_dataloader = dict(dataset=dict(input_size=(640, 384), pipeline=_base_.twostage_pipeline))
