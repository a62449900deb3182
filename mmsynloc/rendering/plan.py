"""The plan of a sample's picture: which part of which image goes where. Transforms compose it; one renders it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mmsynloc.structures.affine import Bounds, frame_bounds, intersect, invert, transform_bounds

__all__ = ["INSTANCE_KEYS", "ImageLayer", "LayerGroup", "RenderPlan", "get_plan"]

INSTANCE_KEYS = (
    "bbox",
    "bbox_score",
    "keypoints",
    "keypoints_visible",
    "area",
    "category_id",
    "id",
    "num_keypoints",
    "iscrowd",
    "position_on_pitch",
)
"""Per-person arrays (N, ...) of a data info; they are kept, dropped and joined together."""

_SOURCE_KEYS = ("img", "img_path", "annotated_size", "flip_indices", "sample_idx", *INSTANCE_KEYS)


def _is_metainfo(key: str, value: Any) -> bool:
    """Upstream's inferencers put the data set's metainfo into a sample, and there ``num_keypoints`` is one number."""
    return key in INSTANCE_KEYS and np.ndim(value) == 0


@dataclass(frozen=True)
class ImageLayer:
    """One source image on the canvas, with its people.

    Args:
        info: the image's data info with its labels in annotated pixels; never changed.
        matrix: (3, 3) float64, annotated px -> canvas px.
        part_xyxy: the part of the source that shows, in annotated px; None for all of it.
    """

    info: Mapping[str, Any]
    matrix: np.ndarray = field(default_factory=lambda: np.eye(3))
    part_xyxy: Bounds | None = None

    @property
    def bounds_xyxy(self) -> Bounds:
        """Edges of the part of the source that shows, in annotated px."""
        return frame_bounds(self.size) if self.part_xyxy is None else self.part_xyxy

    @property
    def size(self) -> tuple[int, int]:
        """``(width, height)`` of the annotated frame."""
        return self.info["annotated_size"]

    @property
    def flipped(self) -> bool:
        """Whether the matrix mirrors the image."""
        return bool(np.linalg.det(self.matrix[:2, :2]) < 0)

    def moved(self, matrix: np.ndarray) -> ImageLayer:
        """The layer after one more affine map of the canvas."""
        return replace(self, matrix=matrix @ self.matrix)

    def cut(self, canvas_xyxy: Bounds) -> ImageLayer:
        """The layer cut at an upright rectangle of the canvas; its matrix must not rotate or shear."""
        rectangle = transform_bounds(canvas_xyxy, invert(self.matrix))
        x1, y1, _, _ = self.bounds_xyxy
        return replace(self, part_xyxy=intersect(self.bounds_xyxy, rectangle) or (x1, y1, x1, y1))

    def visible_bounds(self, canvas_size: Sequence[float]) -> Bounds | None:
        """The part of the source, in annotated px, that can show on the canvas; None where nothing does."""
        seen = transform_bounds(frame_bounds(canvas_size), invert(self.matrix))
        return intersect(self.bounds_xyxy, seen) if self.canvas_share(canvas_size) > 0 else None

    def canvas_share(self, canvas_size: Sequence[float]) -> float:
        """About the share of the canvas that the layer covers, 0 to 1; an upper bound where it is rotated."""
        covered = intersect(transform_bounds(self.bounds_xyxy, self.matrix), frame_bounds(canvas_size))
        if covered is None:
            return 0.0
        return (covered[2] - covered[0]) * (covered[3] - covered[1]) / (canvas_size[0] * canvas_size[1])


@dataclass(frozen=True)
class LayerGroup:
    """Layers that lie side by side, later ones over earlier ones, and the weight with which they are blended."""

    layers: tuple[ImageLayer, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class RenderPlan:
    """What a sample will look like: groups of layers on a canvas, blended with weights that add up to 1."""

    groups: tuple[LayerGroup, ...]
    canvas_size: tuple[int, int]

    @classmethod
    def of_image(cls, info: Mapping[str, Any]) -> RenderPlan:
        """One image as it is annotated."""
        # A copy of the entries: the sample's own dict gets new labels when it is rendered.
        source = {key: info[key] for key in _SOURCE_KEYS if key in info and not _is_metainfo(key, info[key])}
        width, height = source["annotated_size"]
        return cls((LayerGroup((ImageLayer(source),)),), (int(width), int(height)))

    def layers(self) -> Iterator[ImageLayer]:
        """All layers; the sample's own image comes first."""
        for group in self.groups:
            yield from group.layers

    def moved(self, matrix: np.ndarray, canvas_size: Sequence[int]) -> RenderPlan:
        """The plan after an affine map (canvas px -> new canvas px) onto a canvas ``(width, height)``."""
        groups = tuple(replace(g, layers=tuple(layer.moved(matrix) for layer in g.layers)) for g in self.groups)
        return RenderPlan(groups, (int(canvas_size[0]), int(canvas_size[1])))

    def blended(self, layer: ImageLayer, weight: float) -> RenderPlan:
        """The plan with another layer over it all: ``(1 - weight) * this + weight * layer``."""
        groups = tuple(replace(g, weight=g.weight * (1 - weight)) for g in self.groups)
        return replace(self, groups=(*groups, LayerGroup((layer,), weight)))

    def pruned(self, min_share: float) -> RenderPlan:
        """The plan without layers that cover less than a share of the canvas; the first layer always stays."""
        first = next(self.layers())
        groups = []
        for group in self.groups:
            kept = [x for x in group.layers if x is first or x.canvas_share(self.canvas_size) >= min_share]
            groups.append(replace(group, layers=tuple(kept)))
        return replace(self, groups=tuple(groups))


def get_plan(results: dict) -> RenderPlan:
    """The sample's plan; a sample without one yet starts with its image as annotated."""
    if "render_plan" not in results:
        results["render_plan"] = RenderPlan.of_image(results)
    return results["render_plan"]
