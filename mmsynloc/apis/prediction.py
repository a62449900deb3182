"""Predictions of a checkpoint on a split, with the score threshold that goes with it."""

from __future__ import annotations

import copy
from pathlib import Path

from mmengine.config import Config

from mmsynloc.apis.run_config import build_runner, check_checkpoint
from mmsynloc.engine.hooks.score_threshold_hook import THRESHOLD_KEY, stored_threshold
from mmsynloc.utils import UserError

__all__ = ["SPLITS", "ann_file", "official_names", "predict_split", "score_split"]

SPLITS = {"val": "val", "test": "test", "challenge": "challenge_public"}
"""Splits and the names of their annotation files."""


def official_names(metrics: dict[str, float]) -> dict[str, float]:
    """A Runner's metrics without their prefix: ``locsim/AP .5`` becomes ``AP .5``."""
    return {name.split("/", 1)[-1]: value for name, value in metrics.items()}


def ann_file(cfg: Config, split: str) -> Path:
    """The split's annotation file below the test data set's root."""
    return Path(cfg.test_dataloader.dataset.data_root) / "annotations" / f"{SPLITS[split]}.json"


def score_split(cfg: Config, split: str, checkpoint: str | Path) -> tuple[dict[str, float], float]:
    """Score a checkpoint as ``mmsynloc test`` does.

    Args:
        cfg: the config; it is not changed.
        split: ``"val"``, which chooses the score threshold, or ``"test"``, which takes the one chosen before.
        checkpoint: the model's weights.

    Returns:
        The statistics by their official names, and the score threshold.

    Raises:
        UserError: a file is missing or broken, or no validation has chosen a threshold.
    """
    cfg = copy.deepcopy(cfg)
    cfg.load_from = str(checkpoint)
    runner = build_runner(cfg)
    metrics = runner.val() if split == "val" else runner.test()
    return official_names(metrics), float(runner.message_hub.get_info(THRESHOLD_KEY))


def predict_split(
    cfg: Config, checkpoint: str, split: str, results_file: str | Path, score_threshold: float | None = None
) -> float:
    """Write a checkpoint's predictions on a split, in annotated pixels and with no score left out.

    Args:
        cfg: the config; its test data set is pointed at the split.
        checkpoint: the model's weights.
        split: one of :data:`SPLITS`.
        results_file: the JSON file to write; it must end in ``.json``.
        score_threshold: taken in place of the one that validation chose.

    Returns:
        The score threshold, which never filters the predictions.

    Raises:
        UserError: a file is missing or broken, or no validation has chosen a threshold.
    """
    if score_threshold is None:
        score_threshold = stored_threshold(checkpoint, check_checkpoint(checkpoint))
    if score_threshold is None:
        raise UserError(
            f"{checkpoint}: no validation has chosen a score threshold for it yet; run "
            f"mmsynloc test CONFIG {checkpoint} --split val"
        )
    dataset = cfg.test_dataloader.dataset
    dataset.ann_file = f"annotations/{SPLITS[split]}.json"
    dataset.data_prefix = dict(img=f"{split}/")
    prefix = str(results_file).removesuffix(".json")
    cfg.test_evaluator = dict(type="LocSimMetric", format_only=True, outfile_prefix=prefix)
    cfg.load_from = checkpoint
    build_runner(cfg).test()
    return float(score_threshold)
