"""Mistakes in a config that only show when its modules are built, as one line that names the module."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import mmengine
import torch
from mmengine.logging import MMLogger

from mmsynloc.utils import UserError

__all__ = ["config_errors"]

# What constructors raise at arguments that they do not know or cannot use.
_KINDS = (TypeError, ValueError, LookupError, AttributeError, AssertionError, ArithmeticError, NotImplementedError)
_READS_DATA = {"full_init", "load_data_list"}
_MMENGINE = str(Path(mmengine.__file__).parent)


@contextmanager
def config_errors(name: str) -> Iterator[None]:
    """Turn what goes wrong while a config's modules are built into a :class:`UserError`.

    Only errors out of the builders of MMEngine's registries and Runner count, and not those of reading data: any other
    is a defect and keeps its traceback. The traceback of one that counts goes to the run's log file.

    Args:
        name: the config's name, for the message.

    Raises:
        UserError: an unknown type or argument, an argument of the wrong kind, or too little memory on the GPU.
    """
    try:
        yield
    except UserError:
        raise
    except torch.cuda.OutOfMemoryError as error:
        reason = str(error).split(". ", 1)[0]
        raise UserError(f"{name}: {reason}: lower train_dataloader.batch_size or input_size") from error
    except SyntaxError as error:  # MMEngine writes the config out as Python, and reports any error in it as this one
        if isinstance(error.__context__, KeyboardInterrupt):
            raise KeyboardInterrupt from None
        raise UserError(f"{name}: not writable as a Python file: it has a value that is no plain data") from error
    except _KINDS as error:
        part = _failed_part(error.__traceback__)
        if part is None:
            raise
        logger = MMLogger.get_current_instance()
        if logger.log_file:
            logger.info(traceback.format_exc())
        reason = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
        reason = reason.split("\n", 1)[0].split(". Please check", 1)[0]
        raise UserError(f"{name}: {part} cannot be built: {type(error).__name__}: {reason}") from error


def _failed_part(trace: TracebackType | None) -> str | None:
    """The innermost module that was being built; None where the error is not from building."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    builders = [i for i, frame in enumerate(frames) if _builds(frame)]
    if not builders or _READS_DATA & {frame.f_code.co_name for frame in frames[builders[-1] :]}:
        return None
    return _part_name(frames[builders[-1]])


def _builds(frame: FrameType) -> bool:
    if not frame.f_code.co_filename.startswith(_MMENGINE):
        return False
    name = frame.f_code.co_name
    return name.startswith(("build_", "_check_")) or (name == "__init__" and "runner" in frame.f_code.co_filename)


def _part_name(frame: FrameType) -> str:
    settings: Any = frame.f_locals.get("cfg")
    kind = frame.f_locals.get("obj_type") or (settings.get("type") if isinstance(settings, dict) else None)
    if kind is not None:
        return str(kind if isinstance(kind, str) else getattr(kind, "__name__", kind))
    name = frame.f_code.co_name
    return name.removeprefix("build_").replace("_", " ") if name.startswith("build_") else "the run"
