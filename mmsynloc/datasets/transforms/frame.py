"""The frame itself, for models that look at parts of it."""

from __future__ import annotations

from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS

from mmsynloc.files.images import BrokenImageError, load_image
from mmsynloc.utils import UserError

__all__ = ["LoadSynLocFrame"]


@TRANSFORMS.register_module()
class LoadSynLocFrame(BaseTransform):
    """Decode the frame at the file's resolution, once for all transforms that follow and for the model.

    Models with tiles or a second stage cut their views out of it. Goes before all other transforms of a test pipeline.

    Required Keys:

    - img_path, or img (H, W, 3) uint8 for an image in memory
    - annotated_size

    Added Keys:

    - img, frame: (H, W, 3) uint8, BGR
    - ori_shape: (h, w) as annotated

    Args:
        max_scale: pixels per annotated pixel that suffice; a JPEG file is decoded at a smaller size where it can be.
    """

    def __init__(self, max_scale: float = 1.0) -> None:
        self.max_scale = max_scale

    def transform(self, results: dict) -> dict:
        """Load the frame.

        Raises:
            UserError: the file is missing or broken, or the image comes without annotations, as from upstream's
                inferencers, and so without the camera that tiles and second stages need.
        """
        if "annotated_size" not in results:
            raise UserError("a model with tiles or a second stage needs each frame's camera, not an image alone")
        if "img" not in results:
            try:
                results["img"] = load_image(results["img_path"], results["annotated_size"], self.max_scale).pixels
            except BrokenImageError as error:
                raise UserError(str(error)) from None
        results["frame"] = results["img"]
        results["ori_shape"] = tuple(int(s) for s in results["annotated_size"][::-1])
        results["img_shape"] = results["img"].shape[:2]
        return results

    def __repr__(self) -> str:
        return f"{type(self).__name__}(max_scale={self.max_scale})"
