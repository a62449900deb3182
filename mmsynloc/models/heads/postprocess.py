"""From the candidates of one or more views to athletes: positions on the pitch and duplicates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmengine.structures import InstanceData

from mmsynloc.models.utils.fuse_views import pair_views
from mmsynloc.models.utils.ground_nms import box_nms, remove_duplicates
from mmsynloc.structures import Camera

__all__ = ["box_threshold", "fuse_views", "ground_positions", "without_duplicates"]

_NMS_MODES = ("box", "ground", "both")
_META_KEYS = ("camera", "annotated_size", "input_size", "input_center", "input_scale")


def box_threshold(cfg: Mapping[str, Any]) -> float:
    """Intersection over union of the box NMS, which goes before the one on the ground.

    In the mode ``"ground"`` it is a loose safeguard that drops only all but identical boxes: far away a pixel is
    several decimetres, and twins may lie further apart than the radius.

    Raises:
        ValueError: ``nms_mode`` is unknown.
    """
    mode = cfg.get("nms_mode", "box")
    if mode not in _NMS_MODES:
        raise ValueError(f"test_cfg.nms_mode must be one of {', '.join(_NMS_MODES)}, not {mode!r}")
    return cfg.get("loose_nms_thr", 0.9) if mode == "ground" else cfg.get("nms_thr", 1.0)


def ground_positions(
    found: InstanceData, metainfo: Mapping[str, Any], cfg: Mapping[str, Any], ground_index: int
) -> np.ndarray | None:
    """Where detections stand, (N, 2) m and NaN over the horizon; None in the mode ``"box"``, which needs no camera.

    Raises:
        ValueError: something is missing from the metainfo.
    """
    mode = cfg.get("nms_mode", "box")
    if mode == "box":
        return None
    missing = [key for key in _META_KEYS if key not in metainfo]
    if missing:
        raise ValueError(
            f"nms_mode={mode!r} works in metres and misses {', '.join(missing)}: "
            "add them to the meta_keys of PackPoseInputs"
        )
    size, scale, center = (np.asarray(metainfo[f"input_{name}"], np.float64) for name in ("size", "scale", "center"))
    ground_px = found.keypoints[:, ground_index].astype(np.float64) / size * scale + center - 0.5 * scale
    width, height = (int(side) for side in metainfo["annotated_size"])
    return Camera(**metainfo["camera"], image_size=(width, height)).pixel_to_pitch(ground_px).points


def without_duplicates(found: InstanceData, positions: np.ndarray | None, cfg: Mapping[str, Any]) -> np.ndarray:
    """Indices (K,) of the detections, box NMS behind them, that ``test_cfg`` keeps, by falling score."""
    if positions is None:
        return np.arange(len(found))
    radius = cfg.get("ground_nms_radius_m", 0.6)
    return remove_duplicates(found.bboxes, found.scores, positions, radius, cfg.get("nms_thr", 1.0))


def fuse_views(views: Sequence[InstanceData], sample: Any, cfg: Mapping[str, Any], ground_index: int) -> InstanceData:
    """Average what several views of an input show, all in px of the input.

    The sightings of an athlete are averaged by their scores; the score is the mean over all views, so that an athlete
    whom only one of two shows has half of it.
    """
    fused = views[0].new()
    for found in views[1:]:
        positions = [ground_positions(one, sample.metainfo, cfg, ground_index) for one in (fused, found)]
        radius = cfg.get("ground_nms_radius_m", 0.6)
        ours, theirs = pair_views(fused.bboxes, found.bboxes, *positions, radius_m=radius)
        alone, other = np.delete(np.arange(len(fused)), ours), np.delete(np.arange(len(found)), theirs)
        fused = InstanceData.cat([_average(fused[ours], found[theirs]), fused[alone], found[other]])
    fused.scores = fused.scores / len(views)
    fused.bbox_scores = fused.scores
    fused = fused[box_nms(fused.bboxes, fused.scores, box_threshold(cfg))]
    positions = ground_positions(fused, sample.metainfo, cfg, ground_index)
    return fused[without_duplicates(fused, positions, cfg)]


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
