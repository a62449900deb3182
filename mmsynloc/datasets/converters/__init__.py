"""To and from the formats of other tools: YOLO-pose labels, standard COCO keypoints, predictions of other tools.

Pixel coordinates of points have their integers at the pixel centres, as everywhere in this package, so a point goes
to another image size by ``x' = (x + 0.5) * s - 0.5``. Boxes are written and read as COCO's, whose edges count from the
image's corner, so they simply scale by ``s``. (The official boxes end one pixel early, see docs/data.md.)
"""

from mmsynloc.datasets.converters.coco import export_coco
from mmsynloc.datasets.converters.predictions import BOX_FORMATS, PredictionFormat, import_predictions
from mmsynloc.datasets.converters.yolo import IMAGE_MODES, export_yolo

__all__ = ["BOX_FORMATS", "IMAGE_MODES", "PredictionFormat", "export_coco", "export_yolo", "import_predictions"]
