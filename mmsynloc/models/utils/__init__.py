"""What heads, losses, assigners and estimators are built of."""

from mmsynloc.models.utils.boxes import box_iou
from mmsynloc.models.utils.fuse_views import pair_views
from mmsynloc.models.utils.ground_nms import box_nms, greedy_keep, ground_nms, remove_duplicates
from mmsynloc.models.utils.locsim import ground_offset_m, locsim, usable_metric
from mmsynloc.models.utils.simcc import decode_simcc, encode_simcc
from mmsynloc.models.utils.tau_schedule import TauSchedule
from mmsynloc.models.utils.views import InputView, make_views, mirrored

__all__ = [
    "InputView",
    "TauSchedule",
    "box_iou",
    "box_nms",
    "decode_simcc",
    "encode_simcc",
    "greedy_keep",
    "ground_nms",
    "ground_offset_m",
    "locsim",
    "make_views",
    "mirrored",
    "pair_views",
    "remove_duplicates",
    "usable_metric",
]
