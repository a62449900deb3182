"""The main job from end to end on the embedded data set: data, training, scores, submission, picture."""

from __future__ import annotations

import copy
import os
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from mmengine.config import Config
from tqdm import tqdm

from mmsynloc.apis import DEMO_COUNTS, DEMO_STRENGTH
from mmsynloc.apis.config import load_config, synloc_root
from mmsynloc.apis.prediction import score_split
from mmsynloc.apis.schedule import set_epochs
from mmsynloc.apis.submission_check import check_submission
from mmsynloc.apis.training import train_only
from mmsynloc.apis.weights import join_stages
from mmsynloc.config_scope import checkpoint_path
from mmsynloc.datasets.data_infos import make_data_infos
from mmsynloc.files import read_annotations, read_results, write_submission
from mmsynloc.files.images import read_image
from mmsynloc.minisynloc import generate
from mmsynloc.structures import Athletes, Camera
from mmsynloc.structures.boxes import to_xyxy
from mmsynloc.utils import UserError, dump_json, parallel_map
from mmsynloc.visualization import make_overview, save_overview

__all__ = ["run_demo", "run_instant_demo"]

FIRST_STAGE = "mmsynloc::demo_synloc.py"
SECOND_STAGE = "mmsynloc::demo_synloc-second-stage.py"
CONFIG = "mmsynloc::demo_synloc-twostage.py"
SHIPPED = "mmsynloc::demo_synloc-twostage.pth"


@dataclass
class _Stage:
    """What one process trains; ``line`` is its progress bar's."""

    config: str
    work_dir: Path
    text: str
    line: int = 0


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
    work_dir: str | Path,
    seed: int = 0,
    counts: dict[str, int] | None = None,
    epochs: int | None = None,
    strength: float = DEMO_STRENGTH,
) -> dict:
    """Make the mini data set, train a small model of two stages on it, score it, and write a submission and a picture.

    Writes ``submission.zip``, ``overview.png`` and ``summary.json`` into ``work_dir``, and the same frame with the
    weights that the package carries as ``overview_shipped.png``.

    Args:
        work_dir: folder of everything the demo makes.
        seed: of the data set and the training.
        counts: images per split; by default :data:`mmsynloc.apis.DEMO_COUNTS`.
        epochs: of both trainings, at least 2; by default as the configs say.
        strength: of the randomisation of looks, see :func:`~mmsynloc.minisynloc.generate`.

    Returns:
        ``{"val": {name: value}, "test": ..., "first_stage": ..., "shipped": ..., "seconds": {step: s}}``, as in
        ``summary.json``; ``first_stage`` are the statistics on test of the detector alone, ``shipped`` those of the
        package's weights.
    """
    checkpoint_path(SHIPPED)  # report what is missing before anything slow begins
    work_dir = Path(work_dir)
    report = _Report()
    numbers = {**DEMO_COUNTS, **(counts or {})}
    root = _make_data(report, work_dir, numbers, seed, strength)
    with report.step("train", "both stages at once, from scratch: on windows of the frames, on crops of the athletes"):
        detector, second_stage = _train_both(root, work_dir, seed, epochs)
    checkpoint = work_dir / "two_stages.pth"
    join_stages(detector, second_stage, checkpoint)
    cfg = _config(CONFIG, root, work_dir, seed)
    cfg.test_evaluator.outfile_prefix = str(work_dir / "test_results")
    with report.step("val", "whole frames of known venues; chooses the score threshold"):
        report.stats["val"], threshold = score_split(cfg, "val", checkpoint)
    with report.step("test", "whole frames of venues that the training has not seen; the threshold is kept"):
        report.stats["test"], _ = score_split(cfg, "test", checkpoint)
    with report.step("first_stage", "the detector alone on the same frames"):
        report.stats["first_stage"] = _score_first_stage(root, work_dir / "first_stage", detector, seed)
    with report.step("submission", f"{work_dir / 'submission.zip'}"):
        _submit(root, work_dir, threshold)
    with report.step("overview", f"{work_dir / 'overview.png'}"):
        _draw(root, work_dir / "test_results.json", threshold, work_dir / "overview.png")
    _show_shipped(report, cfg, root, work_dir / "overview_shipped.png")
    summary = {**report.stats, "seconds": report.seconds}
    dump_json(summary, work_dir / "summary.json", indent=1)
    columns = {"detector": "first_stage", "two stages": "test", "shipped": "shipped"}
    print(_side_by_side({title: report.stats[name] for title, name in columns.items()}))
    return summary


def run_instant_demo(work_dir: str | Path, seed: int = 0, num_images: int = 4, strength: float = DEMO_STRENGTH) -> dict:
    """Score the weights that the package carries on a few frames of the mini data set; trains nothing.

    Writes ``overview_shipped.png`` and ``summary.json`` into ``work_dir``.

    Args:
        work_dir: folder of everything the demo makes.
        seed: of the data set; the weights have seen other venues than those of its test split.
        num_images: frames.
        strength: as for :func:`run_demo`.

    Returns:
        ``{"shipped": {name: value}, "seconds": {step: s}}``.
    """
    work_dir = Path(work_dir)
    report = _Report()
    root = _make_data(report, work_dir, {"train": 0, "val": 0, "test": num_images, "challenge": 0}, seed, strength)
    _show_shipped(report, _config(CONFIG, root, work_dir, seed), root, work_dir / "overview_shipped.png")
    summary = {**report.stats, "seconds": report.seconds}
    dump_json(summary, work_dir / "summary.json", indent=1)
    print(_side_by_side({"shipped": report.stats["shipped"]}))
    return summary


