"""From points in crops to athletes on the pitch: covariances, the vertical line through both points, scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mmsynloc.placement.expected_locsim import expected_locsim, fuse_gaussians
from mmsynloc.structures import Camera
from mmsynloc.structures.crops import vertical_px

__all__ = ["SCORES", "PlacedAthletes", "PlacementRule", "place"]

SCORES = ("detector", "expected", "quality")
_LEAST_VARIANCE_PX2 = 0.05  # of the crop: a network that is surer than that is wrong


@dataclass(frozen=True)
class PlacementRule:
    """How points of crops become positions and scores.

    Args:
        score: what a detection's score is the product of: ``"detector"`` the first stage's score, ``"expected"`` the
            LocSim that its position's covariance lets expect, ``"quality"`` the LocSim that the network has learned to
            expect, 0 where it sees no athlete.
        powers: exponent of each of these.
        fuse_pelvis: let the pelvis tell where the ground point below it is.
        pelvis_height_m: mean height of the pelvis over the ground.
        pelvis_deviation_m: its deviation.
        tau_m: LocSim's scale in the expected LocSim.
    """

    score: Sequence[str] = ("detector", "quality")
    powers: Sequence[float] | None = None
    fuse_pelvis: bool = False
    pelvis_height_m: float = 0.94
    pelvis_deviation_m: float = 0.14
    tau_m: float = 1.0

    def __post_init__(self) -> None:
        unknown = sorted(set(self.score) - set(SCORES))
        if unknown or not self.score:
            raise ValueError(f"score must name some of {', '.join(SCORES)}, not {list(self.score)}")
        if self.powers is not None and len(self.powers) != len(self.score):
            raise ValueError(f"powers must be {len(self.score)} numbers, one for each of {', '.join(self.score)}")


@dataclass(frozen=True)
class PlacedAthletes:
    """P athletes of one frame.

    Args:
        points_px: (P, 2, 2) px of the frame: pelvis, ground point.
        covariances_px2: (P, 2, 2) of the ground point.
        points_pitch_m: (P, 2) m; NaN above the horizon.
        scores: (P,).
    """

    points_px: np.ndarray
    covariances_px2: np.ndarray
    points_pitch_m: np.ndarray
    scores: np.ndarray


def place(
    points_px: np.ndarray,
    variances_px2: np.ndarray,
    matrices: np.ndarray,
    camera: Camera,
    factors: dict[str, np.ndarray],
    rule: PlacementRule,
) -> PlacedAthletes:
    """Positions and scores of the athletes of one frame.

    Args:
        points_px: (P, 2, 2) px of the crops: pelvis, ground point.
        variances_px2: (P, 2, 2) of their x and y.
        matrices: (P, 3, 3) frame px -> crop px.
        camera: of the frame.
        factors: ``detector`` and ``quality`` (P,), the known parts of the score.
        rule: how.
    """
    inverse = np.linalg.inv(matrices)
    points = np.einsum("pij,pkj->pki", inverse[:, :2, :2], points_px) + inverse[:, None, :2, 2]
    variances = np.maximum(variances_px2, _LEAST_VARIANCE_PX2)
    linear = inverse[:, None, :2, :2]
    covariances = linear @ (variances[..., None] * np.swapaxes(linear, -1, -2))
    ground, covariance = points[:, 1], covariances[:, 1]
    if rule.fuse_pelvis:
        upright = vertical_px(camera, ground)
        below = points[:, 0] - rule.pelvis_height_m * upright
        outer = rule.pelvis_deviation_m**2 * upright[:, :, None] * upright[:, None]
        ground, covariance = fuse_gaussians(ground, covariance, below, covariances[:, 0] + outer)
    points = np.stack([points[:, 0], ground], axis=1)
    metric = camera.pixel_to_metre(ground)
    on_pitch = metric @ covariance @ np.swapaxes(metric, -1, -2)
    factors = dict(factors, expected=expected_locsim(on_pitch, rule.tau_m))
    powers = [1.0] * len(rule.score) if rule.powers is None else rule.powers
    scores = np.prod([factors[name] ** power for name, power in zip(rule.score, powers)], axis=0)
    return PlacedAthletes(points, covariance, camera.pixel_to_pitch(ground).points, scores)
