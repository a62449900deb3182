"""The statistics as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from terminaltables import AsciiTable

from mmsynloc.evaluation.functional import COCO_NAMES, KEYPOINT_STAT_NAMES, STAT_NAMES
from mmsynloc.evaluation.oracles import ORACLES

__all__ = ["format_keypoint_stats", "format_oracles", "format_stats", "official_names"]

_ROWS = (COCO_NAMES[:6], COCO_NAMES[6:], STAT_NAMES[12:])


def _table(title: str, rows: Sequence[tuple[str, ...]], stats: Mapping[str, float]) -> str:
    cells = []
    for names in rows:
        padding = [""] * (max(map(len, rows)) - len(names))
        cells += [[*names, *padding], [*(f"{stats[name]:.4f}" for name in names), *padding]]
    table = AsciiTable(cells)
    table.inner_heading_row_border = False
    table.inner_row_border = True
    table.justify_columns = dict.fromkeys(range(6), "right")
    return f"{title}\n{table.table}"


def official_names(metrics: Mapping[str, float]) -> dict[str, float]:
    """A Runner's metrics without their prefix: ``locsim/AP .5`` becomes ``AP .5``."""
    return {name.split("/", 1)[-1]: value for name, value in metrics.items()}


def format_stats(stats: Mapping[str, float], tau_m: float = 1.0, box_stats: Mapping[str, float] | None = None) -> str:
    """A table of the 17 statistics, and of the 12 box statistics where there are any.

    Args:
        stats: the statistics by name.
        tau_m: scale of LocSim in metres, for the title.
        box_stats: COCO's box statistics by name.
    """
    text = _table(f"LocSim, tau {tau_m:g} m", _ROWS, stats)
    if box_stats is not None:
        text += "\n" + _table("Boxes, IoU", _ROWS[:2], box_stats)
    return text


def format_oracles(scores: Mapping[str, float], tau_m: float = 1.0) -> str:
    """A table of mAP-LocSim with the truth in place of one part of the prediction.

    Args:
        scores: by the names of :data:`~mmsynloc.evaluation.oracles.ORACLES`.
        tau_m: scale of LocSim in metres, for the title.
    """
    table = AsciiTable([["oracle", "AP", "what is scored"], *([n, f"{s:.4f}", ORACLES[n]] for n, s in scores.items())])
    return f"Oracles, tau {tau_m:g} m\n{table.table}"


def format_keypoint_stats(stats: Mapping[str, float], subset: str, tau_m: float = 1.0) -> str:
    """A table of the 15 statistics of 3D keypoints.

    Args:
        stats: the statistics by name.
        subset: the keypoints that were scored, for the title.
        tau_m: scale of LocSim in metres, likewise.
    """
    rows = [KEYPOINT_STAT_NAMES[:5], KEYPOINT_STAT_NAMES[5:10], KEYPOINT_STAT_NAMES[10:]]
    return _table(f"Mean LocSim of 3D keypoints, {subset}, tau {tau_m:g} m", rows, stats)
