"""Ensembles: the detections of several results fused on the ground, in metres."""

from mmsynloc.ensemble.clusters import cluster_on_ground
from mmsynloc.ensemble.fuse import RADIUS_M, fuse_detections, fuse_files

__all__ = ["RADIUS_M", "cluster_on_ground", "fuse_detections", "fuse_files"]
