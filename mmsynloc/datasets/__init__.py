"""Data sets and their transforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.datasets import transforms
    from mmsynloc.datasets.sample_seeds import SampleSeeds
    from mmsynloc.datasets.synloc_dataset import METAINFO_FILE, SynLocDataset

__all__ = ["METAINFO_FILE", "SampleSeeds", "SynLocDataset", "transforms"]

__getattr__ = lazy_attributes(
    __name__,
    {
        "METAINFO_FILE": "synloc_dataset",
        "SampleSeeds": "sample_seeds",
        "SynLocDataset": "synloc_dataset",
        "transforms": "transforms",
    },
)
