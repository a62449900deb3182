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
    start = 0
    features: Tensor | None = None
    for level in levels:
        cells = level.flatten(2)
        number = (prior_index - start).clamp(0, cells.shape[-1] - 1)
        picked = cells.gather(2, number[:, None].expand(-1, cells.shape[1], -1))
        features = picked if features is None else torch.where((prior_index >= start)[:, None], picked, features)
        start += cells.shape[-1]
    assert features is not None, "there is at least one level"
    return features.transpose(1, 2)


class SimCCModule(BaseModule):
    """Two layers from a prior's pose features to bins along x and along y for each keypoint.

    The logits are added to those of a Gaussian around the regressed keypoint, on a low floor, whose sharpness is
    learned for each keypoint and axis: the classification begins where the regression is, instead of learning to find
    the athlete anew, and moves and shapes the distribution.

    The window is measured in strides, so all levels share the weights. Distant athletes, which need it most, are on the
    lowest level within a few strides of their priors; of a near one a keypoint may lie outside: it is not trained on,
    and at test time it stays where the regression puts it. Beyond the window on each side there are 4 sigma of more
    bins, so that the expectation has no bias at its edges.

    - P: number of priors; K: number of keypoints; C: number of channels; n: number of bins along an axis

    Args:
        in_channels: C.
        num_keypoints: K.
        half_width: the window reaches so many strides to each side of the prior.
        bins_per_stride: bins in one stride.
        sigma: width of the Gaussian targets, in bins.

    Raises:
        ValueError: half_width, bins_per_stride or sigma is not positive.
    """

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
        self.log_sharpness = nn.Parameter(torch.full((num_keypoints, 2), -2 * math.log(sigma)))
        self._start_at_regression()

    def _start_at_regression(self) -> None:
        for parameter in self.layers[-1].parameters():
            nn.init.zeros_(parameter)

    def init_weights(self) -> None:
        """The regressed keypoint's Gaussian alone at the start."""
        super().init_weights()
        self._start_at_regression()

    def forward(self, features: Tensor, regressed_px: Tensor, priors: Tensor) -> Tensor:
        """Logits.

        Args:
            features: (P, C).
            regressed_px: (P, K, 2) px; no gradient flows back to them.
            priors: (P, 4): x, y, stride, stride in px.

        Returns:
            (P, K, 2, n) in float32.
        """
        seen = self.layers(features).float().unflatten(-1, (self.num_keypoints, 2, self.num_bins))
        centre = self._to_bins(regressed_px.detach(), priors).clamp(0, self.num_bins - 1)
        bins = torch.arange(self.num_bins, dtype=seen.dtype, device=seen.device)
        sharpness = self.log_sharpness.float().exp()[..., None]
        expected = -0.5 * sharpness * (bins - centre[..., None]).square()
        return seen + (expected.exp() + _FLOOR).log()

    def _to_bins(self, points_px: Tensor, priors: Tensor) -> Tensor:
        return (points_px - priors[:, None, :2]) / priors[:, None, 2:] * self.bins_per_stride + self.middle

    def encode(self, points_px: Tensor, priors: Tensor) -> tuple[Tensor, Tensor]:
        """Targets.

        Args:
            points_px: (P, K, 2) px.
            priors: (P, 4): x, y, stride, stride in px.

        Returns:
            Distributions (P, K, 2, n) and the mask (P, K) of the points inside the window.
        """
        return encode_simcc(self._to_bins(points_px, priors), self.num_bins, self.sigma), self.is_inside(
            points_px, priors
        )

    def is_inside(self, points_px: Tensor, priors: Tensor) -> Tensor:
        """Which points (P, K, 2) lie in the windows of their priors (P, 4), (P, K) bool."""
        return ((points_px - priors[:, None, :2]).abs() <= self.half_width * priors[:, None, 2:]).all(-1)

    def decode(self, logits: Tensor, priors: Tensor) -> Tensor:
        """Points (P, K, 2) px from logits (P, K, 2, n) and priors (P, 4)."""
        in_bins = decode_simcc(logits, self.reach)
        return (in_bins - self.middle) / self.bins_per_stride * priors[:, None, 2:] + priors[:, None, :2]
