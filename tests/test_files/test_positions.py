"""Positions as JSON lines, CSV, game states and tracking data."""

from __future__ import annotations

import csv
import json
import warnings
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from mmsynloc.files.common_data_format import write_common_data_format
from mmsynloc.files.game_state import write_game_state
from mmsynloc.files.positions import FrameRecord, from_record, to_record, write_csv, write_jsonl
from mmsynloc.structures import FramePositions
from mmsynloc.utils import UserError
from tests.synloc_files import camera


def make_frame(index: int, positions_m: list[tuple[float, float]], **changes) -> FramePositions:
    """People who stand at these positions, each in a box 20 px wide above its ground point."""
    view, count = camera(), len(positions_m)
    ground = view.pitch_to_pixel(np.reshape(positions_m, (-1, 2))).points
    points = np.stack([ground - (0, 15), ground], axis=1)
    boxes = np.hstack([ground - np.array([10, 30]), ground + np.array([10, 0])])
    scores = np.linspace(0.9, 0.5, count)
    positions = view.pixel_to_pitch(ground).points
    frame = FramePositions(index, index + 100, f"clip.mp4#{index}", boxes, points, positions, scores, view, index / 25)
    return replace(frame, **changes)


@pytest.fixture
def frames() -> list[FramePositions]:
    """Two tracked people, then nobody, then one without a track over the horizon."""
    return [
        make_frame(0, [(1.0, 2.0), (-3.0, 40.0)], track_ids=np.array([1, 2]), speeds_m_s=np.array([2.5, np.nan])),
        make_frame(1, [], track_ids=np.zeros(0, int), speeds_m_s=np.zeros(0)),
        make_frame(
            2,
            [(0.0, 0.0)],
            track_ids=np.array([-1]),
            speeds_m_s=np.array([np.nan]),
            points_pitch_m=np.full((1, 2), np.nan),
            points_px=np.array([[[300.0, 5.0], [300.0, 10.0]]]),
        ),
    ]


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_game_state, write_common_data_format])
def test_write__no_frames(tmp_path, write):
    write([], tmp_path / "out")
    assert (tmp_path / "out").exists()


