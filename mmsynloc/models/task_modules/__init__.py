"""Label assignment in metres."""

from mmsynloc.models.task_modules.locsim_assigner import LocSimAssigner
from mmsynloc.models.task_modules.locsim_calculator import LocSimCalculator

__all__ = ["LocSimAssigner", "LocSimCalculator"]
