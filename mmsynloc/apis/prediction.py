"""Predictions of a checkpoint on a split, with the score threshold that goes with it."""

from __future__ import annotations

import copy
import math
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmsynloc.apis.run_config import build_runner
from mmsynloc.apis.settings import READING, loaders, locsim_metric
from mmsynloc.apis.starting_point import local_checkpoint
from mmsynloc.apis.threshold import require_chosen
from mmsynloc.datasets.preparation.layout import annotation_path
from mmsynloc.engine.checkpoints import is_address, read_checkpoint
from mmsynloc.engine.hooks.score_threshold_hook import THRESHOLD_KEY, stored_threshold
from mmsynloc.evaluation.report import official_names
from mmsynloc.utils import UserError, check_file

__all__ = ["ann_file", "predict_split", "score_split"]


def ann_file(cfg: Config, split: str) -> Path:
    """The split's annotation file below the test data set's root."""
    return annotation_path(Path(_test_dataset(cfg).get("data_root") or ""), split)


def _test_dataset(cfg: Config) -> Any:
    found = [loader["dataset"] for key, loader in loaders(cfg) if key == "test_dataloader"]
    if not found:
        raise UserError(f"{cfg.filename}: it has no test_dataloader")
    return found[0]


def score_split(
    cfg: Config, split: str, checkpoint: str | Path, results_file: str | Path | None = None
) -> tuple[dict[str, float], float]:
    """Score a checkpoint as ``mmsynloc test`` does.

    Args:
        cfg: the config; it is not changed.
        split: ``"val"``, which chooses the score threshold, or ``"test"``, which takes the one chosen before.
        checkpoint: the model's weights.
        results_file: the JSON file of predictions to write, in the form that ``mmsynloc evaluate`` reads.

    Returns:
        The statistics by their official names, and the score threshold.

    Raises:
        UserError: a file is missing or broken, cannot be written, does not fit the model, or no validation has chosen
            a threshold.
    """
    cfg = copy.deepcopy(cfg)
    cfg.load_from = local_checkpoint(str(checkpoint))
    if results_file is not None:
        _write_results(cfg, split, results_file)
    runner = build_runner(cfg, split=split)
    metrics = runner.val() if split == "val" else runner.test()
    return official_names(metrics), float(runner.message_hub.get_info(THRESHOLD_KEY, math.nan))


def _write_results(cfg: Config, split: str, results_file: str | Path) -> None:
    """Let the split's metric write its predictions."""
    results_file = Path(results_file)
    if results_file.suffix != ".json":
        raise UserError(f"{results_file}: the file of predictions must end in .json")
    check_file(results_file, "the file of predictions")
    metric = locsim_metric(cfg, split)
    if not metric:
        raise UserError(f"{split}_evaluator has no LocSimMetric, which writes the predictions")
    metric["outfile_prefix"] = str(results_file.with_suffix(""))


def predict_split(
    cfg: Config, checkpoint: str, split: str, results_file: str | Path, score_threshold: float | None = None
) -> float:
    """Write a checkpoint's predictions on a split, in annotated pixels and with no score left out.

    Args:
        cfg: the config; its test data set is pointed at the split.
        checkpoint: the model's weights.
        split: ``"val"``, ``"test"`` or ``"challenge"``.
        results_file: the JSON file to write; it must end in ``.json``.
        score_threshold: taken in place of the one that validation chose.

    Returns:
        The score threshold, which never filters the predictions.

    Raises:
        UserError: a file is missing or broken, does not fit the model, or no validation has chosen a threshold.
    """
    checkpoint = local_checkpoint(checkpoint)
    if score_threshold is None:
        score_threshold = stored_threshold(checkpoint, None if is_address(checkpoint) else read_checkpoint(checkpoint))
    score_threshold = require_chosen(checkpoint, score_threshold)
    dataset = _test_dataset(cfg)
    dataset.ann_file = str(annotation_path(Path(), split))
    dataset.data_prefix = dict(img=f"{split}/")
    reading = {name: value for name, value in locsim_metric(cfg, "test").items() if name in READING}
    cfg.test_evaluator = dict(type="LocSimMetric", format_only=True, ann_file=str(ann_file(cfg, split)), **reading)
    cfg.load_from = checkpoint
    _write_results(cfg, "test", results_file)
    build_runner(cfg).test()
    return float(score_threshold)
