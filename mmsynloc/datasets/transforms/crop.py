"""Random windows of the picture, near athletes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from mmsynloc.datasets.transforms.affine import check_size, output_size
from mmsynloc.rendering.plan import RenderPlan, get_plan
from mmsynloc.structures.affine import (
    fit_matrix,
    scale_matrix,
    shift_matrix,
    transform_points,
)

__all__ = ["SynLocRandomCrop"]


@TRANSFORMS.register_module()
class SynLocRandomCrop(BaseTransform):
    """Take a window near a random athlete: training at up to native resolution on small inputs.

    The window is moved back into the picture where it would leave it, as far as it fits. A picture without athletes
    gets a window anywhere, and so does a share of the others: most of what a detector may take for an athlete (lines,
    posts, spectators) is far from them.

    Modified Keys:

    - render_plan

    Args:
        crop_size: ``(width, height)`` of the output in px; None for the data set's ``input_size``.
        scale_range: smallest and largest number of output pixels per pixel of the canvas (per annotated pixel where
            the crop comes first); drawn evenly in its logarithm. 1 is native resolution.
        frame_size: ``(width, height)`` in px of the input that whole frames have at test time; a scale of 1 is then
            the one at which the canvas fits into it.
        jitter: how far the athlete may be from the middle of the window, as a share of its width and height; 0.5
            reaches the border.
        prob: chance to crop; otherwise the plan stays as it is.
        anywhere_prob: chance of a window anywhere in the picture.
    """

    def __init__(
        self,
        crop_size: Sequence[int] | None = None,
        scale_range: tuple[float, float] = (0.5, 1.0),
        jitter: float = 0.4,
        prob: float = 1.0,
        frame_size: Sequence[int] | None = None,
        anywhere_prob: float = 0.0,
    ) -> None:
        if not 0 < scale_range[0] <= scale_range[1]:
            raise ValueError(f"scale_range must be (smallest, largest), both over 0, not {scale_range!r}")
        self.crop_size = check_size(crop_size, "crop_size")
        self.frame_size = check_size(frame_size, "frame_size")
        self.scale_range, self.jitter, self.prob = scale_range, jitter, prob
        self.anywhere_prob = anywhere_prob

    @staticmethod
    def _random_athlete(plan: RenderPlan) -> np.ndarray | None:
        """The middle (2,) of a random person's box on the canvas, None without people."""
        parts = []
        for layer in plan.layers():
            boxes = np.asarray(layer.info.get("bbox", np.zeros((0, 4))), dtype=np.float64).reshape(-1, 2, 2)
            x1, y1, x2, y2 = layer.bounds_xyxy
            points = boxes.mean(axis=1)
            shown = ((points >= [x1, y1]) & (points <= [x2, y2])).all(axis=1)
            parts.append(transform_points(points[shown], layer.matrix))
        centres = np.concatenate(parts)
        inside = ((centres >= 0) & (centres <= np.array(plan.canvas_size) - 1)).all(axis=1)
        centres = centres[inside]
        return centres[np.random.randint(len(centres))] if len(centres) else None

    def _window(self, plan: RenderPlan, size: tuple[int, int], scale: float) -> np.ndarray:
        """Top left corner (2,) of the window in the picture resized by ``scale``."""
        room = np.array(plan.canvas_size) * scale - size
        low, high = np.minimum(room, 0) / 2, np.where(room < 0, room / 2, room)
        anywhere = self.anywhere_prob > 0 and np.random.rand() < self.anywhere_prob
        athlete = None if anywhere else self._random_athlete(plan)
        if athlete is None:
            return np.random.uniform(low, high)
        middle = transform_points(athlete, scale_matrix(scale))
        corner = middle - np.array(size) * (0.5 + np.random.uniform(-self.jitter, self.jitter, 2))
        return np.clip(corner, low, high)

    def transform(self, results: dict) -> dict:
        """Compose the crop into the plan."""
        plan = get_plan(results)
        if np.random.rand() >= self.prob:
            return results
        size = output_size(self.crop_size, results)
        scale = float(np.exp(np.random.uniform(*np.log(self.scale_range))))
        if self.frame_size is not None:
            scale *= fit_matrix(plan.canvas_size, self.frame_size)[0, 0]
        corner = self._window(plan, size, scale)
        results["render_plan"] = plan.moved(shift_matrix(*-corner) @ scale_matrix(scale), size)
        return results

    def __repr__(self) -> str:
        options = ("crop_size", "scale_range", "frame_size", "anywhere_prob")
        return f"{type(self).__name__}({', '.join(f'{o}={getattr(self, o)}' for o in options)})"
