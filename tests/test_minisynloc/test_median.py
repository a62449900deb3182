"""The median of the frames of a fixed camera."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mmsynloc.minisynloc.median import median_background
from mmsynloc.utils import UserError


def test_median_background__removes_who_moves(tmp_path: Path) -> None:
    for i in range(5):
        frame = np.full((70, 90, 3), 90, np.uint8)
        frame[10:30, 15 * i : 15 * i + 12] = 255
        cv2.imwrite(str(tmp_path / f"{i}.png"), frame)
    assert (median_background(tmp_path) == 90).all()


def test_median_background__of_a_video(tmp_path: Path) -> None:
    path = str(tmp_path / "film.avi")
    writer = cv2.VideoWriter(path, cv2.VideoWriter_fourcc(*"MJPG"), 10, (96, 64))
    for i in range(6):
        frame = np.full((64, 96, 3), 90, np.uint8)
        frame[16:32, 16 * i : 16 * i + 8] = 255
        writer.write(frame)
    writer.release()
    assert np.abs(median_background(path).astype(int) - 90).max() < 12  # JPEG


def test_median_background__bad_input_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or folder"):
        median_background(tmp_path / "none")
    with pytest.raises(UserError, match="has 0 frames; a median needs at least 3"):
        median_background(tmp_path)
    (tmp_path / "text.avi").write_text("no video")
    with pytest.raises(UserError, match=r"text.avi: cannot be read as a video"):
        median_background(tmp_path / "text.avi")
    for i, width in enumerate((20, 30, 20)):
        cv2.imwrite(str(tmp_path / f"{i}.png"), np.zeros((10, width, 3), np.uint8))
    with pytest.raises(UserError, match=r"1.png: is 30x10, and the first frame 20x10"):
        median_background(tmp_path)


def test_median_background__a_frame_that_cannot_be_decoded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, path: str) -> None: ...

        def isOpened(self) -> bool:
            return True

        def get(self, key: int) -> float:
            return 5.0

        def grab(self) -> bool:
            return True

        def retrieve(self) -> tuple[bool, None]:
            return False, None

        def release(self) -> None: ...

    (tmp_path / "film.avi").write_text("")
    monkeypatch.setattr(cv2, "VideoCapture", Broken)
    with pytest.raises(UserError, match=r"film\.avi: frame 0 cannot be decoded"):
        median_background(tmp_path / "film.avi")


def test_median_background__a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "film\udcff.avi"
    path.write_text("")
    with pytest.raises(UserError, match=r"film.udcff\.avi'?: its name is not UTF-8"):
        median_background(path)


def test_median_background__a_video_that_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (96, 64))
    for _ in range(40):
        writer.write(np.full((64, 96, 3), 90, np.uint8))
    writer.release()
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.warns(UserWarning, match=r"film\.avi: ends early, after \d+ of 40 frames"):
        background = median_background(path)
    assert np.abs(background.astype(int) - 90).max() < 12  # JPEG
