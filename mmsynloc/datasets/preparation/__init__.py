"""Getting the real data set and looking after it: download, extract, resize, check."""

from mmsynloc.datasets.preparation.checking import SplitReport, check
from mmsynloc.datasets.preparation.downloading import download
from mmsynloc.datasets.preparation.extraction import extract
from mmsynloc.datasets.preparation.layout import OFFICIAL, SPLITS, default_root
from mmsynloc.datasets.preparation.resizing import resize

__all__ = ["OFFICIAL", "SPLITS", "SplitReport", "check", "default_root", "download", "extract", "resize"]
