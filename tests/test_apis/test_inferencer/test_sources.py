"""Frames out of files, folders, patterns, videos and arrays."""

from __future__ import annotations

import os

import cv2
import numpy as np
import pytest

from mmsynloc.apis.inferencer.frames import Frame, Problem, Selection, read_frames
from mmsynloc.apis.inferencer.sources import open_sources
from mmsynloc.utils import UserError
from tests.test_apis.test_inferencer.videos import write_video

ALL = Selection()


@pytest.fixture
def folder(tmp_path):
    """Three images, one of them in a folder below, and a text file."""
    (tmp_path / "pictures" / "more").mkdir(parents=True)
    for name, value in (("b.png", 1), ("a.JPG", 2), ("more/c.png", 3)):
        cv2.imwrite(str(tmp_path / "pictures" / name), np.full((4, 6, 3), value, np.uint8))
    (tmp_path / "pictures" / "notes.txt").write_text("no image")
    return tmp_path / "pictures"


def read(inputs, selection=ALL) -> list[Frame | Problem]:
    return list(read_frames(open_sources(inputs), selection))


def test_open_sources__nothing():
    with pytest.raises(UserError, match="no input is named"):
        open_sources([])


def test_read_frames__folder_in_order_of_names(folder):
    frames = read(folder)
    assert [frame.name for frame in frames] == [str(folder / n) for n in ("a.JPG", "b.png", "more/c.png")]
    assert [frame.index for frame in frames] == [0, 1, 2]
    assert frames[1].pixels().shape == (4, 6, 3)


def test_read_frames__pattern_and_single_files_in_the_order_given(folder):
    frames = read([folder / "more" / "c.png", f"{folder}/*.png"])
    assert [frame.name for frame in frames] == [str(folder / "more" / "c.png"), str(folder / "b.png")]


def test_open_sources__files_that_a_shell_has_named_are_one_sequence(folder, tmp_path):
    names = [str(folder / name) for name in ("a.JPG", "b.png", "more/c.png")]
    video = write_video(tmp_path / "v.avi", 2)
    sources = open_sources([*names, video, folder], fps=4)
    assert [source.total for source in sources] == [3, 2, 3]
    assert [list(source.paths) for source in sources] == [names, [video], names]
    times = [frame.time_s for frame in read_frames(sources[:1], ALL)]
    assert times == [0, 0.25, 0.5]


def test_read_frames__hidden_files_are_left_out(folder):
    (folder / "._a.JPG").write_bytes(b"")
    assert len(read(folder)) == 3


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent.jpg", "no such file or folder"),
        ("absent*.jpg", "no file fits this pattern"),
        ("empty", "this folder has no images"),
        ("pictures/notes.txt", "cannot be read as a video or an image"),
    ],
)
def test_open_sources__says_what_is_wrong(folder, name, reason):
    (folder.parent / "empty").mkdir()
    with pytest.raises(UserError, match=reason):
        open_sources(str(folder.parent / name))


def test_read_frames__name_that_is_not_utf8(folder):
    """From an old archive; videos with such names crash OpenCV."""
    (folder / os.fsdecode(b"z\xfc.jpg")).write_bytes((folder / "a.JPG").read_bytes())
    *_, problem = read(folder)
    assert str(problem) == f"'{folder}/z\\udcfc.jpg': its name is not UTF-8; rename it"
    with pytest.raises(UserError, match="not UTF-8"):
        open_sources(str(folder / os.fsdecode(b"z\xfc.mp4")))


@pytest.mark.parametrize("name", ["", "²", "a" * 5000, "a\0b"])
def test_open_sources__names_of_no_file(name):
    with pytest.raises(UserError, match=r"name of a file|empty name|no such file"):
        open_sources(name)


def test_open_sources__identity_is_of_the_list(folder):
    before = [source.identity for source in open_sources(folder)]
    first = folder / "a.JPG"
    first.write_bytes(b"mended")
    assert [source.identity for source in open_sources(folder)] == before
    first.unlink()
    assert [source.identity for source in open_sources(folder)] != before


def test_read_frames__indices_go_on_after_a_video(tmp_path, folder):
    frames = read([write_video(tmp_path / "clip.avi", 3), folder])
    assert [frame.index for frame in frames] == list(range(6))


def test_read_frames__arrays_and_an_iterator_of_arrays():
    pictures = [np.full((4, 6, 3), i, np.uint8) for i in range(3)]
    assert [frame.image.max() for frame in read(pictures)] == [0, 1, 2]
    assert [frame.image.max() for frame in read(iter(pictures))] == [0, 1, 2]
    assert [frame.index for frame in read(np.stack(pictures))] == [0, 1, 2]
    assert len(read(pictures[0])) == 1


@pytest.mark.parametrize("array", [np.zeros((4, 6), np.uint8), np.zeros((4, 6, 3)), np.zeros((0, 6, 3), np.uint8)])
def test_read_frames__array_that_is_no_picture(array):
    with pytest.raises(UserError, match=r"array 0: a picture is an array \(H, W, 3\) of uint8, BGR"):
        read([array])
    if array.ndim == 2:
        with pytest.raises(UserError, match=r"not uint8 \(4, 6\)"):
            read(array)


def test_read_frames__leaves_out_what_is_done(folder):
    assert [frame.index for frame in read(folder, Selection(done={1}))] == [0, 2]
    assert [frame.index for frame in read(folder, Selection(max_frames=2))] == [0, 1]


def test_read_frames__array_that_is_a_view_from_the_end():
    """RGB made BGR; torch takes none with negative strides."""
    (frame,) = read([np.zeros((4, 6, 3), np.uint8)[..., ::-1]])
    assert frame.image.flags.c_contiguous


@pytest.mark.parametrize("name", ["x" * 300, "写" * 100 + ".jpg"])
def test_open_sources__names_that_no_file_system_has(name):
    """Of 300 bytes, in whatever letters."""
    with pytest.raises(UserError, match="no name of a file"):
        open_sources(name)


def test_open_sources__address_with_a_long_token(monkeypatch):
    monkeypatch.setattr("mmsynloc.apis.inferencer.video.Video.__init__", lambda self, name, live: None)
    assert len(open_sources("https://example.org/live.m3u8?token=" + "x" * 400)) == 1
