"""How people stand out from their surroundings, in numbers, and how far two data sets agree in that.

Arrays in, numbers out: callers read the images and print.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy import stats
from scipy.spatial.distance import cdist

__all__ = ["APPEARANCE", "Comparison", "appearance", "compare_appearance", "joint_distance"]

APPEARANCE = (
    "height_px",
    "lightness",
    "chroma",
    "surround_lightness",
    "surround_chroma",
    "lightness_difference",
    "colour_difference",
    "inner_spread",
    "surround_spread",
    "sharpness",
)
"""Columns of :func:`appearance`."""

CORE = 0.25  # share of a box left out at each side: what is left is mostly body
RING = 0.35  # width of the ring around a box, as a share of the box's height
LEAST_PX = 3


@dataclass(frozen=True)
class Comparison:
    """One statistic in two samples.

    Attributes:
        median: of the sample.
        reference_median: of the reference.
        ks: Kolmogorov-Smirnov distance, 0 (equal distributions) to 1.
        p_value: chance of such a distance between samples of one distribution.
        outside: share of the reference outside the sample's 2.5 to 97.5 %; 0.05 where both are alike, more where the
            sample does not cover the reference.
    """

    median: float
    reference_median: float
    ks: float
    p_value: float
    outside: float


def _lab(image: np.ndarray) -> np.ndarray:
    """CIE L*a*b* (H, W, 3), float32, L to 100, of a BGR image (H, W, 3) uint8."""
    return cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)


def _window(shape: tuple[int, ...], low: np.ndarray, high: np.ndarray) -> tuple[slice, slice] | None:
    """The pixels between two corners (x, y), clipped to an image; None where too few are left."""
    x0, y0 = np.clip(np.floor(low), 0, [shape[1], shape[0]]).astype(int)
    x1, y1 = np.clip(np.ceil(high), 0, [shape[1], shape[0]]).astype(int)
    return (slice(y0, y1), slice(x0, x1)) if min(x1 - x0, y1 - y0) >= LEAST_PX else None


def _one(lab: np.ndarray, slope: np.ndarray, box: np.ndarray) -> list[float] | None:
    low, high = box[:2], box[2:]
    size = high - low
    core = _window(lab.shape, low + CORE * size * [1, 0.5], high - CORE * size * [1, 0.5])
    around = _window(lab.shape, low - RING * size[1], high + RING * size[1])
    if core is None or around is None:
        return None
    ring = np.ones(lab.shape[:2], bool)[around]
    offset = np.array([around[1].start, around[0].start])
    inner = _window(ring.shape, low - offset - 1, high - offset + 1)
    if inner is not None:
        ring[inner] = False
    if ring.sum() < LEAST_PX**2:
        return None
    body, ground = lab[core].reshape(-1, 3), lab[around][ring]
    mean, surround = body.mean(0), np.median(ground, axis=0)
    return [
        float(size[1]),
        float(mean[0]),
        float(np.hypot(*mean[1:])),
        float(surround[0]),
        float(np.hypot(*surround[1:])),
        float(mean[0] - surround[0]),
        float(np.linalg.norm(mean - surround)),
        float(body[:, 0].std()),
        float(ground[:, 0].std()),
        float(slope[core].max()),
    ]


def appearance(image: np.ndarray, boxes_xyxy: np.ndarray) -> np.ndarray:
    """Colour and contrast of people against what is around them.

    Colours are CIE L*a*b*, differences of colours CIE 1976 (Euclidean), spreads deviations of L*, sharpness the
    steepest change of L* from a pixel to the next.

    Args:
        image: (H, W, 3) uint8 BGR.
        boxes_xyxy: (N, 4) boxes in pixels of the image.

    Returns:
        (M, 10) columns as in :data:`APPEARANCE`, M <= N: people of whom too little is in the image are left out.

    Raises:
        ValueError: the arrays have other shapes.
    """
    boxes = np.asarray(boxes_xyxy, float).reshape(-1, 4) if np.size(boxes_xyxy) == 0 else np.asarray(boxes_xyxy, float)
    if image.ndim != 3 or image.shape[2] != 3 or boxes.ndim != 2 or boxes.shape[1] != 4:
        raise ValueError(f"expected an image (H, W, 3) and boxes (N, 4), got {image.shape} and {boxes.shape}")
    lab = _lab(image)
    slope = cv2.magnitude(*(cv2.Scharr(lab[..., 0], cv2.CV_32F, *axes) / 32 for axes in ((1, 0), (0, 1))))
    rows = [row for row in (_one(lab, slope, box) for box in boxes) if row is not None]
    return np.array(rows).reshape(-1, len(APPEARANCE))


def compare_appearance(sample: np.ndarray, reference: np.ndarray) -> dict[str, Comparison]:
    """Compare two samples, statistic by statistic.

    Args:
        sample: (N, 10) of a data set, as :func:`appearance` gives them.
        reference: (M, 10) of another, for instance of a real frame.

    Raises:
        ValueError: a sample is empty.
    """
    if not len(sample) or not len(reference):
        raise ValueError("an empty sample cannot be compared")
    result = {}
    for name, ours, theirs in zip(APPEARANCE, np.transpose(sample), np.transpose(reference)):
        test = stats.ks_2samp(ours, theirs)
        low, high = np.percentile(ours, [2.5, 97.5])
        outside = float(np.mean((theirs < low) | (theirs > high)))
        medians = float(np.median(ours)), float(np.median(theirs))
        result[name] = Comparison(*medians, float(test.statistic), float(test.pvalue), outside)
    return result


def _energy(first: np.ndarray, second: np.ndarray) -> float:
    """Mean Euclidean distance between the rows of two samples."""
    return float(cdist(first, second).mean())


def joint_distance(sample: np.ndarray, reference: np.ndarray) -> float:
    """Energy distance between two samples over all statistics at once, each scaled by the sample's spread.

    ``2 E|x - y| - E|x - x'| - E|y - y'|`` over ``2 E|x - y|`` (Székely and Rizzo 2013), from 0 for equal distributions
    to 1; pairs of a row with itself are left out.

    Args:
        sample: (N, K), N at least 2.
        reference: (M, K), M at least 2.

    Raises:
        ValueError: a sample has fewer than 2 rows.
    """
    if min(len(sample), len(reference)) < 2:
        raise ValueError("a distance between samples needs at least 2 rows in each")
    scale = np.maximum(sample.std(0), 1e-9)
    x, y = sample / scale, reference / scale
    within = sum(_energy(part, part) * len(part) / (len(part) - 1) for part in (x, y))
    between = 2 * _energy(x, y)
    return max(0.0, 1 - within / between) if between > 0 else 0.0
