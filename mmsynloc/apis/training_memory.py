"""What a training needs of a GPU's memory, estimated without a GPU."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.registry import MODELS, DefaultScope
from torch import Tensor

from mmsynloc.apis.model_cost import run_network
from mmsynloc.apis.settings import crops_per_image, training_size

__all__ = ["CONTEXT_GIB", "TrainingMemory", "largest_input", "training_memory"]

_GIB = 2**30
CONTEXT_GIB = 1.0  # CUDA's context, cuDNN's and cuBLAS' workspaces
_BYTES_PER_PARAMETER = 28  # weight, gradient, AdamW's two averages, moving average, DDP's bucket, one temporary
_ABOVE_SAVED = 1.2  # gradients of maps during the backward pass, targets and losses, fragmentation
_USABLE = 0.92
_PROBE = 128  # px; the measured maps are scaled from there by area


class TrainingMemory(NamedTuple):
    """An estimate, in GiB.

    Args:
        fixed: whatever the batch: CUDA, weights, gradients, optimiser, moving average.
        image: for each image of a batch, at the largest size that the training's batches have; with all its crops.
    """

    fixed: float
    image: float

    def total(self, batch: int) -> float:
        """Memory in GiB for batches of so many images."""
        return self.fixed + batch * self.image

    def largest_batch(self, memory: float) -> int:
        """The largest batch for a GPU of so many GiB, 0 where not one image fits."""
        return max(math.floor((memory * _USABLE - self.fixed) / self.image), 0)


def training_memory(cfg: Config) -> TrainingMemory:
    """Estimate a training's memory from what autograd keeps for the backward pass of backbone, neck and head.

    That is counted on the CPU for small inputs, in bfloat16 where the config trains in mixed precision, and scaled to
    the training's largest input; the rest are rules of thumb.

    Args:
        cfg: of a fully convolutional model, or of a second stage that is trained on crops; it is not changed.
    """
    model_cfg = copy.deepcopy(cfg.model)
    model_cfg.backbone.init_cfg = None
    crop = model_cfg.get("crop")
    if crop is not None:
        model_cfg.detector = None
    with DefaultScope.overwrite_default_scope(cfg.get("default_scope", "mmpose")):
        model = MODELS.build(model_cfg).train()
    probe = (_PROBE, _PROBE) if crop is None else tuple(crop.size)  # a second stage takes crops of its size alone
    mixed = "Amp" in cfg.optim_wrapper.type
    one, two = (_saved_bytes(model, batch, probe, mixed) for batch in (1, 2))
    image = (two - one) * math.prod(largest_input(cfg)) / math.prod(probe) * crops_per_image(cfg) * _ABOVE_SAVED
    parameters = sum(parameter.numel() for parameter in model.parameters())
    return TrainingMemory(CONTEXT_GIB + parameters * _BYTES_PER_PARAMETER / _GIB, image / _GIB)


def largest_input(cfg: Config) -> tuple[int, int]:
    """The largest ``(width, height)`` in px of a training's batches, with those that a batch augmentation makes."""
    size = training_size(cfg)
    sizes = [size]
    for augment in cfg.model.data_preprocessor.get("batch_augments") or []:
        sizes += map(tuple, augment.get("sizes") or [])
        heights = [ratio * size[1] for ratio in augment.get("ratio_range") or []]
        for height in (*heights, *(augment.get("random_size_range") or [])):
            sizes.append((round(size[0] * height / size[1]), round(height)))
    return max(sizes, key=math.prod)


def _saved_bytes(model: Any, batch: int, size: tuple[int, int], mixed: bool) -> int:
    """Bytes that autograd keeps for a batch of ``size`` (width, height), each storage once, without the weights."""
    kept: dict[int, Tensor] = {}  # the tensors themselves, lest a storage's address is used again
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    pack = _keep_in(kept, own)
    precision = torch.autocast("cpu", dtype=torch.bfloat16) if mixed else nullcontext()
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor), precision:
        outputs = run_network(model, torch.zeros(batch, 3, size[1], size[0]))
    del outputs
    return sum(tensor.untyped_storage().nbytes() for tensor in kept.values())


def _keep_in(kept: dict[int, Tensor], own: set[int]) -> Callable[[Tensor], Tensor]:
    def pack(tensor: Tensor) -> Tensor:
        address = tensor.untyped_storage().data_ptr()
        if address not in own:
            kept[address] = tensor
        return tensor

    return pack
