"""Which camera has taken a frame."""

from __future__ import annotations

import pytest

from mmsynloc.apis.inferencer.frame_cameras import camera_finder
from mmsynloc.utils import UserError
from tests.synloc_files import camera, image_entry, write_annotations


def test_camera_finder__one_for_all():
    only = camera()
    assert camera_finder(only)(7, "any.jpg") == (7, only)


def test_camera_finder__one_a_frame():
    first, second = camera(), camera()
    find = camera_finder([first, second])
    assert find(1, "b.jpg") == (1, second)
    with pytest.raises(UserError, match=r"c.jpg: has no camera: 2 cameras were given"):
        find(2, "c.jpg")


def test_camera_finder__by_name():
    first, second = camera(), camera()
    find = camera_finder({"game 1/a.jpg": first, "game 2/a.jpg": second})
    assert find(0, "/data/game 2/a.jpg") == (0, second)
    with pytest.raises(UserError, match=r"b.jpg: has no camera"):
        find(0, "b.jpg")


def test_camera_finder__annotation_file_gives_ids_too(tmp_path):
    path = write_annotations(tmp_path / "val.json", [image_entry(4), image_entry(9, width=1280, height=720)], None)
    find = camera_finder(path)
    image_id, found = find(0, "elsewhere/000009.jpg")
    assert (image_id, found.image_size) == (9, (1280, 720))
    with pytest.raises(UserError, match=r"000001.jpg: has no camera: .* is not in the annotation file .*val.json"):
        find(0, "000001.jpg")


def test_camera_finder__annotation_file_of_one_image_serves_all(tmp_path):
    find = camera_finder(str(write_annotations(tmp_path / "one.json", [image_entry(4)], None)))
    assert find(3, "match.mp4#3")[0] == 3


def test_camera_finder__missing_file(tmp_path):
    with pytest.raises(UserError, match=r"absent.json: no such file"):
        camera_finder(tmp_path / "absent.json")
