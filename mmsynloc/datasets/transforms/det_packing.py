"""Packing a sample for MMDetection's models; imported with MMDetection's data sets only."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmdet.datasets.transforms import PackDetInputs
from mmdet.registry import TRANSFORMS

__all__ = ["PackSynLocDetInputs"]

_META_KEYS = ("img_id", "img_path", "ori_shape", "img_shape", "scale_factor", "annotated_size", "camera")


@TRANSFORMS.register_module()
class PackSynLocDetInputs(PackDetInputs):
    """Upstream's ``PackDetInputs`` for a rendered sample, with boxes as MMDetection counts.

    There the first pixel spans 0 to 1, here -0.5 to 0.5 (a pixel's centre is an integer), so boxes move by half a
    pixel. After :class:`SynLocFitResize` with ``anchor="corner"``, a model's predictions come out in annotated pixels,
    again as MMDetection counts; ``LocSimMetric(pixel_corners=True)`` moves them back.

    Required Keys:

    - img
    - bbox, iscrowd (for labels)

    Args:
        with_labels: pack the boxes as ``gt_instances``, all of label 0; crowd regions as ``ignored_instances``.
            Not for a test, whose labels would be in pixels of the input, unlike the predictions.
        meta_keys: entries of the sample that become meta information.
    """

    def __init__(self, with_labels: bool = True, meta_keys: Sequence[str] = _META_KEYS) -> None:
        super().__init__(tuple(meta_keys))
        self.with_labels = with_labels

    def transform(self, results: dict) -> dict:
        """Pack the sample.

        Returns:
            dict: ``inputs`` (3, H, W) uint8 and ``data_samples``, a ``DetDataSample``.
        """
        if not self.with_labels:
            return super().transform(results)
        boxes = np.asarray(results["bbox"], dtype=np.float32).reshape(-1, 4) + 0.5
        labels = np.zeros(len(boxes), dtype=np.int64)
        crowd = np.asarray(results.get("iscrowd", labels), dtype=np.int64)
        return super().transform({**results, "gt_bboxes": boxes, "gt_bboxes_labels": labels, "gt_ignore_flags": crowd})
