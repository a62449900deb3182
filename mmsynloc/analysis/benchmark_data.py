"""Synthetic data for benchmarks, of realistic size; its frames cost as much to decode as real ones."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

__all__ = ["FRAME_SIZE", "make_frame", "write_annotations", "write_frames"]

FRAME_SIZE = (3840, 2160)

# A camera 20 m high at the touch line that sees the far half of the pitch; the lens is nearly straight.
_CAMERA_MATRIX = [
    [-0.6, 0.0123456789012345, 0.0023456789012345, 0.1],
    [0.0034567890123456, 0.2109876543210987, 0.5612345678901234, -11.2],
    [0.0012345678901234, -0.9345678901234567, 0.3512345678901234, -37.5],
]
_DIST_POLY = [0.0, 0.012, 0.0, -0.031, 0.0, 0.087, 0.0, 0.9876543210987654, 0.0]
_UNDIST_POLY = [0.0, -0.011, 0.0, 0.029, 0.0, -0.091, 0.0, 1.0125432109876543, 0.0]


def _image_entry(image_id: int) -> dict:
    width, height = FRAME_SIZE
    camera = {"camera_matrix": _CAMERA_MATRIX, "dist_poly": _DIST_POLY, "undist_poly": _UNDIST_POLY}
    return {"id": image_id, "file_name": f"{image_id:06d}.jpg", "width": width, "height": height, **camera}


def _annotation(annotation_id: int, image_id: int, u: float, v: float, x: float, y: float) -> dict:
    size = 18 + v / 40
    return {
        "id": annotation_id,
        "image_id": image_id,
        "category_id": 1,
        "bbox": [u - size / 3, v - 2 * size, size / 1.5, 2 * size],
        "area": round(size * size),
        "position_on_pitch": [x, y],
        "keypoints": [[u, v - size, 1.0], [u, v, 1.0]],
        "keypoints_3d": [[x, y, 0.91, 1.0], [x, y, 0.0, 1.0]],
    }


def write_annotations(path: str | Path, num_images: int, num_annotations: int, seed: int = 0) -> None:
    """Write an annotation file of the official layout, with random people, entry by entry.

    Args:
        path: where to.
        num_images: entries in ``images``; all have the same synthetic camera.
        num_annotations: entries in ``annotations``, spread evenly over the images.
        seed: of the random numbers.
    """
    rng = np.random.default_rng(seed)
    points = rng.uniform([100, 300, -34, -52], [3700, 2100, 34, 52], (num_annotations, 4)).tolist()
    with Path(path).open("w", encoding="utf-8") as file:
        file.write('{"categories": [{"id": 1, "name": "person"}], "images": [')
        for i in range(num_images):
            file.write((", " if i else "") + json.dumps(_image_entry(i)))
        file.write('], "annotations": [')
        for i, point in enumerate(tqdm(points, desc="annotations", leave=False)):
            entry = _annotation(i, i * num_images // num_annotations, *point)
            file.write((", " if i else "") + json.dumps(entry))
        file.write("]}")


def make_frame(seed: int) -> np.ndarray:
    """A picture with the structure and noise of a stadium frame, (2160, 3840, 3) uint8.

    As a JPEG of quality 80 it has about the size of a real frame (1.7 MB) and costs as much to decode, at full and at
    reduced resolution.
    """
    rng = np.random.default_rng(seed)
    width, height = FRAME_SIZE

    def noise(step: int, amplitude: float) -> np.ndarray:
        field = rng.normal(0, amplitude, (height // step, width // step)).astype(np.float32)
        return cv2.resize(field, FRAME_SIZE, interpolation=cv2.INTER_CUBIC)[..., None]

    stands = np.zeros((height, width, 1), np.float32)
    stands[: int(height * 0.28)] = 1
    stands[int(height * 0.8) :, int(width * 0.55) :] = 1
    light = np.linspace(0, 30, height, dtype=np.float32)[:, None, None]
    grass = (noise(2, 12) + noise(4, 12) + noise(60, 8)) * np.array([0.8, 1.1, 1.0], np.float32)
    crowd = np.concatenate([noise(8, 30) for _ in range(3)], axis=-1) + noise(3, 14)
    picture = np.array([60, 110, 70], np.float32) * (1 - 0.5 * stands) + light + stands * crowd + (1 - stands) * grass
    return np.clip(picture, 0, 255).astype(np.uint8)


def write_frames(folder: str | Path, num_images: int, copy_width: int) -> tuple[Path, Path]:
    """Write 4K frames and resized copies of them.

    Returns:
        The folders of the frames and of the copies; the names fit :func:`write_annotations`.
    """
    full, copies = Path(folder, "4k"), Path(folder, f"{copy_width}")
    size = (copy_width, round(copy_width * FRAME_SIZE[1] / FRAME_SIZE[0]))
    full.mkdir(parents=True)
    copies.mkdir()
    for i in tqdm(range(num_images), desc="frames", leave=False):
        frame = make_frame(i)
        cv2.imwrite(str(full / f"{i:06d}.jpg"), frame, [cv2.IMWRITE_JPEG_QUALITY, 80])
        copy = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(copies / f"{i:06d}.jpg"), copy, [cv2.IMWRITE_JPEG_QUALITY, 90])
    return full, copies
