"""A batch of images on its way to the device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.structures import BaseDataElement
from mmpose.models.data_preprocessors import PoseDataPreprocessor
from mmpose.registry import MODELS
from torch import Tensor

__all__ = ["SynLocDataPreprocessor"]


@MODELS.register_module()
class SynLocDataPreprocessor(PoseDataPreprocessor):
    """Upstream's ``PoseDataPreprocessor`` for images of one size and heads that take their labels from the host.

    The images travel as bytes, from the loader's pinned memory without a wait, and become a float batch there with the
    channels last. The labels stay on the host: :class:`~mmsynloc.models.YOLOXPoseGroundHead` makes one table of them.
    Means of 0 and deviations of 1 cost nothing. Images of different sizes go upstream's way.

    Args:
        mean: of the channels.
        std: of the channels.
        **kwargs: as for ``PoseDataPreprocessor``.
    """

    def __init__(self, mean: Sequence[float] | None = None, std: Sequence[float] | None = None, **kwargs: Any) -> None:
        if mean is not None and std is not None and not any(mean) and all(value == 1 for value in std):
            mean = std = None
        super().__init__(mean, std, **kwargs)

    def cast_data(self, data: Any) -> Any:
        """Tensors to the device; samples stay where they are."""
        return data if isinstance(data, BaseDataElement) else super().cast_data(data)

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch.

        Args:
            data: ``inputs``, B images (C, H, W) uint8, and ``data_samples``.
            training: whether to apply the batch augmentations.

        Returns:
            ``inputs`` (B, C, H', W') float32 and ``data_samples``.
        """
        images = data["inputs"]
        if isinstance(images, Tensor) or len({image.shape for image in images}) != 1:
            return super().forward(data, training)
        inputs, samples = self.normalise(self.stack(images)), data["data_samples"]
        for sample, pad_shape in zip(samples, self._get_pad_shape(data)):
            sample.set_metainfo(dict(batch_input_shape=tuple(inputs.shape[-2:]), pad_shape=pad_shape))
        for augment in self.batch_augments or () if training else ():
            inputs, samples = augment(inputs, samples)
        kept = {"frames": data["frames"]} if "frames" in data else {}  # they stay on the host
        return dict(inputs=inputs, data_samples=samples, **kept)

    def stack(self, images: Sequence[Tensor]) -> Tensor:
        """Images (C, H, W) of one size as a batch (B, C, H, W) on the device."""
        if self.device.type == "cpu":
            return torch.stack(tuple(images))
        batch = torch.empty(len(images), *images[0].shape, dtype=images[0].dtype, device=self.device)
        for place, image in zip(batch, images):
            place.copy_(image, non_blocking=True)
        return batch

    def normalise(self, batch: Tensor) -> Tensor:
        """A batch (B, C, H, W) uint8 as the network takes it, padded to ``pad_size_divisor``."""
        if self._channel_conversion:
            batch = batch.flip(1)
        batch = batch.contiguous(memory_format=torch.channels_last).float()
        if self._enable_normalize:
            batch = (batch - self.mean) / self.std
        right, below = (-side % self.pad_size_divisor for side in (batch.shape[3], batch.shape[2]))
        return F.pad(batch, (0, right, 0, below), value=self.pad_value) if right or below else batch
