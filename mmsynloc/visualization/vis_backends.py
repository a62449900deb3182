"""Back ends of MMEngine's visualizer, where those of upstream do not take our names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mmengine.visualization import MLflowVisBackend
from mmpose.registry import VISBACKENDS

__all__ = ["SynLocMLflowVisBackend"]


@VISBACKENDS.register_module()
class SynLocMLflowVisBackend(MLflowVisBackend):
    """Upstream's back end with names that MLflow takes: no parentheses, as in ``AP (S)``, and a suffix for pictures."""

    def add_scalar(self, name: str, value: Any, step: int = 0, **kwargs: Any) -> None:
        """Log a figure."""
        super().add_scalar(_allowed(name), value, step, **kwargs)

    def add_scalars(self, scalar_dict: Mapping[str, Any], step: int = 0, *args: Any, **kwargs: Any) -> None:
        """Log figures by their names."""
        super().add_scalars({_allowed(name): value for name, value in scalar_dict.items()}, step, *args, **kwargs)

    def add_image(self, name: str, image: np.ndarray, step: int = 0, **kwargs: Any) -> None:
        """Keep a picture (H, W, 3) uint8 RGB; upstream's would lack a format, and overwrite that of the former step."""
        super().add_image(f"{_allowed(name)}_{step}.png", image, step, **kwargs)


def _allowed(name: str) -> str:
    return name.replace("(", "").replace(")", "")
