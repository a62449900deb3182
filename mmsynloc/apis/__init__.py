"""Python entry points: what the commands call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.apis.run_config import build_runner, check_checkpoint, load_config

__all__ = ["DEMO_COUNTS", "build_runner", "check_checkpoint", "load_config"]

DEMO_COUNTS = {"train": 200, "val": 20, "test": 30, "challenge": 4}
"""Images in each split of the demo's data set."""

__getattr__ = lazy_attributes(
    __name__, dict.fromkeys(("build_runner", "check_checkpoint", "load_config"), "run_config")
)
