"""Labels of a rendered sample: each person moved once by its layer's matrix, cut, and kept or dropped."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from mmsynloc.rendering.plan import INSTANCE_KEYS, ImageLayer, RenderPlan
from mmsynloc.structures.affine import clip_boxes, frame_bounds, transform_boxes, transform_points

__all__ = ["VisibilityRule", "layer_labels", "plan_labels"]


class VisibilityRule(NamedTuple):
    """Which people are kept, and which keypoints are trained, at the border of a picture.

    Args:
        min_visible: smallest share of a person's box that must show, 0 to 1.
        min_size_px: smallest width and height of the part that shows, in output px.
        keypoint_margin: how far outside the visible part of its image a keypoint may lie and still be trained, in
            units of the longer side of the person's whole box; one further out gets visibility 0.
    """

    min_visible: float = 0.2
    min_size_px: float = 2.0
    keypoint_margin: float = 0.5


def _distance_outside(points: np.ndarray, bounds_xyxy: Any) -> np.ndarray:
    """How far points (N, K, 2) lie outside a rectangle, (N, K); 0 inside."""
    low, high = np.array(bounds_xyxy[:2]), np.array(bounds_xyxy[2:])
    return np.maximum(np.maximum(low - points, points - high), 0).max(axis=-1)


def _box_areas(boxes_xyxy: np.ndarray) -> np.ndarray:
    return (boxes_xyxy[:, 2] - boxes_xyxy[:, 0]) * (boxes_xyxy[:, 3] - boxes_xyxy[:, 1])


def _move_boxes(
    layer: ImageLayer, canvas_size: tuple[int, int], rule: VisibilityRule
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clipped boxes (N, 4) on the canvas, longer sides (N,) of the whole boxes there, and who is kept (N,)."""
    source = np.asarray(layer.info["bbox"], dtype=np.float64).reshape(-1, 4)
    whole = transform_boxes(source, layer.matrix)
    # The source's own cut is exact in the source; after a rotation only the box around it is known.
    shown = clip_boxes(source, layer.bounds_xyxy)
    moved = transform_boxes(shown, layer.matrix)
    boxes = clip_boxes(moved, frame_bounds(canvas_size))
    share = _box_areas(shown) * _box_areas(boxes) / np.maximum(_box_areas(source) * _box_areas(moved), 1e-12)
    sides = boxes[:, 2:] - boxes[:, :2]
    kept = (share >= rule.min_visible) & (sides >= rule.min_size_px).all(axis=1)
    return boxes, (whole[:, 2:] - whole[:, :2]).max(axis=1), kept


def _move_keypoints(
    layer: ImageLayer, canvas_size: tuple[int, int], margins_px: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Keypoints (N, K, 2) on the canvas and their visibility (N, K); margins (N,) in canvas px."""
    source = np.asarray(layer.info["keypoints"], dtype=np.float64)
    points = transform_points(source, layer.matrix)
    visible = np.array(layer.info["keypoints_visible"], dtype=np.float32)
    scale = np.sqrt(abs(np.linalg.det(layer.matrix[:2, :2])))
    outside = np.maximum(
        _distance_outside(source, layer.bounds_xyxy) * scale, _distance_outside(points, frame_bounds(canvas_size))
    )
    visible = np.where(outside <= margins_px[:, None], visible, 0).astype(np.float32)
    if layer.flipped and layer.info.get("flip_indices") is not None:
        order = list(layer.info["flip_indices"])
        points, visible = points[:, order], visible[:, order]
    return points, visible


def layer_labels(layer: ImageLayer, canvas_size: tuple[int, int], rule: VisibilityRule) -> dict[str, np.ndarray]:
    """The people of one layer as they show on the canvas.

    N is the number of people annotated in the source image, M of those kept, K of keypoints.

    Args:
        layer: the layer with its data info.
        canvas_size: ``(width, height)`` of the output in px.
        rule: which people are kept.

    Returns:
        The instance keys that the data info has, for the M people: ``bbox`` (M, 4) cut at what shows, ``keypoints``
        (M, K, 2) not cut, ``keypoints_visible`` (M, K), ``area`` (M,) scaled; the others are passed on.
    """
    labels = {key: np.asarray(layer.info[key]) for key in INSTANCE_KEYS if key in layer.info}
    if "bbox" not in labels:
        return labels
    boxes, longer_sides, kept = _move_boxes(layer, canvas_size, rule)
    labels["bbox"] = boxes.astype(np.float32)
    if "keypoints" in labels:
        points, visible = _move_keypoints(layer, canvas_size, longer_sides * rule.keypoint_margin)
        labels["keypoints"], labels["keypoints_visible"] = points.astype(np.float32), visible
    if "area" in labels:
        labels["area"] = (labels["area"] * abs(np.linalg.det(layer.matrix[:2, :2]))).astype(np.float32)
    return {key: value[kept] for key, value in labels.items()}


def plan_labels(plan: RenderPlan, rule: VisibilityRule) -> dict[str, np.ndarray]:
    """The people of all layers, joined in the layers' order; only keys that every layer has."""
    parts = [layer_labels(layer, plan.canvas_size, rule) for layer in plan.layers()]
    keys = [key for key in parts[0] if all(key in part for part in parts)]
    return {key: np.concatenate([part[key] for part in parts]) for key in keys}
