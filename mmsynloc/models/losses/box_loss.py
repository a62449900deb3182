"""Box loss without a wait for the device."""

from __future__ import annotations

from mmpose.models.losses import IoULoss
from mmpose.registry import MODELS
from torch import Tensor

from mmsynloc.models.utils.boxes import box_iou

__all__ = ["BoxIoULoss"]


@MODELS.register_module()
class BoxIoULoss(IoULoss):
    """Upstream's ``IoULoss``, box by box: the same figures without a tensor from the host, which a GPU waits for.

    The arguments are upstream's; ``reduction`` is left to whoever sums over the boxes.
    """

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss (...) of boxes (..., 4) and (..., 4), xyxy px."""
        iou = box_iou(output, target).clamp(min=self.eps)
        loss = {"linear": lambda: 1 - iou, "square": lambda: 1 - iou.pow(2), "log": lambda: -iou.log()}[self.mode]()
        return loss * self.loss_weight
