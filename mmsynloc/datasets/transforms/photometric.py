"""Random tones, noise and sharpness: what cameras, lenses and encoders do to one and the same scene."""

from __future__ import annotations

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

__all__ = ["SynLocPhotometric", "jitter_tones", "saturated"]


def jitter_tones(image: np.ndarray, strength: float) -> np.ndarray:
    """Change exposure, contrast, gamma, white balance and saturation at random.

    Args:
        image: (H, W, 3) uint8, BGR.
        strength: 0 changes nothing; with 1 gamma lies between 0.55 and 1.8, contrast between 0.6 and 1.65, the gain of
            each colour between 0.8 and 1.25, saturation between 0.4 and 1.6, and the level moves by up to 25 of 255.

    Returns:
        (H, W, 3) uint8, BGR.
    """
    gamma, contrast = np.exp(np.random.uniform(-1, 1, 2) * strength * (0.6, 0.5))
    gains = np.exp(np.random.uniform(-1, 1, 3) * strength * 0.22)
    ramp = 255 * (np.arange(256) / 255) ** gamma
    middle = ramp[round(sum(cv2.mean(image)[:3]) / 3)]  # contrast about the picture's own mean keeps dark ones readable
    level, saturation = np.random.uniform(-1, 1, 2) * strength * (min(25, middle / 3), 0.6)
    tables = ((ramp - middle) * contrast + middle + level)[:, None] * gains
    tables = np.clip(np.rint(tables), 0, 255).astype(np.uint8)[None]
    return saturated(cv2.LUT(image, tables), 1 + saturation)


def saturated(image: np.ndarray, factor: float) -> np.ndarray:
    """The image (H, W, 3) uint8, BGR, with its colours ``factor`` times as far from grey."""
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    return cv2.addWeighted(image, factor, grey, 1 - factor, 0)


def _blur_or_sharpen(image: np.ndarray, amount: float) -> np.ndarray:
    """Blur with a Gaussian of ``-amount`` pixels, or add ``amount`` times what such a blur of one pixel removes."""
    if amount < 0:
        return cv2.GaussianBlur(image, (0, 0), max(-amount, 0.1))
    return cv2.addWeighted(image, 1 + amount, cv2.GaussianBlur(image, (0, 0), 1.0), -amount, 0)


def _add_noise(image: np.ndarray, sigma: float) -> np.ndarray:
    noise: np.ndarray = np.empty(image.shape, np.int16)
    cv2.setRNGSeed(int(np.random.randint(2**31)))
    cv2.randn(noise, np.zeros(3), np.full(3, sigma))
    return cv2.add(image, noise, dtype=cv2.CV_8U)


def _encode(image: np.ndarray, quality: int) -> np.ndarray:
    _, data = cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, quality))
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None, "OpenCV reads what it has written"
    return decoded


@TRANSFORMS.register_module()
class SynLocPhotometric(BaseTransform):
    """Random tones, blur or sharpening, sensor noise and JPEG artefacts, for models that meet unknown cameras.

    Modified Keys:

    - img

    Args:
        strength: of the tones, as for :func:`jitter_tones`.
        tones_prob: chance to change them.
        grey_prob: chance to take the colour away.
        blur_prob: chance to blur (up to 1.2 pixels) or to sharpen (up to 1.5 times what a blur of one pixel removes).
        noise_prob: chance to add noise, with a deviation of up to 8 of 255.
        jpeg_prob: chance to encode the picture as JPEG of quality 40 to 95.
    """

    def __init__(
        self,
        strength: float = 1.0,
        tones_prob: float = 0.8,
        grey_prob: float = 0.05,
        blur_prob: float = 0.3,
        noise_prob: float = 0.3,
        jpeg_prob: float = 0.2,
    ) -> None:
        self.strength, self.tones_prob, self.grey_prob = strength, tones_prob, grey_prob
        self.blur_prob, self.noise_prob, self.jpeg_prob = blur_prob, noise_prob, jpeg_prob

    def apply(self, image: np.ndarray) -> np.ndarray:
        """Change an image (H, W, 3) uint8, BGR, at random; the input keeps its pixels."""
        chances = (self.tones_prob, self.grey_prob, self.blur_prob, self.noise_prob, self.jpeg_prob)
        tones, grey, blur, noise, jpeg = np.random.rand(5) < chances
        if tones:
            image = jitter_tones(image, self.strength)
        if grey:
            image = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        if blur:
            image = _blur_or_sharpen(image, np.random.uniform(-1.2, 1.5))
        if noise:
            image = _add_noise(image, np.random.uniform(1, 8))
        if jpeg:
            image = _encode(image, np.random.randint(40, 96))
        return image

    def transform(self, results: dict) -> dict:
        """Change the sample's image."""
        results["img"] = self.apply(results["img"])
        return results

    def __repr__(self) -> str:
        options = ("strength", "tones_prob", "grey_prob", "blur_prob", "noise_prob", "jpeg_prob")
        return f"{type(self).__name__}({', '.join(f'{o}={getattr(self, o)}' for o in options)})"
