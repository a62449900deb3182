"""Pelvis and pelvis_ground out of files with other keypoints."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.datasets.pelvis_keypoints import select_pelvis_keypoints
from mmsynloc.files import parse_annotations
from mmsynloc.utils import UserError
from tests.synloc_files import annotation, body_annotation, image_entry

EXACT = 1e-9  # the same projection in another order


def select(people: list[dict], names: list[str] | None = None) -> np.ndarray:
    categories = [{"id": 1}] if names is None else [{"id": 1, "keypoints": names}]
    content = {"images": [image_entry(0)], "annotations": people, "categories": categories}
    return select_pelvis_keypoints(parse_annotations(content, "a.json"))


def test_select_pelvis_keypoints__nobody():
    assert select([]).shape == (0, 2, 3)


def test_select_pelvis_keypoints__two_are_taken_as_they_are():
    person = annotation(0, 0, (1.0, 2.0))
    np.testing.assert_array_equal(select([person], ["head", "foot"])[0], person["keypoints"])


@pytest.mark.parametrize("names", [None, [f"joint {i}" for i in range(25)]])
def test_select_pelvis_keypoints__of_body_25(names):
    people = [body_annotation(i, 0, position) for i, position in enumerate([(1.0, 2.0), (-7.0, 20.0)])]
    expected = [annotation(i, 0, position)["keypoints"] for i, position in enumerate([(1.0, 2.0), (-7.0, 20.0)])]
    found = select(people, names)
    np.testing.assert_allclose(found[..., :2], np.array(expected)[..., :2], atol=EXACT)
    assert found[..., 2].tolist() == [[2, 1], [2, 1]]


@pytest.mark.parametrize("pelvis", ["pelvis", "MidHip", "mid_hip"])
def test_select_pelvis_keypoints__by_name(pelvis):
    person = annotation(0, 0, (0.0, 0.0), keypoints=[[1, 2, 1], [3, 4, 0], [5, 6, 2]])
    assert select([person], ["pelvis_ground", "nose", pelvis]).tolist() == [[[5, 6, 2], [1, 2, 1]]]


def test_select_pelvis_keypoints__people_behind_the_camera_have_no_ground_point():
    person = body_annotation(0, 0, (0.0, 0.0), position_on_pitch=[-90.0, 0.0])
    assert select([person])[0, 1].tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("keypoints", "message"),
    [
        (None, "people have 0 keypoints, not 2"),
        ([[1, 2, 1]], "people have 1 keypoints, not 2"),
        ([[1, 2, 1]] * 17, "people have 17 keypoints, not 2, .* names none of them pelvis or MidHip"),
    ],
)
def test_select_pelvis_keypoints__no_pelvis(keypoints, message):
    with pytest.raises(UserError, match=rf"^a\.json: {message}"):
        select([annotation(0, 0, (0.0, 0.0), keypoints=keypoints)], ["nose"] * 17)
