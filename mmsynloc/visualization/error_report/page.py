"""The page itself: charts, tables and pictures in the template."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from mmsynloc.evaluation.errors import REPAIRS, TAUS_M, at_threshold, camera_positions_m, difference, interval
from mmsynloc.evaluation.errors.result_report import ResultReport
from mmsynloc.evaluation.oracles import ORACLES
from mmsynloc.evaluation.tables import camera_table
from mmsynloc.files import Annotations
from mmsynloc.utils import atomic_write
from mmsynloc.version import __version__
from mmsynloc.visualization.error_report import charts
from mmsynloc.visualization.error_report.crops import LEGEND, worst_images

__all__ = ["render_page", "save_page"]

_MISSING = "–"


def save_page(
    path: str | Path, annotations: Annotations, reports: Sequence[ResultReport], images: str | Path | None
) -> None:
    """Write the page, atomically; see :func:`render_page`.

    Raises:
        UserError: the file cannot be written.
    """
    text = render_page(annotations, reports, images)
    with atomic_write(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def render_page(annotations: Annotations, reports: Sequence[ResultReport], images: str | Path | None) -> str:
    """The page as HTML that needs no other file.

    Args:
        annotations: the ground truth.
        reports: at least one result.
        images: folder of the images, for pictures of those in which the first result loses most.
    """
    names, analyses = [report.name for report in reports], [report.analysis for report in reports]
    first = analyses[0]
    from_negative_x = bool(np.median(camera_positions_m(camera_table(annotations))[:, 0]) <= 0)
    return (
        _environment()
        .get_template("page.html.jinja")
        .render(
            version=__version__,
            annotations=annotations,
            num_people=len(first.matched.case.gt_positions_m),
            num_draws=len(first.draws.f1),
            reports=reports,
            taus=TAUS_M,
            repairs=REPAIRS,
            oracles=ORACLES,
            gap_chart=charts.gap_chart(names, analyses),
            offsets_charts=[charts.offsets_chart(analysis) for analysis in analyses],
            cells_charts=charts.cells_charts(analyses, from_negative_x),
            calibration_chart=charts.calibration_chart(names, analyses),
            threshold_chart=charts.threshold_chart(names, analyses),
            groups=[
                _group_table(attribute, reports)
                for attribute in dict.fromkeys(a for one in analyses for a in one.groups)
            ],
            thresholds=[_threshold_row(report) for report in reports],
            differences=_differences(reports),
            worst=worst_images(annotations, first, images),
            has_images=images is not None,
            legend={name: "rgb({}, {}, {})".format(*color) for name, color in LEGEND.items()},
        )
    )


def _environment() -> Environment:
    loader = PackageLoader("mmsynloc.visualization.error_report", "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters |= {
        "score": lambda value: _number(value, "{:.3f}"),
        "share": lambda value: _number(value, "{:.0%}"),
        "short": lambda value: _number(value, "{:.2f}"),
        "signed": lambda value: _number(value, "{:+.2f}"),
        "gain": lambda value: _number(value, "{:+.3f}"),
        "p_value": lambda value: _number(value, "{:.3f}"),
        "count": lambda value: f"{value:,}",
        "range": lambda values: " to ".join(_number(value, "{:.3f}") for value in interval(values)),
    }
    return environment


def _number(value: float, form: str) -> str:
    """A figure, or a dash where there is none; no minus before a zero."""
    if not math.isfinite(value) or value == -1:
        return _MISSING
    text = form.format(value)
    return text.replace("-", "", 1) if text.startswith("-") and not text.strip("-0.%") else text.replace("-", "−")


def _group_table(attribute: str, reports: Sequence[ResultReport]) -> dict[str, Any]:
    """The rows of one attribute: for each group those of the results that have it, by their names.

    All have the same people; results without boxes have no groups by boxes.
    """
    reports = [report for report in reports if attribute in report.analysis.groups]
    names, analyses = [report.name for report in reports], [report.analysis for report in reports]
    rows = [[(name, row) for row in analysis.groups[attribute]] for name, analysis in zip(names, analyses)]
    chart = charts.groups_chart(attribute, names, analyses) if attribute != "camera" else None
    return {"name": attribute, "rows": list(zip(*rows)), "chart": chart}


def _threshold_row(report: ResultReport) -> dict[str, Any]:
    """What the threshold in use and the best one on this file give, by exact counts."""
    analysis = report.analysis
    scores = analysis.matched.case.arrangement.det_score
    correct = analysis.matched.matches[0] >= 0
    part = (scores, correct, len(analysis.matched.case.gt_positions_m))
    best = report.own_stats["score_threshold"]
    return {
        "used": analysis.operating.threshold,
        "best": best,
        "at_used": at_threshold(*part, analysis.operating.threshold),
        "at_best": at_threshold(*part, best),
    }


def _differences(reports: Sequence[ResultReport]) -> list[dict[str, Any]]:
    """Each further result against the first, by the paired bootstrap."""
    rows = []
    first = reports[0]
    for other in reports[1:]:
        one, two = first.analysis.draws, other.analysis.draws
        entries = []
        for tau in TAUS_M:
            values = (first.stats[tau]["AP"], other.stats[tau]["AP"])
            entries.append((f"mAP-LocSim, tau {tau:g} m", *values, difference(*values, one.ap[tau], two.ap[tau])))
        for name, label, a, b in (
            ("f1", "F1", one.f1, two.f1),
            ("frame_accuracy", "frame accuracy", one.frame_accuracy, two.frame_accuracy),
        ):
            values = (first.stats[1.0][name], other.stats[1.0][name])
            entries.append((label, *values, difference(*values, a, b)))
        rows.append({"name": other.name, "entries": entries})
    return rows
