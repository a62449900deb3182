"""Affine transforms of the plan: resize to fit, random affine, flip."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from mmsynloc.files.image_probe import image_size
from mmsynloc.rendering.plan import get_plan
from mmsynloc.structures.affine import (
    fit_matrix,
    flip_matrix,
    rotation_matrix,
    scale_matrix,
    shear_matrix,
    shift_matrix,
)
from mmsynloc.utils import UserError

__all__ = ["SynLocFitResize", "SynLocFlip", "SynLocRandomAffine", "check_size", "output_size"]


def check_size(size: Sequence[int] | None, name: str) -> tuple[int, int] | None:
    """A ``(width, height)`` from a config; None passes.

    Raises:
        ValueError: it is not two positive integers.
    """
    if size is None:
        return None
    if len(size) != 2 or any(int(s) != s or s <= 0 for s in size):
        raise ValueError(f"{name} must be (width, height), two positive integers, not {size!r}")
    return (int(size[0]), int(size[1]))


def output_size(size: tuple[int, int] | None, results: dict, default: tuple[int, int] | None = None) -> tuple[int, int]:
    """The transform's own size, else the data set's ``input_size``, else the default."""
    if size is not None:
        return size
    found = results.get("input_size", default)
    if found is None:
        raise ValueError("no input_size: give it to the transform or to the data set")
    return (int(found[0]), int(found[1]))


def _frame_size(results: dict) -> tuple[int, int]:
    """``(width, height)`` of an image that no annotation describes."""
    if "img" in results:
        height, width = results["img"].shape[:2]
        return width, height
    size = image_size(results["img_path"])
    if size is None:
        raise UserError(f"{results['img_path']}: no image that can be read")
    return size


def _check_anchor(anchor: str) -> str:
    if anchor not in ("center", "corner"):
        raise ValueError(f"anchor must be 'center' or 'corner', not {anchor!r}")
    return anchor


@TRANSFORMS.register_module()
class SynLocFitResize(BaseTransform):
    """Fit the whole picture into the network's input, centred, with bars where its shape differs (letterbox).

    Together with :class:`RenderSynLocImage` it takes the place of upstream's ``BottomupResize``. ``input_center`` and
    ``input_scale`` are such that upstream's estimators bring predictions back to annotated pixels, exact at the pixel
    centres: ``x / input_size * input_scale + input_center - 0.5 * input_scale``.

    An image that comes without annotations is annotated at its own size, and has no camera.

    Required Keys:

    - img_path or img
    - annotated_size, camera (optional)

    Added Keys:

    - annotated_size: ``(w, h)`` px
    - camera: None where there is none
    - input_size: (2,) float64, (width, height) of the output
    - input_center: (2,) float64, annotated px
    - input_scale: (2,) float64, annotated px
    - scale_factor: (x, y), px of the output per annotated px

    Args:
        input_size: ``(width, height)`` of the output in px, any shape; None for the data set's ``input_size``.
        anchor: ``"center"``, or ``"corner"`` for bars at the right and below only: MMDetection's models bring their
            boxes back by ``scale_factor`` alone.
        default_size: ``(width, height)`` for images that come without a data set, as in upstream's inferencers;
            MMEngine's Config sets it to the test data set's ``input_size`` (:mod:`mmsynloc.config_scope`).
    """

    def __init__(
        self,
        input_size: Sequence[int] | None = None,
        anchor: str = "center",
        default_size: Sequence[int] | None = None,
    ) -> None:
        self.input_size = check_size(input_size, "input_size")
        self.default_size = check_size(default_size, "default_size")
        self.anchor = _check_anchor(anchor)

    def transform(self, results: dict) -> dict:
        """Fit the plan into the output."""
        size = output_size(self.input_size, results, self.default_size)
        if "annotated_size" not in results:
            results["annotated_size"] = _frame_size(results)
        results.setdefault("camera", None)
        plan = get_plan(results)
        matrix = fit_matrix(plan.canvas_size, size)
        if self.anchor == "corner":
            matrix = scale_matrix(*np.diag(matrix)[:2])
        plan = plan.moved(matrix, size)
        results["render_plan"] = plan
        matrix = next(plan.layers()).matrix
        results["input_size"] = np.array(size, dtype=np.float64)
        results["input_scale"] = results["input_size"] / np.diag(matrix)[:2]
        results["input_center"] = 0.5 * results["input_scale"] - matrix[:2, 2] / np.diag(matrix)[:2]
        results["scale_factor"] = tuple(np.diag(matrix)[:2].tolist())
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(input_size={self.input_size}, anchor={self.anchor!r})"


@TRANSFORMS.register_module()
class SynLocRandomAffine(BaseTransform):
    """Rotate, scale, shear and shift the picture at random, onto the network's input.

    The counterpart of upstream's ``BottomupRandomAffine``, whose option names it keeps.

    Modified Keys:

    - render_plan

    Args:
        input_size: ``(width, height)`` of the output in px; None for the data set's ``input_size``.
        mode: what a scale of 1 means: ``"fit"`` the whole canvas fits into the output, ``"fill"`` the canvas covers the
            output, ``"canvas"`` one pixel of the canvas is one of the output (after :class:`SynLocMosaic`).
        anchor: which point of the canvas comes to the middle of the output: its ``"center"``, or with ``"corner"``
            the point as far from its top left corner as the output's middle is. After a mosaic the first, as in
            YOLOX, shows parts of nearly all four images; the second is what upstream does and shows about two, so
            that fewer need decoding.
        scale_factor: smallest and largest scale; more than 1 makes people larger.
        rotate_factor: largest rotation in degrees.
        shift_factor: largest shift as a share of the output's width and height.
        shear_factor: largest shear in degrees.
        scale_prob: chance to scale.
        rotate_prob: chance to rotate.
        shift_prob: chance to shift.
        shear_prob: chance to shear.
    """

    def __init__(
        self,
        input_size: Sequence[int] | None = None,
        mode: str = "fit",
        anchor: str = "center",
        scale_factor: tuple[float, float] = (0.75, 1.0),
        rotate_factor: float = 10.0,
        shift_factor: float = 0.1,
        shear_factor: float = 0.0,
        scale_prob: float = 1.0,
        rotate_prob: float = 1.0,
        shift_prob: float = 1.0,
        shear_prob: float = 1.0,
    ) -> None:
        if mode not in ("fit", "fill", "canvas"):
            raise ValueError(f"mode must be 'fit', 'fill' or 'canvas', not {mode!r}")
        if not 0 < scale_factor[0] <= scale_factor[1]:
            raise ValueError(f"scale_factor must be (smallest, largest), both over 0, not {scale_factor!r}")
        self.input_size = check_size(input_size, "input_size")
        self.mode, self.anchor, self.scale_factor = mode, _check_anchor(anchor), scale_factor
        self.rotate_factor, self.shift_factor, self.shear_factor = rotate_factor, shift_factor, shear_factor
        self.scale_prob, self.rotate_prob = scale_prob, rotate_prob
        self.shift_prob, self.shear_prob = shift_prob, shear_prob

    def _base_scale(self, canvas_size: Sequence[int], size: Sequence[int]) -> float:
        ratios = [out / canvas for out, canvas in zip(size, canvas_size)]
        return {"fit": min(ratios), "fill": max(ratios), "canvas": 1.0}[self.mode]

    def _random_matrix(self, base_scale: float, size: tuple[int, int]) -> np.ndarray:
        """A random map about the origin; the shift is in px of the output."""

        def draw(prob: float, count: int) -> np.ndarray:
            return np.random.uniform(-1, 1, count) if np.random.rand() < prob else np.zeros(count)

        scale = np.random.uniform(*self.scale_factor) if np.random.rand() < self.scale_prob else 1.0
        (degrees,) = draw(self.rotate_prob, 1) * self.rotate_factor
        shear = draw(self.shear_prob, 2) * self.shear_factor
        shift = draw(self.shift_prob, 2) * self.shift_factor * size
        linear = np.diag([base_scale * scale, base_scale * scale, 1.0])
        return shift_matrix(*shift) @ shear_matrix(*shear) @ rotation_matrix(degrees) @ linear

    def transform(self, results: dict) -> dict:
        """Compose the random map into the plan."""
        size = output_size(self.input_size, results)
        plan = get_plan(results)
        out_centre = (np.array(size) - 1) / 2
        pivot = out_centre if self.anchor == "corner" else (np.array(plan.canvas_size) - 1) / 2
        about_pivot = self._random_matrix(self._base_scale(plan.canvas_size, size), size)
        matrix = shift_matrix(*out_centre) @ about_pivot @ shift_matrix(*-pivot)
        results["render_plan"] = plan.moved(matrix, size)
        return results

    def __repr__(self) -> str:
        options = ("input_size", "mode", "anchor", "scale_factor", "rotate_factor", "shift_factor", "shear_factor")
        return f"{type(self).__name__}({', '.join(f'{o}={getattr(self, o)}' for o in options)})"


@TRANSFORMS.register_module()
class SynLocFlip(BaseTransform):
    """Mirror the picture left to right at random; keypoints are renamed by ``flip_indices``.

    Modified Keys:

    - render_plan

    Added Keys:

    - flip
    - flip_direction

    Args:
        prob: chance to flip.
    """

    def __init__(self, prob: float = 0.5) -> None:
        self.prob = prob

    def transform(self, results: dict) -> dict:
        """Compose the flip into the plan."""
        results["flip"] = bool(np.random.rand() < self.prob)
        results["flip_direction"] = "horizontal" if results["flip"] else None
        plan = get_plan(results)
        if results["flip"]:
            results["render_plan"] = plan.moved(flip_matrix(plan.canvas_size[0]), plan.canvas_size)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(prob={self.prob})"