@pytest.mark.parametrize("write", [write_csv, write_jsonl, write_game_state, write_common_data_format])
def test_write__is_atomic(tmp_path, frames, write):
    def broken():
        yield frames[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(broken(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_record__there_and_back(frames):
    for frame in frames:
        record = msgspec.json.decode(msgspec.json.encode(to_record(frame)), type=FrameRecord)
        back = from_record(record, frame.camera)
        assert (back.index, back.image_id, back.name, back.time_s) == (
            frame.index,
            frame.image_id,
            frame.name,
            frame.time_s,
        )
        np.testing.assert_allclose(back.points_pitch_m, frame.points_pitch_m, atol=1e-4)
        np.testing.assert_allclose(back.points_px, frame.points_px, atol=1e-3)
        np.testing.assert_allclose(back.boxes_xyxy, frame.boxes_xyxy, atol=1e-3)
        np.testing.assert_allclose(back.scores, frame.scores, atol=1e-7)


def test_write_jsonl__a_line_for_each_frame(tmp_path, frames):
    write_jsonl(frames, tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [len(line["athletes"]) for line in lines] == [2, 0, 1]
    assert lines[0]["athletes"][0]["position_m"] == pytest.approx([1, 2], abs=1e-3)
    assert (lines[0]["athletes"][0]["track_id"], lines[0]["athletes"][0]["speed_m_s"]) == (1, 2.5)
    assert lines[2]["athletes"][0]["position_m"] is None
    assert "track_id" not in lines[2]["athletes"][0]


def test_write_csv__unknown_is_empty(tmp_path, frames):
    write_csv(frames, tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["frame"] for row in rows] == ["0", "0", "2"]
    assert (float(rows[1]["x_m"]), float(rows[1]["y_m"])) == pytest.approx((-3, 40), abs=1e-3)
    assert (rows[1]["track_id"], rows[1]["speed_m_s"]) == ("2", "")
    assert (rows[2]["x_m"], rows[2]["y_m"], rows[2]["track_id"]) == ("", "", "")


def test_write_game_state__is_in_its_pitch_frame(tmp_path, frames):
    write_game_state(frames, tmp_path / "out.json")
    state = json.loads((tmp_path / "out.json").read_text())
    assert [image["image_id"] for image in state["images"]] == ["100", "101", "102"]
    assert [image["has_labeled_person"] for image in state["images"]] == [True, False, True]
    first, second, third = state["annotations"]
    assert (first["id"], first["image_id"], first["track_id"], third["track_id"]) == ("0", "100", 1, None)
    box = first["bbox_image"]
    assert box["x"] + box["w"] / 2 == pytest.approx(box["x_center"], abs=1e-3)
    pitch = second["bbox_pitch"]
    assert (pitch["x_bottom_middle"], pitch["y_bottom_middle"]) == pytest.approx((40, -3), abs=1e-3)
    left, right = (np.array([pitch[f"x_bottom_{s}"], pitch[f"y_bottom_{s}"]]) for s in ("left", "right"))
    # The camera is beside the middle line: to its left y is larger, and the box is 20 px wide.
    assert left[0] > 40 > right[0]
    assert third["bbox_pitch"] is None


def test_write_common_data_format__is_in_its_pitch_frame(tmp_path, frames):
    write_common_data_format(frames, tmp_path / "out.jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    players = [line["teams"]["home"]["players"] for line in lines]
    assert [len(found) for found in players] == [2, 0, 0]  # nobody without a track or a position
    assert (players[0][0]["x"], players[0][0]["y"]) == pytest.approx((2, -1), abs=1e-2)
    assert (players[0][0]["id"], players[0][0]["vel"]) == ("1", 2.5)
    assert "vel" not in players[0][1]
    assert lines[1]["timestamp"] == "1970-01-01T00:00:00.040Z"


def test_write_common_data_format__leaves_out_who_is_far_from_the_pitch(tmp_path):
    frame = make_frame(0, [(0.0, 70.0), (3.0, 3.0)], track_ids=np.array([1, 2]))
    write_common_data_format([frame], tmp_path / "out.jsonl")
    players = json.loads((tmp_path / "out.jsonl").read_text())["teams"]["home"]["players"]
    assert [player["id"] for player in players] == ["2"]


@pytest.mark.parametrize(
    ("names", "match"),
    [
        (["a/derby.mp4#0", "a/derby.mp4#1"], "derby"),
        (["derby/000000.jpg", "derby/000001.jpg"], "derby"),
        (["/000000.jpg", "/000001.jpg"], "000000"),
    ],
)
def test_write_common_data_format__one_match_id(tmp_path, frames, names, match):
    named = [replace(frame, name=name) for frame, name in zip(frames, names)]
    write_common_data_format(named, tmp_path / "out.jsonl")
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["match"]["id"] for line in lines] == [match, match]


@pytest.mark.parametrize("changes", [{"time_s": None}, {"track_ids": None}])
def test_write_common_data_format__needs_a_tracked_video(tmp_path, frames, changes):
    with pytest.raises(UserError, match="give a video, and --track"):
        write_common_data_format([replace(frames[0], **changes)], tmp_path / "out.jsonl")


def test_write_common_data_format__is_valid(tmp_path, frames):
    validators = pytest.importorskip("cdf.validators", reason="pip install common-data-format-validator")
    write_common_data_format(frames, tmp_path / "out.jsonl")

    def complaints(path) -> list[str]:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            validators.TrackingSchemaValidator().validate_schema(path, mode="soft", limit=None)
        return [str(one.message) for one in caught]

    # Its schema allows a ball without a position, one more check of version 0.1.1 does not.
    known = [text for text in complaints(tmp_path / "out.jsonl") if "must be a number" in text and "ball." in text]
    assert complaints(tmp_path / "out.jsonl") == known
    text = (tmp_path / "out.jsonl").read_text()
    (tmp_path / "wrong.jsonl").write_text(text.replace("first_half", "half").replace("is_visible", "visible"))
    assert len(complaints(tmp_path / "wrong.jsonl")) > len(known)
