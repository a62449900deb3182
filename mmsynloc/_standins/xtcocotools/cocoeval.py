"""``COCOeval`` with the constructor of xtcocotools."""

from __future__ import annotations

from typing import Any

import numpy as np
from pycocotools.cocoeval import COCOeval as _COCOeval

__all__ = ["COCOeval"]


class COCOeval(_COCOeval):
    """pycocotools' evaluation with two arguments of xtcocotools.

    Args:
        cocoGt: ground truth.
        cocoDt: detections.
        iouType: ``'bbox'``, ``'segm'`` or ``'keypoints'``; the whole-body types need the real xtcocotools.
        sigmas: (K,) OKS sigmas, or None for those of COCO.
        use_area: false divides by 0.53 of the box's area in place of the annotated area.
    """

    def __init__(
        self,
        cocoGt: Any = None,
        cocoDt: Any = None,
        iouType: str = "keypoints",
        sigmas: Any = None,
        use_area: bool = True,
    ) -> None:
        super().__init__(cocoGt, cocoDt, iouType)
        self.use_area = use_area
        if sigmas is not None:
            self.params.kpt_oks_sigmas = np.asarray(sigmas)

    def computeOks(self, imgId: int, catId: int) -> Any:
        if self.use_area:
            return super().computeOks(imgId, catId)
        truths = self._gts[imgId, catId]
        areas = [truth["area"] for truth in truths]
        for truth in truths:
            truth["area"] = truth["bbox"][2] * truth["bbox"][3] * 0.53
        try:
            return super().computeOks(imgId, catId)
        finally:
            for truth, area in zip(truths, areas):
                truth["area"] = area
