"""The findings of the data check, and how people look, as tables for the terminal; the findings as plain data."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from mmsynloc.datasets.preparation.appearance import APPEARANCE, compare_appearance, joint_distance
from mmsynloc.datasets.preparation.checking import SplitReport
from mmsynloc.datasets.preparation.layout import OFFICIAL
from mmsynloc.datasets.preparation.oracles import OFFICIAL_ORACLES

__all__ = ["as_dict", "print_appearance", "print_comparison", "print_reports"]


def _sizes(report: SplitReport) -> str:
    return ", ".join(f"{w}x{h}" for (w, h), _ in report.file_sizes.most_common(3)) or "-"


def _per_image(report: SplitReport) -> str:
    if report.labels is None or not report.annotations:
        return "-"
    counts = report.labels.people_per_image
    return f"{counts.mean():.1f} ({counts.min()} to {counts.max()})"


def _table(reports: list[SplitReport]) -> Table:
    table = Table(title="SynLoc data set")
    columns = ["split", "files", "images", "official", "people", "official", "people an image", "file size"]
    columns += [f"oracle\n{name}" for name in OFFICIAL_ORACLES] + ["health"]
    for name in columns:
        table.add_column(name, justify="left" if name in ("split", "file size", "health") else "right")
    for report in reports:
        official = OFFICIAL[report.split]
        oracles = [f"{report.oracles[name]:.3f}" if name in report.oracles else "-" for name in OFFICIAL_ORACLES]
        table.add_row(
            report.split,
            f"{report.files:,}",
            f"{report.images:,}",
            f"{official.images:,}",
            "-" if report.annotations is None else f"{report.annotations:,}",
            "-" if official.annotations is None else f"{official.annotations:,}",
            _per_image(report),
            _sizes(report),
            *oracles,
            "[green]healthy[/]" if report.healthy else f"[red]{len(report.problems)} to mend[/]",
        )
    return table


def print_reports(reports: list[SplitReport], console: Console | None = None) -> None:
    """Print the table, then one line for each problem and note."""
    console = console or Console()
    if console.width < 120 and not console.is_terminal:
        console = Console(width=140, file=console.file)  # a log has no width; a narrow table would be unreadable
    console.print(_table(reports))
    expected = ", ".join(f"{name} {score:.3f}" for name, score in OFFICIAL_ORACLES.items())
    console.print(f"mAP-LocSim of the ground truth itself; on the official val split: {expected}")
    for report in reports:
        for kind, lines in (("problem", report.problems), ("note", report.notes)):
            for line in lines:
                console.print(f"{kind}: {report.split}: {line}", markup=False, highlight=False, soft_wrap=True)


def as_dict(reports: list[SplitReport]) -> dict[str, Any]:
    """The findings for a JSON file."""
    return {
        "healthy": all(report.healthy for report in reports),
        "splits": {
            r.split: {
                "images": r.images,
                "annotations": r.annotations,
                "files": r.files,
                "file_sizes": {f"{w}x{h}": n for (w, h), n in r.file_sizes.items()},
                "oracles": r.oracles,
                "problems": r.problems,
                "notes": r.notes,
            }
            for r in reports
        },
    }


def print_appearance(sample: np.ndarray, console: Console | None = None) -> None:
    """Print quartiles of each statistic."""
    table = Table(title=f"Looks of {len(sample):,} people against their surroundings")
    for name in ("statistic", "5 %", "25 %", "median", "75 %", "95 %"):
        table.add_column(name, justify="left" if name == "statistic" else "right")
    for name, column in zip(APPEARANCE, sample.T):
        table.add_row(name, *(f"{value:.1f}" for value in np.percentile(column, [5, 25, 50, 75, 95])))
    (console or Console(width=100)).print(table)


def print_comparison(sample: np.ndarray, reference: np.ndarray, name: str, console: Console | None = None) -> None:
    """Print how far a reference is from a sample.

    Args:
        sample: (N, 10) of the data set.
        reference: (M, 10) of what it is compared with.
        name: of the reference.
        console: where to.
    """
    console = console or Console(width=100)
    table = Table(title=f"Against {len(reference):,} people of {name}")
    for column in ("statistic", "median here", "median there", "KS distance", "p", "outside 95 %"):
        table.add_column(column, justify="left" if column == "statistic" else "right")
    for statistic, found in compare_appearance(sample, reference).items():
        values = (f"{found.median:.1f}", f"{found.reference_median:.1f}", f"{found.ks:.2f}", f"{found.p_value:.2g}")
        table.add_row(statistic, *values, f"{found.outside:.0%}")
    console.print(table)
    if min(len(sample), len(reference)) < 2:
        return
    console.print(
        f"joint distance {joint_distance(sample, reference):.3f} (energy distance, 0 where both look alike, to 1)"
    )
