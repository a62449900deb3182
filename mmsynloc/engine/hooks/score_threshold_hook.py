"""Keeps the score threshold that validation chose with the checkpoint it was chosen for."""

from __future__ import annotations

import math
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

__all__ = ["THRESHOLD_KEY", "ScoreThresholdHook", "keeps_threshold", "stored_threshold", "threshold_file"]

THRESHOLD_KEY = "locsim_score_threshold"


def threshold_file(checkpoint: str | Path) -> Path:
    """The file beside a checkpoint that holds its threshold: ``epoch_10.pth`` -> ``epoch_10.locsim.json``."""
    return Path(checkpoint).with_suffix(".locsim.json")


def keeps_threshold(checkpoint: str | Path) -> bool:
    """Whether a validation's threshold is written beside a checkpoint.

    It is not beside those on a server, nor beside the package's weights, which keep the threshold of their own data.
    """
    return not is_address(str(checkpoint)) and Path(checkpoint).resolve().parent != WEIGHTS_DIR.resolve()


def stored_threshold(filename: str | Path | None, checkpoint: Any) -> float | None:
    """The score threshold that goes with a checkpoint; None where no validation has chosen one.

    Args:
        filename: the checkpoint's file, beside which the threshold may lie.
        checkpoint: what the file holds.

    Raises:
        UserError: the file beside it is broken.
    """
    if filename and threshold_file(filename).is_file():
        path = threshold_file(filename)
        value = read_json(path)
        value = value.get("score_threshold") if isinstance(value, dict) else None
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
            raise UserError(f"{path}: it has no number score_threshold; delete it and validate again")
        return float(value)
    hub = checkpoint.get("message_hub") if isinstance(checkpoint, dict) else None
    return (hub or {}).get("runtime_info", {}).get(THRESHOLD_KEY)


@HOOKS.register_module()
class ScoreThresholdHook(Hook):
    """Pass the validation's score threshold on to the test.

    The threshold is chosen on val and used unchanged on test and challenge. ``LocSimMetric`` leaves it in the
    message hub, which the best checkpoint saves. A periodic checkpoint is written before the validation of its
    epoch, so after each validation the threshold is also written beside the newest checkpoint. When a checkpoint
    is loaded, its threshold is put back into the message hub: from the file beside it, or else from the
    checkpoint itself. Beside the weights that the package carries nothing is written.
    """

    priority = "LOW"

    def after_val_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Write the threshold beside the checkpoint that was validated."""
        threshold = runner.message_hub.runtime_info.get(THRESHOLD_KEY)
        checkpoint = self._validated_checkpoint(runner)
        if threshold is None or checkpoint is None or not is_main_process():
            return
        chosen = f"score threshold {threshold:.4f}, chosen on val,"
        if not keeps_threshold(checkpoint):
            tell(f"{chosen} is not kept: {checkpoint} keeps its own ({stored_threshold(checkpoint, None)})")
            return
        file = threshold_file(checkpoint)
        dump_json({"score_threshold": threshold, "metrics": metrics or {}}, file, indent=1)
        tell(f"{chosen} is kept in {file}")

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Put the threshold of a loaded checkpoint into the message hub."""
        threshold = stored_threshold(checkpoint_path(runner._load_from or "") or None, checkpoint)
        if threshold is not None:
            runner.message_hub.update_info(THRESHOLD_KEY, threshold)

    @staticmethod
    def _validated_checkpoint(runner: Runner) -> Path | None:
        """During training the checkpoint of this epoch, otherwise the loaded one."""
        if not isinstance(runner._train_loop, BaseLoop):
            return Path(runner._load_from) if runner._load_from else None
        for name in (f"epoch_{runner.epoch}.pth", f"iter_{runner.iter}.pth"):
            path = Path(runner.work_dir) / name
            if path.is_file():
                return path
        return None
