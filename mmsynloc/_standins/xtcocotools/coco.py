"""``COCO`` with the constructor of xtcocotools."""

from __future__ import annotations

from pycocotools.coco import COCO as _COCO

__all__ = ["COCO"]


class COCO(_COCO):
    """pycocotools' COCO; ``test_index`` (keypoints to keep) is the argument that xtcocotools adds."""

    def __init__(self, annotation_file: str | None = None, test_index: list[int] | None = None) -> None:
        super().__init__(annotation_file)
        self.test_index = test_index
