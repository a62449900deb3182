"""Seconds and memory of loading a training set's annotations, ours and upstream's."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from mmsynloc.analysis.benchmark import compare
from mmsynloc.analysis.benchmark_data import write_annotations

__all__ = ["TRAIN_ANNOTATIONS", "TRAIN_IMAGES", "benchmark_annotations"]

TRAIN_IMAGES, TRAIN_ANNOTATIONS = 42_504, 668_259


def _peak_gb() -> float:
    """Largest resident memory of this process so far, in GB."""
    status = Path("/proc/self/status")
    if status.exists():  # unlike getrusage, it does not count what the parent had before the start
        line = next(x for x in status.read_text().splitlines() if x.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e9
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


class _Loading(NamedTuple):
    seconds: float
    processor_seconds: float
    peak_gb: float
    num_images: int


def _load(ann_file: str, upstream: bool) -> _Loading:
    """Load in this process."""
    from mmpose.datasets import CocoDataset

    import mmsynloc.datasets as ours

    metainfo = dict(from_file=str(ours.METAINFO_FILE))
    start, processor_start = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints
        if upstream:
            dataset = CocoDataset(ann_file=ann_file, data_mode="bottomup", metainfo=metainfo)
        else:
            dataset = ours.SynLocDataset(ann_file=ann_file)
    seconds = time.perf_counter() - start
    return _Loading(seconds, time.process_time() - processor_start, _peak_gb(), len(dataset))


def _load_apart(ann_file: str, upstream: bool) -> _Loading:
    """Load in a fresh process, so that the memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_load, (ann_file, upstream))


def benchmark_annotations(
    num_images: int = TRAIN_IMAGES, num_annotations: int = TRAIN_ANNOTATIONS, with_upstream: bool = True
) -> dict[str, dict]:
    """Time the loading of a synthetic annotation file of the training set's size.

    Args:
        num_images: number of images.
        num_annotations: number of people in all.
        with_upstream: also load it with MMPose's ``CocoDataset``.

    Returns:
        Cases as :func:`compare` gives them: ``seconds`` by the clock, ``processor_seconds``, and ``peak_gb``.
    """
    with tempfile.TemporaryDirectory() as folder:
        ann_file = str(Path(folder, "train.json"))
        write_annotations(ann_file, num_images, num_annotations)
        measured = {}
        for upstream in tqdm([False, True] if with_upstream else [False], desc="loading", leave=False):
            measured[upstream] = _load_apart(ann_file, upstream)
    units = {"seconds": "s", "processor_seconds": "s", "peak_gb": "GB"}
    return {
        name: compare(
            getattr(measured[False], name),
            getattr(measured[True], name) if with_upstream else None,
            unit,
            larger_is_better=False,
        )
        for name, unit in units.items()
    }
