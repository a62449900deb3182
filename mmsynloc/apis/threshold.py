"""The score threshold without which nothing can be left out."""

from __future__ import annotations

from pathlib import Path

from mmsynloc.utils import UserError

__all__ = ["require_chosen"]


def require_chosen(checkpoint: str | Path | None, score_threshold: float | None) -> float:
    """The score threshold that validation chose for a checkpoint.

    Raises:
        UserError: there is none.
    """
    if score_threshold is None and str(checkpoint).endswith(".onnx"):
        raise UserError(
            f"{checkpoint}: was exported before a validation had chosen a score threshold; run mmsynloc test CONFIG "
            "CHECKPOINT --split val and export again, or name a score threshold"
        )
    if score_threshold is None:
        raise UserError(
            f"{checkpoint}: no validation has chosen a score threshold for it yet; run mmsynloc test CONFIG CHECKPOINT "
            "--split val, or name a score threshold"
        )
    return score_threshold
