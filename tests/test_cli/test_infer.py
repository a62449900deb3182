"""``mmsynloc infer``: from files to files."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from mmsynloc.cli.infer import main
from mmsynloc.files import read_results
from mmsynloc.utils import UserError
from tests.synloc_files import image_entry, write_annotations, write_split

ROOT = Path(__file__).parents[2]
PEOPLE = [[(0.0, 0.0), (5.0, 10.0)], [], [(-12.0, -8.0), (-15.0, 3.0)], [(1.0, 1.0)]]


@pytest.fixture
def data(tmp_path) -> Path:
    """Four images of 640x360 in ``val`` and their annotation file, which is returned."""
    return write_split(tmp_path, "val", PEOPLE)


@pytest.fixture
def model(tmp_path) -> list[str]:
    """Flags that name the package's weights, with a small input and all scores."""
    config = tmp_path / "small.py"
    config.write_text(
        '_base_ = "mmsynloc::demo_synloc.py"\ntest_dataloader = dict(dataset=dict(input_size=(320, 192)))\n'
    )
    weights = "mmsynloc::demo_synloc.pth"
    return ["--config", str(config), "--checkpoint", weights, "--device", "cpu", "--score-threshold", "0.05"]


def infer(*arguments: object) -> int:
    return main([*map(str, arguments), "--no-progress"], "mmsynloc infer")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_infer__csv(data, model, tmp_path):
    assert infer(tmp_path / "val", "--camera", data, "--out", tmp_path / "out.csv", *model) == 0
    found = rows(tmp_path / "out.csv")
    assert found
    assert {row["image_id"] for row in found} <= {"0", "1", "2", "3"}


def test_infer__synloc_results_have_all_scores(data, model, tmp_path):
    infer(tmp_path / "val", "--camera", data, "--out", tmp_path / "few.json", *model)
    infer(tmp_path / "val", "--camera", data, "--out", tmp_path / "all.json", *model[:-2])
    few, every = read_results(tmp_path / "few.json"), read_results(tmp_path / "all.json")
    assert 0 < len(few) < len(every)
    assert few.scores.min() >= 0.05 > every.scores.min()


def test_infer__problems_are_listed_and_the_status_says_so(data, model, tmp_path, capsys):
    (tmp_path / "val" / "000001.jpg").write_bytes(b"")
    cv2.imwrite(str(tmp_path / "val" / "000002.jpg"), np.zeros((480, 640, 3), np.uint8))
    assert infer(tmp_path / "val", "--camera", data, "--out", tmp_path / "out.csv", *model) == 1
    errors = capsys.readouterr().err
    assert "000001.jpg: empty file" in errors
    assert "000002.jpg: image is 640x480, annotated as 640x360: not the same shape" in errors
    assert "error: 2 inputs have no result" in errors
    assert {row["image_id"] for row in rows(tmp_path / "out.csv")} <= {"0", "3"}


