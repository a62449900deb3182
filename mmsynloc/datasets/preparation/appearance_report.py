"""How people look in a data set, and how far another one, or a single real frame, is from it, as tables."""

from __future__ import annotations

import numpy as np
from rich.console import Console
from rich.table import Table

from mmsynloc.datasets.preparation.appearance import APPEARANCE, compare_appearance, joint_distance

__all__ = ["print_appearance", "print_comparison"]


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
