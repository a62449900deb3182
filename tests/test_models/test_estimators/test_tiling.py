"""Detection on windows: what is found comes out at its place in the frame, once."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample

from mmsynloc.models.estimators.tiling import detect_on_tiles, merge_windows, window_sample
from mmsynloc.structures.windows import TileRule, Window
from tests.synloc_files import ANNOTATED_SIZE, camera

PLACES = np.array([[0.0, 0.0], [10.0, 12.0], [14.0, -18.0], [25.0, 5.0]])


def _people() -> tuple[np.ndarray, np.ndarray]:
    """Boxes (4, 4) and ground points (4, 2) px of people at PLACES."""
    feet = camera().pitch_to_pixel(PLACES).points
    heads = camera().pitch_to_pixel(np.column_stack([PLACES, np.full(len(PLACES), 1.8)])).points
    tall = feet[:, 1] - heads[:, 1]
    boxes = np.stack([feet[:, 0] - tall / 5, feet[:, 1] - tall, feet[:, 0] + tall / 5, feet[:, 1]], axis=1)
    return boxes, feet


def _found(boxes: np.ndarray, feet: np.ndarray, scores: np.ndarray) -> InstanceData:
    return InstanceData(
        bboxes=boxes.astype(np.float32),
        bbox_scores=scores.astype(np.float32),
        keypoints=np.stack([feet, feet], axis=1).astype(np.float32),
    )


def _sample() -> PoseDataSample:
    one = camera()
    size = np.array(ANNOTATED_SIZE, np.float64)
    meta = dict(
        camera={k: getattr(one, k) for k in ("camera_matrix", "dist_poly", "undist_poly")},
        annotated_size=ANNOTATED_SIZE,
        input_size=size,
        input_scale=size,
        input_center=size / 2,
    )
    return PoseDataSample(metainfo=meta)


class _Detector:
    """Finds the people in each window by looking at its metainfo; answers in annotated px as models do."""

    def __init__(self) -> None:
        self.windows = self.calls = 0

    def __call__(self, images, samples) -> list[InstanceData]:
        self.calls += 1
        boxes, feet = _people()
        results = []
        for image, sample in zip(images, samples):
            self.windows += 1
            size, factor = sample.input_size, sample.input_size / sample.input_scale
            assert image.shape[-2:] == tuple(size[::-1].astype(int))
            corner = sample.input_center - 0.5 * sample.input_scale
            inside = (((feet - corner) * factor > 0) & ((feet - corner) * factor < size)).all(1)
            cut = ((boxes.reshape(-1, 2, 2) - corner) * factor).clip(0, size - 1) / factor + corner
            results.append(_found(cut.reshape(-1, 4)[inside], feet[inside], np.full(inside.sum(), 0.8)))
        return results


@pytest.mark.parametrize("mode", ["camera", "grown", "fixed"])
def test_detect_on_tiles__everybody_once(mode: str) -> None:
    boxes, feet = _people()
    whole = _found(boxes[:2], feet[:2], np.array([0.9, 0.3]))
    frame = torch.zeros(360, 640, 3, dtype=torch.uint8)
    rule = TileRule(mode, size=(256, 160), height_px=60, max_scale=3.0, scale=1.5, overlap=0.3)
    detector = _Detector()
    (found,) = detect_on_tiles(detector, [whole], [_sample()], [frame], rule, {})
    assert detector.windows > 1
    assert len(found) == 4
    assert (np.diff(found.bbox_scores) <= 0).all()
    distances = np.linalg.norm(found.keypoints[:, None, 1] - feet[None], axis=2)
    assert distances.min(0).max() < 0.01
    assert sorted(found.bbox_scores.round(2)) == [np.float32(x) for x in (0.8, 0.8, 0.8, 0.9)]


def test_detect_on_tiles__nobody() -> None:
    nothing = _found(np.zeros((0, 4)), np.zeros((0, 2)), np.zeros(0))
    rule = TileRule("camera", height_px=3)  # all are larger: no windows
    frame = torch.zeros(360, 640, 3, dtype=torch.uint8)
    assert [len(found) for found in detect_on_tiles(_Detector(), [nothing], [_sample()], [frame], rule, {})] == [0]
    assert detect_on_tiles(_Detector(), [], [], [], rule, {}) == []


def test_detect_on_tiles__windows_of_several_frames_share_calls() -> None:
    boxes, feet = _people()
    # the second frame has no coarse box to grow by
    wholes = [_found(boxes[:n], feet[:n], np.array([0.9, 0.3])[:n]) for n in (2, 0)]
    frames = [torch.zeros(360, 640, 3, dtype=torch.uint8), torch.zeros(720, 1280, 3, dtype=torch.uint8)]
    rule = TileRule("fixed", size=(256, 160), scale=1.5, overlap=0.3)
    together, alone = _Detector(), _Detector()
    found = detect_on_tiles(together, wholes, [_sample(), _sample()], frames, rule, {"tile_batch_size": 100})
    single = [
        detect_on_tiles(alone, [whole], [_sample()], [frame], rule, {"tile_batch_size": 100})[0]
        for whole, frame in zip(wholes, frames)
    ]
    assert together.windows == alone.windows
    assert together.calls == alone.calls / 2
    for one, other in zip(found, single):
        np.testing.assert_array_equal(one.bboxes, other.bboxes)
        np.testing.assert_array_equal(one.keypoints, other.keypoints)


def test_window_sample__maps_input_px_to_the_frame() -> None:
    sample = window_sample(_sample(), Window(np.array([99.5, 49.5, 199.5, 99.5]), 2.0))
    for inside, outside in (((-0.5, -0.5), (99.5, 49.5)), ((1.5, 3.5), (100.5, 51.5))):
        point = (
            np.array(inside) / sample.input_size * sample.input_scale + sample.input_center - 0.5 * sample.input_scale
        )
        assert np.allclose(point, outside)


def test_merge_windows__drops_what_an_inner_border_cuts_but_not_what_the_frame_cuts() -> None:
    window = Window(np.array([-0.5, 99.5, 299.5, 359.5]), 1.0)
    feet = np.array([[10.0, 340], [295, 250], [150, 250]])
    boxes = np.array([[-0.5, 300, 20, 340], [280, 200, 299.4, 250], [140, 200, 160, 250]])
    merged = merge_windows([(window, _found(boxes, feet, np.array([0.5, 0.9, 0.7])))], camera(), {})
    assert merged.bbox_scores.tolist() == [np.float32(0.7), np.float32(0.5)]
