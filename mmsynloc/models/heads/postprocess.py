"""What several views of an input show, as one list of athletes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from mmengine.structures import InstanceData

from mmsynloc.models.heads.detections import box_threshold, ground_radius_m
from mmsynloc.models.utils.fuse_views import pair_views
from mmsynloc.models.utils.ground_map import GroundMap, input_to_pitch
from mmsynloc.models.utils.ground_nms import box_nms, remove_duplicates

__all__ = ["fuse_views"]


def fuse_views(
    views: Sequence[InstanceData], ground_map: GroundMap | None, cfg: Mapping[str, Any], ground_index: int
) -> InstanceData:
    """Average what several views of an image show, all in px of the input.

    The detections of an athlete are averaged by their scores; the score is the mean over all views, so that an athlete
    detected in one of two views has half of it.

    Args:
        views: what each shows.
        ground_map: the image's camera, on the host; not needed in the mode ``"box"``.
        cfg: ``test_cfg``.
        ground_index: which keypoint stands on the ground.
    """
    radius = ground_radius_m(cfg)
    if cfg.get("nms_mode", "box") == "box":
        ground_map = None  # it is there for another setting in metres
    fused = views[0].new()
    for found in views[1:]:
        mine, others = (_positions(one, ground_map, ground_index) for one in (fused, found))
        ours, theirs = pair_views(fused.bboxes, found.bboxes, mine, others, radius_m=radius)
        alone, other = np.delete(np.arange(len(fused)), ours), np.delete(np.arange(len(found)), theirs)
        fused = InstanceData.cat([_average(fused[ours], found[theirs]), fused[alone], found[other]])
    fused.scores = fused.scores / len(views)
    fused.bbox_scores = fused.scores
    fused = fused[np.argsort(-fused.scores, kind="stable")]
    return fused[_distinct(fused, _positions(fused, ground_map, ground_index), cfg)]


def _positions(found: InstanceData, ground_map: GroundMap | None, ground_index: int) -> np.ndarray | None:
    """Ground positions of detections, (N, 2) m, NaN above the horizon; None in the mode ``"box"``."""
    if ground_map is None:
        return None
    return input_to_pitch(torch.from_numpy(found.keypoints[None, :, ground_index]), ground_map)[0].numpy()


def _distinct(found: InstanceData, positions: np.ndarray | None, cfg: Mapping[str, Any]) -> np.ndarray:
    """Mask (N,) bool of the detections, sorted by falling score, that are no duplicates."""
    boxes = torch.from_numpy(found.bboxes)[None]
    kept = box_nms(boxes, torch.ones(boxes.shape[:2], dtype=torch.bool), box_threshold(cfg))
    if positions is not None:
        radius = ground_radius_m(cfg)
        kept = remove_duplicates(boxes, torch.from_numpy(positions)[None], kept, radius, cfg.get("nms_thr", 1.0))
    return kept[0].numpy()


def _average(one: InstanceData, other: InstanceData) -> InstanceData:
    """Averages by the scores, which become their sum: what ``one`` has may be such an average itself."""
    mean = one.new()
    total = one.scores + other.scores
    share = np.divide(one.scores, total, out=np.full_like(total, 0.5), where=total > 0)
    for name in ("keypoints", "bboxes", "keypoint_scores", "keypoints_visible"):
        weight = share.reshape(-1, *[1] * (one[name].ndim - 1))
        mean.set_field((weight * one[name] + (1 - weight) * other[name]).astype(np.float32), name)
    mean.scores = total
    return mean
