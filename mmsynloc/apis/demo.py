"""The main job from end to end on the embedded data set: data, training, scores, submission, picture."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch
from mmengine.config import Config

from mmsynloc.apis.prediction import score_split
from mmsynloc.apis.run_config import build_runner, load_config
from mmsynloc.apis.submission import write_submission
from mmsynloc.apis.submission_check import check_submission
from mmsynloc.datasets.annotations import load_frames
from mmsynloc.evaluation import format_stats
from mmsynloc.minisynloc import generate
from mmsynloc.structures import Athletes, Camera
from mmsynloc.utils import UserError, dump_json, load_json
from mmsynloc.visualization import make_overview, save_overview

__all__ = ["DEMO_COUNTS", "run_demo"]

DEMO_COUNTS = {"train": 200, "val": 20, "test": 30, "challenge": 4}
CONFIG = "mmsynloc::demo_synloc.py"


@dataclass
class _Report:
    """What the demo found, and how long each step took."""

    stats: dict[str, dict[str, float]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str, text: str) -> Iterator[None]:
        """Announce a step and take its time."""
        print(f"[{name}] {text}", flush=True)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 1)


def run_demo(
    work_dir: str | Path, seed: int = 0, counts: dict[str, int] | None = None, epochs: int | None = None
) -> dict:
    """Make the mini data set, train a small model on it, score it, and write a submission and a picture.

    Writes ``submission.zip``, ``overview.png`` and ``summary.json`` into ``work_dir``.

    Args:
        work_dir: folder of everything the demo makes.
        seed: of the data set and the training.
        counts: images per split; by default :data:`DEMO_COUNTS`.
        epochs: of the training; by default as the config says.

    Returns:
        ``{"val": {name: value}, "test": {name: value}, "seconds": {step: s}}``, as in ``summary.json``.
    """
    work_dir = Path(work_dir)
    report = _Report()
    # On few cores a second thread gains little, and waits in vain for a core that something else uses.
    torch.set_num_threads(max(1, (os.cpu_count() or 2) // 2))
    root = work_dir / "minisynloc"
    numbers = {**DEMO_COUNTS, **(counts or {})}
    with report.step("data", f"a data set of {sum(numbers.values())} Full HD frames in the official layout: {root}"):
        generate(root, *(numbers[s] for s in ("train", "val", "test", "challenge")), seed=seed)
    cfg = _config(root, work_dir, seed, epochs)
    with report.step("train", "a small model from scratch, on windows of the frames"):
        alone = cfg.copy()
        alone.val_cfg = alone.val_dataloader = alone.val_evaluator = None  # validation is a step of its own
        build_runner(alone, training=True).train()
    checkpoint = (work_dir / "last_checkpoint").read_text().strip()
    with report.step("val", "whole frames of known venues; chooses the score threshold"):
        report.stats["val"], threshold = score_split(cfg, "val", checkpoint)
    with report.step("test", "whole frames of venues that the training has not seen; the threshold is kept"):
        report.stats["test"], _ = score_split(cfg, "test", checkpoint)
    with report.step("submission", f"{work_dir / 'submission.zip'}"):
        _submit(root, work_dir, threshold)
    with report.step("overview", f"{work_dir / 'overview.png'}"):
        _draw(root, work_dir, threshold)
    summary = {**report.stats, "seconds": report.seconds}
    dump_json(summary, work_dir / "summary.json", indent=1)
    print(format_stats(report.stats["test"]))
    return summary


def _config(root: Path, work_dir: Path, seed: int, epochs: int | None) -> Config:
    os.environ["SYNLOC_ROOT"] = str(root)  # where the configs look for the data
    cfg = load_config(CONFIG, work_dir=str(work_dir))
    cfg.launcher = "none"
    cfg.log_level = "ERROR"  # a progress bar says more
    cfg.randomness = dict(seed=seed)
    cfg.custom_hooks.append(dict(type="ProgressBarHook"))
    cfg.test_evaluator.outfile_prefix = str(work_dir / "test_results")
    if epochs is not None:
        cfg.train_cfg.max_epochs = epochs
    cfg.default_hooks.checkpoint.interval = cfg.train_cfg.max_epochs
    return cfg


def _submit(root: Path, work_dir: Path, threshold: float) -> None:
    zip_file = work_dir / "submission.zip"
    write_submission(work_dir / "test_results.json", threshold, zip_file)
    found = check_submission(zip_file, root / "annotations" / "test.json")
    if found.problems:
        raise UserError(f"{zip_file}: {'; '.join(found.problems)}")


def _draw(root: Path, work_dir: Path, threshold: float) -> None:
    """The test frame with the most people."""
    frame = max(load_frames(root / "annotations" / "test.json"), key=lambda f: len(f["id"]))
    camera = Camera(**frame["camera"], image_size=frame["annotated_size"])
    found = [d for d in load_json(work_dir / "test_results.json") if d["image_id"] == frame["img_id"]]
    boxes_xywh = np.array([d["bbox"] for d in found]).reshape(-1, 4)
    instances = {
        "bboxes": np.concatenate([boxes_xywh[:, :2], boxes_xywh[:, :2] + boxes_xywh[:, 2:]], axis=1),
        "bbox_scores": np.array([d["score"] for d in found]),
        "keypoints": np.array([d["keypoints"] for d in found]).reshape(-1, 2, 3),
    }
    athletes = Athletes.from_pred_instances(instances, camera).over(threshold)
    image = cv2.imread(str(root / "test" / frame["file_name"]))
    title = f"{frame['file_name']}: {len(athletes.scores)} athletes found, {len(frame['id'])} are there"
    save_overview(
        make_overview(image, camera, athletes, Athletes.from_data_info(frame), title), work_dir / "overview.png"
    )
