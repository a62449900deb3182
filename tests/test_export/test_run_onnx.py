"""The example that runs an exported model needs neither torch nor this package."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mmsynloc.apis.inferencer import ExportedBackend
from mmsynloc.files import read_annotations

SCRIPT = Path(__file__).parents[2] / "tools" / "deployment" / "run_onnx.py"
BLOCKED = ("torch", "mmengine", "mmcv", "mmdet", "mmpose", "mmsynloc", "onnx", "openvino", "scipy")


def run(*arguments: object) -> subprocess.CompletedProcess:
    code = (
        f"import runpy, sys\nfor name in {BLOCKED}: sys.modules[name] = None\n"
        f"sys.argv = ['run_onnx.py', *sys.argv[1:]]\nrunpy.run_path({str(SCRIPT)!r}, run_name='__main__')"
    )
    command = [sys.executable, "-I", "-c", code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_run_onnx__is_the_back_ends_answer(exported, split):
    image, annotations = split / "val" / "000000.jpg", split / "annotations" / "val.json"
    done = run(exported, image, "--camera", annotations, "--score-threshold", 0.02)
    assert done.returncode == 0, done.stderr
    names, *rows = done.stdout.split()
    assert names == "x_m,y_m,u_px,v_px,score"
    table = np.array([[float(number) for number in row.split(",")] for row in rows])
    backend, camera = ExportedBackend(exported, threads=1), read_annotations(annotations).camera(0)
    (expected,) = backend.predict([backend.prepare(image, camera, "image")])
    seen = expected.scores >= 0.02
    assert len(table) == seen.sum() > 0
    np.testing.assert_allclose(table[:, 4], expected.scores[seen], atol=1e-4)  # four digits
    np.testing.assert_allclose(table[:, 2:4], expected.keypoints_px[seen, 1], atol=0.01)  # two digits


def test_run_onnx__takes_pixels_as_they_are_stored(exported, split, tmp_path):
    """A turn that the camera has noted in the file plays no part, as everywhere else."""
    image, annotations = split / "val" / "000000.jpg", split / "annotations" / "val.json"
    turn = (
        bytes.fromhex("ffe10022") + b"Exif\0\0II*\0\x08\0\0\0" + bytes.fromhex("0100120103000100000006000000 00000000")
    )
    data = image.read_bytes()
    (tmp_path / image.name).write_bytes(data[:2] + turn + data[2:])
    assert cv2.imread(str(tmp_path / image.name)).shape[:2] == cv2.imread(str(image)).shape[1::-1]
    arguments = ["--camera", annotations, "--score-threshold", 0.02]
    assert run(exported, tmp_path / image.name, *arguments).stdout == run(exported, image, *arguments).stdout


def test_run_onnx__mistakes_are_one_line(exported, two_files, split, tmp_path):
    annotations = split / "annotations" / "val.json"
    done = run(two_files, split / "val" / "000000.jpg", "--camera", annotations)
    assert done.returncode == 1
    assert "model.onnx: is of a two-stage model, which mmsynloc infer runs" in done.stderr
    done = run(exported, tmp_path / "other.jpg", "--camera", annotations)
    assert done.returncode == 1
    assert done.stderr.strip() == f"error: {annotations}: has no image other.jpg"
    entry = json.loads(annotations.read_text())["images"][0]
    lists = {"list.json": [], "one.json": {**entry, "height": 999}}
    lists["several.json"] = {"images": [{**entry, "file_name": name} for name in ("000000.jpg", "val/000000.jpg")]}
    reasons = {"list.json": "neither an annotation", "one.json": "another shape", "several.json": "has several images"}
    for name, content in lists.items():
        (tmp_path / name).write_text(json.dumps(content))
        done = run(exported, split / "val" / "000000.jpg", "--camera", tmp_path / name)
        assert done.returncode == 1
        assert reasons[name] in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_run_onnx__broken_files_are_one_line(exported, split, tmp_path):
    image, annotations = split / "val" / "000000.jpg", split / "annotations" / "val.json"
    data = image.read_bytes()
    (tmp_path / image.name).write_bytes(data[: len(data) // 2])
    (tmp_path / "model.onnx").write_bytes(exported.read_bytes()[:1000])
    (tmp_path / "opencv.json").write_text(json.dumps({"camera_matrix": np.eye(3).tolist(), "dist_coeffs": [0] * 5}))
    for arguments, reason in (
        ((exported, tmp_path / image.name, "--camera", annotations), "000000.jpg: is truncated"),
        ((exported, tmp_path / "absent.jpg", "--camera", tmp_path / "opencv.json"), "opencv.json: is no SynLoc camera"),
        (
            (tmp_path / "model.onnx", image, "--camera", annotations),
            "model.onnx: is no model that onnxruntime can load",
        ),
        ((tmp_path / "absent.onnx", image, "--camera", annotations), "absent.onnx: is no model"),
    ):
        done = run(*arguments)
        assert done.returncode == 1
        assert reason in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_letterbox__keeps_pixel_centres(tmp_path):
    pytest.importorskip("onnxruntime")
    import runpy

    letterbox = runpy.run_path(str(SCRIPT))["letterbox"]
    image = np.zeros((90, 160, 3), np.uint8)
    image[40, 100] = 255
    pixels, (sx, sy, dx, dy) = letterbox(image, (320, 192), (640, 360))  # twice as large, 6 px of bars
    assert pixels.shape == (192, 320, 3)
    assert (pixels[:6] == 114).all()
    rows, columns = np.nonzero(pixels[..., 0].astype(int) * (pixels[..., 0] != 114))
    weights = pixels[rows, columns, 0].astype(float)
    x, y = (np.average(axis, weights=weights) for axis in (columns, rows))
    # in the frame, four times the image: (100 + 0.5) * 4 - 0.5 and (40 + 0.5) * 4 - 0.5
    np.testing.assert_allclose([x * sx + dx, y * sy + dy], [401.5, 161.5], atol=1e-6)
