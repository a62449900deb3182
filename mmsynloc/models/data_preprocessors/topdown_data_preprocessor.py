"""Batches of the second stage: crops for the training, whole frames for the test."""

from __future__ import annotations

from mmpose.registry import MODELS

from mmsynloc.models.data_preprocessors.pose_data_preprocessor import SynLocDataPreprocessor

__all__ = ["SynLocTopdownDataPreprocessor"]


@MODELS.register_module()
class SynLocTopdownDataPreprocessor(SynLocDataPreprocessor):
    """Normalises the crops of a training batch; hands whole frames through, whose crops are cut later.

    Args:
        **kwargs: as for :class:`SynLocDataPreprocessor`.
    """

    def forward(self, data: dict, training: bool = False) -> dict:
        """Make a batch.

        Args:
            data: ``inputs``, of B frames P crops each (P, 3, H, W) uint8, or the detector's inputs (3, h, w) uint8,
                (3, 0, 0) without a detector; ``data_samples``; and ``frames`` in the second case.
            training: not used.

        Returns:
            ``inputs`` (B * P, 3, H, W) float32, or (B, 3, h, w) uint8; ``data_samples``, and ``frames`` as they came.
        """
        images = data["inputs"]
        if images[0].ndim == 4:
            crops = self.stack([crop for frame in images for crop in frame])
            return dict(inputs=self.normalise(crops), data_samples=data["data_samples"])
        return dict(data, inputs=self.stack(images))
