"""The second stage around its network, without torch: boxes to crops, and the network's points to athletes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np

from mmsynloc.placement.duplicates import distinct_athletes
from mmsynloc.placement.rule import PlacedAthletes, PlacementRule, place
from mmsynloc.structures import Camera
from mmsynloc.structures.affine import resize_matrix
from mmsynloc.structures.boxes import feet_of
from mmsynloc.structures.crops import crop_geometry, crop_matrices, crops_by_camera
from mmsynloc.structures.pitch_markings import near_pitch
from mmsynloc.structures.warp import cut_views
from mmsynloc.utils import first_line, refuse_unknown

__all__ = ["BATCH_SIZE", "CropPlacer", "FrameCrops", "PlacedBoxes", "RunCrops"]

BATCH_SIZE = 256
"""Crops that go through a network at once, where nothing else is said."""

_BELOW_GROUND_POINT = 0.02  # of a true box's height lie below the ground point: toes and heels

RunCrops = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]
"""The network: crops (P, H, W, 3) uint8 BGR and geometry (P, 4) to points (P, 2, 2) px of the crop, their variances
(P, 2, 2) px², and quality (P,)."""


class FrameCrops(NamedTuple):
    """The boxes of one frame and what is cut out of it for them.

    Attributes:
        boxes_xyxy: (P, 4) px of the camera's image.
        scores: (P,).
        matrices: (P, 3, 3) px of the camera's image -> crop px.
        crops: (P, H, W, 3) uint8, BGR.
        geometry: (P, 4), see :func:`~mmsynloc.structures.crops.crop_geometry`.
        pixels: (h, w, 3) uint8, BGR, the frame.
        camera: of the frame.
    """

    boxes_xyxy: np.ndarray
    scores: np.ndarray
    matrices: np.ndarray
    crops: np.ndarray
    geometry: np.ndarray
    pixels: np.ndarray
    camera: Camera


class PlacedBoxes(NamedTuple):
    """N athletes of one frame by falling score, px of the camera's image.

    Attributes:
        boxes_xyxy: (N, 4), the first stage's.
        scores: (N,).
        points_px: (N, 2, 2), pelvis and ground point.
    """

    boxes_xyxy: np.ndarray
    scores: np.ndarray
    points_px: np.ndarray


_SETTINGS = ("max_crops", "box_score_thr", "ground_nms_radius_m", "pitch_margin_m", "looks")
_RULE_SETTINGS = tuple(setting.name for setting in fields(PlacementRule))
_ESTIMATOR_SETTINGS = ("flip_test", "batch_size")
_PASSED_OVER = ("tiles", "flip_mode", "shift_heatmap", "output_heatmaps")
"""What a ``test_cfg`` may have for the detector, and what upstream's top-down models have there."""


