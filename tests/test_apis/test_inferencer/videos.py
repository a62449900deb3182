"""Small videos."""

from __future__ import annotations

import cv2
import numpy as np

__all__ = ["write_video"]


def write_video(path, count: int, size=(64, 36)) -> str:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, size)
    for i in range(count):
        writer.write(np.full((size[1], size[0], 3), 10 * i % 256, np.uint8))
    writer.release()
    return str(path)
