"""Detection on windows of a frame, merged with what is found in the whole of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.codecs import GROUND_INDEX
from mmsynloc.models.heads.detections import ground_radius_m
from mmsynloc.placement.duplicates import distinct_athletes
from mmsynloc.structures import Camera
from mmsynloc.structures.affine import resize_matrix
from mmsynloc.structures.warp import cut_views
from mmsynloc.structures.windows import TileRule, Window, plan_windows

__all__ = ["detect_on_tiles", "merge_windows", "tile_rule_of", "window_sample"]

Detect = Callable[[Sequence[Tensor], list[PoseDataSample]], list[InstanceData]]


def tile_rule_of(test_cfg: Mapping[str, Any]) -> TileRule | None:
    """The rule that ``test_cfg.tiles`` gives; None where there are no tiles."""
    tiles = test_cfg.get("tiles")
    return None if tiles is None else TileRule(**tiles)


class _Tile(NamedTuple):
    """A window and the number of its frame in the batch."""

    frame: int
    window: Window


def detect_on_tiles(
    detect: Detect,
    whole: Sequence[InstanceData],
    samples: Sequence[PoseDataSample],
    frames: Sequence[Tensor],
    rule: TileRule,
    cfg: Mapping[str, Any],
) -> list[InstanceData]:
    """Find athletes in windows of B frames; windows of one size go through the network together.

    Args:
        detect: finds athletes in images (3, h, w) uint8 of one size, in annotated px.
        whole: what was found in each whole frame, in annotated px, NumPy.
        samples: of the frames, as they were seen as a whole.
        frames: (h, w, 3) uint8, BGR, on the host.
        rule: which windows.
        cfg: ``test_cfg``.

    Returns:
        All athletes of each frame without duplicates, by falling score.
    """
    cameras = [Camera.from_data_info(sample.metainfo) for sample in samples]
    tiles = [
        _Tile(i, window)
        for i, (found, sample, camera) in enumerate(zip(whole, samples, cameras))
        for window in _plan(found, sample, camera, rule, cfg)
    ]
    parts: list[list[tuple[Window | None, InstanceData]]] = [[(None, found)] for found in whole]
    size_of, most = attrgetter("window.input_size"), cfg.get("tile_batch_size", 8)
    for size, group in groupby(sorted(tiles, key=size_of), size_of):
        same = list(group)
        for start in range(0, len(same), most):
            batch = same[start : start + most]
            views = _cut(frames, batch, size, cameras)
            found = detect(views, [window_sample(samples[tile.frame], tile.window) for tile in batch])
            for tile, one in zip(batch, found):
                parts[tile.frame].append((tile.window, one))
    return [merge_windows(part, camera, cfg) for part, camera in zip(parts, cameras)]


def _plan(
    found: InstanceData, sample: PoseDataSample, camera: Camera, rule: TileRule, cfg: Mapping[str, Any]
) -> list[Window]:
    frame_scale = float((np.asarray(sample.input_size) / np.asarray(sample.input_scale)).min())
    coarse = found.bboxes[found.bbox_scores >= cfg.get("tile_score_thr", 0.1)]
    return plan_windows(camera, coarse, frame_scale, rule)


def _cut(
    frames: Sequence[Tensor], tiles: Sequence[_Tile], size: tuple[int, int], cameras: Sequence[Camera]
) -> list[Tensor]:
    """The tiles' pixels (3, h, w), in order; tiles of one frame follow each other."""
    views: list[Tensor] = []
    for i, group in groupby(tiles, attrgetter("frame")):
        pixels = frames[i].numpy()
        to_annotated = resize_matrix(pixels.shape[1::-1], cameras[i].image_size)
        matrices = np.stack([tile.window.matrix for tile in group]) @ to_annotated
        cut = cut_views(pixels, matrices, size)
        views += [torch.from_numpy(np.ascontiguousarray(view.transpose(2, 0, 1))) for view in cut]
    return views


def window_sample(sample: PoseDataSample, window: Window) -> PoseDataSample:
    """The sample of a window, so that what is found there comes out in annotated px of the frame."""
    meta = copy.copy(sample.metainfo)
    size = np.array(window.input_size, np.float64)
    scale = size / window.scale
    meta.update(
        input_size=size, input_scale=scale, input_center=window.bounds_xyxy[:2] + 0.5 / window.scale + 0.5 * scale
    )
    meta.update(img_shape=tuple(window.input_size[::-1]), batch_input_shape=tuple(window.input_size[::-1]))
    found = PoseDataSample(metainfo=meta)
    found.gt_instances = InstanceData()
    return found


def merge_windows(
    parts: Sequence[tuple[Window | None, InstanceData]], camera: Camera, cfg: Mapping[str, Any]
) -> InstanceData:
    """What several windows show, without duplicates and without what a window's border cuts.

    Args:
        parts: windows, None for the whole frame, and what was found in each, NumPy, in annotated px.
        camera: of the frame.
        cfg: ``test_cfg``, with ``ground_nms_radius_m``.
    """
    kept = [
        found if window is None else found[~_at_border(found, window, camera.image_size)] for window, found in parts
    ]
    merged = InstanceData.cat(kept)
    merged = merged[np.argsort(-merged.bbox_scores, kind="stable")]
    positions = camera.pixel_to_pitch(merged.keypoints[:, GROUND_INDEX, :2]).points
    return merged[distinct_athletes(merged.bboxes, positions, ground_radius_m(cfg))]


def _at_border(found: InstanceData, window: Window, frame_size: tuple[int, int]) -> np.ndarray:
    """Which boxes (N,) touch a border of the window inside of the frame, (N,) bool."""
    bounds, near = window.bounds_xyxy, 2 / window.scale
    inner = np.array([bounds[0] > 0, bounds[1] > 0, bounds[2] < frame_size[0] - 1, bounds[3] < frame_size[1] - 1])
    distance = np.abs(found.bboxes - bounds)
    beyond = np.concatenate([found.bboxes[:, :2] < bounds[:2], found.bboxes[:, 2:] > bounds[2:]], axis=1)
    return (((distance < near) | beyond) & inner).any(1)
