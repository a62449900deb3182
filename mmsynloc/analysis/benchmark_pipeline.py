"""Samples a second of the training pipeline on one core, ours and upstream's side by side."""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from mmengine.registry import DefaultScope
from mmpose.datasets import CocoDataset

import mmsynloc.datasets.transforms  # noqa: F401  registers the transforms
from mmsynloc.analysis.benchmark import compare, one_core, time_interleaved
from mmsynloc.analysis.benchmark_data import write_annotations, write_frames
from mmsynloc.datasets import METAINFO_FILE, SynLocDataset

__all__ = ["benchmark_pipeline", "our_pipeline", "upstream_pipeline"]

# As upstream's stage 1 of YOLOX-Pose has it; both pipelines get the same.
_AFFINE = dict(rotate_factor=10, scale_factor=(0.75, 1.0), shift_factor=0.1)
_MIXUP_RATIO = (0.8, 1.6)


def upstream_pipeline(input_size: tuple[int, int]) -> list[dict]:
    """Stage 1 of upstream's ``yoloxpose_s_8xb32-300e_coco-640.py``."""
    load = dict(type="LoadImage")
    return [
        load,
        dict(type="Mosaic", img_scale=input_size, pad_val=114.0, pre_transform=[load]),
        dict(
            type="BottomupRandomAffine",
            input_size=input_size,
            pad_val=114,
            distribution="uniform",
            transform_mode="perspective",
            bbox_keep_corner=False,
            clip_border=True,
            **_AFFINE,
        ),
        dict(type="YOLOXMixUp", img_scale=input_size, ratio_range=_MIXUP_RATIO, pad_val=114.0, pre_transform=[load]),
        dict(type="YOLOXHSVRandomAug"),
        dict(type="RandomFlip"),
        dict(type="FilterAnnotations", by_kpt=True, by_box=True, keep_empty=False),
        dict(type="GenerateTarget", encoder=dict(type="YOLOXPoseAnnotationProcessor", input_size=input_size)),
        dict(type="PackPoseInputs"),
    ]


def our_pipeline(input_size: tuple[int, int], cache_size: int = 0) -> list[dict]:
    """The same augmentations with our transforms; ``cache_size`` decoded images are kept (0: none)."""
    cache = [dict(type="SynLocImageCache", max_images=cache_size, min_images=cache_size)] if cache_size else []
    return [
        *cache,
        dict(type="SynLocMosaic", input_size=input_size),
        # Upstream's view of the mosaic: it goes on from the canvas's top left corner.
        dict(
            type="SynLocRandomAffine",
            input_size=input_size,
            mode="canvas",
            anchor="corner",
            shear_factor=2.0,
            **_AFFINE,
        ),
        dict(type="SynLocMixUp", ratio_range=_MIXUP_RATIO),
        dict(type="SynLocFlip"),
        dict(type="RenderSynLocImage"),
        dict(type="SynLocHSVRandomAug"),
        dict(type="GenerateTarget", encoder=dict(type="PelvisGroundCodec", input_size=input_size)),
        dict(type="PackSynLocInputs"),
    ]


def _make_cases(folder: Path, num_images: int, input_size: tuple[int, int], copy_width: int) -> dict[str, Callable]:
    """The functions to time; each gives the sample of a number."""
    full, copies = write_frames(folder, num_images, copy_width)
    ann_file = folder / "annotations.json"
    write_annotations(ann_file, num_images, 16 * num_images)
    # Half of the images: a sample's own image has left the cache when it is needed again, as in a real epoch.
    cached = our_pipeline(input_size, max(num_images // 2, 1))
    ours = {
        "fresh_4k": (full, our_pipeline(input_size)),
        "cached_4k": (full, cached),
        f"fresh_{copy_width}": (copies, our_pipeline(input_size)),
        f"cached_{copy_width}": (copies, cached),
    }
    datasets = {
        name: SynLocDataset(ann_file=str(ann_file), data_prefix=dict(img=str(images)), pipeline=pipeline)
        for name, (images, pipeline) in ours.items()
    }
    with contextlib.redirect_stdout(io.StringIO()):  # pycocotools prints
        datasets["upstream"] = CocoDataset(
            ann_file=str(ann_file),
            data_prefix=dict(img=str(full)),
            data_mode="bottomup",
            metainfo=dict(from_file=str(METAINFO_FILE)),
            pipeline=upstream_pipeline(input_size),
        )
    return {name: lambda i, dataset=dataset: dataset[i % num_images] for name, dataset in datasets.items()}


def benchmark_pipeline(
    rounds: int = 48, num_images: int = 24, input_size: tuple[int, int] = (640, 640), copy_width: int = 1280
) -> dict[str, dict]:
    """Time the full training augmentation (stage 1: Mosaic, affine, MixUp, colours, flip, packing).

    Cases: every source decoded anew from 4K JPEGs; Mosaic and MixUp drawing from the cache of decoded images; both
    again from resized copies of the frames. Upstream reads the 4K frames in all of them.

    Args:
        rounds: samples of each that are timed.
        num_images: how many synthetic 4K frames are used.
        input_size: ``(width, height)`` of the network's input.
        copy_width: width of the resized copies in px.

    Returns:
        Cases as :func:`compare` gives them, in samples a second.
    """
    np.random.seed(0)
    scope = DefaultScope.overwrite_default_scope("mmpose")
    with tempfile.TemporaryDirectory() as folder, scope, one_core():
        functions = _make_cases(Path(folder), num_images, input_size, copy_width)
        seconds = time_interleaved(functions, rounds, warmup=max(num_images // 2, 1))
    upstream = 1 / seconds.pop("upstream")
    return {name: compare(1 / mean, upstream, "samples/s") for name, mean in seconds.items()}
