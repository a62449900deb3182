"""What a run shows on the console: a few lines of its own; everything else goes to the log file alone."""

from __future__ import annotations

import logging
from typing import Any

from mmengine.logging import MMLogger

__all__ = ["quiet_console", "tell"]

# Upstream's warnings about its own deprecations and registry searches, which users cannot act on; and about gradients
# that add up over several batches, once an epoch, though none is lost.
_UPSTREAM_NOISE = (
    '"FileClient" will be deprecated',
    '"HardDiskBackend" is the alias',
    "Failed to search registry with scope",
    "Please make sure that the mlflow server is running",
    "Gradient accumulative may slightly decrease performance",
    "Resumed iteration number is not divisible",
)


def tell(text: str) -> None:
    """Write a line to the log file and to the console of the main process."""
    MMLogger.get_current_instance().info(text, extra={"on_console": True})


def quiet_console(logger: logging.Logger) -> None:
    """Leave only :func:`tell` and warnings on the logger's console; its log file keeps everything.

    Args:
        logger: MMEngine's logger of a run.
    """
    for handler in logger.handlers:
        if not isinstance(handler, logging.FileHandler):
            handler.addFilter(_for_console)
            handler.setFormatter(_PlainFormatter())


def _for_console(record: logging.LogRecord) -> bool:
    if record.levelno >= logging.WARNING:
        return not record.getMessage().startswith(_UPSTREAM_NOISE)
    return getattr(record, "on_console", False)


class _PlainFormatter(logging.Formatter):
    """The message alone, with the level where it is a warning or worse."""

    def format(self, record: Any) -> str:
        text = record.getMessage().strip("\n")
        return text if record.levelno < logging.WARNING else f"{record.levelname.lower()}: {text}"
