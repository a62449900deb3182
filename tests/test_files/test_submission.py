"""Submission zips, good, damaged and dangerous."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from mmsynloc.files import read_submission, submission, write_submission
from mmsynloc.utils import UserError
from tests.test_files.test_results import entry

METADATA = {"score_threshold": 0.4, "position_from_keypoint_index": 1}


def make_zip(path: Path, results: object, metadata: object = METADATA, extra: dict[str, str] | None = None) -> Path:
    """A zip of the two files; strings and bytes are written as they are, None leaves a file out."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"results.json": results, "metadata.json": metadata, **(extra or {})}.items():
            if content is not None:
                archive.writestr(name, content if isinstance(content, (str, bytes)) else json.dumps(content))
    return path


def test_read_submission__no_detection(tmp_path):
    read = read_submission(make_zip(tmp_path / "s.zip", []))
    assert len(read.detections) == 0
    assert (read.score_threshold, read.keypoint_index, read.other_members) == (0.4, 1, ())


def test_read_submission__both_official_forms(tmp_path):
    assert read_submission(make_zip(tmp_path / "a.zip", [entry()])).keypoint_index == 1
    positions = [entry(position_on_pitch=[1, 2, 0], keypoints=None)]
    read = read_submission(make_zip(tmp_path / "b.zip", positions, {"score_threshold": 0.5}))
    assert read.keypoint_index is None
    assert read.detections.positions_pitch_m.tolist() == [[1, 2]]


def test_read_submission__other_files_are_named_and_not_unpacked(tmp_path):
    path = make_zip(tmp_path / "s.zip", [entry()], extra={"../evil.txt": "", "notes.txt": "x"})
    assert read_submission(path).other_members == ("../evil.txt", "notes.txt")
    assert not (tmp_path.parent / "evil.txt").exists()


@pytest.mark.parametrize(
    ("results", "metadata", "message"),
    [
        ([], {"score_threshold": "0.5"}, "metadata.json: score_threshold: expected a number, not a string"),
        ([], {"position_from_keypoint_index": 1}, "metadata.json: score_threshold is missing"),
        ([], {"score_threshold": 1, "position_from_keypoint_index": True}, "expected an integer"),
        ([], [1], "metadata.json: expected an object, not a list"),
        ([], "{", "metadata.json: not valid JSON: the text is cut short"),
        ([], '{"score_threshold": NaN}', "metadata.json: not valid JSON: NaN"),
        ([entry(score="x")], METADATA, r"results.json: entry \[0\]: score: expected a number"),
        (b"\xef\xbb\xbf[]", METADATA, "results.json: not valid JSON: it begins with a byte order mark"),
        ([], b"\xef\xbb\xbf{}", "metadata.json: not valid JSON: it begins with a byte order mark"),
        (None, METADATA, "results.json is missing at the zip's top level"),
    ],
)
def test_read_submission__broken_rules_are_named(tmp_path, results, metadata, message):
    with pytest.raises(UserError, match=rf"s\.zip: .*{message}"):
        read_submission(make_zip(tmp_path / "s.zip", results, metadata))


def test_read_submission__in_a_folder(tmp_path):
    path = make_zip(tmp_path / "s.zip", None, None, {"a/results.json": "[]", "a/metadata.json": "{}"})
    with pytest.raises(UserError, match=r"it is in a folder \(a/metadata\.json\)"):
        read_submission(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_read_submission__twice_the_same_file(tmp_path):
    path = make_zip(tmp_path / "s.zip", [])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("results.json", "[]")
    with pytest.raises(UserError, match=r"results\.json is there 2 times"):
        read_submission(path)


def test_read_submission__what_is_no_zip(tmp_path):
    (tmp_path / "no.zip").write_text("this is no zip")
    with pytest.raises(UserError, match=r"no\.zip: cannot be read as a zip"):
        read_submission(tmp_path / "no.zip")
    with pytest.raises(UserError, match=r"absent\.zip: no such file"):
        read_submission(tmp_path / "absent.zip")


@pytest.mark.parametrize("share", [0.2, 0.4])
def test_read_submission__damaged(tmp_path, share):
    path = make_zip(tmp_path / "s.zip", [entry(i, i / 100) for i in range(100)])
    raw = bytearray(path.read_bytes())
    raw[int(len(raw) * share)] ^= 0xFF
    path.write_bytes(raw)
    with pytest.raises(UserError, match=r"s\.zip"):
        read_submission(path)


def test_read_submission__too_large_a_file_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = make_zip(tmp_path / "s.zip", [entry()])
    monkeypatch.setattr(submission, "MAX_MEMBER_BYTES", 10)
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_: pytest.fail("was read"))
    with pytest.raises(UserError, match=r"over the limit"):
        read_submission(path)


def test_write_submission__is_what_the_reader_accepts(tmp_path):
    (tmp_path / "r.json").write_text(json.dumps([entry()]))
    write_submission(tmp_path / "r.json", 0.25, tmp_path / "out" / "s.zip")
    with zipfile.ZipFile(tmp_path / "out" / "s.zip") as archive:
        assert sorted(archive.namelist()) == ["metadata.json", "results.json"]
        assert json.loads(archive.read("metadata.json")) == {"score_threshold": 0.25, "position_from_keypoint_index": 1}
        assert json.loads(archive.read("results.json")) == [entry()]
    assert read_submission(tmp_path / "out" / "s.zip").score_threshold == 0.25


def test_write_submission__failure_keeps_the_old_zip(tmp_path):
    (tmp_path / "s.zip").write_text("old")
    (tmp_path / "r.json").write_text("[{}]")
    for results, threshold in (("none.json", 0.5), ("r.json", 0.5)):
        with pytest.raises(UserError, match=results):
            write_submission(tmp_path / results, threshold, tmp_path / "s.zip")
    (tmp_path / "r.json").write_text("[]")
    with pytest.raises(UserError, match="score_threshold is nan"):
        write_submission(tmp_path / "r.json", float("nan"), tmp_path / "s.zip")
    assert (tmp_path / "s.zip").read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.json", "s.zip"]


def test_write_submission__without_a_byte_order_mark(tmp_path):
    (tmp_path / "results.json").write_text(json.dumps([entry()]), encoding="utf-8-sig")
    write_submission(tmp_path / "results.json", 0.5, tmp_path / "s.zip")
    assert len(read_submission(tmp_path / "s.zip").detections) == 1
