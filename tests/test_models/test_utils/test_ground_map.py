"""From the network's input to the pitch."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from mmsynloc.models.utils.ground_map import input_to_pitch, make_ground_map
from tests.synloc_files import ANNOTATED_SIZE, camera
from tests.test_models.inputs import metainfo, to_input_px


def test_input_to_pitch__is_the_cameras():
    points_px = np.random.default_rng(0).uniform([-50, -50], [700, 400], (200, 2))  # some over the horizon
    expected = camera().pixel_to_pitch(points_px).points
    assert np.isnan(expected).any()
    assert np.isfinite(expected).any()
    found = input_to_pitch(torch.tensor(to_input_px(points_px))[None], make_ground_map([metainfo()]))
    np.testing.assert_allclose(found[0].numpy(), expected, atol=1e-6)


def test_input_to_pitch__each_image_has_its_own_camera():
    other = copy.deepcopy(metainfo())
    other["camera"]["camera_matrix"] = -other["camera"]["camera_matrix"]  # the same camera
    other["camera"]["undist_poly"] = np.concatenate([[0.0, 0.0], other["camera"]["undist_poly"]])
    moved = copy.deepcopy(metainfo())
    moved["annotated_size"] = tuple(2 * side for side in ANNOTATED_SIZE)
    moved["input_scale"], moved["input_center"] = 2 * moved["input_scale"], 2 * (moved["input_center"] + 0.5) - 0.5
    points = torch.tensor(to_input_px(np.array([[300.0, 250.0], [10.0, 330.0]])))
    maps = make_ground_map([metainfo(), other, moved])
    found = input_to_pitch(points.expand(3, -1, -1), maps)
    torch.testing.assert_close(found[1], found[0])
    torch.testing.assert_close(found[2], found[0], atol=0.05, rtol=0)  # half an annotated pixel's shift
    torch.testing.assert_close(input_to_pitch(points[None], maps.of(1)), found[1:2])


def test_input_to_pitch__nobody():
    assert input_to_pitch(torch.zeros(1, 0, 2), make_ground_map([metainfo()])).shape == (1, 0, 2)


def test_make_ground_map__says_what_is_missing():
    with pytest.raises(ValueError, match="camera, annotated_size, input_center, input_scale"):
        make_ground_map([metainfo(), dict(input_size=(4, 4))])
