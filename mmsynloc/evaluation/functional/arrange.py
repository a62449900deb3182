"""Detections and people in the order in which COCO's evaluation processes them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

__all__ = ["MAX_DETECTIONS", "Arrangement", "arrange"]

MAX_DETECTIONS = 100
"""Detections of an image below this rank are left out, as in COCO."""


@dataclass(frozen=True)
class Arrangement:
    """D detections and G people of the M evaluated images, image by image in ascending image id.

    Within an image, detections run from the best score down (ties in file order) and stop after
    :data:`MAX_DETECTIONS`; people stand in file order. The first position of a detection in this order is thus
    its priority in the matching.

    Args:
        det_row: (D,) row of each detection in the input.
        det_image: (D,) its image, 0 to M - 1.
        det_rank: (D,) its rank in the image, from 0.
        det_score: (D,) its score.
        det_area: (D,) its area in px².
        gt_row: (G,) row of each person in the input.
        gt_image: (G,) image.
        gt_area: (G,) area in px².
        gt_first: (M,) index of each image's first person.
        gt_count: (M,) number of people in each image.
    """

    det_row: np.ndarray
    det_image: np.ndarray
    det_rank: np.ndarray
    det_score: np.ndarray
    det_area: np.ndarray
    gt_row: np.ndarray
    gt_image: np.ndarray
    gt_area: np.ndarray
    gt_first: np.ndarray
    gt_count: np.ndarray


def _offsets(image: np.ndarray, num_images: int) -> tuple[np.ndarray, np.ndarray]:
    """First index and number of entries (M,) of each image in a list that is sorted by image."""
    count = np.bincount(image, minlength=num_images)
    return np.cumsum(count) - count, count


def _evaluated(image: np.ndarray, num_images: int, images: Collection[int] | None) -> np.ndarray:
    """Rows in the images to evaluate."""
    chosen = np.ones(num_images + 1, bool)
    if images is not None:
        chosen[:] = False
        chosen[np.fromiter(images, np.int64, len(images))] = True
    chosen[-1] = False  # the entry that -1 indexes
    return np.flatnonzero(chosen[image])


def arrange(
    num_images: int,
    det_image: np.ndarray,
    det_score: np.ndarray,
    det_area: np.ndarray,
    gt_image: np.ndarray,
    gt_area: np.ndarray,
    images: Collection[int] | None = None,
) -> Arrangement:
    """Sort detections and people for the evaluation.

    Args:
        num_images: M.
        det_image: (D',) image of each detection, 0 to M - 1 in ascending image id; -1 leaves it out.
        det_score: (D',) scores.
        det_area: (D',) areas in px².
        gt_image: (G',) image of each person, likewise.
        gt_area: (G',) areas in px².
        images: the images to evaluate, 0 to M - 1; by default all.

    Returns:
        The arrangement of those in the evaluated images.
    """
    gt_row = _evaluated(gt_image, num_images, images)
    gt_row = gt_row[np.argsort(gt_image[gt_row], kind="stable")]
    gt_first, gt_count = _offsets(gt_image[gt_row], num_images)

    det_row = _evaluated(det_image, num_images, images)
    det_row = det_row[np.lexsort((-det_score[det_row], det_image[det_row]))]
    det_first, _ = _offsets(det_image[det_row], num_images)
    det_rank = np.arange(len(det_row)) - det_first[det_image[det_row]]
    kept = det_rank < MAX_DETECTIONS
    det_row, det_rank = det_row[kept], det_rank[kept]
    return Arrangement(
        det_row=det_row,
        det_image=det_image[det_row],
        det_rank=det_rank,
        det_score=det_score[det_row],
        det_area=det_area[det_row],
        gt_row=gt_row,
        gt_image=gt_image[gt_row],
        gt_area=gt_area[gt_row],
        gt_first=gt_first,
        gt_count=gt_count,
    )
