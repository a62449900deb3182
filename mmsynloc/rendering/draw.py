"""Drawing a plan: each source is warped once into the output."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mmsynloc.files.images import DecodedImage
from mmsynloc.rendering.plan import ImageLayer, RenderPlan
from mmsynloc.structures.affine import Bounds, intersect, max_scale, scale_matrix, shift_matrix, transform_bounds
from mmsynloc.structures.warp import touched_pixels, warp_into

__all__ = ["draw_layer", "draw_plan"]

Loader = Callable[[ImageLayer, float], DecodedImage]


def _visible_view(image: DecodedImage, layer: ImageLayer, shown_xyxy: Bounds) -> tuple[np.ndarray, int, int]:
    """The pixels that cover a part of the source (annotated px), and their offset in the decoded image."""
    x1, y1, x2, y2 = shown_xyxy
    reach = 2 / min(image.scale)  # interpolation and smoothing read one pixel beyond
    wanted = intersect((x1 - reach, y1 - reach, x2 + reach, y2 + reach), layer.bounds_xyxy) or shown_xyxy
    # Outwards to whole pixels, so that neighbours in a mosaic overlap rather than leave a gap.
    decoded = transform_bounds(wanted, scale_matrix(*image.scale))
    left, top, right, bottom = touched_pixels(decoded, image.pixels.shape[1::-1])
    return image.pixels[top:bottom, left:right], left, top


def draw_layer(canvas: np.ndarray, image: DecodedImage, layer: ImageLayer, shown_xyxy: Bounds) -> None:
    """Warp one image into a canvas, in place; pixels that it does not cover keep their values.

    Args:
        canvas: (H, W, 4) uint8, BGR and one unused channel: OpenCV warps four channels twice as fast as three.
        image: the layer's source at any resolution.
        layer: where the source goes.
        shown_xyxy: the part of the source that shows, in annotated px.
    """
    view, left, top = _visible_view(image, layer, shown_xyxy)
    if view.size == 0:
        return
    matrix = layer.matrix @ scale_matrix(1 / image.scale[0], 1 / image.scale[1]) @ shift_matrix(left, top)
    warp_into(canvas, view, matrix)


def draw_plan(plan: RenderPlan, load: Loader, pad_value: int = 114) -> np.ndarray:
    """Draw all layers of a plan; sources that do not show are not loaded.

    Args:
        plan: what to draw.
        load: gives the image of a layer at no less than the given pixels per annotated pixel.
        pad_value: grey value where no image is.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    width, height = plan.canvas_size
    picture: np.ndarray = np.full((height, width, 4), pad_value, dtype=np.uint8)
    weight = 0.0
    for group in plan.groups:
        canvas = np.full((height, width, 4), pad_value, dtype=np.uint8)
        for layer in group.layers:
            bounds = layer.visible_bounds(plan.canvas_size)
            if bounds is not None:
                draw_layer(canvas, load(layer, max_scale(layer.matrix)), layer, bounds)
        weight += group.weight
        share = group.weight / weight
        picture = canvas if share == 1 else cv2.addWeighted(picture, 1 - share, canvas, share, 0)
    return cv2.cvtColor(picture, cv2.COLOR_BGRA2BGR)
