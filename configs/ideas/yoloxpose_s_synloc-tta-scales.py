# As -tta.py, and over two scales. The input is the larger one; four fifths of it is what the model was trained on.
_base_ = "./yoloxpose_s_synloc-tta.py"

model = dict(type="SynLocPoseEstimator", test_cfg=dict(view_scales=(1.0, 0.8)))
val_dataloader = dict(dataset=dict(input_size=(800, 800)))
test_dataloader = dict(dataset=dict(input_size=(800, 800)))
