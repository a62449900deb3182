"""Random crops: near an athlete, inside the picture, and without people."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.datasets.transforms import SynLocMosaic, SynLocRandomCrop, get_plan
from mmsynloc.structures.affine import frame_bounds, invert, transform_bounds, transform_points

from .blobs import BlobDataset, blob_info

INFO = {"img_path": "none.jpg"}


def _crop(points, **options) -> dict:
    results = {**blob_info(points), **INFO}
    return SynLocRandomCrop((640, 480), **options)(results)


def _seen(results: dict) -> tuple:
    """The window in annotated px."""
    plan = get_plan(results)
    return transform_bounds(frame_bounds(plan.canvas_size), invert(next(plan.layers()).matrix))


@pytest.mark.parametrize("points", [[], [[2000, 1000]], [[5, 5]], [[3835, 2155], [100, 2000]]])
def test_random_crop__window_is_inside_the_picture(points):
    for _ in range(20):
        x1, y1, x2, y2 = _seen(_crop(points, scale_range=(0.4, 1.5)))
        assert x1 >= -0.5 - 1e-6
        assert y1 >= -0.5 - 1e-6
        assert x2 <= 3839.5 + 1e-6
        assert y2 <= 2159.5 + 1e-6


def test_random_crop__athlete_is_in_the_window():
    point = np.array([1700.0, 900.0])
    places = []
    for _ in range(100):
        results = _crop([point], scale_range=(0.5, 1.0), jitter=0.4)
        places.append(transform_points(point, next(get_plan(results).layers()).matrix))
    places = (np.array(places) + 0.5) / [640, 480] - 0.5
    assert np.abs(places).max() <= 0.4 + 1e-9
    assert np.abs(places).max() > 0.35  # the jitter is used


def test_random_crop__native_resolution():
    results = _crop([[1000, 1000]], scale_range=(1.0, 1.0))
    np.testing.assert_allclose(next(get_plan(results).layers()).matrix[:2, :2], np.eye(2))


def test_random_crop__resolution_of_whole_frames():
    results = _crop([[1000, 1000]], scale_range=(1.5, 1.5), frame_size=(960, 960))  # a frame fits at a quarter
    np.testing.assert_allclose(next(get_plan(results).layers()).matrix[:2, :2], 1.5 * 0.25 * np.eye(2))


def test_random_crop__picture_smaller_than_the_window_is_centred():
    x1, y1, x2, y2 = _seen(_crop([[10, 10]], scale_range=(0.1, 0.1)))
    np.testing.assert_allclose([(x1 + x2) / 2, (y1 + y2) / 2], [1919.5, 1079.5])


def test_random_crop__never():
    assert get_plan(_crop([[10, 10]], prob=0.0)).canvas_size == (3840, 2160)


def test_random_crop__after_a_mosaic():
    dataset = BlobDataset([{**blob_info([[1000 + 300 * i, 900]]), **INFO} for i in range(4)])
    results = SynLocMosaic((640, 360))({**dataset.get_data_info(0), "dataset": dataset})
    results = SynLocRandomCrop((320, 320), scale_range=(1.0, 1.0))(results)
    plan = get_plan(results)
    assert plan.canvas_size == (320, 320)
    centres = [transform_points(layer.info["keypoints"][0, 0], layer.matrix) for layer in plan.layers()]
    assert any(((c >= 0) & (c < 320)).all() for c in centres)


@pytest.mark.parametrize("scale_range", [(0, 1), (1, 0.5)])
def test_random_crop__wrong_scale_range(scale_range):
    with pytest.raises(ValueError, match="scale_range"):
        SynLocRandomCrop((640, 480), scale_range=scale_range)
