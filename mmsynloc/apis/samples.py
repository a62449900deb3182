"""Samples of a config's data set after its transforms."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import DATASETS, init_default_scope
from tqdm import tqdm

from mmsynloc.apis.crop_samples import crops_side_by_side
from mmsynloc.apis.preflight import check_data
from mmsynloc.apis.settings import check_settings, unwrapped
from mmsynloc.engine.config_errors import config_errors
from mmsynloc.structures.affine import resize_matrix, transform_boxes, transform_points
from mmsynloc.utils import UserError

__all__ = ["augmented_samples"]

_TO_TENSORS = ("GenerateTarget", "Pack")
_TRIES = 10


def augmented_samples(cfg: Config, split: str, count: int, seed: int = 0) -> list[dict[str, Any]]:
    """Random images of a split, through the transforms of its data set up to those that make targets and tensors.

    Args:
        cfg: the config; it is not changed. What the data preprocessor does to a batch (multi-scale) is not shown.
        split: ``"train"``, ``"val"`` or ``"test"``.
        count: at most so many; without replacement.
        seed: of the images and their augmentation.

    Returns:
        What the transforms made: ``img``, ``bbox`` and the other labels, in px of ``img``; of a second stage's training
        the crops of each frame, see :func:`~mmsynloc.apis.crop_samples.crops_side_by_side`.

    Raises:
        UserError: the config has no such data set, a file is missing, or no image can be read.
    """
    name = cfg.filename or "the config"
    key = f"{split}_dataloader"
    check_settings(cfg, name, (key,))
    init_default_scope(cfg.get("default_scope") or "mmpose")
    one = Config({key: cfg[key]}, filename=cfg.filename)
    check_data(one)
    settings = dict(next(unwrapped(one[key]["dataset"])))
    with config_errors(name):
        dataset = DATASETS.build(settings)
    dataset.pipeline = Compose([t for t in dataset.pipeline.transforms if not _makes_tensors(t)])
    random.seed(seed)
    np.random.seed(seed)
    rows = np.random.permutation(len(dataset))[:count]
    samples = [_sample(dataset, int(row)) for row in tqdm(rows, "samples", unit="image")]
    found = [sample for sample in samples if sample is not None]
    if not found:
        raise UserError(f"{name}: {key}: none of {len(rows)} images gives a sample")
    return found


def _makes_tensors(transform: Any) -> bool:
    return type(transform).__name__.startswith(_TO_TENSORS)


def _sample(dataset: Any, row: int) -> dict[str, Any] | None:
    """One sample; a transform may give up on a random draw, as at a training."""
    for _ in range(_TRIES):
        sample = dataset.prepare_data(row)
        if isinstance(sample, Mapping) and "crops" in sample:
            return crops_side_by_side(sample)
        if isinstance(sample, Mapping) and "img" in sample:
            return _at_image_size(sample) if sample["img"] is sample.get("frame") else dict(sample)
    return None


def _at_image_size(sample: Mapping[str, Any]) -> dict[str, Any]:
    """A frame at the file's resolution, which no transform has brought its labels to."""
    to_image = resize_matrix(sample["ori_shape"][::-1], sample["img"].shape[1::-1])
    moves = {"keypoints": transform_points, "bbox": transform_boxes}
    return {**sample, **{key: move(sample[key], to_image) for key, move in moves.items() if key in sample}}
