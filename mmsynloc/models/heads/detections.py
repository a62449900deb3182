"""From predictions of all priors to detections: selected, without duplicates, and brought to the host in one copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from mmengine.structures import InstanceData
from torch import Tensor

from mmsynloc.models.heads.simcc_module import SimCCModule, gather_features
from mmsynloc.models.structures import Decoded, Predictions, take_priors
from mmsynloc.models.utils.ground_map import GroundMap, input_to_pitch, make_ground_map
from mmsynloc.models.utils.ground_nms import GROUND_NMS_RADIUS_M, box_nms, remove_duplicates
from mmsynloc.models.utils.views import InputView
from mmsynloc.structures.pitch_markings import near_pitch

__all__ = [
    "PaddedDetections",
    "Selected",
    "box_threshold",
    "cameras_for",
    "detect",
    "ground_radius_m",
    "mode_for",
    "select",
    "setting_in_metres",
    "to_host",
]

_NMS_MODES = ("box", "ground", "both")
_MAX_CANDIDATES = 1000  # several for each of the 100 detections that the metric looks at


class Selected(NamedTuple):
    """The best candidates of each image by falling score.

    Args:
        prior_index: (B, P) int64.
        scores: (B, P) in [0, 1].
        classes: (B, P) int64.
        valid: (B, P) bool, whose score is over the threshold.
        found: (B, P), decoded.
    """

    prior_index: Tensor
    scores: Tensor
    classes: Tensor
    valid: Tensor
    found: Decoded


class PaddedDetections(NamedTuple):
    """What is found in a batch, padded.

    Args:
        kept: (B, P) bool, which are detections.
        scores: (B, P) in [0, 1], falling.
        classes: (B, P).
        boxes_xyxy: (B, P, 4) px.
        keypoints_px: (B, P, K, 2).
        visible: (B, P, K) in [0, 1].
    """

    kept: Tensor
    scores: Tensor
    classes: Tensor
    boxes_xyxy: Tensor
    keypoints_px: Tensor
    visible: Tensor


def box_threshold(cfg: Mapping[str, Any]) -> float:
    """Intersection over union of the box NMS, which goes before the one on the ground.

    In the mode ``"ground"`` it is a loose safeguard that drops only all but identical boxes: far away a pixel is
    several decimetres, and near-identical boxes may lie further apart than the radius.

    Raises:
        ValueError: ``nms_mode`` is unknown.
    """
    mode = cfg.get("nms_mode", "box")
    if mode not in _NMS_MODES:
        raise ValueError(f"test_cfg.nms_mode must be one of {', '.join(_NMS_MODES)}, not {mode!r}")
    return cfg.get("loose_nms_thr", 0.9) if mode == "ground" else cfg.get("nms_thr", 1.0)


def ground_radius_m(cfg: Mapping[str, Any]) -> float:
    """Distance in metres within which ground positions are the same athlete."""
    return cfg.get("ground_nms_radius_m", GROUND_NMS_RADIUS_M)


def mode_for(metainfos: Sequence[Mapping[str, Any]], cfg: Mapping[str, Any]) -> dict[str, Any]:
    """``test_cfg`` for a batch: an image without a camera (``camera`` is None) has no ground, so boxes are compared."""
    without = any("camera" in info and info["camera"] is None for info in metainfos)
    return {**cfg, "nms_mode": "box", "pitch_margin_m": None} if without else dict(cfg)


def setting_in_metres(cfg: Mapping[str, Any]) -> str | None:
    """The setting that needs the cameras, if there is one."""
    mode = cfg.get("nms_mode", "box")
    if mode != "box":
        return f"nms_mode={mode!r}"
    return None if cfg.get("pitch_margin_m") is None else "pitch_margin_m"


def cameras_for(metainfos: Sequence[Mapping[str, Any]], cfg: Mapping[str, Any]) -> GroundMap | None:
    """The cameras of a batch, None where nothing needs them.

    Raises:
        ValueError: ``nms_mode`` is unknown, or a setting works in metres and the metainfo misses something.
    """
    box_threshold(cfg)
    setting = setting_in_metres(cfg)
    if setting is None:
        return None
    try:
        return make_ground_map(metainfos)
    except ValueError as error:
        raise ValueError(f"{setting} works in metres and {error}") from None


def select(predictions: Predictions, cfg: Mapping[str, Any]) -> Selected:
    """The candidates with a score over ``cfg.score_thr`` (0.01), at most ``cfg.nms_pre`` (1000) in each image."""
    class_scores = predictions.values[..., : predictions.num_classes].sigmoid()
    scores, classes = (class_scores * predictions.objectness_logits.sigmoid()[..., None]).max(-1)
    threshold = cfg.get("score_thr", 0.01)
    size: Any = min(cfg.get("nms_pre", _MAX_CANDIDATES), int(scores.shape[1]))
    if scores.device.type == "cpu":  # as many as there are; a GPU would have to be asked
        size = (scores > threshold).sum(1).max().clamp(1, size)
    scores, index = scores.topk(size, 1)
    return Selected(index, scores, classes.gather(1, index), scores > threshold, take_priors(predictions, index))


def detect(
    predictions: Predictions,
    view: InputView,
    limits: Tensor,
    ground_map: GroundMap | None,
    cfg: Mapping[str, Any],
    ground_index: int,
    simcc: SimCCModule | None,
) -> PaddedDetections:
    """What one view of the inputs shows, in px of the inputs, without duplicates.

    Args:
        predictions: in px of the view.
        view: which one it is.
        limits: (B, 2) width and height at which boxes are cut, in px of the view.
        ground_map: the cameras; None where no setting works in metres.
        cfg: ``test_cfg``.
        ground_index: which keypoint stands on the ground.
        simcc: the coordinate classification, None for regressed keypoints.
    """
    selected = select(predictions, cfg)
    boxes, points = selected.found.boxes_xyxy, selected.found.keypoints_px
    kept = _kept(selected, view, ground_map, cfg, ground_index)
    if simcc is not None:
        points = _classified(simcc, predictions, selected)
    boxes = boxes.clamp(min=0).minimum(limits.repeat(1, 2)[:, None])
    visible = selected.found.visibility_logits.sigmoid()
    boxes, points = view.boxes_to_input(boxes), view.points_to_input(points)
    return PaddedDetections(kept, selected.scores, selected.classes, boxes, points, visible)


def _kept(
    selected: Selected, view: InputView, ground_map: GroundMap | None, cfg: Mapping[str, Any], ground_index: int
) -> Tensor:
    """Which candidates (B, P) are detections: near the pitch, and no duplicates of better ones."""
    boxes, kept = selected.found.boxes_xyxy, selected.valid
    if ground_map is None:
        return box_nms(boxes, kept, box_threshold(cfg))
    points = selected.found.keypoints_px[..., ground_index, :]
    positions = input_to_pitch(view.points_to_input(points), ground_map)
    if cfg.get("pitch_margin_m") is not None:
        kept = kept & near_pitch(positions, cfg["pitch_margin_m"])
    kept = box_nms(boxes, kept, box_threshold(cfg))
    if cfg.get("nms_mode", "box") == "box":
        return kept
    boxes = view.boxes_to_input(boxes)
    return remove_duplicates(boxes, positions, kept, ground_radius_m(cfg), cfg.get("nms_thr", 1.0))


def _classified(simcc: SimCCModule, predictions: Predictions, selected: Selected) -> Tensor:
    """Classified keypoints (B, P, K, 2); where the regressed one lies outside of its window, that one."""
    features = gather_features(predictions.pose_features, selected.prior_index).float()
    regressed, priors = selected.found.offsets, selected.found.priors[..., None, :]
    classified = simcc.decode(simcc(features, regressed)) * priors[..., 2:] + priors[..., :2]
    return torch.where(simcc.is_inside(regressed)[..., None], classified, selected.found.keypoints_px)


def to_host(views: Sequence[PaddedDetections]) -> list[list[InstanceData]]:
    """Detections as NumPy arrays, for each view one ``InstanceData`` of each image.

    All goes over in one tensor: on a GPU this is the one moment at which the host waits.
    """
    num_keypoints = views[0].visible.shape[-1]
    packed = torch.cat([_pack(view) for view in views], 1).detach().cpu()
    per_view = packed.split([view.scores.shape[1] for view in views], 1)
    return [[_unpack(image[image[:, 0] > 0], num_keypoints) for image in view] for view in per_view]


def _pack(view: PaddedDetections) -> Tensor:
    columns = [view.kept, view.scores, view.classes, *view[3:]]
    return torch.cat([column.float().reshape(*view.kept.shape, -1) for column in columns], -1)


def _unpack(rows: Tensor, num_keypoints: int) -> InstanceData:
    _, scores, classes, boxes, points, visible = rows.split([1, 1, 1, 4, 2 * num_keypoints, num_keypoints], 1)
    found = InstanceData(
        scores=scores[:, 0],
        labels=classes[:, 0].long(),
        bboxes=boxes,
        bbox_scores=scores[:, 0],
        keypoints=points.unflatten(1, (num_keypoints, 2)),
        keypoint_scores=visible,
        keypoints_visible=visible,
    )
    return found.numpy()
