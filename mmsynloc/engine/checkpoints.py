"""The one reader of checkpoints: what a file holds, whether it fits a model, which of a folder a run resumes from."""

from __future__ import annotations

import os
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mmsynloc.utils import UserError
from mmsynloc.utils.zips import find_entry_fault

__all__ = [
    "DETECTOR_PREFIX",
    "WeightFit",
    "check_resumable",
    "compare_weights",
    "find_resumable",
    "is_address",
    "read_checkpoint",
    "weights_of",
]

DETECTOR_PREFIX = "detector."
"""Begins the names of the first stage's weights in a two-stage model."""

_REFUSED_GLOBAL = re.compile(r"(?:GLOBAL|Trying to call reduce for unrecognized function|may not take) '?([\w.]+)")
_PERIODIC = re.compile(r"(epoch|iter)_(\d+)\.pth")


@dataclass(frozen=True)
class WeightFit:
    """How many weights of a checkpoint a model can take.

    Attributes:
        fits: names that are in both, with the same shape.
        other_shape: names that are in both, with another shape.
        missing: the model's names that the checkpoint lacks.
        extra: the checkpoint's names that the model lacks.
    """

    fits: tuple[str, ...]
    other_shape: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every weight of the model is there."""
        return not self.other_shape and not self.missing

    def __str__(self) -> str:
        total = len(self.fits) + len(self.other_shape) + len(self.missing)
        text = (
            f"{len(self.fits)} of the model's {total} weights fit "
            f"({len(self.other_shape)} have another shape, {len(self.missing)} are missing)"
        )
        return f"{text}, {len(self.extra)} more are not the model's" if self.extra else text


def is_address(name: str) -> bool:
    """Whether a checkpoint is named by an address (``https://...``, ``s3://...``), not by a file."""
    return "://" in name


def read_checkpoint(path: str | Path, map_location: str = "meta") -> dict[str, Any]:
    """What a checkpoint file holds, read without running code from it.

    Args:
        path: a file.
        map_location: where the tensors go; ``"meta"`` reads their shapes alone.

    Raises:
        UserError: it is missing, cut off, holds code, or is no checkpoint.
    """
    path = Path(path).expanduser()
    if not os.path.isfile(path):
        raise UserError(f"{path}: {'a folder, not a checkpoint' if os.path.isdir(path) else 'no such checkpoint'}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch's warnings about old formats; errors are raised
            held = torch.load(path, map_location=map_location, weights_only=True)
    except Exception as error:  # a damaged file can raise any error
        raise UserError(f"{path}: {_why_unreadable(path, error)}") from None
    status = path.stat()
    damaged = _damaged_record(path, status.st_size, status.st_mtime_ns)
    if damaged is not None:
        raise UserError(f"{path}: cannot be loaded as a checkpoint: it is damaged at {damaged}")
    if not isinstance(held, dict):
        raise UserError(f"{path}: not a checkpoint: it holds a {type(held).__name__}, not weights by name")
    return held


@lru_cache(maxsize=16)
def _damaged_record(path: Path, size: int, mtime_ns: int) -> str | None:
    """The part of a whole zip whose checksum is wrong; PyTorch does not look at them.

    ``size`` and ``mtime_ns`` are the file's: a run that opens it twice reads it through once. A file that PyTorch wrote
    without checksums (``set_crc32_options(False)``) has none that is right.
    """
    if not zipfile.is_zipfile(path):
        return None  # the format of before PyTorch 1.6, which has no checksums
    with zipfile.ZipFile(path) as archive:
        records = [info for info in archive.infolist() if info.file_size]
        wrong = [info.filename for info in records if find_entry_fault(archive, info) is not None]
    return wrong[0] if 0 < len(wrong) < len(records) else None


def _why_unreadable(path: Path, error: Exception) -> str:
    text = str(error)
    if "TorchScript" in text:
        return "holds a TorchScript program, which is not run; weights are needed"
    refused = _REFUSED_GLOBAL.search(text)
    if refused:
        return f"holds code ({refused[1]}), which is not run; a checkpoint may hold weights and logs only"
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    if path.stat().st_size == 0:
        return "cannot be loaded as a checkpoint: the file is empty"
    with path.open("rb") as file:
        is_zip = file.read(4) == b"PK\x03\x04"
    if (is_zip and not zipfile.is_zipfile(path)) or "unexpected EOF" in text:
        return "cannot be loaded as a checkpoint: the file is cut off"
    return "cannot be loaded as a checkpoint: it is damaged, or a file of another kind"


def weights_of(held: Mapping[str, Any], where: str | Path) -> dict[str, Tensor]:
    """The weights by name, of a checkpoint or of a plain state dict, without the prefix of a model wrapper.

    Args:
        held: what :func:`read_checkpoint` returns.
        where: the file's name, for the message.

    Raises:
        UserError: it holds no weights.
    """
    weights = held.get("state_dict", held)
    if held and weights == {}:
        raise UserError(f"{where}: no weights: its state_dict is empty")
    if (
        not isinstance(weights, Mapping)
        or not weights
        or not all(isinstance(name, str) and isinstance(weight, Tensor) for name, weight in weights.items())
    ):
        names = ", ".join(list(map(str, held))[:6])
        has = "its state_dict is not tensors by name" if "state_dict" in held else "it has no state_dict"
        raise UserError(f"{where}: no weights: {has} (only: {names or 'nothing'})")
    return {name.removeprefix("module."): weight for name, weight in weights.items()}


def compare_weights(model_state: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> WeightFit:
    """Which weights a model can take by name and shape; batch counters of normalisation layers may be missing."""
    shared = [name for name in model_state if name in weights]
    fits = [name for name in shared if model_state[name].shape == weights[name].shape]
    return WeightFit(
        fits=tuple(fits),
        other_shape=tuple(name for name in shared if model_state[name].shape != weights[name].shape),
        missing=tuple(n for n in model_state if n not in weights and not n.endswith("num_batches_tracked")),
        extra=tuple(name for name in weights if name not in model_state),
    )


def check_resumable(path: str | Path) -> dict[str, Any]:
    """Make sure that a training can go on from a checkpoint.

    Returns:
        What it holds, as :func:`read_checkpoint`.

    Raises:
        UserError: it cannot be read, or it lacks the state of a training.
    """
    held = read_checkpoint(path)
    weights_of(held, path)
    meta = held.get("meta")
    is_state = isinstance(meta, Mapping) and {"epoch", "iter"} <= set(meta)
    if not is_state or not isinstance(held.get("message_hub"), Mapping):
        raise UserError(
            f"{path}: weights without the state of a training, which cannot go on from it; to start from these "
            f"weights: --cfg-options load_from={path}"
        )
    return held


def find_resumable(work_dir: str | Path) -> tuple[Path | None, list[str]]:
    """The newest checkpoint of a run's folder that can be read, of an epoch's end or within one.

    The name in ``last_checkpoint`` is looked for in the folder itself, for the folder may have been copied.

    Args:
        work_dir: the run's folder.

    Returns:
        The checkpoint, None where the folder has none; and the problem of each newer one.

    Raises:
        UserError: there are checkpoints, but none can be used.
    """
    work_dir = Path(work_dir)
    problems: list[str] = []
    last = _last_checkpoint(work_dir)
    if last is not None and _newest_usable([last], problems):
        return last, problems
    found = [_newest_usable(_numbered(work_dir, kind, last), problems) for kind in ("epoch", "iter")]
    usable = [one for one in found if one is not None]
    if usable:
        return max(usable)[1], problems
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UserError(f"{work_dir}: no checkpoint to go on from: {problems[0]}{more}")
    return None, []


def _last_checkpoint(work_dir: Path) -> Path | None:
    """The file of the folder that ``last_checkpoint`` names, None where there is none."""
    if not (work_dir / "last_checkpoint").is_file():
        return None
    name = Path((work_dir / "last_checkpoint").read_text(encoding="utf-8", errors="replace").strip()).name
    return work_dir / name if name and (work_dir / name).is_file() else None


def _numbered(work_dir: Path, kind: str, other_than: Path | None) -> list[Path]:
    """The periodic checkpoints of a kind, the highest number first."""
    found = [(_PERIODIC.fullmatch(path.name), path) for path in work_dir.glob(f"{kind}_*.pth") if path != other_than]
    return [path for _, path in sorted(((int(match[2]), path) for match, path in found if match), reverse=True)]


def _newest_usable(paths: list[Path], problems: list[str]) -> tuple[int, Path] | None:
    """The step and file of the first that a training can go on from; what is wrong with those before it is added."""
    for path in paths:
        try:
            return check_resumable(path)["meta"]["iter"], path
        except UserError as error:
            problems.append(str(error))
    return None
