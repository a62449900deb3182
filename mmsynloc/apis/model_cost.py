"""Parameters and GFLOPs of a model."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from mmsynloc.models.utils import make_views
from mmsynloc.structures.crops import GEOMETRY_CHANNELS

__all__ = ["ModelCost", "model_cost", "run_network"]


class ModelCost(NamedTuple):
    """Size of a model and its work on one image.

    Args:
        parameters: number of weights.
        gflops: billions of multiply-additions, each counted once as OpenMMLab's tools do.
    """

    parameters: int
    gflops: float


def model_cost(cfg: Config) -> ModelCost:
    """The cost of a config's model at its test input, over all test-time views; of a second stage that of one crop.

    A crop's mirror image (``flip_test``) is not counted: it costs the same again, in a test alone. What follows the
    network is left out: decoding, NMS, and SimCC's two small layers for each detected athlete.
    """
    model_cfg = copy.deepcopy(cfg.model)
    model_cfg.backbone.init_cfg = None
    crop = model_cfg.get("crop")
    if crop is not None:
        model_cfg.detector = None
    width, height = cfg.test_dataloader.dataset.input_size if crop is None else crop.size
    with DefaultScope.overwrite_default_scope(cfg.get("default_scope", "mmpose")), torch.device("meta"):
        model = MODELS.build(model_cfg).eval()
        image = torch.empty(1, 3, height, width)
    asked = {} if crop is not None else model_cfg.test_cfg
    views = make_views((width, height), asked.get("view_scales", (1.0,)), asked.get("flip_test", False))
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        for view in views:
            run_network(model, view.apply(image))
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return ModelCost(parameters, counter.get_total_flops() / 2e9)


def run_network(model: Any, images: Tensor) -> Any:
    """What backbone, neck and head make of images (B, 3, H, W), before anything is decoded.

    Args:
        model: of MMPose or MMDetection, or a second stage, whose images are crops.
        images: on the model's device.
    """
    head = getattr(model, "bbox_head", None) or model.head
    is_second_stage = hasattr(model, "placer")
    geometry = (images.new_zeros(len(images), GEOMETRY_CHANNELS),) if is_second_stage else ()
    return head.forward(model.extract_feat(images), *geometry)
