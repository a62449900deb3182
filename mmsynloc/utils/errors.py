"""Errors that the user can correct: one clear line, no traceback."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable

from mmsynloc.utils.file_names import undecodable

__all__ = ["UserError", "first_line", "run_tool"]

_UPSTREAM = {
    "torch": "pip install torch",
    **dict.fromkeys(("mmengine", "mmcv", "mmdet", "mmpose"), 'pip install --no-deps -r "$(mmsynloc requirements)"'),
}
"""Packages that an installation may lack, and how they are installed."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Of a disk, a quota, or what a file may hold."""


class UserError(Exception):
    """Something the user gave is wrong; the message names the file and the entry.

    Args:
        message: one line.
    """

    def __init__(self, message: str) -> None:
        if message.startswith("Caught UserError in "):
            # A data loader's worker hands its error on as the text of a traceback; its last line is ours.
            message = message.rstrip().rpartition("UserError: ")[2]
        super().__init__(message)


def first_line(error: Exception) -> str:
    """The first line of another package's message, or the error's kind where it has none."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _flush_output() -> None:
    """Write what is left of our output now, while an error can still be told."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _discard_output()
        raise UserError(f"the output cannot be written: {error.strerror or error}") from None


def _discard_output() -> None:
    """Or Python complains when it flushes at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_one_line(error: UserError | ModuleNotFoundError | OSError) -> str | None:
    """What the user can do something about; None for a defect."""
    if isinstance(error, PermissionError):
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed: {_UPSTREAM[error.name]}" if error.name in _UPSTREAM else None
    if isinstance(error, OSError):
        where = "the output" if error.filename is None else f"{error.filename}:"
        return f"{where} cannot be written: {error.strerror}" if error.errno in _FULL else None
    return str(error)


def run_tool(main: Callable[[], int | None]) -> None:
    """Run a command-line tool's ``main`` and exit with its status.

    A :class:`UserError`, a missing permission, a full disk, and torch or a package of OpenMMLab that is not installed,
    become ``error: ...`` on stderr and status 1, an interrupt (Ctrl-C) status 130, a closed pipe status 1. Every other
    exception is a defect and keeps its traceback. ``MMSYNLOC_DEBUG=1`` keeps all tracebacks.
    """
    try:
        for argument in sys.argv[1:]:
            if wrong := undecodable(argument):
                raise UserError(f"{argument!a}: {wrong}")
        status = main()
        _flush_output()
        sys.exit(status)
    except BrokenPipeError:  # the reader of our output, such as head, has closed the pipe
        _discard_output()
        sys.exit(1)
    except (UserError, ModuleNotFoundError, OSError) as error:
        line = _in_one_line(error)
        if line is None or os.environ.get("MMSYNLOC_DEBUG") == "1":
            raise
        if isinstance(error, OSError) and error.errno in _FULL:
            _discard_output()
        print(f"error: {line}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        sys.exit(130)
