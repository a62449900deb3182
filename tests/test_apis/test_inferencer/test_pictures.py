"""Pictures and videos of what was found."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.apis.inferencer.pictures import PictureWriter
from mmsynloc.utils import UserError
from tests.test_files.test_positions import make_frame

PICTURE = np.zeros((360, 640, 3), np.uint8)


def tracked(index: int):
    """One athlete who walks along the middle line."""
    return make_frame(index, [(0.1 * index, 0.0)], track_ids=np.array([1]), speeds_m_s=np.array([2.5]))


def test_close__without_a_frame(tmp_path):
    writer = PictureWriter(video=tmp_path / "clip.mp4")
    writer.close()
    assert list(tmp_path.iterdir()) == []


def test_add__frames_without_athletes(tmp_path):
    writer = PictureWriter(tmp_path)
    writer.add(PICTURE, make_frame(0, []))
    assert (tmp_path / "000000_clip.jpg").is_file()


def test_add__trail_and_labels_show_on_the_pitch(tmp_path):
    writer = PictureWriter(tmp_path / "trail", view="pitch")
    for index in range(30):
        writer.add(PICTURE, tracked(index))
    fresh = PictureWriter(tmp_path / "fresh", view="pitch")
    fresh.add(PICTURE, tracked(29))
    trail, without = (cv2.imread(str(tmp_path / n / "000029_clip.jpg")) for n in ("trail", "fresh"))
    assert trail.shape == without.shape == (720, 968, 3)
    assert (np.abs(trail.astype(int) - without).max(2) > 60).sum() > 20


def test_add__low_scores_are_not_drawn(tmp_path):
    for name, threshold in (("all", 0.0), ("none", 0.95)):
        PictureWriter(tmp_path / name, view="frame", score_threshold=threshold).add(PICTURE, make_frame(0, [(0, 0)]))
    drawn, empty = (cv2.imread(str(tmp_path / name / "000000_clip.jpg")) for name in ("all", "none"))
    assert drawn.max() > 100
    assert empty.max() < 20


def test_add__video_of_frames_of_several_sizes(tmp_path):
    writer = PictureWriter(video=tmp_path / "clip.mp4", view="frame")
    writer.add(PICTURE, tracked(0))
    writer.add(np.zeros((181, 321, 3), np.uint8), tracked(1))
    assert not (tmp_path / "clip.mp4").exists()  # only a whole one is shown
    writer.close()
    capture = cv2.VideoCapture(str(tmp_path / "clip.mp4"))
    assert (capture.get(cv2.CAP_PROP_FRAME_COUNT), capture.get(cv2.CAP_PROP_FRAME_WIDTH)) == (2, 640)
    assert len(list(tmp_path.iterdir())) == 1


def test_add__unknown_kind_of_video(tmp_path):
    writer = PictureWriter(video=tmp_path / "clip.txt", view="frame")
    with pytest.raises(
        UserError, match=r"clip.txt: cannot be written as a video: no space, or another ending than .mp4"
    ):
        writer.add(PICTURE, tracked(0))


def test_close__video_that_is_not_whole(tmp_path):
    writer = PictureWriter(video=tmp_path / "clip.mp4", view="frame")
    writer.add(PICTURE, tracked(0))
    writer._frames += 5  # as if the disk had been full
    with pytest.raises(UserError, match="only 1 of 6 frames were written; is the disk full"):
        writer.close()
    assert list(tmp_path.iterdir()) == []
