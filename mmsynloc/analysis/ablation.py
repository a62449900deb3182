"""The ablation: the same small model on the same data with the same budget, once for each idea."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import io
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from mmengine.config import Config
from mmengine.runner import Runner
from tqdm import tqdm

from mmsynloc.analysis.ablation_rows import ROWS, Row, row_config, to_upstream_recipe
from mmsynloc.analysis.benchmark import one_thread
from mmsynloc.apis.config import synloc_root
from mmsynloc.apis.model_cost import model_cost
from mmsynloc.apis.prediction import score_split
from mmsynloc.apis.schedule import set_epochs
from mmsynloc.apis.training import train_only
from mmsynloc.config_scope import CONFIG_DIR, checkpoint_path
from mmsynloc.datasets.converters import export_coco
from mmsynloc.evaluation.functional import paired_distances_m
from mmsynloc.evaluation.tables import detection_table, people_table
from mmsynloc.files import read_annotations, read_json, read_results
from mmsynloc.minisynloc import generate
from mmsynloc.utils import UserError, dump_json
from mmsynloc.utils.parallel import parallel_map

__all__ = ["COUNTS", "Job", "Settings", "load_results", "restore_results", "run_ablation", "run_job"]

COUNTS = {"train": 240, "val": 24, "test": 60, "challenge": 0}
_RESULT = "result.json"
_START = "mmsynloc::demo_synloc.pth"  # trained on venues of other seeds
_SETTINGS = set(inspect.signature(Runner).parameters)  # not what config files share among themselves


@dataclass(frozen=True)
class Settings:
    """Settings that all runs share.

    Args:
        out: folder of data and runs.
        epochs: of each training, at least 2; None for the config's.
        from_scratch: whether the backbone starts untrained instead of from the package's weights.
        counts: images of each split of the data set.
        image_size: ``(width, height)`` of the data set's files.
        options: settings that are merged into each row's config.
    """

    out: Path
    epochs: int | None = None
    from_scratch: bool = False
    counts: tuple[tuple[str, int], ...] = tuple(COUNTS.items())
    image_size: tuple[int, int] = (1920, 1080)
    options: tuple[tuple[str, object], ...] = ()

    @property
    def data_root(self) -> Path:
        """Folder of the data set."""
        return self.out / "minisynloc"

    @property
    def coco_file(self) -> Path:
        """The training annotations for upstream's data set."""
        return self.out / "coco" / "train.json"

    def run_dir(self, row: Row, seed: int) -> Path:
        """Folder of a run."""
        return self.out / row.name / f"seed{seed}"


@dataclass(frozen=True)
class Job:
    """One row with one seed."""

    row: Row
    seed: int
    settings: Settings

    @property
    def folder(self) -> Path:
        """Where it writes."""
        return self.settings.run_dir(self.row, self.seed)


def run_ablation(rows: Sequence[Row], seeds: int, settings: Settings, jobs: int) -> None:
    """Train and score rows, several at a time; a run whose result is there already is not repeated.

    Args:
        rows: what to run, in this order; rows whose weights others take over are run too.
        seeds: runs of each, with the seeds 0 to ``seeds - 1``.
        settings: shared by all runs.
        jobs: processes, each on one core.

    Raises:
        UserError: the data set or a run's folder cannot be written, or a process died.
    """
    train, val, test, challenge = dict(settings.counts).values()
    generate(settings.data_root, train, val, test, challenge, seed=0, image_size=settings.image_size)
    export_coco(settings.data_root / "annotations" / "train.json", settings.coco_file, settings.image_size)
    wanted = {row.weights_of or row.name: None for row in rows}
    trained = [Job(ROWS[name], seed, settings) for seed in range(seeds) for name in wanted]
    tested = [Job(row, seed, settings) for row in rows if row.weights_of for seed in range(seeds)]
    with tqdm(total=len(trained) + len(tested), unit="run", desc="ablation") as bar:
        for stage in (trained, tested):
            for job, result in zip(stage, parallel_map(run_job, stage, jobs, chunk_size=1)):
                bar.write(f"{job.row.title}, seed {job.seed}: mAP-LocSim {result['stats']['AP']:.3f}")
                bar.update()


def restore_results(path: Path, settings: Settings) -> None:
    """Put the runs of a page (its file of results) where ``settings.out`` lacks them, so that they are not repeated.

    Raises:
        UserError: the file is broken.
    """
    if not path.is_file():
        return
    known = read_json(path)
    try:
        runs = {ROWS[name]: results for name, results in known.items() if name in ROWS}
        files = {settings.run_dir(row, run["seed"]) / _RESULT: run for row, results in runs.items() for run in results}
    except (AttributeError, KeyError, TypeError):
        raise UserError(f"{path}: not the runs of an ablation, as this tool writes them") from None
    for file, run in files.items():
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            dump_json(run, file, indent=1)


def load_results(rows: Sequence[Row], settings: Settings) -> dict[str, list[dict]]:
    """The results of each row's runs that are there, by its name and in the order of the seeds."""
    found = {row.name: (settings.out / row.name).glob(f"seed*/{_RESULT}") for row in rows}
    return {name: sorted(map(read_json, paths), key=lambda run: run["seed"]) for name, paths in found.items()}


@contextlib.contextmanager
def _alone_with(data_root: Path) -> Iterator[None]:
    """Inside the context: one thread, and the data set that configs find."""
    with synloc_root(data_root), one_thread():
        yield


