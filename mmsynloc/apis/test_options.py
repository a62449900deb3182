"""Ways to test a model other than its config says: with tiles, with boxes that were found before, as a trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmsynloc.apis.settings import loaders, unwrapped
from mmsynloc.models.estimators.first_stage import detector_config
from mmsynloc.utils import UserError

__all__ = ["keep_no_threshold", "require_boxes", "require_frames", "use_detections", "use_tiles"]

_WHOLE_FRAME = ("SynLocFitResize", "RenderSynLocImage")


def use_tiles(cfg: Config, mode: str) -> None:
    """Let the detector look at windows of the frame besides.

    Args:
        cfg: the config of a single-stage or two-stage model; changed in place.
        mode: as :class:`~mmsynloc.structures.windows.TileRule` has it, or ``"none"`` for no tiles.

    Raises:
        UserError: the model has no detector that can.
    """
    model = _model(cfg)
    is_first_stage = model.get("detector") is not None
    if is_first_stage:
        model.detector = detector_config(model.detector)
        model = model.detector
    if model.get("type") != "SynLocPoseEstimator" and not (is_first_stage and model.get("_scope_") == "mmdet"):
        raise UserError(f"--tiles: {model.get('type')} cannot look at tiles; SynLocPoseEstimator and first stages can")
    test_cfg = model.setdefault("test_cfg", {})
    test_cfg["tiles"] = None if mode == "none" else dict(test_cfg.get("tiles") or {}, mode=mode)
    for _, dataset in _test_sets(cfg):
        if mode != "none" and not _loads_frames(dataset):
            dataset["pipeline"] = [dict(type="LoadSynLocFrame"), *(dataset.get("pipeline") or [])]


def use_detections(cfg: Config, results_file: str) -> None:
    """Let the second stage place the boxes of a results file instead of those of its detector.

    Args:
        cfg: the config of a second stage or of a two-stage model; changed in place.
        results_file: JSON file of predictions with boxes, as ``mmsynloc test --out`` writes it.

    Raises:
        UserError: the model has no second stage, or there is no such file.
    """
    if _model(cfg).get("type") != "SynLocTopdownEstimator":
        raise UserError(f"--detections: {cfg.model.get('type')} has no second stage, SynLocTopdownEstimator has")
    if not Path(results_file).is_file():
        raise UserError(f"--detections {results_file}: no such file")
    cfg.model.detector = None
    for _, dataset in _test_sets(cfg):
        dataset["detections"] = str(results_file)
        dataset["pipeline"] = [step for step in dataset.get("pipeline") or [] if step["type"] not in _WHOLE_FRAME]


def keep_no_threshold(cfg: Config) -> None:
    """Leave the thresholds beside the checkpoint as they are, whatever a validation chooses; changed in place."""
    for hook in cfg.get("custom_hooks") or []:
        if hook.get("type") == "ScoreThresholdHook":
            hook["keep"] = False


def require_boxes(cfg: Config, saved: bool) -> None:
    """Make sure that a second stage has boxes to place that somebody found.

    Args:
        cfg: the config.
        saved: whether those of a file may be placed, ``detections`` of the test data set.

    Raises:
        UserError: it has no detector and no boxes of a file; it would place the true ones.
    """
    model, loader = cfg.get("model") or {}, cfg.get("test_dataloader") or {}
    if model.get("type") != "SynLocTopdownEstimator" or model.get("detector") is not None:
        return
    if not saved or loader.get("dataset", {}).get("detections") is None:
        name = Path(cfg.filename or "the config").name
        raise UserError(f"{name}: a second stage without a detector; take a two-stage config (*-twostage.py)")


def require_frames(cfg: Config) -> None:
    """Make sure that a model with tiles or a second stage is given the frames themselves.

    Raises:
        UserError: a pipeline has no LoadSynLocFrame.
    """
    model = cfg.get("model") or {}
    if model.get("type") != "SynLocTopdownEstimator" and (model.get("test_cfg") or {}).get("tiles") is None:
        return
    for key, dataset in _test_sets(cfg):
        if not _loads_frames(dataset):
            name = Path(cfg.filename or "the config").name
            raise UserError(
                f"{name}: {key}: tiles and second stages look at whole frames; put dict(type='LoadSynLocFrame') "
                "first in its pipeline"
            )


def _model(cfg: Config) -> Any:
    if not cfg.get("model"):
        raise UserError(f"{cfg.filename or 'the config'}: it has no model")
    return cfg.model


def _loads_frames(dataset: Mapping[str, Any]) -> bool:
    return any(step["type"] == "LoadSynLocFrame" for step in dataset.get("pipeline") or [])


def _test_sets(cfg: Config) -> Iterator[tuple[str, Any]]:
    """The data sets of validation and test, also those that others wrap, each with the key of its loader."""
    for key, loader in loaders(cfg):
        if key != "train_dataloader":
            yield from ((key, dataset) for dataset in unwrapped(loader["dataset"]))
