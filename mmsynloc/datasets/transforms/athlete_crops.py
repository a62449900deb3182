"""Crops of a frame's athletes, to train the second stage: the frame is decoded once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmcv.transforms import BaseTransform
from mmengine.structures import InstanceData
from mmpose.registry import TRANSFORMS
from mmpose.structures import PoseDataSample

from mmsynloc.codecs import GROUND_INDEX, detach_ground_metric
from mmsynloc.datasets.transforms.affine import check_size, output_size
from mmsynloc.datasets.transforms.box_noise import BoxNoise, draw_empty_boxes, jitter_boxes
from mmsynloc.datasets.transforms.broken_images import MAX_BROKEN_SHARE, BrokenImageLog
from mmsynloc.datasets.transforms.photometric import SynLocPhotometric
from mmsynloc.files.images import BrokenImageError, DecodedImage, load_image
from mmsynloc.structures import Camera
from mmsynloc.structures.affine import max_scale, scale_matrix, transform_points
from mmsynloc.structures.boxes import feet_of
from mmsynloc.structures.crops import crop_geometry, crop_matrices, crops_by_camera
from mmsynloc.structures.warp import cut_views

__all__ = ["PackAthleteCrops", "SynLocAthleteCrops"]


@TRANSFORMS.register_module()
class SynLocAthleteCrops(BaseTransform):
    """Cut the athletes of a frame out of its file, each by one affine map that also moves its labels.

    P crops come of each frame: of its athletes, some more than once where there are few, with boxes as wrong as those
    of a first stage, and a share without an athlete, from which the second stage learns what is none.

    Required Keys:

    - img_path, annotated_size, camera, bbox, keypoints (N, K or K + 2, 2), keypoints_visible

    Added Keys:

    - crops: (P, H, W, 3) uint8, BGR
    - crop_keypoints: (P, K, 2) float32, px of the crop
    - crop_visible: (P, K) float32; 0 for points outside of the crop and where no athlete is
    - pixel_to_metre: (P, 2, 2) float32, d(pitch m) / d(crop px); zeros where the data set carries no ground metric
    - is_athlete: (P,) bool
    - geometry: (P, 4) float32, see :func:`~mmsynloc.structures.crops.crop_geometry`

    Args:
        size: ``(width, height)`` of the crops in px; None for the data set's ``input_size``.
        crops_per_image: P.
        empty_share: share of crops without an athlete.
        height_m: what a crop shows, in metres (:func:`~mmsynloc.structures.crops.crops_by_camera`); None takes the
            boxes' own size.
        padding: of boxes, as for :func:`~mmsynloc.structures.crops.crops_of_boxes`.
        noise: of boxes, arguments of :class:`BoxNoise`.
        scale_range: smallest and largest factor by which a crop shows more.
        rotate_factor: largest rotation in degrees.
        flip_prob: chance to mirror.
        hide_prob: chance to cover a part, or to cut a side as the frame's border does.
        photometric: arguments of :class:`SynLocPhotometric`, applied to each crop; None for none.
        margin: how far outside the crop a keypoint may lie and still be trained, as a share of its height.
        max_broken_share: as for :class:`RenderSynLocImage`.
    """

    def __init__(
        self,
        size: Sequence[int] | None = None,
        crops_per_image: int = 16,
        empty_share: float = 0.15,
        height_m: float | None = None,
        padding: float = 1.25,
        noise: dict[str, float] | None = None,
        scale_range: tuple[float, float] = (0.85, 1.2),
        rotate_factor: float = 8.0,
        flip_prob: float = 0.5,
        hide_prob: float = 0.25,
        photometric: dict[str, float] | None = None,
        margin: float = 0.05,
        max_broken_share: float = MAX_BROKEN_SHARE,
    ) -> None:
        self.size = check_size(size, "size")
        self.crops_per_image, self.empty_share = crops_per_image, empty_share
        self.height_m, self.padding = height_m, padding
        self.noise = BoxNoise(**(noise or {}))
        self.scale_range, self.rotate_factor, self.flip_prob = scale_range, rotate_factor, flip_prob
        self.hide_prob, self.margin = hide_prob, margin
        self.photometric = None if photometric is None else SynLocPhotometric(**photometric)
        self.broken = BrokenImageLog(max_broken_share)

    def transform(self, results: dict) -> dict | None:
        """Make the crops; None where the image file is broken, so that another sample takes its place."""
        size = output_size(self.size, results)
        camera = Camera.from_data_info(results)
        boxes, owners = self._draw_boxes(np.asarray(results["bbox"], np.float64).reshape(-1, 4), camera)
        matrices = self._draw_matrices(boxes, camera, size)
        needed = min(max(map(max_scale, matrices)), 1.0)
        try:
            image = load_image(results["img_path"], results["annotated_size"], needed)
        except BrokenImageError as error:
            self.broken.add(error.path, str(error), len(results["dataset"]))
            return None
        results["crops"] = self._cut(image, matrices, size)
        results["geometry"] = crop_geometry(camera, feet_of(boxes), matrices, size)
        results.update(self._labels(results, owners, matrices, size))
        return results

    def _draw_boxes(self, truth_xyxy: np.ndarray, camera: Camera) -> tuple[np.ndarray, np.ndarray]:
        """P boxes and which athlete each is about, -1 for none."""
        wanted = np.random.binomial(self.crops_per_image, self.empty_share) if len(truth_xyxy) else self.crops_per_image
        empty = draw_empty_boxes(wanted, truth_xyxy, camera)
        if not len(truth_xyxy):
            empty = np.resize(empty, (self.crops_per_image, 4))
        count = self.crops_per_image - len(empty)
        rounds = -(-count // max(len(truth_xyxy), 1))
        owners = np.concatenate([np.random.permutation(len(truth_xyxy)) for _ in range(rounds)] or [np.zeros(0, int)])
        owners = owners[:count].astype(int)
        boxes = np.concatenate([jitter_boxes(truth_xyxy[owners], self.noise), empty])
        return boxes, np.concatenate([owners, np.full(len(empty), -1)])

    def _draw_matrices(self, boxes_xyxy: np.ndarray, camera: Camera, size: tuple[int, int]) -> np.ndarray:
        crops = crops_by_camera(boxes_xyxy, camera, size, self.height_m, self.padding)
        count = len(boxes_xyxy)
        low, high = np.log(self.scale_range)
        factor = np.exp(np.random.uniform(low, high, count))
        degrees = np.random.uniform(-1, 1, count) * self.rotate_factor
        crops = crops._replace(heights_px=crops.heights_px * factor)
        return crop_matrices(crops, size, degrees, np.random.rand(count) < self.flip_prob)

    def _cut(self, image: DecodedImage, matrices: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        crops = cut_views(image.pixels, matrices @ scale_matrix(1 / image.scale[0], 1 / image.scale[1]), size)
        crops = np.ascontiguousarray(crops)
        for i, crop in enumerate(crops):
            if np.random.rand() < self.hide_prob:
                _hide(crop)
            if self.photometric is not None:
                crops[i] = self.photometric.apply(crop)
        return crops

    def _labels(
        self, results: dict, owners: np.ndarray, matrices: np.ndarray, size: tuple[int, int]
    ) -> dict[str, np.ndarray]:
        truth = np.asarray(results["keypoints"], np.float64)
        number, is_athlete = truth.shape[1], owners >= 0
        points = np.zeros((len(owners), number, 2))
        visible = np.zeros((len(owners), 2), np.float32)
        for i in np.flatnonzero(is_athlete):
            points[i] = transform_points(truth[owners[i]], matrices[i])
            visible[i] = results["keypoints_visible"][owners[i]][:2]
        own, metric = points, np.zeros((len(owners), 2, 2), np.float32)
        if number > GROUND_INDEX + 1:
            own, metric = detach_ground_metric(points)
        room = self.margin * size[1]
        inside = ((own >= -room) & (own <= np.array(size) - 1 + room)).all(-1)
        return dict(
            crop_keypoints=own.astype(np.float32),
            crop_visible=(visible * inside).astype(np.float32),
            pixel_to_metre=metric * is_athlete[:, None, None],
            is_athlete=is_athlete,
        )

    def __repr__(self) -> str:
        options = ("size", "crops_per_image", "empty_share", "height_m", "padding", "noise", "scale_range")
        return f"{type(self).__name__}({', '.join(f'{o}={getattr(self, o)}' for o in options)})"


def _hide(crop: np.ndarray) -> None:
    """Cover a random part of a crop (H, W, 3), in place: a rectangle, or one side as beyond the frame."""
    height, width = crop.shape[:2]
    if np.random.rand() < 0.3:
        side, share = np.random.randint(3), np.random.uniform(0.05, 0.4)
        part = [crop[:, : int(width * share)], crop[:, -int(width * share) :], crop[-int(height * share) :]][side]
        part[:] = 114
        return
    h, w = (np.random.uniform(0.1, 0.4, 2) * (height, width)).astype(int)
    y, x = np.random.randint(height - h + 1), np.random.randint(width - w + 1)
    crop[y : y + h, x : x + w] = np.random.randint(0, 256, 3)


@TRANSFORMS.register_module()
class PackAthleteCrops(BaseTransform):
    """Pack the crops of a frame for the data loader.

    Args:
        meta_keys: entries of the sample that become meta information.
    """

    def __init__(self, meta_keys: Sequence[str] = ("img_id", "img_path")) -> None:
        self.meta_keys = tuple(meta_keys)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Pack the sample.

        Returns:
            ``inputs`` (P, 3, H, W) uint8, and ``data_samples`` whose ``gt_instance_labels`` hold P times ``keypoints``,
            ``keypoints_visible``, ``pixel_to_metre``, ``is_athlete`` and ``geometry``.
        """
        labels = InstanceData(
            keypoints=torch.from_numpy(results["crop_keypoints"]),
            keypoints_visible=torch.from_numpy(results["crop_visible"]),
            pixel_to_metre=torch.from_numpy(results["pixel_to_metre"].astype(np.float32)),
            is_athlete=torch.from_numpy(results["is_athlete"]),
            geometry=torch.from_numpy(results["geometry"]),
        )
        sample = PoseDataSample(metainfo={key: results[key] for key in self.meta_keys})
        sample.gt_instance_labels = labels
        crops = np.ascontiguousarray(results["crops"].transpose(0, 3, 1, 2))
        return dict(inputs=torch.from_numpy(crops), data_samples=sample)
