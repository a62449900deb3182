# A quarter of the width, as YOLOX-Nano, for quick trials without a GPU. Upstream has no weights of this size.
_base_ = "./yoloxpose_tiny_synloc.py"

widen_factor = 0.25
_act_cfg = dict(type="SiLU", inplace=True)  # the same function as Swish, faster on a CPU

model = dict(
    backbone=dict(widen_factor=widen_factor, act_cfg=_act_cfg, init_cfg=None),
    neck=dict(in_channels=[64, 128, 256], out_channels=64, act_cfg=_act_cfg),
    head=dict(head_module_cfg=dict(widen_factor=widen_factor, act_cfg=_act_cfg)),
)
