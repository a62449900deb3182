"""The ablation: the same small model on the same data with the same budget, once for each idea."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import cv2
import numpy as np
import torch
from mmengine.config import Config, ConfigDict
from tqdm import tqdm

from mmsynloc.analysis.ablation_rows import ROWS, Row, row_config, to_upstream_recipe
from mmsynloc.analysis.complexity import model_cost
from mmsynloc.apis.prediction import score_split
from mmsynloc.apis.run_config import build_runner, load_config
from mmsynloc.datasets.converters import export_coco
from mmsynloc.evaluation.functional import paired_distances_m
from mmsynloc.evaluation.io import load_detections, load_ground_truth
from mmsynloc.minisynloc import generate
from mmsynloc.utils import UserError, dump_json, load_json
from mmsynloc.utils.parallel import parallel_map

__all__ = ["COUNTS", "Job", "Settings", "load_results", "run_ablation"]

COUNTS = {"train": 240, "val": 24, "test": 60, "challenge": 0}
_RESULT = "result.json"
_PRETRAINING = "mmsynloc::ablation_pretrain_synloc.py"
_OTHER_VENUES = 1  # the seed of the data set of the pretraining


@dataclass(frozen=True)
class Settings:
    """What all runs share.

    Args:
        out: folder of data and runs.
        epochs: of each training, at least 2; None for the config's.
        pretrain_epochs: of the training of the backbone that all start from, more than 2; None for the config's, 0 to
            start from scratch.
        counts: images of each split of the data set.
        image_size: ``(width, height)`` of the data set's files.
        options: settings that are merged into each row's config.
    """

    out: Path
    epochs: int | None = None
    pretrain_epochs: int | None = None
    counts: tuple[tuple[str, int], ...] = tuple(COUNTS.items())
    image_size: tuple[int, int] = (1920, 1080)
    options: tuple[tuple[str, object], ...] = ()

    @property
    def data_root(self) -> Path:
        """Folder of the data set."""
        return self.out / "minisynloc"

    def run_dir(self, row: Row, seed: int) -> Path:
        """Folder of a run."""
        return self.out / row.name / f"seed{seed}"

    @property
    def pretrain_dir(self) -> Path:
        """Folder of the pretraining."""
        return self.out / "pretraining"


@dataclass(frozen=True)
class Job:
    """One row with one seed."""

    row: Row
    seed: int
    settings: Settings


def run_ablation(rows: Sequence[Row], seeds: int, settings: Settings, jobs: int) -> dict[str, list[dict]]:
    """Train and score rows, several at a time; a run whose result is there already is not repeated.

    Args:
        rows: what to run, in the order of the table; rows whose weights others take over are run too.
        seeds: runs of each, with the seeds 0 to ``seeds - 1``.
        settings: what they share.
        jobs: processes, each on one core.

    Returns:
        The results of each row by its name, one for each seed.

    Raises:
        UserError: the data set or a run's folder cannot be written, or a process died.
    """
    generate(settings.data_root, *dict(settings.counts).values(), seed=0, image_size=settings.image_size)
    export_coco(settings.data_root / "annotations" / "train.json", _coco_file(settings), settings.image_size)
    if settings.pretrain_epochs != 0:
        _pretrain(settings)
    wanted = {row.weights_of or row.name: None for row in rows}
    trained = [Job(ROWS[name], seed, settings) for seed in range(seeds) for name in wanted]
    tested = [Job(row, seed, settings) for row in rows if row.weights_of for seed in range(seeds)]
    with tqdm(total=len(trained) + len(tested), unit="run", desc="ablation") as bar:
        for stage in (trained, tested):
            for job, result in zip(stage, parallel_map(run_job, stage, jobs, chunk_size=1)):
                bar.write(f"{job.row.title}, seed {job.seed}: mAP-LocSim {result['stats']['AP']:.3f}")
                bar.update()
    return {row.name: load_results(row, seeds, settings) for row in rows}


def load_results(row: Row, seeds: int, settings: Settings) -> list[dict]:
    """The results of a row's runs that are there."""
    paths = [settings.run_dir(row, seed) / _RESULT for seed in range(seeds)]
    return [load_json(path) for path in paths if path.is_file()]


def _coco_file(settings: Settings) -> Path:
    return settings.out / "coco" / "train.json"


def _pretrain(settings: Settings) -> None:
    """Train the backbone that all rows start from, unless that is done."""
    folder, epochs = settings.pretrain_dir, settings.pretrain_epochs
    if (folder / "last_checkpoint").is_file():
        return
    root = folder / "minisynloc"
    generate(root, dict(settings.counts)["train"], 1, 0, 0, seed=_OTHER_VENUES, image_size=settings.image_size)
    os.environ["SYNLOC_ROOT"] = str(root.resolve())
    cfg = load_config(_PRETRAINING, work_dir=str(folder))
    cfg.launcher, cfg.randomness, cfg.log_level = "none", dict(seed=0), "ERROR"
    cfg.optim_wrapper.type = "AmpOptimWrapper"
    cfg.custom_hooks.append(ConfigDict(type="ProgressBarHook"))
    if epochs is not None:
        _set_epochs(cfg, epochs)
    _train(cfg)


