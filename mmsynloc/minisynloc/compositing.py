"""Blends drawn figures into a picture."""

from __future__ import annotations

import math

import cv2
import numpy as np

from mmsynloc.minisynloc.rasterise import Patch

__all__ = ["composite"]

LEAST_BLUR_PX = 0.2


def _shrunk(patch: Patch, cell: int, blur_px: float) -> tuple[np.ndarray, np.ndarray, int]:
    """Colour (h, w, 3) times cover, cover (h, w, 1), float32 to 255 and to 1, and the margin around them."""
    size = (patch.mask.shape[1] // cell, patch.mask.shape[0] // cell)
    colour = cv2.resize(patch.colour, size, interpolation=cv2.INTER_AREA)
    cover = cv2.resize(patch.mask, size, interpolation=cv2.INTER_AREA)
    if blur_px < LEAST_BLUR_PX:
        return colour.astype(np.float32), cover.astype(np.float32)[..., None] / 255, 0
    pad = math.ceil(2.5 * blur_px)
    colour, cover = (cv2.copyMakeBorder(part, pad, pad, pad, pad, cv2.BORDER_CONSTANT) for part in (colour, cover))
    colour, cover = (cv2.GaussianBlur(part, (0, 0), blur_px).astype(np.float32) for part in (colour, cover))
    return colour, cover[..., None] / 255, pad


def composite(image: np.ndarray, patch: Patch, cell: int, blur_px: float = 0.0, opacity: float = 1.0) -> None:
    """Blend a patch into an image (H, W, 3) uint8, in place.

    Args:
        image: the picture.
        patch: what to draw, dark outside its mask; it shrinks by ``cell`` with exact area averaging.
        cell: virtual pixels per pixel of the image.
        blur_px: deviation of a Gaussian blur in pixels of the image.
        opacity: 0 leaves the image as it is.
    """
    colour, cover, pad = _shrunk(patch, cell, blur_px)
    x, y = patch.x // cell - pad, patch.y // cell - pad
    x0, y0 = max(x, 0), max(y, 0)
    x1, y1 = min(x + cover.shape[1], image.shape[1]), min(y + cover.shape[0], image.shape[0])
    if x0 >= x1 or y0 >= y1:
        return
    inside = slice(y0 - y, y1 - y), slice(x0 - x, x1 - x)
    part = image[y0:y1, x0:x1]
    part[:] = np.clip(part * (1 - opacity * cover[inside]) + opacity * colour[inside] + 0.5, 0, 255).astype(np.uint8)
