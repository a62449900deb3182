"""Reading a config file, which is its writer's own code, with clear errors."""

from __future__ import annotations

import logging
import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

from mmengine.config import Config
from mmengine.logging import MMLogger

from mmsynloc.config_scope import config_path
from mmsynloc.utils import UserError

__all__ = ["read_config"]


def read_config(name: str) -> Config:
    """Read a config file, or one of the package's own by its ``mmsynloc::`` name.

    Raises:
        UserError: the config is missing, or it is not valid Python or MMEngine configuration.
    """
    if os.path.isdir(name):
        raise UserError(f"{name}: a folder, not a config")
    path = config_path(name)
    try:
        with _without_details():
            return Config.fromfile(str(path))
    except UserError as error:  # a base that the package does not carry
        raise UserError(f"{name}: {error}") from None
    except UnicodeDecodeError:
        raise UserError(f"{name}: not a usable config: not UTF-8 text") from None
    except (Exception, SystemExit) as error:  # a config is the user's own code and can raise any error
        cause = error.__cause__ if isinstance(error, ImportError) and error.__cause__ else error
        reason = str(cause).split("\n", 1)[0]
        where = _line(error.__traceback__)
        raise UserError(f"{name}: not a usable config: {where}{type(error).__name__}: {reason}") from error


@contextmanager
def _without_details() -> Iterator[None]:
    """Hide MMEngine's log lines about the environment variables that it looks up."""
    logger = MMLogger.get_current_instance()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)


def _line(trace: TracebackType | None) -> str:
    """Which line of which config file failed; empty where it was not one of their lines."""
    lines = [(frame, number) for frame, number in traceback.walk_tb(trace)]
    runs_config = [i for i, (frame, _) in enumerate(lines) if frame.f_code.co_name == "_file2dict"]
    if not runs_config or runs_config[-1] + 1 >= len(lines):
        return ""
    frame, number = lines[runs_config[-1] + 1]
    return f"line {number} of {Path(frame.f_code.co_filename).name}: " if frame.f_code.co_name == "<module>" else ""
