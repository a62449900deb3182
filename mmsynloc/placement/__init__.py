"""The second stage around its network, without torch: boxes to crops, points of crops to athletes and their scores."""

from mmsynloc.placement.crop_placer import BATCH_SIZE, CropPlacer, FrameCrops, PlacedBoxes, RunCrops
from mmsynloc.placement.duplicates import distinct_athletes
from mmsynloc.placement.expected_locsim import expected_locsim, fuse_gaussians
from mmsynloc.placement.rule import SCORES, PlacedAthletes, PlacementRule, place

__all__ = [
    "BATCH_SIZE",
    "SCORES",
    "CropPlacer",
    "FrameCrops",
    "PlacedAthletes",
    "PlacedBoxes",
    "PlacementRule",
    "RunCrops",
    "distinct_athletes",
    "expected_locsim",
    "fuse_gaussians",
    "place",
]
