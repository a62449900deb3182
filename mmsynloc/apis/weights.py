"""Weights that the package carries, and how a training's checkpoint becomes such a file."""

from __future__ import annotations

from pathlib import Path

import torch

from mmsynloc.apis.run_config import check_checkpoint
from mmsynloc.config_scope import PREFIX
from mmsynloc.utils import UserError, atomic_write
from mmsynloc.version import __version__

__all__ = ["WEIGHTS_DIR", "checkpoint_path", "slim_checkpoint"]

WEIGHTS_DIR = Path(__file__).parents[1] / "weights"


def checkpoint_path(name: str) -> str:
    """A checkpoint's file; ``mmsynloc::demo_synloc.pth`` names one that the package carries.

    Files and addresses pass as they are.

    Raises:
        UserError: the package carries no such weights; the message lists its own.
    """
    if not name.startswith(PREFIX):
        return name
    path = WEIGHTS_DIR / name.removeprefix(PREFIX)
    if path.parent != WEIGHTS_DIR or not path.is_file():
        ours = ", ".join(sorted(f"{PREFIX}{p.name}" for p in WEIGHTS_DIR.glob("*.pth"))) or "none"
        raise UserError(f"{name}: no such weights. The package carries {ours}")
    return str(path)


def slim_checkpoint(checkpoint: str, out: str | Path) -> int:
    """Write a checkpoint's weights alone, those of layers in half precision: a sixth of its size or less.

    The statistics and scales of normalisation layers keep float32, whose range they need. What no longer is there:
    the optimiser's state, logs, and the score threshold, which must be chosen anew on val because the predictions
    change in their last digits.

    Args:
        checkpoint: a checkpoint of MMEngine's Runner; with ``EMAHook`` it holds the averaged weights.
        out: the file to write, for ``tools/test.py`` and ``load_from``.

    Returns:
        Size of the file in bytes.

    Raises:
        UserError: the checkpoint cannot be loaded or has no weights, or the file cannot be written.
    """
    check_checkpoint(checkpoint)
    held = torch.load(checkpoint, map_location="cpu", weights_only=True)
    weights = held.get("state_dict") if isinstance(held, dict) else None
    if not weights:
        raise UserError(f"{checkpoint}: it has no state_dict")
    slim = {name: _slim(name, weight) for name, weight in weights.items()}
    with atomic_write(out) as temporary:
        torch.save({"state_dict": slim, "meta": {"mmsynloc_version": __version__}}, temporary)
    return Path(out).stat().st_size


def _slim(name: str, weight: torch.Tensor) -> torch.Tensor:
    if not weight.is_floating_point() or weight.ndim < 2:
        return weight.clone()
    half = weight.half()
    if not half.isfinite().all():
        raise UserError(f"{name}: a weight is beyond the range of half precision")
    return half
