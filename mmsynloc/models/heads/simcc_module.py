"""The part of the head that classifies coordinates in a window around a prior."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from mmengine.model import BaseModule
from torch import Tensor, nn

from mmsynloc.models.utils.simcc import decode_simcc, encode_simcc

__all__ = ["SimCCModule", "gather_features"]

_FLOOR = 1e-3  # how sure the regression is at most: an outlier must not swamp the loss


def gather_features(levels: Sequence[Tensor], prior_index: Tensor) -> Tensor:
    """Features at some priors.

    Args:
        levels: (B, C, H, W) of each level.
        prior_index: (B, S) number of the prior over all levels, row by row.

    Returns:
        (B, S, C).
    """
    cells = torch.cat([level.flatten(2) for level in levels], 2)
    return cells.gather(2, prior_index[:, None].expand(-1, cells.shape[1], -1)).transpose(1, 2)


class SimCCModule(BaseModule):
    """Two layers from a prior's pose features to bins along x and along y for each keypoint.

    The logits are added to those of a Gaussian around the regressed keypoint, on a low floor, whose sharpness is
    learned for each keypoint and axis: the classification begins where the regression is, instead of learning to find
    the athlete anew, and moves and shapes the distribution.

    The window is measured in strides, so all levels share the weights. Distant athletes, which need it most, are on the
    lowest level within a few strides of their priors; of a near one a keypoint may lie outside: it is not trained on,
    and at test time it stays where the regression puts it. Beyond the window on each side there are 4 sigma of more
    bins, so that the expectation has no bias at its edges.

    - ``...``: priors; K: number of keypoints; C: number of channels; n: number of bins along an axis
    - offsets: from the prior, in strides

    Args:
        in_channels: C.
        num_keypoints: K.
        half_width: the window reaches so many strides to each side of the prior.
        bins_per_stride: bins in one stride.
        sigma: width of the Gaussian targets, in bins.

    Raises:
        ValueError: half_width, bins_per_stride or sigma is not positive.
    """

    places: Tensor  # (n,) of the bins, in strides from the prior

    def __init__(
        self,
        in_channels: int,
        num_keypoints: int,
        half_width: float = 3.0,
        bins_per_stride: float = 8.0,
        sigma: float = 1.0,
    ) -> None:
        super().__init__()
        if min(half_width, bins_per_stride, sigma) <= 0:
            raise ValueError("half_width, bins_per_stride and sigma of simcc must be over 0")
        self.num_keypoints = num_keypoints
        self.half_width = half_width
        self.bins_per_stride = bins_per_stride
        self.sigma = sigma
        self.reach = math.ceil(4 * sigma)
        self.middle = math.ceil(half_width * bins_per_stride) + self.reach
        self.num_bins = 2 * self.middle + 1
        outputs = num_keypoints * 2 * self.num_bins
        self.layers = nn.Sequential(
            nn.Linear(in_channels, in_channels), nn.SiLU(inplace=True), nn.Linear(in_channels, outputs)
        )
        places = (torch.arange(float(self.num_bins)) - self.middle) / bins_per_stride
        self.register_buffer("places", places, persistent=False)
        self.log_sharpness = nn.Parameter(torch.full((num_keypoints, 2), -2 * math.log(sigma)))
        self._start_at_regression()

    def _start_at_regression(self) -> None:
        for parameter in self.layers[-1].parameters():
            nn.init.zeros_(parameter)

    def init_weights(self) -> None:
        """The regressed keypoint's Gaussian alone at the start."""
        super().init_weights()
        self._start_at_regression()

    def forward(self, features: Tensor, regressed: Tensor) -> Tensor:
        """Logits.

        Args:
            features: (..., C).
            regressed: (..., K, 2) offsets; no gradient flows back to them.

        Returns:
            (..., K, 2, n) in float32.
        """
        seen = self.layers(features).float().unflatten(-1, (self.num_keypoints, 2, self.num_bins))
        last = self.middle / self.bins_per_stride
        sharpness = self.log_sharpness.float().exp()[..., None]  # for distances in bins
        squared = (self.places - regressed.detach().clamp(-last, last)[..., None]).square()
        expected = (-0.5 * self.bins_per_stride**2) * sharpness * squared
        return seen + (expected.exp() + _FLOOR).log()

    def encode(self, offsets: Tensor) -> tuple[Tensor, Tensor]:
        """Targets.

        Args:
            offsets: (..., K, 2).

        Returns:
            Distributions (..., K, 2, n) and the mask (..., K) of the points inside the window.
        """
        return encode_simcc(offsets, self.places, self.sigma / self.bins_per_stride), self.is_inside(offsets)

    def is_inside(self, offsets: Tensor) -> Tensor:
        """Which offsets (..., K, 2) lie in the window, (..., K) bool."""
        return (offsets.abs() <= self.half_width).all(-1)

    def decode(self, logits: Tensor) -> Tensor:
        """Offsets (..., K, 2) from logits (..., K, 2, n)."""
        return (decode_simcc(logits, self.reach) - self.middle) / self.bins_per_stride
