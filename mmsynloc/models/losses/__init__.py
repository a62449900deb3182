"""Losses in metres, of classified coordinates and of boxes."""

from mmsynloc.models.losses.box_loss import BoxIoULoss
from mmsynloc.models.losses.locsim_loss import LocSimLoss
from mmsynloc.models.losses.oks_loss import FastOKSLoss
from mmsynloc.models.losses.simcc_loss import SimCCLoss

__all__ = ["BoxIoULoss", "FastOKSLoss", "LocSimLoss", "SimCCLoss"]
