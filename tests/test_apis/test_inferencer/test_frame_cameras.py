"""Which camera has taken a frame."""

from __future__ import annotations

import pytest

from mmsynloc.apis.inferencer.frame_cameras import camera_finder
from mmsynloc.utils import UserError
from tests.synloc_files import camera, image_entry, write_annotations


def test_camera_finder__one_for_all():
    only = camera()
    assert camera_finder(only)(7, "any.jpg", (640, 360)) == (7, only)


def test_camera_finder__one_a_frame():
    first, second = camera(), camera()
    find = camera_finder([first, second])
    assert find(1, "b.jpg", (640, 360)) == (1, second)
    with pytest.raises(UserError, match=r"c.jpg: has no camera: 2 cameras were given"):
        find(2, "c.jpg", (640, 360))


def test_camera_finder__by_name():
    first, second = camera(), camera()
    find = camera_finder({"game 1/a.jpg": first, "game 2/a.jpg": second})
    assert find(0, "/data/game 2/a.jpg", (640, 360)) == (0, second)
    with pytest.raises(UserError, match=r"b.jpg: has no camera"):
        find(0, "b.jpg", (640, 360))


def test_camera_finder__annotation_file_gives_ids_too(tmp_path):
    path = write_annotations(tmp_path / "val.json", [image_entry(4), image_entry(9, width=1280, height=720)], None)
    find = camera_finder(path)
    image_id, found = find(0, "elsewhere/000009.jpg", (640, 360))
    assert (image_id, found.image_size) == (9, (1280, 720))
    with pytest.raises(UserError, match=r"val.json: image '000001.jpg' is not in the camera file"):
        find(0, "000001.jpg", (640, 360))


def test_camera_finder__annotation_file_of_one_image_serves_all(tmp_path):
    find = camera_finder(str(write_annotations(tmp_path / "one.json", [image_entry(4)], None)))
    assert find(7, "000004.jpg", (640, 360))[0] == 4
    others = [find(index, f"match.mp4#{index}", (640, 360))[0] for index in (0, 3, 4)]
    assert others == [5, 8, 9]  # none is the listed image's


def test_camera_finder__missing_file(tmp_path):
    with pytest.raises(UserError, match=r"absent.json: no such file"):
        camera_finder(tmp_path / "absent.json")
