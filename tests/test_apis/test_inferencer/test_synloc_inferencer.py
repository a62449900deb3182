"""Positions in pictures, with a back end that finds drawn boxes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mmsynloc.apis.inferencer import SynLocInferencer
from mmsynloc.apis.inferencer.synloc_inferencer import find_model
from mmsynloc.structures import OpenCVCamera
from mmsynloc.utils import UserError
from tests.synloc_files import camera, write_split
from tests.test_apis.test_inferencer.red_boxes import RedBoxes

PEOPLE = [[(0.0, 0.0), (5.0, 10.0)], [], [(-12.0, -8.0)]]


@pytest.fixture
def inferencer() -> SynLocInferencer:
    return SynLocInferencer(backend=RedBoxes(), score_threshold=0.0, batch_size=2)


@pytest.fixture
def split(tmp_path):
    """The annotation file of three images, the second without people."""
    return write_split(tmp_path, "val", PEOPLE)


def distances(found: np.ndarray, truth) -> np.ndarray:
    """Of each true position to the nearest found one."""
    return np.array([np.linalg.norm(found - position, axis=1).min() for position in truth])


def test_call__no_frames(inferencer):
    assert list(inferencer(iter([]), camera())) == []
    assert inferencer.backend.batches == []


def test_call__folder_with_the_cameras_of_an_annotation_file(inferencer, split, tmp_path):
    frames = list(inferencer(tmp_path / "val", split))
    assert [frame.image_id for frame in frames] == [0, 1, 2]
    assert [len(frame) for frame in frames] == [2, 0, 1]
    assert frames[1].points_pitch_m.shape == (0, 2)
    for frame, truth in zip(frames, PEOPLE):
        # A box ends at a whole pixel, which is up to 0.7 m far from this camera.
        assert len(frame) == len(truth)
        assert (distances(frame.points_pitch_m, truth) < 1.0).all()
    assert inferencer.backend.batches == [2, 1]


def test_call__pixels_are_those_of_the_camera_at_any_resolution(inferencer, tmp_path):
    large = write_split(tmp_path / "large", "val", PEOPLE[:1], image_size=(1280, 720))
    (frame,) = inferencer(tmp_path / "large" / "val", large)
    assert frame.image_size == (640, 360)
    assert (distances(frame.points_pitch_m, PEOPLE[0]) < 0.6).all()


def test_call__score_threshold(split, tmp_path):
    few = SynLocInferencer(backend=RedBoxes(), score_threshold=0.6)
    assert [len(frame) for frame in few(tmp_path / "val", split)] == [1, 0, 1]


def test_call__positions_come_from_the_true_camera(inferencer):
    """The network sees an approximation of the lens; an off-centre one with tangential distortion has none exact."""
    turn = np.array([[0.0, -1, 0], [-0.26, 0, -0.9656], [0.9656, 0, -0.26]])
    centre = np.array([-45.0, 0.0, 12.0])
    matrix = np.array([[500.0, 0, 300], [0, 450, 200], [0, 0, 1]])
    lens = OpenCVCamera(matrix, turn, -turn @ centre, (640, 360), (-0.05, 0.01, 0.01, -0.02))
    truth = np.array([[0.0, 0.0], [10.0, -12.0]])
    picture = np.zeros((360, 640, 3), np.uint8)
    for x, y in np.rint(lens.pitch_to_pixel(truth).points).astype(int):
        picture[y - 12 : y, x - 3 : x + 3] = (0, 0, 255)
    (frame,) = inferencer(picture, lens)
    assert frame.camera is lens
    assert (distances(frame.points_pitch_m, truth) < 0.6).all()  # a box ends at a whole pixel
    expected = lens.pixel_to_pitch(frame.points_px[:, 1]).points
    np.testing.assert_array_equal(frame.points_pitch_m, expected)


def test_call__over_the_horizon_is_nan(inferencer):
    picture = np.zeros((360, 640, 3), np.uint8)
    picture[2:10, 300:304] = picture[200:220, 100:106] = (0, 0, 255)
    (frame,) = inferencer(picture, camera())
    assert np.isnan(frame.points_pitch_m).all(1).tolist() == [False, True]


def test_call__problems_are_raised_or_handed_on(inferencer, split, tmp_path):
    (tmp_path / "val" / "000001.jpg").write_bytes(b"no image")
    with pytest.raises(UserError, match=r"000001.jpg: no image"):
        list(inferencer(tmp_path / "val", split))
    problems: list = []
    frames = list(inferencer(tmp_path / "val", split, on_problem=problems.append))
    assert [frame.image_id for frame in frames] == [0, 2]
    assert [str(problem) for problem in problems] == [f"{tmp_path}/val/000001.jpg: no image"]


def test_call__camera_of_another_shape(inferencer):
    with pytest.raises(UserError, match=r"array 0: image is 640x480, annotated as 640x360: not the same shape"):
        list(inferencer(np.zeros((480, 640, 3), np.uint8), camera()))


def test_call__every_and_max_frames(inferencer):
    pictures = [np.zeros((360, 640, 3), np.uint8)] * 9
    assert [frame.index for frame in inferencer(pictures, camera(), every=2, max_frames=3)] == [0, 2, 4]


def test_init__threshold_must_be_a_number():
    for threshold in (None, math.nan):
        with pytest.raises(UserError, match="score_threshold"):
            SynLocInferencer(backend=RedBoxes(), score_threshold=threshold)


def test_find_model__settings_of_another_kind(tmp_path):
    (tmp_path / "mine.py").write_text("model = 3\n")
    with pytest.raises(UserError, match=r"mine\.py: model is 3; a dict is needed"):
        find_model(tmp_path / "mine.py", "mmsynloc::demo_synloc.pth")
