"""Frames of videos, with their times."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.apis.inferencer.frames import Frame, Problem, Selection, read_frames
from mmsynloc.apis.inferencer.sources import open_sources
from mmsynloc.apis.inferencer.video import Video
from mmsynloc.utils import UserError
from tests.test_apis.test_inferencer.videos import write_video

ALL = Selection()


class Capture:
    """Stands for OpenCV's reader of a video whose frames have these times; None is a failure of the decoder."""

    def __init__(self, times_s, count: int | None = None, fps: float = 10) -> None:
        self.times_s, self.next, self.now = list(times_s), 0, 0.0
        self.properties = {
            cv2.CAP_PROP_FPS: fps,
            cv2.CAP_PROP_FRAME_COUNT: len(self.times_s) if count is None else count,
        }

    def isOpened(self) -> bool:
        return True

    def grab(self) -> bool:
        self.next += 1
        if self.next > len(self.times_s) or self.times_s[self.next - 1] is None:
            return False
        self.now = self.times_s[self.next - 1]
        return True

    def retrieve(self):
        return True, np.zeros((2, 3, 3), np.uint8)

    def get(self, which):
        return 1000 * self.now if which == cv2.CAP_PROP_POS_MSEC else self.properties[which]

    def release(self) -> None:
        pass


def read(inputs, selection=ALL) -> list[Frame | Problem]:
    return list(read_frames(open_sources(inputs), selection))


def read_times(monkeypatch, times_s, selection=ALL, live: bool = False, **options) -> list:
    """The numbers and times of the frames, and the problems in words, of a video with these times."""
    monkeypatch.setattr(cv2, "VideoCapture", lambda *args: Capture(times_s, **options))
    found = read_frames([Video("v.mp4", live)], selection)
    return [
        (int(f.name.split("#")[1]), None if f.time_s is None else round(f.time_s, 6))
        if isinstance(f, Frame)
        else str(f)
        for f in found
    ]


def test_video__frames_and_their_times(tmp_path):
    path = write_video(tmp_path / "clip.avi", 5)
    frames = read(path)
    assert [frame.name for frame in frames] == [f"{path}#{i}" for i in range(5)]
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])
    assert frames[3].pixels().mean() == pytest.approx(30, abs=3)  # JPEG


def test_video__without_frames(tmp_path):
    path = write_video(tmp_path / "clip.avi", 0)
    try:
        found = [str(problem) for problem in read(path)]
    except UserError as error:  # some builds of FFmpeg cannot open it at all
        found = [str(error)]
    assert found in ([f"{path}: has no frames"], [f"{path}: cannot be read as a video or an image"])


def test_video__that_ends_early(tmp_path):
    path = write_video(tmp_path / "clip.avi", 60, (320, 180))
    data = (tmp_path / "clip.avi").read_bytes()
    (tmp_path / "clip.avi").write_bytes(data[: len(data) // 2])
    sources = open_sources(path)
    sources[0].total = 60  # what an intact header promises
    *frames, problem = read_frames(sources, ALL)
    assert 10 < len(frames) < 50
    assert str(problem) == f"{path}: ends early, after {len(frames)} of 60 frames"
    assert len(list(read_frames(sources, Selection(max_frames=5)))) == 5


def test_video__variable_frame_rate(monkeypatch):
    assert read_times(monkeypatch, [0, 0.1, 0.5, 0.6]) == [(0, 0), (1, 0.1), (2, 0.5), (3, 0.6)]


def test_video__times_that_do_not_rise_are_not_taken(monkeypatch):
    assert read_times(monkeypatch, [0, 0, 0]) == [(0, 0), (1, 0.1), (2, 0.2)]
    assert read_times(monkeypatch, [0, 0, 0], fps=0) == [(0, 0), (1, None), (2, None)]


def test_video__first_frame_is_at_zero(monkeypatch):
    assert read_times(monkeypatch, [1.4, 1.5]) == [(0, 0), (1, 0.1)]


def test_video__damaged_frames_are_reported_and_passed(monkeypatch):
    assert read_times(monkeypatch, [0, 0.1, None, 0.3]) == [(0, 0), (1, 0.1), "v.mp4#2: is damaged", (3, 0.3)]
    # one failure of the decoder may stand for several frames, as the next one's time says
    expected = [(0, 0), "v.mp4#1: and the 2 frames after it are damaged", (4, 0.4)]
    assert read_times(monkeypatch, [0, None, 0.4], count=5) == expected
    assert read_times(monkeypatch, [None, 0.1, 0.2]) == ["v.mp4#0: is damaged", (1, 0.1), (2, 0.2)]


def test_video__damaged_frames_that_nobody_wants_are_no_problem(monkeypatch):
    assert read_times(monkeypatch, [0, None, 0.2, 0.3], Selection(every=2)) == [(0, 0), (2, 0.2)]
    assert read_times(monkeypatch, [0, None, 0.2, 0.3], Selection(shard=1, shards=2)) == [
        "v.mp4#1: is damaged",
        (3, 0.3),
    ]


def test_video__ends_where_the_decoder_fails_for_good(monkeypatch):
    found = read_times(monkeypatch, [0, 0.1], count=9)
    assert found == [(0, 0), (1, 0.1), "v.mp4: ends early, after 2 of 9 frames"]


def test_video__stream_ends_with_the_first_failure(monkeypatch):
    assert read_times(monkeypatch, [5.0, 5.25, None, 5.5], live=True) == [(0, 0), (1, 0.25)]


def test_video__stream_without_times_goes_by_the_clock(monkeypatch):
    (_, first), (_, second), (_, third) = read_times(monkeypatch, [0, 0, 0], live=True)
    assert first == 0 <= second <= third


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_video__file_damaged_in_the_middle(tmp_path, share):
    """The frames after the damage are there; the decoder may lose count of one or two."""
    path = write_video(tmp_path / "clip.avi", 60, (320, 180))
    data = bytearray((tmp_path / "clip.avi").read_bytes())
    start = int(share * len(data))
    data[start : start + 500] = np.random.default_rng(0).integers(0, 256, 500, np.uint8).tobytes()
    (tmp_path / "clip.avi").write_bytes(data)
    frames = [frame for frame in read(path) if isinstance(frame, Frame)]
    assert len(frames) >= 55
    numbers = [int(frame.name.split("#")[1]) for frame in frames]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] >= 57
    assert [frame.time_s for frame in frames] == pytest.approx([number / 10 for number in numbers])


def test_video__time_goes_on_where_the_video_s_own_stops(monkeypatch):
    """A repeated stamp in a variable frame rate; the frames after it are a frame of the rate apart."""
    found = read_times(monkeypatch, [0, 0.5, 1.0, 1.0, 1.5])
    assert found == [(0, 0), (1, 0.5), (2, 1.0), (3, 1.1), (4, 1.2)]