def test_infer__tracked_video(model, tmp_path):
    camera = write_annotations(tmp_path / "camera.json", [image_entry(0)], None)
    writer = cv2.VideoWriter(str(tmp_path / "clip.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (640, 360))
    picture = cv2.imread(str(write_split(tmp_path, "one", PEOPLE[:1]).parents[1] / "one" / "000000.jpg"))
    for _ in range(6):
        writer.write(picture)
    writer.release()
    pytest.importorskip("norfair")
    outputs = ["--out", tmp_path / "out.jsonl", "--format", "cdf", "--track", "--video", tmp_path / "radar.mp4"]
    assert infer(tmp_path / "clip.avi", "--camera", camera, *outputs, *model) == 0
    assert (tmp_path / "out.jsonl").read_text().count("\n") == 6
    assert cv2.VideoCapture(str(tmp_path / "radar.mp4")).get(cv2.CAP_PROP_FRAME_COUNT) == 6


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"input": "absent.jpg"}, "absent.jpg: no such file or folder"),
        ({"--camera": "absent.json"}, "absent.json: no such file"),
        ({"--out": "out.txt"}, "the ending tells no format"),
        ({"--out": "out.csv", "--format": "synloc"}, "files of the format synloc end in .json"),
        ({"--out": "out.jsonl", "--format": "cdf"}, "add --track"),
        ({"--out": "val"}, "the ending tells no format"),
        ({"--checkpoint": "absent.pth"}, "absent.pth: no such checkpoint"),
        ({"--shard": "3"}, "not two numbers"),
        ({"--shard": "2/2"}, "numbered from 0 to 1"),
        ({"--shard": "0/2", "--video": "radar.mp4"}, "--video"),
        ({"--fps": "0"}, "--fps 0.0: a positive number"),
        ({"--fps": "1e9"}, "a positive number of at most 1000"),
        ({"--video": "radar.txt"}, "name a file that ends in .mp4"),
        ({"--vis-dir": "val"}, "--vis-dir val: is read by this command, and would be overwritten"),
        ({"--out": "annotations/val.json"}, "--out annotations/val.json: is read by this command"),
        ({"--vis-dir": "val/drawn"}, "--vis-dir val/drawn: is in val, whose images this command reads"),
        ({"input": "val/*.jpg", "--vis-dir": "val"}, "--vis-dir val: is in val, whose images this command reads"),
        ({"input": "*.mp4", "--video": "match.mp4"}, "--video match.mp4: is read by this command"),
        ({"--camera": "annotations", "--out": "annotations/val.json"}, "val.json: is read by this command"),
        ({"--track": None}, "--track needs times"),
        ({"--camera": "annotations", "--out": "annotations/new.json"}, "whose JSON files this command reads"),
        ({"--engine": "onnxruntime"}, "--engine onnxruntime: runs an .onnx"),
        ({"--checkpoint": "model.onnx"}, "--config: has no effect on an exported model, model.onnx"),
        ({"input": "match.mp4", "--fps": "12"}, "--fps is of images"),
    ],
)
def test_infer__mistakes(data, model, tmp_path, changes, reason, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cv2.VideoWriter("match.mp4", cv2.VideoWriter.fourcc(*"mp4v"), 10, (64, 36)).write(np.zeros((36, 64, 3), np.uint8))
    flags = {"input": "val", "--camera": str(data), "--out": "out.csv", **dict(zip(model[::2], model[1::2])), **changes}
    source = flags.pop("input")
    arguments = [text for flag in flags.items() for text in flag if text is not None]
    with pytest.raises(UserError, match=reason):
        infer(source, *arguments)
    assert not Path("out.csv").exists()


def test_infer__exported_model_that_is_not_there(data, tmp_path):
    with pytest.raises(UserError, match=r"absent\.onnx: no such file"):
        infer(tmp_path / "val", "--camera", data, "--out", tmp_path / "out.csv", "--checkpoint", "absent.onnx")


def test_infer__the_output_may_lie_beside_the_cameras(data, model, tmp_path):
    """Only camera files are inputs there, so the same command can be run again."""
    entry = json.loads(data.read_text())["images"][0]
    (tmp_path / "scene").mkdir()
    for name in ("000000", "000001"):
        (tmp_path / "scene" / f"{name}.json").write_text(json.dumps(entry))
    arguments = [
        tmp_path / "val" / "000000.jpg",
        "--camera",
        tmp_path / "scene",
        "--out",
        tmp_path / "scene" / "out.csv",
    ]
    for _ in range(2):
        assert infer(*arguments, *model) == 0


@pytest.mark.parametrize("what", ["images", "camera", "precision"])
def test_infer__resume_refuses_what_has_changed(data, model, tmp_path, what):
    """A run with a broken image can go on once it is mended, not with other frames or another calibration."""
    (tmp_path / "val" / "000001.jpg").write_bytes(b"")
    arguments = [tmp_path / "val", "--camera", data, "--out", tmp_path / "out.csv", *model]
    assert infer(*arguments) == 1
    before = (tmp_path / "out.csv").read_text()
    if what == "images":
        (tmp_path / "val" / "000001.jpg").unlink()
    elif what == "camera":
        data.write_text(data.read_text() + "\n")
    else:
        arguments.append("--amp")
    with pytest.raises(UserError, match=r"it is of a run with another .*; leave out --resume to start anew"):
        infer(*arguments, "--resume")
    assert (tmp_path / "out.csv").read_text() == before


def start(arguments: list[str], **environment: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "mmsynloc", "infer", *arguments, "--no-progress"]
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **environment}
    return subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """As the processes that are started: sums of several threads differ in their last digits."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def test_infer__two_processes_share_the_frames(data, model, tmp_path, one_thread):
    arguments = [str(tmp_path / "val"), "--camera", str(data), *model, "--out"]
    processes = [start([*arguments, str(tmp_path / "two.csv")], RANK=str(rank), WORLD_SIZE="2") for rank in range(2)]
    assert infer(*arguments, tmp_path / "one.csv") == 0
    assert [(process.wait(timeout=240), process.stderr.read()) for process in processes] == [(0, "")] * 2
    assert (tmp_path / "two.csv").read_text() == (tmp_path / "one.csv").read_text()
    assert not list(tmp_path.glob("two.csv.*"))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows ends processes otherwise")
def test_infer__killed_run_goes_on(data, model, tmp_path):
    many = [str(tmp_path / "val")] * 15
    arguments = [*many, "--camera", str(data), *model, "--out"]
    process = start([*arguments, str(tmp_path / "out.csv")])
    ledger = tmp_path / "out.csv.parts" / "0-of-1.jsonl"
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline and not (ledger.exists() and ledger.read_bytes().count(b"\n") > 3):
        time.sleep(0.05)
    process.kill()
    process.wait()
    before = ledger.read_bytes()
    assert before.count(b"\n") > 3
    assert infer(*arguments, tmp_path / "out.csv", "--resume") == 0
    frames = [int(row["frame"]) for row in rows(tmp_path / "out.csv")]
    assert sorted(set(frames)) == [index for index in range(60) if index % 4 in {i % 4 for i in frames}]


def test_infer__a_stream_is_not_resumed(data, model, tmp_path, monkeypatch):
    monkeypatch.setattr("mmsynloc.apis.inferencer.video.Video._open", lambda self: cv2.VideoCapture())
    with pytest.raises(UserError, match=r"--resume: a stream cannot be read again; start anew with another --out"):
        infer("rtsp://camera", "--camera", data, "--out", tmp_path / "out.csv", "--resume", *model)


def test_infer__warns_of_turned_images(data, model, tmp_path, capsys):
    first, exif = tmp_path / "val" / "000000.jpg", Image.Exif()
    exif[274] = 6
    Image.open(first).save(first, exif=exif)
    assert infer(tmp_path / "val", "--camera", data, "--out", tmp_path / "out.csv", *model) == 0
    (warning,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("WARNING")]
    assert warning.startswith(f"WARNING  {first}: its orientation tag (6) is ignored")
