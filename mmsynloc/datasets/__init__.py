"""Data sets and their transforms."""

from mmsynloc.datasets import transforms
from mmsynloc.datasets.synloc_dataset import METAINFO_FILE, SynLocDataset

__all__ = ["METAINFO_FILE", "SynLocDataset", "transforms"]
