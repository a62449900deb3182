"""Preparing the real data set: download, extract, resize, check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.datasets.preparation.layout import OFFICIAL, SPLITS, default_root
from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.datasets.preparation.checking import SplitReport, check
    from mmsynloc.datasets.preparation.downloading import download
    from mmsynloc.datasets.preparation.extraction import extract
    from mmsynloc.datasets.preparation.resizing import resize

__all__ = ["OFFICIAL", "SPLITS", "SplitReport", "check", "default_root", "download", "extract", "resize"]

__getattr__ = lazy_attributes(
    __name__,
    {
        "SplitReport": "checking",
        "check": "checking",
        "download": "downloading",
        "extract": "extraction",
        "resize": "resizing",
    },
)
