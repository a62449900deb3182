"""Losses in metres and of classified coordinates."""

from mmsynloc.models.losses.locsim_loss import LocSimLoss
from mmsynloc.models.losses.simcc_loss import SimCCLoss

__all__ = ["LocSimLoss", "SimCCLoss"]
