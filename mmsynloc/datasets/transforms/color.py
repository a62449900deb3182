"""Colour jitter."""

from __future__ import annotations

import cv2
import numpy as np
from mmpose.datasets.transforms import YOLOXHSVRandomAug
from mmpose.registry import TRANSFORMS

__all__ = ["SynLocHSVRandomAug"]


@TRANSFORMS.register_module()
class SynLocHSVRandomAug(YOLOXHSVRandomAug):
    """Upstream's ``YOLOXHSVRandomAug`` without 16-bit arithmetic: the same pixels in a fraction of the time.

    A sample for which all gains are 0 keeps its pixels untouched, where upstream rounds them through HSV.

    Modified Keys:

    - img

    Args:
        hue_delta (int): largest change of the hue, in units of 2 degrees.
        saturation_delta (int): largest change of the saturation, of 255.
        value_delta (int): largest change of the value, of 255.
    """

    def transform(self, results: dict) -> dict:
        """Shift hue, saturation and value of the image by random gains."""
        gains = self._get_hsv_gains()
        if not gains.any():
            return results
        hue, saturation, value = gains.tolist()
        hsv = cv2.cvtColor(results["img"], cv2.COLOR_BGR2HSV)
        if hue:
            table = ((np.arange(256) + hue) % 180).astype(np.uint8)
            cv2.insertChannel(cv2.LUT(cv2.extractChannel(hsv, 0), table), hsv, 0)
        hsv = cv2.add(hsv, np.array([0, saturation, value, 0], np.float64))  # saturates
        results["img"] = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)
        return results
