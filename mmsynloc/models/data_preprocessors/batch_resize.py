"""Multi-scale training: the whole batch resized on the device, labels exact at the pixel centres."""

from __future__ import annotations

import random
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.dist import barrier, broadcast
from mmengine.logging import MessageHub
from mmpose.models.data_preprocessors.batch_augmentation import BatchSyncRandomResize
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from mmsynloc.structures import scale_points_px

__all__ = ["SynLocBatchResize", "resize_labels"]

_POINT_KEYS = ("keypoints", "keypoint_labels")
_BOX_KEYS = ("bboxes",)
_METRIC_KEYS = ("pixel_to_metre",)


def resize_labels(data_sample: PoseDataSample, scale_xy: tuple[float, float]) -> None:
    """Move the labels of a sample to a resized image, in place.

    Keypoints (N, K, 2) and boxes (N, 4) go to ``(x + 0.5) * s - 0.5``, ``areas`` (N,) are multiplied by both
    factors, and the derivatives ``pixel_to_metre`` (N, 2, 2), d(pitch m) / d(px), are divided column by column.

    Args:
        data_sample: with ``gt_instance_labels``; those it does not have are passed over.
        scale_xy: new size over old size along x and y.
    """
    labels = data_sample.get("gt_instance_labels")
    if labels is None:
        return
    for key in labels.keys():  # noqa: SIM118 (iterating InstanceData gives instances)
        value = labels.get(key)
        if key in _POINT_KEYS:
            labels.set_field(scale_points_px(value, value.new_tensor(scale_xy)), key)
        elif key in _BOX_KEYS:
            labels.set_field(scale_points_px(value, value.new_tensor(scale_xy * 2)), key)
        elif key in _METRIC_KEYS:
            labels.set_field(value / value.new_tensor(scale_xy), key)
        elif key == "areas":
            labels.set_field(value * (scale_xy[0] * scale_xy[1]), key)


def _scaled_shape(shape: Sequence[int], scale_xy: tuple[float, float]) -> tuple[int, int]:
    return (round(shape[0] * scale_xy[1]), round(shape[1] * scale_xy[0]))


@MODELS.register_module()
class SynLocBatchResize(BatchSyncRandomResize):
    """Resize each batch to a size that changes at random, the same on all ranks and in a resumed run.

    Takes the place of upstream's ``BatchSyncRandomResize`` in ``data_preprocessor.batch_augments``: any aspect ratio,
    labels exact at the pixel centres (upstream moves them by up to half the change of scale), areas and ground
    metrics included. Like there, the first batches keep their size until the first ``interval`` is over.

    Args:
        ratio_range: smallest and largest height in units of the batch's own. Give this or one of the next two; the
            width keeps the batch's aspect ratio.
        random_size_range: smallest and largest height in px.
        sizes: the ``(width, height)`` to choose from, in px.
        interval: number of iterations between changes.
        size_divisor: heights and widths are multiples of it.
        antialias: average over the pixels when shrinking.
    """

    def __init__(
        self,
        ratio_range: tuple[float, float] | None = None,
        random_size_range: tuple[int, int] | None = None,
        sizes: Sequence[tuple[int, int]] | None = None,
        interval: int = 10,
        size_divisor: int = 32,
        antialias: bool = True,
    ) -> None:
        if [ratio_range, random_size_range, sizes].count(None) != 2:
            raise ValueError("SynLocBatchResize needs one of ratio_range, random_size_range and sizes")
        wrong = [s for s in sizes or () if len(s) != 2 or s[0] % size_divisor or s[1] % size_divisor]
        if wrong or (sizes is not None and not sizes):
            raise ValueError(f"sizes must be (width, height) in multiples of {size_divisor}, not {wrong or sizes}")
        super().__init__(random_size_range or (size_divisor, size_divisor), interval, size_divisor)
        self._part: int | None = None  # the interval, counted from 0, that _input_size, (height, width), is for
        self._input_size: tuple[int, int] | None
        self.ratio_range = ratio_range
        self.sizes = None if sizes is None else [tuple(size) for size in sizes]
        self.antialias = antialias

    def forward(
        self, inputs: torch.Tensor, data_samples: list[PoseDataSample]
    ) -> tuple[torch.Tensor, list[PoseDataSample]]:
        """Resize a batch.

        Args:
            inputs: (B, C, H, W) float.
            data_samples: B samples; their labels and shapes are changed in place.

        Returns:
            The resized inputs and the samples.
        """
        height, width = inputs.shape[-2:]
        part = MessageHub.get_current_instance().get_info("iter", 0) // self._interval
        if part != self._part or self._input_size is None:
            self._part = part
            self._input_size = self._get_random_size((height, width), inputs.device, part) if part else (height, width)
        size = self._input_size
        if size != (height, width):
            antialias = self.antialias and (size[0] < height or size[1] < width)
            inputs = F.interpolate(inputs, size, mode="bilinear", align_corners=False, antialias=antialias)
            for data_sample in data_samples:
                self._resize_sample(data_sample, size, (size[1] / width, size[0] / height))
        return inputs, data_samples

    @staticmethod
    def _resize_sample(data_sample: PoseDataSample, size: tuple[int, int], scale_xy: tuple[float, float]) -> None:
        shapes = {"batch_input_shape": tuple(size)}
        for key in ("img_shape", "pad_shape"):
            if key in data_sample.metainfo:
                shapes[key] = _scaled_shape(data_sample.metainfo[key], scale_xy)
        data_sample.set_metainfo(shapes)
        resize_labels(data_sample, scale_xy)

    def _choose_size(self, shape: tuple[int, int], part: int) -> tuple[int, int]:
        """The (height, width) of an interval for batches of that (height, width), by the run's seed."""
        generator = random.Random(f"{MessageHub.get_current_instance().get_info('seed', 0)} {part}")
        if self.sizes is not None:
            width, height = generator.choice(self.sizes)
            return height, width
        low, high = self._random_size_range
        if self.ratio_range is not None:
            low, high = (max(round(ratio * shape[0] / self._size_divisor), 1) for ratio in self.ratio_range)
        steps = generator.randint(low, high)
        return self._size_divisor * steps, self._size_divisor * max(round(shape[1] / shape[0] * steps), 1)

    def _get_random_size(self, shape: tuple[int, int], device: torch.device, part: int) -> tuple[int, int]:
        """A random (height, width), chosen by rank 0 for all."""
        size = torch.zeros(2, dtype=torch.long, device=device)
        if self.rank == 0:
            size = torch.tensor(self._choose_size(shape, part), device=device)
        barrier()
        broadcast(size, 0)
        return tuple(size.tolist())
