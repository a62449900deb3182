"""Python entry points: what the commands call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.apis.config import load_config
    from mmsynloc.apis.run_config import build_runner

__all__ = ["DEMO_COUNTS", "DEMO_STRENGTH", "build_runner", "load_config"]

DEMO_COUNTS = {"train": 200, "val": 20, "test": 30, "challenge": 4}
"""Images in each split of the demo's data set."""
DEMO_STRENGTH = 0.2
"""Of the randomisation of their looks: so much as a small network learns from 200 frames in minutes."""

__getattr__ = lazy_attributes(__name__, {"build_runner": "run_config", "load_config": "config"})
