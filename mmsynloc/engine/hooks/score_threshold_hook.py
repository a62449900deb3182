"""Keeps the score thresholds that validation chose with the checkpoint they were chosen for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import BaseLoop, Runner
from mmpose.registry import HOOKS

from mmsynloc.config_scope import WEIGHTS_DIR, checkpoint_path
from mmsynloc.engine.checkpoints import is_address
from mmsynloc.engine.console import tell
from mmsynloc.files import read_json
from mmsynloc.utils import UserError, dump_json

__all__ = [
    "THRESHOLD_KEY",
    "ScoreThresholdHook",
    "keeps_threshold",
    "remove_thresholds",
    "stored_threshold",
    "stored_thresholds",
    "threshold_file",
    "threshold_key",
]

_KEY_END, _METRIC_END = "_score_threshold", "/score_threshold"


def threshold_key(prefix: str) -> str:
    """Where ``LocSimMetric`` puts the threshold of the metric with this prefix in the message hub."""
    return f"{prefix}{_KEY_END}"


THRESHOLD_KEY = threshold_key("locsim")


def threshold_file(checkpoint: str | Path) -> Path:
    """The file beside a checkpoint that holds its threshold: ``epoch_10.pth`` -> ``epoch_10.locsim.json``."""
    return Path(checkpoint).with_suffix(".locsim.json")


def remove_thresholds(checkpoint: str | Path) -> None:
    """Remove the thresholds beside a checkpoint whose weights are replaced by others.

    Raises:
        OSError: the file cannot be removed.
    """
    threshold_file(checkpoint).unlink(missing_ok=True)


def keeps_threshold(checkpoint: str | Path) -> bool:
    """Whether a validation's threshold is written beside a checkpoint.

    It is not beside those on a server, nor beside the package's weights, which keep the threshold of their own data.
    """
    return not is_address(str(checkpoint)) and Path(checkpoint).resolve().parent != WEIGHTS_DIR.resolve()


def stored_threshold(filename: str | Path | None, checkpoint: Any) -> float | None:
    """The score threshold of LocSim that goes with a checkpoint; None where no validation has chosen one.

    Arguments and errors are those of :func:`stored_thresholds`.
    """
    return stored_thresholds(filename, checkpoint).get(THRESHOLD_KEY)


def stored_thresholds(filename: str | Path | None, checkpoint: Any) -> dict[str, float]:
    """The score thresholds that go with a checkpoint, by their keys in the message hub.

    Args:
        filename: the checkpoint's file, beside which the threshold may lie.
        checkpoint: what the file holds.

    Raises:
        UserError: the file beside it is broken.
    """
    if filename and threshold_file(filename).is_file():
        return _read_thresholds(threshold_file(filename))
    hub = checkpoint.get("message_hub") if isinstance(checkpoint, Mapping) else None
    return _thresholds_in(hub.get("runtime_info") if isinstance(hub, Mapping) else None)


def _thresholds_in(values: Any) -> dict[str, float]:
    """What is a threshold among values by name."""
    if not isinstance(values, Mapping):
        return {}
    named = {name: _number(value) for name, value in values.items() if str(name).endswith(_KEY_END)}
    return {str(name): value for name, value in named.items() if value is not None}


def _number(value: Any) -> float | None:
    """A finite number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:  # an integer of 400 digits
        return None


def _read_thresholds(path: Path) -> dict[str, float]:
    held = read_json(path)
    held = held if isinstance(held, dict) else {}
    found = _thresholds_in(held.get("others"))
    first = _number(held.get("score_threshold"))
    if first is not None:
        found[THRESHOLD_KEY] = first
    elif not found or "score_threshold" in held:
        raise UserError(f"{path}: it has no number score_threshold; delete it and validate again")
    return found


def _write_thresholds(path: Path, thresholds: Mapping[str, float], metrics: Mapping[str, float] | None) -> None:
    content: dict[str, Any] = {"metrics": {name: _number(value) for name, value in (metrics or {}).items()}}
    others = {key: value for key, value in thresholds.items() if key != THRESHOLD_KEY}
    if others:
        content = {"others": others, **content}
    if THRESHOLD_KEY in thresholds:
        content = {"score_threshold": thresholds[THRESHOLD_KEY], **content}
    dump_json(content, path, indent=1)


@HOOKS.register_module()
class ScoreThresholdHook(Hook):
    """Pass the validation's score thresholds on to the test.

    A threshold is chosen on val and used unchanged on test and challenge. ``LocSimMetric`` leaves it in the
    message hub, which the best checkpoint saves. A periodic checkpoint is written before the validation of its
    epoch, so after each validation the threshold is also written beside the newest checkpoint. When a checkpoint
    is loaded, its threshold is put back into the message hub: from the file beside it, or else from the
    checkpoint itself. Beside the weights that the package carries nothing is written. That of LocSim is
    ``score_threshold`` in the file; those of metrics with another prefix are in ``others``, by their keys.

    Args:
        keep: write them; False for a trial of other settings, which leaves those that are kept as they are.
    """

    # After CheckpointHook, which writes a validated checkpoint again where it is the best: that removes the file.
    priority = "LOWEST"

    def __init__(self, keep: bool = True) -> None:
        self.keep = keep

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Write the thresholds beside the checkpoint that was validated."""
        thresholds = _chosen(runner.message_hub.runtime_info, metrics or {})
        checkpoint = self._validated_checkpoint(runner)
        if not thresholds or checkpoint is None or not is_main_process():
            return
        chosen = _in_words(thresholds)
        if not self.keep:
            tell(f"{chosen} is not kept: a trial")
            return
        if not keeps_threshold(checkpoint):
            tell(f"{chosen} is not kept: {checkpoint} keeps its own ({stored_threshold(checkpoint, None)})")
            return
        file = threshold_file(checkpoint)
        if file.is_file():  # a validation of one metric leaves the thresholds of the others
            thresholds = stored_thresholds(checkpoint, None) | thresholds
        _write_thresholds(file, thresholds, metrics)
        tell(f"{chosen} is kept in {file}")

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the thresholds of a loaded checkpoint into the message hub."""
        thresholds = stored_thresholds(checkpoint_path(runner._load_from or "") or None, checkpoint)
        for key, threshold in thresholds.items():
            runner.message_hub.update_info(key, threshold)

    @staticmethod
    def _validated_checkpoint(runner: Runner) -> Path | None:
        """During training the checkpoint of this epoch where this run has saved one, otherwise the loaded one."""
        if not isinstance(runner._train_loop, BaseLoop):
            return Path(runner._load_from) if runner._load_from else None
        last = Path(runner.message_hub.runtime_info.get("last_ckpt") or "")
        is_of_now = last.name in (f"epoch_{runner.epoch}.pth", f"iter_{runner.iter}.pth")
        return last if is_of_now and last.is_file() else None


def _chosen(runtime_info: Mapping[str, Any], metrics: Mapping[str, float]) -> dict[str, float]:
    """The thresholds that this validation chose.

    Others in the hub may be of the weights that the run began with, and those in the metrics alone were given.
    """
    known = _thresholds_in(runtime_info)
    used = {threshold_key(name.rpartition("/")[0]): metrics[name] for name in metrics if name.endswith(_METRIC_END)}
    return {key: known[key] for key, value in used.items() if key in known and known[key] == value}


def _in_words(thresholds: Mapping[str, float]) -> str:
    named = [
        f"{threshold:.4f}" + ("" if key == THRESHOLD_KEY else f" ({key.removesuffix(_KEY_END)})")
        for key, threshold in thresholds.items()
    ]
    return f"score threshold {', '.join(named)}, chosen on val,"
