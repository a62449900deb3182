"""The transform that draws the plan: each source is decoded once, at the resolution that suffices."""

from __future__ import annotations

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from mmsynloc.datasets.transforms.broken_images import MAX_BROKEN_SHARE, BrokenImageLog
from mmsynloc.datasets.transforms.cache import DecodedImageCache
from mmsynloc.datasets.transforms.labels import VisibilityRule, plan_labels
from mmsynloc.files.images import BrokenImageError, DecodedImage, load_image
from mmsynloc.rendering.draw import draw_plan
from mmsynloc.rendering.plan import ImageLayer, RenderPlan, get_plan
from mmsynloc.structures.affine import invert
from mmsynloc.utils import UserError

__all__ = ["RenderSynLocImage"]


@TRANSFORMS.register_module()
class RenderSynLocImage(BaseTransform):
    """Turn the plan that the transforms before composed into pixels and labels.

    Each source that shows is decoded once, at the smallest JPEG resolution that the plan needs, and warped once,
    straight into the output; the labels are moved once, by the same matrix in float64. Image files may have any
    resolution of the annotated frame's shape.

    A file that cannot be read (missing, truncated, undecodable, of another shape) raises a ``UserError`` that names
    it in test mode. In training the sample is skipped (``None``: MMEngine takes another one), the file is named once
    in the log, and too many such files stop the run; see :class:`BrokenImageLog` for how workers count.

    Required Keys:

    - img_path, or img (H, W, 3) uint8 for an image in memory
    - annotated_size
    - bbox, keypoints, keypoints_visible and the other instance keys (optional)
    - dataset (optional), image_cache (optional)

    Modified Keys:

    - bbox, keypoints, keypoints_visible, area and the other instance keys

    Added Keys:

    - img: (H, W, 3) uint8, BGR
    - img_shape: (H, W)
    - ori_shape: (h, w) as annotated
    - warp_mat: (2, 3) float64, annotated px of the sample's own image -> output px
    - input_to_annotated: (3, 3) float64, the way back

    Args:
        min_visible: smallest share of a person's box that must show for the person to stay.
        min_size_px: smallest width and height in output px of what shows of a box.
        keypoint_margin: how far outside the picture a keypoint may lie and still be trained, in units of the longer
            side of the person's box; one further out gets visibility 0. Keypoints are never moved to the border.
        min_layer_share: further images of a Mosaic or MixUp that cover less than this share of the output are left out,
            with their people: too little to decode an image for.
        pad_value: grey value where no image is.
        max_broken_share: largest allowed share of broken files in training.
        cached_scale: a cached image is taken where it has at least this share of the resolution that is needed.
        backend_args: of MMEngine's file client.
    """

    def __init__(
        self,
        min_visible: float = 0.2,
        min_size_px: float = 2.0,
        keypoint_margin: float = 0.5,
        min_layer_share: float = 0.02,
        pad_value: int = 114,
        max_broken_share: float = MAX_BROKEN_SHARE,
        cached_scale: float = 0.6,
        backend_args: dict | None = None,
    ) -> None:
        self.rule = VisibilityRule(min_visible, min_size_px, keypoint_margin)
        self.min_layer_share = min_layer_share
        self.pad_value = pad_value
        self.cached_scale = cached_scale
        self.backend_args = backend_args
        self.broken = BrokenImageLog(max_broken_share)

    def _load(self, layer: ImageLayer, needed_scale: float, cache: DecodedImageCache | None) -> DecodedImage:
        info = layer.info
        if "img" in info:
            height, width = info["img"].shape[:2]
            return DecodedImage(info["img"], (width / layer.size[0], height / layer.size[1]))
        cached = cache.get(info["img_path"]) if cache is not None else None
        if cached is not None and min(cached.scale) >= self.cached_scale * needed_scale:
            return cached
        return load_image(info["img_path"], layer.size, needed_scale, self.backend_args)

    def _draw(self, plan: RenderPlan, cache: DecodedImageCache | None) -> np.ndarray:
        used: list[tuple[ImageLayer, DecodedImage]] = []

        def load(layer: ImageLayer, needed_scale: float) -> DecodedImage:
            used.append((layer, self._load(layer, needed_scale, cache)))
            return used[-1][1]

        image = draw_plan(plan, load, self.pad_value)
        if cache is not None:
            # Only now: earlier, a new image could push out one that this sample has drawn.
            for layer, source in used:
                if "img" not in layer.info and cache.get(layer.info["img_path"]) is not source:
                    cache.put(layer.info, source)
        return image

    def _give_up(self, error: BrokenImageError, results: dict) -> None:
        dataset = results.get("dataset")
        if dataset is None or getattr(dataset, "test_mode", False):
            raise UserError(str(error)) from None
        self.broken.add(error.path, str(error), len(dataset))

    def transform(self, results: dict) -> dict | None:
        """Render the sample.

        Returns:
            The sample with ``img`` and moved labels; None where an image is broken in training.

        Raises:
            UserError: an image is broken in test mode, or too many are in training.
        """
        plan = get_plan(results).pruned(self.min_layer_share)
        cache = results.pop("image_cache", None)
        results.pop("image_cache_ready", None)
        try:
            image = self._draw(plan, cache)
        except BrokenImageError as error:
            self._give_up(error, results)
            return None
        del results["render_plan"]
        results.update(plan_labels(plan, self.rule))
        matrix = next(plan.layers()).matrix
        results["img"] = image
        results["img_shape"] = image.shape[:2]
        results["ori_shape"] = tuple(int(s) for s in results["annotated_size"][::-1])
        results["warp_mat"] = matrix[:2].copy()
        results["input_to_annotated"] = invert(matrix)
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.rule}, pad_value={self.pad_value})"
