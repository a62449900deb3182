"""Transforms that put several images into one picture: Mosaic and MixUp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from mmsynloc.datasets.transforms.affine import check_size, output_size
from mmsynloc.rendering.plan import ImageLayer, LayerGroup, RenderPlan, get_plan
from mmsynloc.structures.affine import fit_matrix, flip_matrix, scale_matrix, shift_matrix

__all__ = ["SynLocMixUp", "SynLocMosaic", "draw_infos"]


def draw_infos(results: Mapping[str, Any], count: int) -> list[Mapping[str, Any]]:
    """Data infos of ``count`` random images, from the worker's cache where it is filled, else from the data set."""
    if results.get("image_cache_ready"):
        return results["image_cache"].draw(count)
    dataset = results["dataset"]
    return [dataset.get_data_info(int(i)) for i in np.random.randint(0, len(dataset), count)]


def _as_layer(info: Mapping[str, Any]) -> ImageLayer:
    return next(RenderPlan.of_image(info).layers())


@TRANSFORMS.register_module()
class SynLocMosaic(BaseTransform):
    """Four images around a random point of a canvas of twice the output's size, as upstream's ``Mosaic``.

    Each image is scaled to fit the output's size and laid with one corner at the point. Boxes are cut at the quarters'
    borders; keypoints are not clipped. Follow it by :class:`SynLocRandomAffine` with ``mode="canvas"``. A sample
    that gets no mosaic is fitted into the output's size, so that the same affine follows.

    Required Keys:

    - dataset, or image_cache

    Modified Keys:

    - render_plan

    Args:
        input_size: ``(width, height)`` that each image is fitted to; None for the data set's ``input_size``.
        center_range: where the point may lie, in units of ``input_size`` from the canvas's top left corner.
        prob: chance of a mosaic.
    """

    def __init__(
        self,
        input_size: Sequence[int] | None = None,
        center_range: tuple[float, float] = (0.5, 1.5),
        prob: float = 1.0,
    ) -> None:
        self.input_size = check_size(input_size, "input_size")
        self.center_range, self.prob = center_range, prob

    @staticmethod
    def _place(layer: ImageLayer, quarter: tuple[int, int], point: np.ndarray, size: tuple[int, int]) -> ImageLayer:
        """Lay an image into a quarter, (0, 0) top left to (1, 1) bottom right, with its inner corner at the point."""
        scale = min(size[0] / layer.size[0], size[1] / layer.size[1])
        scaled = np.array(layer.size) * scale
        corner = np.where(quarter, point, point - scaled)
        edge = point - 0.5
        canvas_edge = np.array(size) * 2 - 0.5
        low, high = np.where(quarter, edge, -0.5), np.where(quarter, canvas_edge, edge)
        return layer.moved(shift_matrix(*corner) @ scale_matrix(scale)).cut((*low, *high))

    def transform(self, results: dict) -> dict:
        """Compose the mosaic into the plan."""
        size = output_size(self.input_size, results)
        plan = get_plan(results)
        if np.random.rand() >= self.prob:
            results["render_plan"] = plan.moved(fit_matrix(plan.canvas_size, size), size)
            return results
        point = (np.random.uniform(*self.center_range, 2) * size).astype(int)
        layers = [next(plan.layers()), *map(_as_layer, draw_infos(results, 3))]
        quarters = ((0, 0), (1, 0), (0, 1), (1, 1))
        placed = tuple(self._place(layer, quarter, point, size) for layer, quarter in zip(layers, quarters))
        results["render_plan"] = RenderPlan((LayerGroup(placed),), (size[0] * 2, size[1] * 2))
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(input_size={self.input_size}, prob={self.prob})"


@TRANSFORMS.register_module()
class SynLocMixUp(BaseTransform):
    """Blend a second image over the picture, half and half, as upstream's ``YOLOXMixUp``, with the people of both.

    The second image is scaled to fit the canvas, then by a random factor, flipped at random, and laid at a random
    place. An image without people is not blended in.

    Required Keys:

    - dataset, or image_cache

    Modified Keys:

    - render_plan

    Args:
        ratio_range: smallest and largest random factor.
        flip_ratio: chance to flip the second image.
        prob: chance to blend.
    """

    def __init__(
        self, ratio_range: tuple[float, float] = (0.8, 1.6), flip_ratio: float = 0.5, prob: float = 1.0
    ) -> None:
        self.ratio_range, self.flip_ratio, self.prob = ratio_range, flip_ratio, prob

    def transform(self, results: dict) -> dict:
        """Compose the blend into the plan."""
        plan = get_plan(results)
        if np.random.rand() >= self.prob:
            return results
        layer = _as_layer(draw_infos(results, 1)[0])
        if len(layer.info["bbox"]) == 0:
            return results
        canvas = np.array(plan.canvas_size)
        scale = float(np.random.uniform(*self.ratio_range) * (canvas / layer.size).min())
        matrix = scale_matrix(scale)
        if np.random.rand() < self.flip_ratio:
            matrix = matrix @ flip_matrix(layer.size[0])
        room = canvas - np.array(layer.size) * scale
        offset = np.random.uniform(np.minimum(room, 0), np.maximum(room, 0))
        results["render_plan"] = plan.blended(layer.moved(shift_matrix(*offset) @ matrix), 0.5)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(ratio_range={self.ratio_range}, prob={self.prob})"