@dataclass(frozen=True)
class CropPlacer:
    """How boxes become crops, and points of crops athletes.

    Args:
        size: ``(width, height)`` of a crop in px.
        height_m: what a crop shows, in metres; None for the box with some surroundings.
        padding: of boxes for which ``height_m`` is of no use.
        rule: how points become positions and scores.
        max_crops: the best so many boxes of a frame are placed.
        box_score_thr: boxes with less are not.
        ground_nms_radius_m: of two placed athletes so near to each other the better one stays.
        pitch_margin_m: athletes placed further beyond the lines or above the horizon are dropped; None keeps all.
        looks: how often athletes are placed; for every look after the first, crops are cut around the places found.

    Raises:
        ValueError: ``looks`` is no number from 1.
    """

    size: tuple[int, int]
    height_m: float | None = None
    padding: float = 1.25
    rule: PlacementRule = field(default_factory=PlacementRule)
    max_crops: int = 100
    box_score_thr: float = 0.02
    ground_nms_radius_m: float = 0.4
    pitch_margin_m: float | None = None
    looks: int = 1

    def __post_init__(self) -> None:
        if not isinstance(self.looks, int) or self.looks < 1:
            raise ValueError(f"looks is {self.looks!r}, not a number from 1")

    @classmethod
    def of(cls, crop: Mapping[str, Any], test_cfg: Mapping[str, Any]) -> CropPlacer:
        """From a model's settings ``crop`` (``size``, ``height_m``, ``padding``) and ``test_cfg``.

        Raises:
            ValueError: ``test_cfg.score``, ``powers`` or ``looks`` is wrong, or a setting is unknown.
        """
        known = (*_RULE_SETTINGS, *_SETTINGS, *_ESTIMATOR_SETTINGS)
        refuse_unknown(set(test_cfg) - {*_PASSED_OVER}, known, "test_cfg", "a second stage")
        rule = PlacementRule(**{key: test_cfg[key] for key in _RULE_SETTINGS if key in test_cfg})
        cropping = {key: crop[key] for key in ("height_m", "padding") if key in crop}
        own = {key: test_cfg[key] for key in _SETTINGS if key in test_cfg}
        width, height = crop["size"]
        return cls((width, height), **cropping, rule=rule, **own)

    @classmethod
    def from_json(cls, text: str) -> CropPlacer:
        """From :meth:`to_json`.

        Raises:
            ValueError: the text is none of these, or a setting is wrong.
        """
        try:
            held = json.loads(text)
            width, height = held.pop("size")
            return cls((int(width), int(height)), rule=PlacementRule(**held.pop("rule")), **held)
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not the settings of a second stage: {first_line(error)}") from None

    def to_json(self) -> str:
        """All settings as text."""
        return json.dumps(asdict(self))

    def choose(self, boxes_xyxy: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The boxes (P, 4) of one frame that are worth a crop and their scores (P,), the best first."""
        scores = np.asarray(scores, np.float64)
        order = np.argsort(-scores, kind="stable")[: self.max_crops]
        order = order[scores[order] >= self.box_score_thr]
        return np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)[order], scores[order]

    def cut(self, boxes_xyxy: np.ndarray, scores: np.ndarray, pixels: np.ndarray, camera: Camera) -> FrameCrops:
        """Cut crops for the boxes of one frame.

        Args:
            boxes_xyxy: (P, 4) px of the camera's image.
            scores: (P,).
            pixels: (h, w, 3) uint8, BGR: the camera's image at any resolution.
            camera: of the frame.
        """
        crops = crops_by_camera(boxes_xyxy, camera, self.size, self.height_m, self.padding)
        matrices = crop_matrices(crops, self.size)
        views = cut_views(pixels, matrices @ resize_matrix(pixels.shape[1::-1], camera.image_size), self.size)
        geometry = crop_geometry(camera, feet_of(boxes_xyxy), matrices, self.size)
        return FrameCrops(boxes_xyxy, scores, matrices, views, geometry, pixels, camera)

    def place_frames(self, found: Sequence[FrameCrops], run: RunCrops) -> list[PlacedBoxes]:
        """Place the athletes of several frames; the network sees the crops of all at once.

        Args:
            found: the frames' crops.
            run: the network; it is not asked where there is no crop.
        """
        seen = self._look(found, run)
        for _ in range(self.looks - 1):
            found = [self._centred(frame, placed, order) for frame, (placed, order) in zip(found, seen)]
            seen = self._look(found, run)
        return [
            PlacedBoxes(frame.boxes_xyxy[order], placed.scores[order], placed.points_px[order])
            for frame, (placed, order) in zip(found, seen)
        ]

    def _look(self, found: Sequence[FrameCrops], run: RunCrops) -> list[tuple[PlacedAthletes, np.ndarray]]:
        """What the network sees in each frame's crops, and which of them (N,) are kept, by falling score."""
        if not found:
            return []
        crops = np.concatenate([frame.crops for frame in found])
        columns: Sequence[np.ndarray] = (np.zeros((0, 2, 2)), np.zeros((0, 2, 2)), np.zeros(0))
        if len(crops):
            columns = run(crops, np.concatenate([frame.geometry for frame in found]))
        ends = np.cumsum([len(frame.scores) for frame in found])[:-1]
        return [self._place(*one) for one in zip(found, *(np.split(column, ends) for column in columns))]

    def _centred(self, frame: FrameCrops, placed: PlacedAthletes, order: np.ndarray) -> FrameCrops:
        """The athletes that are kept, cut anew around the places where they stand; the boxes stay."""
        boxes = frame.boxes_xyxy[order]
        moved = _standing_at(boxes, placed.points_px[order, 1])
        return self.cut(moved, frame.scores[order], frame.pixels, frame.camera)._replace(boxes_xyxy=boxes)

    def _place(
        self, frame: FrameCrops, points_px: np.ndarray, variances_px2: np.ndarray, quality: np.ndarray
    ) -> tuple[PlacedAthletes, np.ndarray]:
        factors = dict(detector=frame.scores, quality=quality)
        placed = place(points_px, variances_px2, frame.matrices, frame.camera, factors, self.rule)
        order = np.argsort(-placed.scores, kind="stable")
        if self.pitch_margin_m is not None:
            order = order[near_pitch(placed.points_pitch_m[order], self.pitch_margin_m)]
        boxes, positions = frame.boxes_xyxy[order], placed.points_pitch_m[order]
        return placed, order[distinct_athletes(boxes, positions, self.ground_nms_radius_m)]


def _standing_at(boxes_xyxy: np.ndarray, ground_px: np.ndarray) -> np.ndarray:
    """Boxes (N, 4) moved so that they stand at points (N, 2); those whose point is not finite stay."""
    heights = boxes_xyxy[:, 3] - boxes_xyxy[:, 1]
    feet = ground_px + np.stack([np.zeros_like(heights), _BELOW_GROUND_POINT * heights], axis=1)
    shift = feet - feet_of(boxes_xyxy)
    shift[~np.isfinite(shift).all(1)] = 0
    return boxes_xyxy + np.tile(shift, 2)