def _make_data(report: _Report, work_dir: Path, numbers: dict[str, int], seed: int, strength: float) -> Path:
    root = work_dir / "minisynloc"
    with report.step("data", f"a data set of {sum(numbers.values())} Full HD frames in the official layout: {root}"):
        train, val, test, challenge = (numbers[s] for s in ("train", "val", "test", "challenge"))
        generate(root, train, val, test, challenge, seed=seed, force=True, strength=strength)
    return root


def _show_shipped(report: _Report, cfg: Config, root: Path, picture: Path) -> None:
    """The package's weights on the test split, with the threshold that was chosen for them."""
    cfg = copy.deepcopy(cfg)
    results = picture.with_name("shipped_results.json")
    cfg.test_evaluator.outfile_prefix = str(results.with_suffix(""))
    with report.step("shipped", f"the same frames with the weights that the package carries: {picture}"):
        report.stats["shipped"], threshold = score_split(cfg, "test", checkpoint_path(SHIPPED))
        _draw(root, results, threshold, picture)


def _side_by_side(columns: dict[str, dict[str, float]]) -> str:
    """Statistics on the unseen venues as a table for the terminal."""
    lines = ["on unseen venues".ljust(16) + "".join(name.rjust(14) for name in columns)]
    for key in ("AP", "AP .5", "precision", "recall", "f1", "frame_accuracy"):
        name = "mAP-LocSim" if key == "AP" else key
        lines.append(name.ljust(16) + "".join(f"{stats[key]:14.3f}" for stats in columns.values()))
    return "\n".join(lines)


def _config(name: str, root: Path, work_dir: Path, seed: int, **bar: Any) -> Config:
    with synloc_root(root):
        cfg = load_config(name, work_dir=str(work_dir))
    cfg.launcher = "none"
    cfg.log_level = "ERROR"  # a progress bar takes their place
    cfg.randomness = dict(seed=seed)
    cfg.custom_hooks.append(dict(type="ProgressBarHook", **bar))
    return cfg


def _train_both(root: Path, work_dir: Path, seed: int, epochs: int | None) -> tuple[str, str]:
    """Train both stages, each in a process of its own; returns their last checkpoints.

    So small networks gain little from a second thread: side by side they take little more than half of the time.
    """
    stages = [
        _Stage(FIRST_STAGE, work_dir / "first_stage", "first stage"),
        _Stage(SECOND_STAGE, work_dir / "second_stage", "second stage", line=1),
    ]
    threads = max((os.cpu_count() or 2) // (2 * len(stages)), 1)  # as many again decode and augment
    begin = partial(_begin_training, threads, get_context("spawn").RLock())
    train = partial(_train, root, seed, epochs)
    with closing(parallel_map(train, stages, len(stages), chunk_size=1, initializer=begin)) as results:
        detector, second_stage = results
    return detector, second_stage


def _begin_training(threads: int, lock: Any) -> None:
    """Prepare a process that trains; the lock is for the progress bars of all of them."""
    warnings.simplefilter("ignore")  # deprecation warnings of the frameworks, which do not concern the demo
    tqdm.set_lock(lock)
    if "OMP_NUM_THREADS" not in os.environ:
        torch.set_num_threads(threads)


def _train(root: Path, seed: int, epochs: int | None, stage: _Stage) -> str:
    """Train one stage; returns its last checkpoint."""
    cfg = _config(stage.config, root, stage.work_dir, seed, train_text=stage.text, line=stage.line)
    cfg.optim_wrapper.type = "AmpOptimWrapper"  # where it gains nothing, it is left out
    if epochs is not None:
        set_epochs(cfg, epochs)
    train_only(cfg)
    return (stage.work_dir / "last_checkpoint").read_text().strip()


def _score_first_stage(root: Path, work_dir: Path, checkpoint: str, seed: int) -> dict[str, float]:
    """The detector alone on the test split, with its best threshold there: it is shown for comparison only."""
    cfg = _config(FIRST_STAGE, root, work_dir, seed)
    cfg.test_evaluator.score_threshold = None
    return score_split(cfg, "test", checkpoint)[0]


def _submit(root: Path, work_dir: Path, threshold: float) -> None:
    zip_file = work_dir / "submission.zip"
    write_submission(work_dir / "test_results.json", threshold, zip_file)
    found = check_submission(zip_file, root / "annotations" / "test.json")
    if found.problems:
        raise UserError(f"{zip_file}: {'; '.join(found.problems)}")


def _draw(root: Path, results_file: Path, threshold: float, picture: Path) -> None:
    """The test frame with the most people."""
    annotations = read_annotations(root / "annotations" / "test.json")
    frame = max(make_data_infos(annotations, root / "test"), key=lambda info: len(info["id"]))
    camera = Camera.from_data_info(frame)
    found = read_results(results_file)
    found = found[found.image_ids == frame["img_id"]]
    assert found.boxes_xywh is not None, "our models predict boxes"
    assert found.keypoints is not None, "our models predict keypoints"
    instances = {
        "bboxes": to_xyxy(found.boxes_xywh),
        "bbox_scores": found.scores,
        "keypoints": found.keypoints.reshape(-1, 2, 3),
    }
    athletes = Athletes.from_pred_instances(instances, camera).over(threshold)
    image = read_image(frame["img_path"])
    title = f"{Path(frame['img_path']).name}: {len(athletes.scores)} athletes found, {len(frame['id'])} are there"
    save_overview(make_overview(image, camera, athletes, Athletes.from_data_info(frame), title), picture)