def _fingerprint(cfg: Config, job: Job) -> str:
    """What a result depends on, apart from the location of its folders.

    Of a row that takes over weights it is also what these depend on, for the weights may lie on another machine.
    """
    settings = job.settings
    used = {key: value for key, value in cfg.to_dict().items() if key in _SETTINGS}
    text = json.dumps(used, sort_keys=True, default=str)  # the config's own text is wrapped by the length of paths
    for name, folder in (("OUT", settings.out), ("CONFIGS", CONFIG_DIR)):
        text = text.replace(str(folder.resolve()), name).replace(str(folder), name)
    seen = hashlib.sha1(f"{text}{settings.counts}{settings.image_size}".encode())
    if job.row.weights_of:
        trained = settings.run_dir(ROWS[job.row.weights_of], job.seed) / _RESULT
        seen.update(read_json(trained)["fingerprint"].encode() if trained.is_file() else b"")
    elif not settings.from_scratch:
        seen.update(hashlib.sha1(Path(checkpoint_path(_START)).read_bytes()).digest())
    return seen.hexdigest()


def _checkpoint_in(folder: Path) -> Path:
    """The last checkpoint of a run."""
    pointer = folder / "last_checkpoint"
    if not pointer.is_file():
        raise UserError(f"{pointer}: no such file; this has not been trained to its end")
    return folder / Path(pointer.read_text().strip()).name  # the folder may have been moved


def _job_config(job: Job) -> Config:
    settings = job.settings
    cfg = row_config(job.row, job.folder / "configs")
    if job.row.upstream:
        to_upstream_recipe(cfg, settings.data_root.resolve(), settings.coco_file)
    cfg.merge_from_dict(dict(settings.options))
    if settings.epochs is not None:
        set_epochs(cfg, settings.epochs)
    if not settings.from_scratch:
        cfg.model.backbone.init_cfg = dict(type="Pretrained", prefix="backbone.", checkpoint=_START)
    cfg.optim_wrapper.type = "AmpOptimWrapper"  # all rows decode in float32
    cfg.launcher = "none"
    cfg.randomness = dict(seed=job.seed)
    cfg.work_dir = str(job.folder)
    cfg.test_evaluator.outfile_prefix = str(job.folder / "test_results")
    return cfg


class _JobLog(io.TextIOBase):
    """The output stream of jobs. It outlives them, because the loggers of one still refer to it in the next."""

    def __init__(self) -> None:
        self._file: TextIO | None = None

    def write(self, text: str) -> int:
        """Write where the present job's output goes."""
        return len(text) if self._file is None else self._file.write(text)

    @contextlib.contextmanager
    def to(self, path: str | Path) -> Iterator[None]:
        """Send all output of this process to a file inside the context."""
        with (
            open(path, "w", encoding="utf-8", buffering=1) as self._file,
            contextlib.redirect_stdout(self),
            contextlib.redirect_stderr(self),
        ):
            try:
                yield
            finally:
                self._file = None


_JOB_LOG = _JobLog()


def run_job(job: Job) -> dict:
    """Train and score one row with one seed, on one core; what it prints goes to ``log.txt`` in the run's folder.

    Returns:
        ``stats`` and ``val`` (the 17 statistics on test and val), ``median_m`` and ``paired`` (see
        :func:`paired_distances_m`; the share of paired people), ``seed``, ``seconds`` and what
        :func:`model_cost` gives.

    Raises:
        UserError: something is missing; the message names the row and the seed.
    """
    job.folder.mkdir(parents=True, exist_ok=True)
    try:
        with _alone_with(job.settings.data_root):
            return _run_job(job)
    except UserError as error:
        raise UserError(f"{job.row.title}, seed {job.seed}: {error}") from None


def _run_job(job: Job) -> dict:
    with _JOB_LOG.to(os.devnull):
        cfg = _job_config(job)
    path, fingerprint = job.folder / _RESULT, _fingerprint(cfg, job)
    if path.is_file() and read_json(path).get("fingerprint") == fingerprint:
        return read_json(path)
    taken_over = None
    if job.row.weights_of:
        taken_over = _checkpoint_in(job.settings.run_dir(ROWS[job.row.weights_of], job.seed))
    with _JOB_LOG.to(job.folder / "log.txt"):
        seconds = 0.0 if taken_over else train_only(cfg)
        result = _score(cfg, _own_link(taken_over, job.folder) if taken_over else _checkpoint_in(job.folder))
    result |= {"seed": job.seed, "seconds": round(seconds, 1), "fingerprint": fingerprint}
    result |= model_cost(cfg)._asdict()
    dump_json(result, path, indent=1)
    return result


def _own_link(checkpoint: Path, folder: Path) -> Path:
    """The checkpoint under a name of the folder's own: beside it the row's score threshold is kept."""
    link = folder / checkpoint.name
    link.unlink(missing_ok=True)
    link.symlink_to(checkpoint.resolve())
    return link


def _score(cfg: Config, checkpoint: Path) -> dict:
    """Statistics on val, where the threshold is chosen, and on test with that threshold."""
    val, threshold = score_split(cfg, "val", checkpoint)
    stats, _ = score_split(cfg, "test", checkpoint)
    annotations = read_annotations(cfg.test_evaluator.ann_file)
    people = people_table(annotations)
    detections, _ = detection_table(read_results(f"{cfg.test_evaluator.outfile_prefix}.json"), annotations)
    distances = paired_distances_m(people, detections, threshold)
    median = float(np.median(distances)) if len(distances) else None
    return {"stats": stats, "val": val, "median_m": median, "paired": len(distances) / len(people.image)}
