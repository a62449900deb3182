"""Benchmarks: the form of their reports, the data they make, and the command line."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from mmsynloc.analysis import benchmark_annotations, benchmark_data, benchmark_pipeline
from mmsynloc.analysis.benchmark import command_cost, compare, format_report, one_core, time_interleaved
from mmsynloc.analysis.benchmark_assigner import benchmark_assigner, random_athletes
from mmsynloc.analysis.benchmark_locsim import benchmark_locsim, make_case
from mmsynloc.analysis.benchmark_train_step import benchmark_train_step
from mmsynloc.datasets import SynLocDataset
from tests.synloc_files import write_split

TOOL = Path(__file__).parents[2] / "tools" / "analysis" / "benchmark.py"


@pytest.mark.parametrize(
    ("ours", "upstream", "larger_is_better", "ratio"),
    [(10.0, 4.0, True, 2.5), (10.0, 4.0, False, 0.4), (10.0, None, True, None), (0.0, 4.0, False, None)],
)
def test_compare__ratio_over_one_means_better(ours, upstream, larger_is_better, ratio):
    case = compare(ours, upstream, "s", larger_is_better)
    assert case == {"ours": ours, "upstream": upstream, "ratio": ratio, "unit": "s"}


def test_format_report__has_a_line_for_each_case():
    report = {"first": compare(1.0, 2.0, "s"), "another": compare(3.0, None, "GB")}
    lines = format_report(report).splitlines()
    assert len(lines) == 3
    assert lines[2].split() == ["another", "3", "-", "-", "GB"]


def test_time_interleaved__calls_in_turns_and_leaves_out_the_warm_up():
    calls = []
    functions = {"a": lambda i: calls.append(("a", i)), "b": lambda i: calls.append(("b", i))}
    seconds = time_interleaved(functions, rounds=2, warmup=1)
    assert calls == [("a", 0), ("b", 0), ("a", 1), ("b", 1), ("a", 2), ("b", 2)]
    assert set(seconds) == {"a", "b"}


def test_one_core__is_undone():
    before = (cv2.getNumThreads(), torch.get_num_threads())
    with one_core():
        assert torch.get_num_threads() == 1
    assert (cv2.getNumThreads(), torch.get_num_threads()) == before


def test_command_cost__of_a_command_alone():
    cost = command_cost([sys.executable, "-S", "-c", "sum(range(10**6))"])
    assert cost.seconds > 0
    assert 0.001 < cost.peak_gb < 0.1  # this process, with torch, has several times that
    with pytest.raises(subprocess.CalledProcessError):
        command_cost([sys.executable, "-c", "raise SystemExit(3)"])


def test_make_case__as_many_as_asked_for():
    truth, results = make_case(3, 25, num_people=20)
    assert (len(truth["images"]), len(truth["annotations"]), len(results)) == (3, 60, 75)


def test_benchmark_locsim__in_memory_and_as_a_command():
    report = benchmark_locsim(num_images=2, num_detections=20, large=False)
    assert set(report) == {"seconds", "command_seconds"}
    assert report["command_seconds"]["ours"] > report["seconds"]["ours"] > 0


def test_random_athletes__nobody_and_many():
    rng = np.random.default_rng(0)
    assert len(random_athletes(0, (64, 32), rng).gt_instance_labels) == 0
    labels = random_athletes(300, (640, 320), rng).gt_instance_labels
    sides = labels.bboxes[:, 2:] - labels.bboxes[:, :2]
    assert (sides > 0).all()
    torch.testing.assert_close(labels.areas, sides.prod(1) / 2, rtol=1e-3, atol=0)  # float32 of 640 px


def test_benchmark_assigner__compares_seconds_launches_and_waits():
    report = benchmark_assigner(rounds=1, batch=2, athletes=3, size=(128, 96))
    assert set(report) == {"seconds", "exact_seconds", "launches", "waits"}
    assert report["waits"]["ours"] == 0
    assert report["waits"]["upstream"] > 10
    assert report["launches"]["ours"] < report["launches"]["upstream"]
    assert report["seconds"]["ours"] > 0


def test_benchmark_train_step__compares_in_mixed_and_full_precision():
    report = benchmark_train_step(rounds=1, batch=1, athletes=2, size=(64, 32))
    assert set(report) == {"step", "step_amp", "step_float32"}
    for case in report.values():
        assert case["ours"] > 0
        assert case["upstream"] > 0
        assert case["unit"] == "images/s"


def test_write_annotations__is_a_data_set(tmp_path):
    benchmark_data.write_annotations(tmp_path / "train.json", 5, 12)
    dataset = SynLocDataset(ann_file=str(tmp_path / "train.json"), with_ground_metric=True)
    counts = [len(dataset.get_data_info(i)["bbox"]) for i in range(len(dataset))]
    assert len(counts) == 5
    assert sum(counts) == 12
    assert max(counts) - min(counts) <= 1
    assert len(json.loads((tmp_path / "train.json").read_text())["annotations"]) == 12


def test_make_frame__costs_what_a_real_frame_costs():
    frame = benchmark_data.make_frame(0)
    assert frame.shape == (2160, 3840, 3)
    size = len(cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, 80])[1])
    assert 1.5e6 < size < 1.9e6  # a real one has 1.7 MB


def test_benchmark_pipeline__runs_both_pipelines(monkeypatch):
    frame = np.full((2160, 3840, 3), 90, np.uint8)  # fast to decode: only the plumbing is tested
    monkeypatch.setattr(benchmark_data, "make_frame", lambda seed: frame)
    report = benchmark_pipeline.benchmark_pipeline(rounds=1, num_images=2, input_size=(64, 64), copy_width=640)
    assert set(report) == {"fresh_4k", "cached_4k", "fresh_640", "cached_640"}
    for case in report.values():
        assert case["unit"] == "samples/s"
        assert case["ratio"] == pytest.approx(case["ours"] / case["upstream"], rel=0.01)


def _run_tool(monkeypatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", [str(TOOL), *arguments])
    with pytest.raises(SystemExit) as done:
        runpy.run_path(str(TOOL), run_name="__main__")
    return done.value.code or 0


def test_tool__annotations_writes_a_report(tmp_path, monkeypatch, capsys):
    out = tmp_path / "report.json"
    arguments = ["annotations", "--images", "3", "--annotations", "7", "--skip-upstream", "--out", str(out)]
    # in this process: a fresh one would take seconds to import torch
    monkeypatch.setattr(benchmark_annotations, "_load_apart", benchmark_annotations._load)
    assert _run_tool(monkeypatch, *arguments) == 0
    report = json.loads(out.read_text())
    assert set(report) == {"seconds", "processor_seconds", "peak_gb"}
    assert set(report["seconds"]) == {"ours", "upstream", "ratio", "unit"}
    assert report["peak_gb"]["ours"] > 0
    assert "peak_gb" in capsys.readouterr().out


def test_tool__wrong_number_is_one_line(tmp_path, monkeypatch, capsys):
    out = str(tmp_path / "report.json")
    assert _run_tool(monkeypatch, "pipeline", "--rounds", "0", "--out", out) == 1
    assert capsys.readouterr().err == "error: all numbers must be at least 1\n"
    assert not list(tmp_path.iterdir())


def test_benchmark_inference__compares_with_the_first(tmp_path):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    from mmsynloc.analysis.benchmark_inference import benchmark_inference

    write_split(tmp_path, "test", [[(0, 0), (5, 10)], [(1, 1)]])
    model = ("mmsynloc::demo_synloc.py", "mmsynloc::demo_synloc.pth")
    report = benchmark_inference(tmp_path, *model, images=1, variants=("eager", "onnxruntime"))
    assert list(report) == ["eager", "onnxruntime", "eager: mAP-LocSim", "onnxruntime: mAP-LocSim"]
    assert report["eager"]["ratio"] == 1
    assert report["onnxruntime"]["ours"] > 0
    scores = report["onnxruntime: mAP-LocSim"]
    assert scores["ours"] == pytest.approx(scores["upstream"], abs=1e-3)
