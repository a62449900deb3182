"""Ground truth in the official format, from the figures and what is visible of them."""

from __future__ import annotations

import cv2
import numpy as np

from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.minisynloc.foreground import Foreground
from mmsynloc.minisynloc.rasterise import ANNOTATION_CELL, Patch
from mmsynloc.minisynloc.render import RenderedImage
from mmsynloc.minisynloc.scene import Scene
from mmsynloc.structures import Camera

__all__ = ["MIN_VISIBLE_PX", "annotate_scene", "image_entry", "visible_masks"]

MIN_VISIBLE_PX = 12
"""A person of whom fewer annotated pixels are visible counts as hidden."""


def _hide(mask: np.ndarray, patch: Patch, nearer: Patch) -> None:
    """Clear from ``mask`` (of ``patch``) what ``nearer`` covers, in place."""
    x0, y0 = max(patch.x, nearer.x), max(patch.y, nearer.y)
    x1 = min(patch.x + patch.mask.shape[1], nearer.x + nearer.mask.shape[1])
    y1 = min(patch.y + patch.mask.shape[0], nearer.y + nearer.mask.shape[0])
    if x0 < x1 and y0 < y1:
        cover = nearer.mask[y0 - nearer.y : y1 - nearer.y, x0 - nearer.x : x1 - nearer.x]
        mask[y0 - patch.y : y1 - patch.y, x0 - patch.x : x1 - patch.x][cover > 0] = 0


def _hide_behind(mask: np.ndarray, left: int, top: int, foreground: Foreground) -> None:
    """Clear from ``mask`` (h, w), in annotated pixels from ``left`` and ``top``, what the foreground covers."""
    scale = foreground.cover.shape[1] / ANNOTATED_SIZE[0]
    rows = ((top + np.arange(mask.shape[0]) + 0.5) * scale).astype(int)
    columns = ((left + np.arange(mask.shape[1]) + 0.5) * scale).astype(int)
    mask &= foreground.cover[np.ix_(rows, columns)] < 0.5


def visible_masks(rendered: RenderedImage) -> list[tuple[int, int, np.ndarray] | None]:
    """What is visible of each figure, in annotated pixels: left, top and mask (h, w) bool; None if not drawn."""
    masks: list[tuple[int, int, np.ndarray] | None] = [None] * len(rendered.patches)
    for rank, i in enumerate(rendered.order):
        patch = rendered.patches[i]
        if patch is None:
            continue
        mask = patch.mask.copy()
        for nearer in (rendered.patches[j] for j in rendered.order[rank + 1 :]):
            if nearer is not None:
                _hide(mask, patch, nearer)
        size = (mask.shape[1] // ANNOTATION_CELL, mask.shape[0] // ANNOTATION_CELL)
        cover = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
        left, top, visible = patch.x // ANNOTATION_CELL, patch.y // ANNOTATION_CELL, cover >= 127
        if rendered.foreground is not None:
            _hide_behind(visible, left, top, rendered.foreground)
        masks[i] = (left, top, visible)
    return masks


def image_entry(image_id: int, camera: Camera) -> dict:
    """An entry of ``images``."""
    return {
        "id": image_id,
        "file_name": f"{image_id:06d}.jpg",
        "width": camera.image_size[0],
        "height": camera.image_size[1],
        "camera_matrix": camera.camera_matrix.tolist(),
        "dist_poly": camera.dist_poly.tolist(),
        "undist_poly": camera.undist_poly.tolist(),
    }


def _annotation(pelvis_m: np.ndarray, camera: Camera, left: int, top: int, mask: np.ndarray) -> dict:
    x, y, z = (float(value) for value in pelvis_m)
    points = camera.pitch_to_pixel(np.array([[x, y, z], [x, y, 0.0]])).points
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    # As in the official files, a box reaches from the first to the last pixel's index, one less than their number.
    width, height = max(columns[-1] - columns[0], 1), max(rows[-1] - rows[0], 1)
    return {
        "keypoints": [[float(u), float(v), 1] for u, v in points],
        "keypoints_3d": [[x, y, z, 1], [x, y, 0, 1]],
        "position_on_pitch": [x, y],
        "bbox": [int(left + columns[0]), int(top + rows[0]), int(width), int(height)],
        "area": int(mask.sum()),
    }


def annotate_scene(scene: Scene, rendered: RenderedImage, camera: Camera) -> list[dict]:
    """Annotations of an image, without ``id`` and ``image_id``, in the order of the scene's figures.

    Args:
        scene: the figures.
        rendered: their patches.
        camera: the camera at the annotated size.
    """
    annotations = []
    for figure, visible in zip(scene.figures, visible_masks(rendered)):
        if visible is not None and visible[2].sum() >= MIN_VISIBLE_PX:
            annotations.append(_annotation(figure.pelvis_m, camera, *visible))
    return annotations
