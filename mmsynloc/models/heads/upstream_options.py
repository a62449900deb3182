"""Options in upstream's form, as the head for whole batches needs them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["batched_assigner", "elementwise_losses", "reductions_of"]

_BATCHED_LOSSES = {"IoULoss": "BoxIoULoss", "OKSLoss": "FastOKSLoss"}


def batched_assigner(config: Mapping[str, Any], ground_index: int) -> dict[str, Any]:
    """Upstream's ``SimOTAAssigner`` as ``LocSimAssigner`` with the same result; others as they are."""
    batched = dict(config)
    if batched.get("type") == "SimOTAAssigner":
        batched = dict(dynamic_k_indicator="iou") | batched | dict(type="LocSimAssigner", window=None)
    batched.pop("iou_calculator", None)  # there is one way to compute it
    calculator = dict(type="LocSimCalculator", ground_index=ground_index)
    return batched | dict(locsim_calculator=calculator | dict(batched.get("locsim_calculator") or {}))


def reductions_of(options: Mapping[str, Any]) -> dict[str, str]:
    """How each loss among the options is to be summed: ``"sum"``, or the mean over the positive priors."""
    return {
        name: config.get("reduction", "mean") for name, config in options.items() if name.startswith("loss_") and config
    }


def elementwise_losses(options: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The configs of the losses, without their sums."""
    configs = {}
    for name in reductions_of(options):
        kind = options[name]["type"]
        configs[name] = dict(options[name], type=_BATCHED_LOSSES.get(kind, kind), reduction="none")
    if "loss_obj" in configs:
        configs["loss_obj"].pop("use_target_weight", None)  # all priors count alike
    return configs
