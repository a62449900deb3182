"""The effects of lens, sensor and the camera's processing on a picture."""

from __future__ import annotations

import cv2
import numpy as np

from mmsynloc.minisynloc.randomisation import Drawn

__all__ = ["develop"]

LUMA = np.array([0.114, 0.587, 0.299])  # of BGR, BT.601
NOISE_TILE = 256
USUAL_MEAN, AUTOMATIC = 0.37, 0.8  # brightness that exposure control aims at, and how far it gets there


def _tone_table(numbers: dict[str, float], mean: float) -> np.ndarray:
    """Exposure, white balance and tone curve as a table (1, 256, 3) uint8, for pictures of some mean (0 to 1)."""
    warmth, tint = numbers["warmth"], numbers["tint"]
    automatic = (USUAL_MEAN / max(mean, 0.02)) ** AUTOMATIC
    gain = automatic * numbers["exposure"] * np.array([1 - warmth, 1 + tint, 1 + warmth])
    light = np.arange(256)[:, None] / 255 * gain
    soft = np.where(light > 0.8, 0.8 + 0.2 * np.tanh((light - 0.8) / 0.2), light)  # highlights roll off
    return np.clip(soft ** numbers["gamma"] * 255 + 0.5, 0, 255).astype(np.uint8)[None]


def _noise(shape: tuple[int, ...], strength: float, rng: np.random.Generator) -> np.ndarray:
    """Half of it is common to the channels."""
    tile = rng.standard_normal((NOISE_TILE, NOISE_TILE, 4), np.float32) * np.float32(strength * 0.7)
    tile = tile[..., :3] + tile[..., 3:]
    rows, columns = -(-shape[0] // NOISE_TILE), -(-shape[1] // NOISE_TILE)
    return np.tile(tile, (rows, columns, 1))[: shape[0], : shape[1]]


def develop(image: np.ndarray, sensor: Drawn, rng: np.random.Generator) -> np.ndarray:
    """A picture (H, W, 3) uint8 BGR as the camera delivers it.

    Args:
        image: what arrives at the lens.
        sensor: the axes of ``sensor``; blur is in pixels of Full HD.
        rng: source of the noise.
    """
    numbers, scale = sensor.numbers, image.shape[1] / 1920
    if numbers["lens_blur_px"] * scale > 0.25:
        image = cv2.GaussianBlur(image, (0, 0), numbers["lens_blur_px"] * scale)
    image = cv2.LUT(image, _tone_table(numbers, image[::8, ::8].mean() / 255))
    mix = numbers["saturation"] * np.eye(3) + (1 - numbers["saturation"]) * LUMA
    image = cv2.transform(image, mix.astype(np.float32))
    image = cv2.add(image, _noise(image.shape, numbers["noise"], rng), dtype=cv2.CV_8U)
    if sensor.kinds["denoising"] == "yes":
        image = cv2.addWeighted(image, 0.3, cv2.medianBlur(image, 3), 0.7, 0)
    if numbers["sharpening"] > 0.05:
        soft = cv2.GaussianBlur(image, (0, 0), max(1.2 * scale, 0.3))
        image = cv2.addWeighted(image, 1 + numbers["sharpening"], soft, -numbers["sharpening"], 0)
    return image
