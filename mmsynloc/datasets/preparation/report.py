"""The findings of the data check as a table for the terminal, and as plain data."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from mmsynloc.datasets.preparation.checking import SplitReport
from mmsynloc.datasets.preparation.layout import OFFICIAL
from mmsynloc.datasets.preparation.oracles import OFFICIAL_ORACLES

__all__ = ["as_dict", "print_reports"]


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
