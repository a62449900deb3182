"""One scene in other tones: what other cameras and encoders might have made of the same frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from mmsynloc.datasets.transforms.photometric import saturated

__all__ = ["TONES"]


def _gamma(image: np.ndarray, exponent: float) -> np.ndarray:
    ramp = 255 * (np.arange(256) / 255) ** exponent
    return cv2.LUT(image, np.rint(ramp).astype(np.uint8))


def _contrast(image: np.ndarray, factor: float) -> np.ndarray:
    mean = sum(cv2.mean(image)[:3]) / 3
    return cv2.addWeighted(image, factor, image, 0, mean * (1 - factor))


def _white_balance(image: np.ndarray, red_against_blue: float) -> np.ndarray:
    gains = np.array([1 / red_against_blue, 1, red_against_blue]) ** 0.5
    return np.clip(np.rint(image * gains), 0, 255).astype(np.uint8)


def _sharpness(image: np.ndarray, amount: float) -> np.ndarray:
    sigma_px = image.shape[1] / 1920
    blurred = cv2.GaussianBlur(image, (0, 0), sigma_px)
    return cv2.addWeighted(image, 1 + amount, blurred, -amount, 0)


TONES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "darker mid-tones": partial(_gamma, exponent=1.4),
    "lighter mid-tones": partial(_gamma, exponent=0.7),
    "more contrast": partial(_contrast, factor=1.3),
    "less contrast": partial(_contrast, factor=0.7),
    "more saturated": partial(saturated, factor=1.4),
    "less saturated": partial(saturated, factor=0.6),
    "warmer": partial(_white_balance, red_against_blue=1.2),
    "cooler": partial(_white_balance, red_against_blue=1 / 1.2),
    "sharpened": partial(_sharpness, amount=1.0),
    "blurred": partial(_sharpness, amount=-1.0),
}
"""By name, functions from (H, W, 3) uint8, BGR, to the same."""
