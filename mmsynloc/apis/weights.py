"""Shrinks a training's checkpoint to a small file of weights."""

from __future__ import annotations

import io
from pathlib import Path

import torch

from mmsynloc.config_scope import checkpoint_path
from mmsynloc.engine.checkpoints import DETECTOR_PREFIX, is_address, read_checkpoint, weights_of
from mmsynloc.engine.hooks.score_threshold_hook import remove_thresholds
from mmsynloc.utils import UserError, atomic_write
from mmsynloc.version import __version__

__all__ = ["join_stages", "slim_checkpoint"]


def slim_checkpoint(checkpoint: str, out: str | Path) -> int:
    """Write a checkpoint's weights alone, those of layers in half precision: a sixth of its size or less.

    The statistics and scales of normalisation layers keep float32, whose range they need. Removed are
    the optimiser's state, logs, and the score threshold, which must be chosen anew on val because the predictions
    change in their last digits; one that lies beside a former file of that name is removed.

    Args:
        checkpoint: a checkpoint of MMEngine's Runner, or a ``mmsynloc::`` name; with ``EMAHook`` it holds averaged
            weights.
        out: the file to write.

    Returns:
        Size of the file in bytes.

    Raises:
        UserError: the checkpoint is no local file, cannot be loaded or has no weights, or the file cannot be written.
    """
    return _write(_slim_weights(checkpoint), out)


def join_stages(detector: str, second_stage: str, out: str | Path) -> int:
    """Write the weights of a detector and a second stage as those of one model, shrunk as by :func:`slim_checkpoint`.

    Args:
        detector: a checkpoint of the first stage.
        second_stage: a checkpoint of the second stage; a detector in it is left out.
        out: the file to write.

    Returns:
        Size of the file in bytes.

    Raises:
        UserError: as for :func:`slim_checkpoint`.
    """
    first = {f"{DETECTOR_PREFIX}{name}": weight for name, weight in _slim_weights(detector).items()}
    second = _slim_weights(second_stage, without=DETECTOR_PREFIX)
    return _write(first | second, out)


def _slim_weights(checkpoint: str, without: str | None = None) -> dict[str, torch.Tensor]:
    """The shrunk weights by name, but for those whose names begin with ``without``."""
    checkpoint = checkpoint_path(checkpoint)
    if is_address(checkpoint):
        raise UserError(f"{checkpoint}: an address; download the file first")
    weights = weights_of(read_checkpoint(checkpoint, map_location="cpu"), checkpoint)
    kept = {name: w for name, w in weights.items() if without is None or not name.startswith(without)}
    return {name: _slim(weight, f"{checkpoint}: {name}") for name, weight in kept.items()}


def _write(slim: dict[str, torch.Tensor], out: str | Path) -> int:
    # Through memory: torch's own writer takes no file without a suffix and makes a RuntimeError of a full disk.
    content = io.BytesIO()
    torch.save({"state_dict": slim, "meta": {"mmsynloc_version": __version__}}, content)
    with atomic_write(out) as temporary:
        temporary.write_bytes(content.getbuffer())
        remove_thresholds(out)
    return content.getbuffer().nbytes


def _slim(weight: torch.Tensor, where: str) -> torch.Tensor:
    if weight.layout != torch.strided or weight.is_quantized:
        kind = "quantised" if weight.is_quantized else "sparse"
        raise UserError(f"{where}: a {kind} tensor, which is not shrunk; dense weights are needed")
    if weight.is_meta:
        raise UserError(f"{where}: has a shape but no numbers")
    if not weight.is_floating_point():
        return weight.clone()
    if weight.element_size() == 1:
        raise UserError(f"{where}: numbers of 8 bits, which are not shrunk; larger ones are needed")
    if weight.isnan().any():
        raise UserError(f"{where}: has weights that are not numbers (NaN): the training has failed")
    if weight.isinf().any():
        raise UserError(f"{where}: has weights that are infinite: the training has failed")
    if weight.ndim < 2:
        return weight.clone()
    half = weight.half()
    if not half.isfinite().all():
        raise UserError(f"{where}: a weight is beyond the range of half precision")
    return half
