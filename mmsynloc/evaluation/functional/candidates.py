"""Pairs of a detection and a person that are similar enough to be matched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.functional.arrange import Arrangement
from mmsynloc.evaluation.functional.similarity import locsim, locsim_to_distance_m

__all__ = ["MIN_SIMILARITY", "CandidatePairs", "iou_candidates", "locsim_candidates", "mean_locsim_candidates"]

MIN_SIMILARITY = 0.5
"""The lowest of COCO's thresholds: pairs below it never match, which leaves about one pair in a hundred."""

_PAIRS_AT_ONCE = 1 << 17  # a few MB: blocks that stay in the processor's cache
_BODIES_AT_ONCE = 1 << 12  # likewise, of pairs with all their keypoints


class CandidatePairs(NamedTuple):
    """P pairs, by detection; of each detection the most similar person first, of equally similar ones the last.

    Of people who are equally similar ``xtcocotools`` prefers the last one too.

    Args:
        det: (P,) index into the arrangement's detections.
        gt: (P,) index into its people.
        similarity: (P,) at least the lowest that was asked for, :data:`MIN_SIMILARITY` by default.
    """

    det: np.ndarray
    gt: np.ndarray
    similarity: np.ndarray


def _pairs_of_images(arrangement: Arrangement) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Every detection with every person of its image, in blocks of ``(det, gt)`` indices."""
    count = arrangement.gt_count[arrangement.det_image]
    first = arrangement.gt_first[arrangement.det_image]
    end = np.cumsum(count)
    shift = first - (end - count)
    lo = 0
    while lo < len(count):
        done = end[lo] - count[lo]
        hi = max(lo + 1, int(np.searchsorted(end, done + _PAIRS_AT_ONCE, side="right")))
        det = np.repeat(np.arange(lo, hi), count[lo:hi])
        yield det, np.repeat(shift[lo:hi], count[lo:hi]) + np.arange(done, done + len(det))
        lo = hi


def _collect(blocks: list[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> CandidatePairs:
    if not blocks:
        return CandidatePairs(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    det, gt, similarity = (np.concatenate(column) for column in zip(*blocks))
    order = np.lexsort((-gt, -similarity, det))
    return CandidatePairs(det[order], gt[order], similarity[order])


def locsim_candidates(
    arrangement: Arrangement,
    det_positions_m: np.ndarray,
    gt_positions_m: np.ndarray,
    tau_m: float = 1.0,
    min_similarity: float = MIN_SIMILARITY,
) -> CandidatePairs:
    """Pairs whose LocSim is at least ``min_similarity``.

    Args:
        arrangement: D detections and G people.
        det_positions_m: (D, 2) ground positions in metres; NaN where there is none, which gives no pair.
        gt_positions_m: (G, 2) ground positions in metres.
        tau_m: scale of LocSim in metres.
        min_similarity: in (0, 1]; pairs below 0.5 never match, but analyses of errors ask for them.
    """
    # Slightly more than the radius: the similarity itself decides.
    limit = locsim_to_distance_m(min_similarity, tau_m) ** 2 * (1 + 1e-9)
    det_x, det_y = np.ascontiguousarray(det_positions_m.T)
    gt_x, gt_y = np.ascontiguousarray(gt_positions_m.T)
    blocks = []
    for det, gt in _pairs_of_images(arrangement):
        squared = (gt_x[gt] - det_x[det]) ** 2
        squared += (gt_y[gt] - det_y[det]) ** 2
        near = np.flatnonzero(squared <= limit)
        similarity = locsim(squared[near], tau_m)
        near, similarity = near[similarity >= min_similarity], similarity[similarity >= min_similarity]
        blocks.append((det[near], gt[near], similarity))
    return _collect(blocks)


def iou_candidates(arrangement: Arrangement, det_boxes_xywh: np.ndarray, gt_boxes_xywh: np.ndarray) -> CandidatePairs:
    """Pairs whose boxes' intersection over union is at least 0.5.

    Args:
        arrangement: D detections and G people.
        det_boxes_xywh: (D, 4) boxes in pixels, x and y of the upper left corner.
        gt_boxes_xywh: (G, 4) boxes in pixels.
    """
    blocks = []
    for det, gt in _pairs_of_images(arrangement):
        a, b = det_boxes_xywh[det], gt_boxes_xywh[gt]
        low = np.maximum(a[:, :2], b[:, :2])
        high = np.minimum(a[:, :2] + a[:, 2:], b[:, :2] + b[:, 2:])
        overlap = np.clip(high - low, 0, None).prod(axis=1)
        union = a[:, 2:].prod(axis=1) + b[:, 2:].prod(axis=1) - overlap
        iou = np.divide(overlap, union, out=np.zeros_like(overlap), where=union > 0)
        near = np.flatnonzero(iou >= MIN_SIMILARITY)
        blocks.append((det[near], gt[near], iou[near]))
    return _collect(blocks)


def mean_locsim_candidates(
    arrangement: Arrangement,
    det_keypoints_m: np.ndarray,
    gt_keypoints_m: np.ndarray,
    gt_labelled: np.ndarray,
    tau_m: float = 1.0,
) -> CandidatePairs:
    """Pairs whose LocSim, averaged over the person's labelled keypoints, is at least 0.5.

    Args:
        arrangement: D detections and G people.
        det_keypoints_m: (D, K, 3) metres; NaN where there is none, which gives no pair.
        gt_keypoints_m: (G, K, 3) metres.
        gt_labelled: (G, K) the keypoints that count; a person without any has no pair.
        tau_m: scale of LocSim in metres.
    """
    # A mean of 0.5 needs one keypoint of 0.5, so the bodies' extents are at most this far apart.
    reach = locsim_to_distance_m(MIN_SIMILARITY, tau_m) * (1 + 1e-9)
    det_low, det_high = det_keypoints_m.min(axis=1) - reach, det_keypoints_m.max(axis=1) + reach
    gt_low = np.where(gt_labelled[..., None], gt_keypoints_m, np.inf).min(axis=1)
    gt_high = np.where(gt_labelled[..., None], gt_keypoints_m, -np.inf).max(axis=1)
    count = gt_labelled.sum(axis=1)
    blocks = []
    for all_det, all_gt in _pairs_of_images(arrangement):
        touching = ((gt_low[all_gt] <= det_high[all_det]) & (gt_high[all_gt] >= det_low[all_det])).all(axis=1)
        near = np.flatnonzero(touching)
        for rows in np.split(near, range(_BODIES_AT_ONCE, len(near), _BODIES_AT_ONCE)):
            det, gt = all_det[rows], all_gt[rows]
            squared = ((det_keypoints_m[det] - gt_keypoints_m[gt]) ** 2).sum(axis=-1)
            similarity = (locsim(squared, tau_m) * gt_labelled[gt]).sum(axis=1) / count[gt]
            similar = similarity >= MIN_SIMILARITY
            blocks.append((det[similar], gt[similar], similarity[similar]))
    return _collect(blocks)