def _checkpoint_in(folder: Path) -> Path:
    """The last checkpoint of a run."""
    pointer = folder / "last_checkpoint"
    if not pointer.is_file():
        raise UserError(f"{pointer}: no such file; this has not been trained to its end")
    return Path(pointer.read_text().strip())


def _job_config(job: Job) -> Config:
    os.environ["SYNLOC_ROOT"] = str(job.settings.data_root.resolve())  # where the configs look for the data
    folder = job.settings.run_dir(job.row, job.seed)
    cfg = row_config(job.row, folder / "configs")
    if job.row.upstream:
        to_upstream_recipe(cfg, job.settings.data_root.resolve(), _coco_file(job.settings))
    cfg.merge_from_dict(dict(job.settings.options))
    _set_epochs(cfg, (job.settings.epochs or cfg.train_cfg.max_epochs) * job.row.epochs_factor)
    if job.settings.pretrain_epochs != 0:
        weights = str(_checkpoint_in(job.settings.pretrain_dir).resolve())
        cfg.model.backbone.init_cfg = dict(type="Pretrained", prefix="backbone.", checkpoint=weights)
    cfg.optim_wrapper.type = "AmpOptimWrapper"  # all rows decode in float32
    cfg.launcher = "none"
    cfg.randomness = dict(seed=job.seed)
    cfg.work_dir = str(folder)
    cfg.test_evaluator.outfile_prefix = str(folder / "test_results")
    return cfg


def _set_epochs(cfg: Config, epochs: int) -> None:
    """Another number of epochs than the config's, the schedule stretched to it."""
    factor = epochs / cfg.train_cfg.max_epochs
    cfg.train_cfg.max_epochs = epochs
    warm_up, cosine = cfg.param_scheduler
    warm_up.end = max(round(warm_up.end * factor), 1)
    cosine.begin, cosine.end, cosine.T_max = warm_up.end, epochs, epochs - warm_up.end
    for hook in cfg.custom_hooks:
        if hook.type == "YOLOXPoseModeSwitchHook":
            hook.num_last_epochs = round(hook.num_last_epochs * factor)
    cfg.default_hooks.checkpoint.interval = epochs


class _JobLog(io.TextIOBase):
    """Takes what a job prints. It outlives the jobs, because loggers of one still hold it when the next begins."""

    def __init__(self) -> None:
        self._file: TextIO | None = None

    def write(self, text: str) -> int:
        """Write where the present job's output goes."""
        return len(text) if self._file is None else self._file.write(text)

    @contextlib.contextmanager
    def to(self, path: str | Path) -> Iterator[None]:
        """Send all output of this process to a file for a while."""
        with (
            open(path, "w", encoding="utf-8", buffering=1) as self._file,
            contextlib.redirect_stdout(self),
            contextlib.redirect_stderr(self),
        ):
            yield
        self._file = None


_JOB_LOG = _JobLog()


def run_job(job: Job) -> dict:
    """Train and score one row with one seed, on one core; what it prints goes to ``log.txt`` in the run's folder."""
    folder = job.settings.run_dir(job.row, job.seed)
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    with _JOB_LOG.to(os.devnull):
        cfg = _job_config(job)
    fingerprint = hashlib.sha1(f"{cfg.pretty_text}{job.settings.counts}".encode()).hexdigest()
    path = folder / _RESULT
    if path.is_file() and load_json(path).get("fingerprint") == fingerprint:
        return load_json(path)
    path.unlink(missing_ok=True)
    with _JOB_LOG.to(folder / "log.txt"):
        seconds = 0.0 if job.row.weights_of else _train(cfg)
        trained = ROWS[job.row.weights_of] if job.row.weights_of else job.row
        result = _score(cfg, _checkpoint_in(job.settings.run_dir(trained, job.seed)))
    result |= {"seed": job.seed, "seconds": round(seconds, 1), "fingerprint": fingerprint}
    result |= model_cost(cfg)._asdict()
    dump_json(result, path, indent=1)
    return result


def _train(cfg: Config) -> float:
    """Train without validation; returns seconds of processor time, loading included."""
    alone = cfg.copy()
    alone.val_cfg = alone.val_dataloader = alone.val_evaluator = None
    start = time.process_time()
    build_runner(alone, training=True).train()
    return time.process_time() - start


def _score(cfg: Config, checkpoint: Path) -> dict:
    """Statistics on val, which chooses the threshold, and on test, which keeps it."""
    val, threshold = score_split(cfg, "val", checkpoint)
    stats, _ = score_split(cfg, "test", checkpoint)
    truth = load_ground_truth(cfg.test_evaluator.ann_file)
    detections, _ = load_detections(f"{cfg.test_evaluator.outfile_prefix}.json", truth)
    distances = paired_distances_m(truth.people, detections, threshold)
    median = float(np.median(distances)) if len(distances) else None
    return {"stats": stats, "val": val, "median_m": median, "paired": len(distances) / len(truth.people.image)}
