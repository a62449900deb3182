"""What an exported second stage computes, from bytes of crops to their points."""

from __future__ import annotations

from typing import Any, NamedTuple

from torch import Tensor, nn

from mmsynloc.models import GroundSimCCHead
from mmsynloc.models.structures.crop_points import CropPoints
from mmsynloc.utils import UserError

__all__ = ["CropGraph", "CropInputs"]


class CropInputs(NamedTuple):
    """What the graph takes.

    - P: number of crops; H, W: height and width of a crop

    Args:
        crops: (P, H, W, 3) uint8, BGR.
        geometry: (P, 4) float32, see :func:`~mmsynloc.structures.crops.crop_geometry`; a model without
            ``use_geometry`` does not have this input.
    """

    crops: Tensor
    geometry: Tensor


class CropGraph(nn.Module):
    """The second stage of a :class:`~mmsynloc.models.SynLocTopdownEstimator`, with its ``flip_test``.

    Args:
        model: in evaluation mode, on the CPU.

    Raises:
        UserError: the model's head is of another kind.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        if not isinstance(model.head, GroundSimCCHead):
            kind = type(model.head).__name__
            raise UserError(f"only second stages with GroundSimCCHead can be exported, not with {kind}")
        self.model = model

    def forward(self, crops: Tensor, geometry: Tensor) -> CropPoints:
        """The points; see :class:`~mmsynloc.models.structures.crop_points.CropPoints`."""
        return self.model.crop_points(crops, geometry)
