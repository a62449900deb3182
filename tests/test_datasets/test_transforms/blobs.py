"""Pictures of bright blobs at known places, as image files and as a data set."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from mmpose.registry import TRANSFORMS

import mmsynloc.datasets.transforms  # noqa: F401  registers the transforms

BACKGROUND = 40
SIGMA = 14.0  # annotated px; over 1.5 px in the smallest output, so that a centroid is exact to a hundredth
FRAME = (3840, 2160)


def draw_blobs(points_px: np.ndarray, file_size: tuple[int, int]) -> np.ndarray:
    """A grey picture with a Gaussian at each place (N, 2), given in px of FRAME, drawn at the file's resolution."""
    image = np.full((file_size[1], file_size[0]), BACKGROUND, np.float64)
    scale = np.array(file_size) / FRAME
    for centre in (np.asarray(points_px) + 0.5) * scale - 0.5:
        radius = np.ceil(5 * SIGMA * scale).astype(int)
        x1, y1 = np.maximum(np.round(centre).astype(int) - radius, 0)
        x2, y2 = np.minimum(np.round(centre).astype(int) + radius + 1, file_size)
        y, x = np.mgrid[y1:y2, x1:x2]
        squared = ((x - centre[0]) / scale[0]) ** 2 + ((y - centre[1]) / scale[1]) ** 2
        image[y1:y2, x1:x2] += 170 * np.exp(-0.5 * squared / SIGMA**2)
    return np.repeat(np.clip(np.rint(image), 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def blob_info(points_px: np.ndarray, path: str | Path | None = None) -> dict:
    """A data info whose people are blobs: both keypoints at the blob, the box around it."""
    points = np.asarray(points_px, np.float32).reshape(-1, 2)
    count = len(points)
    info = dict(
        annotated_size=FRAME,
        bbox=np.concatenate([points - 3 * SIGMA, points + 3 * SIGMA], axis=1).astype(np.float32),
        bbox_score=np.ones(count, np.float32),
        keypoints=np.repeat(points[:, None], 2, axis=1),
        keypoints_visible=np.ones((count, 2), np.float32),
        area=np.full(count, (6 * SIGMA) ** 2, np.float32),
        category_id=np.ones(count, np.int64),
        id=np.arange(count),
        flip_indices=[0, 1],
    )
    if path is not None:
        info["img_path"] = str(path)
    return info


class BlobDataset:
    """As much of a data set as the mixing transforms use."""

    def __init__(self, infos: list[dict], test_mode: bool = False) -> None:
        self.infos, self.test_mode = infos, test_mode

    def __len__(self) -> int:
        return len(self.infos)

    def get_data_info(self, index: int) -> dict:
        return {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in self.infos[index].items()}

    def run(self, index: int, pipeline: list, **entries) -> dict | None:
        """One sample through a pipeline of configs; transforms that keep a state must be built before."""
        transforms = [t if callable(t) else TRANSFORMS.build(t) for t in pipeline]
        results = {**self.get_data_info(index), "dataset": self, **entries}
        for transform in transforms:
            results = transform(results)
            if results is None:
                return None
        return results


def make_blob_dataset(folder: Path, file_size: tuple[int, int] = FRAME, count: int = 5) -> BlobDataset:
    """Images of blobs on a jittered grid, 5 x 3 each, as JPEGs of the given resolution."""
    rng = np.random.default_rng(7)
    infos = []
    for i in range(count):
        grid = np.stack(np.meshgrid(np.linspace(300, 3500, 5), np.linspace(300, 1850, 3)), axis=-1).reshape(-1, 2)
        points = grid + rng.uniform(-140, 140, grid.shape)
        path = folder / f"{file_size[0]}_{i:06d}.jpg"
        cv2.imwrite(str(path), draw_blobs(points, file_size), [cv2.IMWRITE_JPEG_QUALITY, 97])
        infos.append({**blob_info(points, path), "sample_idx": i})
    return BlobDataset(infos)
