"""``ToPILImage``, which MMPose's SimCC visualizer imports."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from PIL import Image

__all__ = ["ToPILImage"]


class ToPILImage:
    """Turn a tensor (C, H, W), floats in [0, 1] or uint8, or an array (H, W, C) uint8, into a PIL image."""

    def __call__(self, picture: Any) -> Image.Image:
        if isinstance(picture, torch.Tensor):
            if picture.is_floating_point():
                picture = picture.mul(255).byte()
            picture = np.moveaxis(picture.cpu().numpy(), 0, -1)
        return Image.fromarray(picture.squeeze(-1) if picture.shape[-1] == 1 else picture)
