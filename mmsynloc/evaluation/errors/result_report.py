"""Everything that an error report says of one results file."""

from __future__ import annotations

from dataclasses import dataclass

from mmsynloc.evaluation.errors.advice import Advice
from mmsynloc.evaluation.errors.analysis import Analysis

__all__ = ["ResultReport"]


@dataclass(frozen=True)
class ResultReport:
    """What the page shows of one results file.

    Args:
        name: short, different for each file.
        path: of the file.
        stats: the 17 statistics at each scale of LocSim, at the score threshold in use.
        own_stats: those at tau 1 with the best threshold on this very file.
        threshold_from: where the score threshold comes from, in words.
        is_own: whether that is this very file.
        oracles: mAP-LocSim by the names of :data:`~mmsynloc.evaluation.oracles.ORACLES`, at each scale.
        analysis: the errors.
        notes: warnings about the file.
        advice: what to do next.
    """

    name: str
    path: str
    stats: dict[float, dict[str, float]]
    own_stats: dict[str, float]
    threshold_from: str
    is_own: bool
    oracles: dict[float, dict[str, float]]
    analysis: Analysis
    notes: list[str]
    advice: list[Advice]
