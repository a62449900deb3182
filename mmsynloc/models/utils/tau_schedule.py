"""How wide LocSim is at each moment of the training."""

from __future__ import annotations

from mmengine.logging import MessageHub

__all__ = ["TauSchedule"]


class TauSchedule:
    """LocSim's scale tau, from wide to narrow: linear in the training's progress, then constant.

    With the metric's tau of 1 m an early prediction, metres off, would have neither gradient nor quality. The
    progress is read from what MMEngine's runner leaves in the message hub, so a resumed training goes on where it
    was; where no training runs, tau has its end value.

    Args:
        start_m: tau at the first iteration, in metres.
        end_m: tau after the annealing, in metres.
        fraction: share of the training that the annealing takes, in [0, 1]; 0 means no annealing.

    Raises:
        ValueError: a tau is not positive or the fraction is outside of [0, 1].
    """

    def __init__(self, start_m: float = 5.0, end_m: float = 1.0, fraction: float = 0.5) -> None:
        if not (start_m > 0 and end_m > 0):
            raise ValueError(f"tau must be over 0 m, not {start_m} and {end_m}")
        if not 0 <= fraction <= 1:
            raise ValueError(f"the annealing's share of the training must be in [0, 1], not {fraction}")
        self.start_m = start_m
        self.end_m = end_m
        self.fraction = fraction

    def __call__(self) -> float:
        """Tau now, in metres."""
        hub = MessageHub.get_current_instance()
        iteration, total = hub.get_info("iter"), hub.get_info("max_iters")
        if iteration is None or not total or self.fraction == 0:
            return self.end_m
        progress = min(iteration / (total * self.fraction), 1.0)
        return self.start_m + (self.end_m - self.start_m) * progress
