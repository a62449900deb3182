"""What the labels must carry for the modules that work in metres."""

from __future__ import annotations

from mmengine.structures import InstanceData

__all__ = ["require_metric"]


def require_metric(gt_instances: InstanceData) -> None:
    """Raise a ValueError that says what to do where the labels carry no ``pixel_to_metre``."""
    if "pixel_to_metre" not in gt_instances:
        raise ValueError("the labels carry no pixel_to_metre: set with_ground_metric=True in train_dataloader.dataset")
