from __future__ import annotations

import numpy as np

from mmsynloc.evaluation import parse_ground_truth
from mmsynloc.evaluation.functional import CameraTable, pixels_to_pitch, position
from mmsynloc.structures import Camera


def cameras_of(images) -> CameraTable:
    return parse_ground_truth({"images": images, "annotations": []}).cameras


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


def test_pixels_to_pitch__blocks_do_not_show(image_entry, monkeypatch):
    pixels = np.random.default_rng(0).uniform((0, 900), (3840, 2160), (50, 2))
    cameras = cameras_of([image_entry(0), image_entry(1, 9.0)])
    whole = pixels_to_pitch(pixels, np.arange(50) % 2, cameras)
    monkeypatch.setattr(position, "_POINTS_AT_ONCE", 7)
    np.testing.assert_array_equal(pixels_to_pitch(pixels, np.arange(50) % 2, cameras), whole)
