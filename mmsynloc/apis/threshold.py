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
    if score_threshold is None:
        again = " and export it again" if str(checkpoint).endswith(".onnx") else ""
        raise UserError(
            f"{checkpoint}: no validation has chosen a score threshold for it yet; run mmsynloc test CONFIG CHECKPOINT "
            f"--split val{again}, or name a score threshold"
        )
    return score_threshold
