from __future__ import annotations

import numpy as np
import torch

from mmsynloc.evaluation.functional import CameraTable, pixels_to_pitch
from mmsynloc.evaluation.functional.position import _inverse
from mmsynloc.evaluation.tables import camera_table
from mmsynloc.files import parse_annotations
from mmsynloc.structures import Camera


def cameras_of(images) -> CameraTable:
    return camera_table(parse_annotations({"images": images}))


def test_pixels_to_pitch__empty(image_entry):
    assert pixels_to_pitch(np.zeros((0, 2)), np.zeros(0, np.int64), cameras_of([image_entry(0)])).shape == (0, 2)


def test_pixels_to_pitch__agrees_with_the_camera_of_each_image(image_entry):
    images = [image_entry(0, 9.0), image_entry(1, 14.0), {**image_entry(2, 9.0), "width": 1920, "height": 1080}]
    points_m = np.random.default_rng(0).uniform((-20, -30), (30, 30), (60, 2))
    image = np.arange(60) % 3
    pixels = np.stack(
        [Camera.from_image_info(images[i]).pitch_to_pixel(p[None]).points[0] for i, p in zip(image, points_m)]
    )
    found = pixels_to_pitch(pixels, image, cameras_of(images))
    # float32 keeps about 1e-7 of the normalised coordinates, which is up to 1 mm on far ground seen at a low angle
    np.testing.assert_allclose(found, points_m, atol=2e-3)


def test_pixels_to_pitch__nothing_over_the_horizon(image_entry):
    entry = image_entry(0)
    pixels = np.array([[1920.0, 100.0], [1920.0, 1080.0], [1920.0, -5e4]])
    found = pixels_to_pitch(pixels, np.zeros(3, np.int64), cameras_of([entry]))
    assert np.isnan(found).all(axis=1).tolist() == [True, False, True]
    assert Camera.from_image_info(entry).pixel_to_pitch(pixels).valid.tolist() == [False, True, False]


def test_pixels_to_pitch__sign_of_the_matrix_is_free(image_entry):
    entry = image_entry(0)
    flipped = {**entry, "camera_matrix": (-np.array(entry["camera_matrix"])).tolist()}
    pixels = np.array([[100.0, 1500.0], [1920.0, 10.0]])
    a, b = (pixels_to_pitch(pixels, np.zeros(2, np.int64), cameras_of([e])) for e in (entry, flipped))
    np.testing.assert_array_equal(a, b)


def test_pixels_to_pitch__short_polynomial_beside_a_long_one(image_entry):
    short, long = image_entry(0), image_entry(1)
    long["undist_poly"] = [0.0, 0.0, *long["undist_poly"]]
    pixels = np.array([[300.0, 1500.0], [300.0, 1500.0]])
    found = pixels_to_pitch(pixels, np.arange(2), cameras_of([short, long]))
    np.testing.assert_array_equal(found[0], found[1])


def test_inverse__no_matrix():
    assert _inverse(np.zeros((0, 3, 3), np.float32)).shape == (0, 3, 3)


def test_inverse__is_torchs_to_the_bit():
    """Where another library than Intel's is behind torch, the last bits may differ: a few units in the last place."""
    matrices = np.random.default_rng(0).normal(size=(500, 3, 3)).astype(np.float32)
    found, expected = _inverse(matrices), torch.inverse(torch.from_numpy(matrices)).numpy()
    if torch.backends.mkl.is_available():
        np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(found, np.linalg.inv(matrices.astype(np.float64)), rtol=2e-2, atol=1e-3)
