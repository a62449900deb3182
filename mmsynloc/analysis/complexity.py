"""What a model costs."""

from __future__ import annotations

from typing import NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from torch.utils.flop_counter import FlopCounterMode

__all__ = ["ModelCost", "model_cost"]


class ModelCost(NamedTuple):
    """Size of a model and its work on one image.

    Args:
        parameters: number of weights.
        gflops: billions of multiply-additions, each counted once as OpenMMLab's tools do.
    """

    parameters: int
    gflops: float


def model_cost(cfg: Config) -> ModelCost:
    """The cost of a config's model at its test input; what follows the network (decoding, SimCC, NMS) is left out.

    SimCC adds 30,000 multiply-additions for each athlete found with 64 channels, a millionth of the whole.
    """
    width, height = cfg.test_dataloader.dataset.input_size
    model_cfg = cfg.model.copy()
    model_cfg.backbone.init_cfg = None
    with DefaultScope.overwrite_default_scope("mmpose"), torch.device("meta"):
        model = MODELS.build(model_cfg).eval()
        image = torch.empty(1, 3, height, width)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model.head.forward(model.extract_feat(image))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return ModelCost(parameters, counter.get_total_flops() / 2e9)
