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


def test_camera_finder__two_files_of_one_entry(tmp_path):
    path = write_annotations(tmp_path / "val.json", [image_entry(4), image_entry(9, width=1280, height=720)], None)
    find = camera_finder(path)
    for _ in range(2):  # to find its positions, and to write them
        assert find(0, "a/000009.jpg", (640, 360))[0] == 9
    for again in ("a", "b"):
        with pytest.raises(
            UserError, match=rf"{again}/000009.jpg: is image 9 of the annotation file, as a/000009.jpg is"
        ):
            find(1, f"{again}/000009.jpg", (640, 360))


def test_camera_finder__two_files_of_the_only_entry(tmp_path):
    find = camera_finder(write_annotations(tmp_path / "val.json", [image_entry(4)], None))
    assert [find(i, f"{folder}/000004.jpg", (640, 360))[0] for i, folder in enumerate("ab")] == [4, 6]


def test_camera_finder__annotation_file_of_one_image_serves_all(tmp_path):
    find = camera_finder(str(write_annotations(tmp_path / "one.json", [image_entry(4)], None)))
    assert find(7, "000004.jpg", (640, 360))[0] == 4
    others = [find(index, f"match.mp4#{index}", (640, 360))[0] for index in (0, 3, 4)]
    assert others == [5, 8, 9]  # none is the listed image's


def test_camera_finder__missing_file(tmp_path):
    with pytest.raises(UserError, match=r"absent.json: no such file"):
        camera_finder(tmp_path / "absent.json")


def test_camera_finder__files_among_several(tmp_path):
    only = camera()
    path = write_annotations(tmp_path / "one.json", [image_entry(4)], None)
    for cameras in ([only, path], [only, str(path)]):
        index, found = camera_finder(cameras)(1, "match.mp4#1", (640, 360))
        assert (index, found.image_size) == (1, (640, 360))
    assert camera_finder({"a.jpg": path})(3, "a.jpg", (640, 360))[0] == 3


def test_camera_finder__frames_of_a_video_by_their_names(tmp_path):
    entries = [{**image_entry(i), "file_name": f"match.mp4#{i}"} for i in range(12)]
    entries[11]["camera_matrix"][0][3] += 1.0
    find = camera_finder(write_annotations(tmp_path / "moving.json", entries, None))
    assert find(11, "videos/match.mp4#11", (640, 360))[0] == 11
    first, last = (find(i, f"videos/match.mp4#{i}", (640, 360))[1].camera_matrix for i in (1, 11))
    assert (first != last).any()
