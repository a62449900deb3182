"""The ablation as a page: a table, a picture, and what pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mmsynloc.analysis.ablation_rows import ROWS, Row
from mmsynloc.utils import UserError, atomic_write
from mmsynloc.visualization import save_overview

__all__ = ["format_table", "gains", "save_chart", "standard_error", "verdict", "write_page"]

Results = Mapping[str, Sequence[Mapping]]
_BEGIN, _END = "<!-- ablation: written by tools/analysis/ablation.py -->", "<!-- ablation: end -->"
_CLEAR_GAIN = 0.01  # of mAP-LocSim
_CLEAR_ERRORS = 2  # standard errors
_ENOUGH_SEEDS = 4
_COLUMNS = ("row", "mAP-LocSim", "seeds", "against", "gain", "", "F1", "frame accuracy", "median m", "found")
_COSTS = ("parameters", "GFLOPs", "seconds")


def _ap(runs: Sequence[Mapping]) -> dict[int, float]:
    return {run["seed"]: run["stats"]["AP"] for run in runs}


def gains(row: Row, results: Results) -> list[float]:
    """What a row gains in mAP-LocSim over the one that it is compared with, for each seed that both have."""
    if row.against is None or row.against not in results:
        return []
    ours, theirs = _ap(results[row.name]), _ap(results[row.against])
    return [ours[seed] - theirs[seed] for seed in sorted(ours.keys() & theirs.keys())]


def standard_error(values: Sequence[float]) -> float | None:
    """Of the mean; None for fewer than two values."""
    return float(np.std(values, ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None


def verdict(values: Sequence[float]) -> str:
    """``"pays"`` or ``"does not pay"`` where the mean is at least a point and two standard errors, else ``"open"``.

    Fewer than four seeds decide nothing: ``"too few seeds"``.
    """
    error = standard_error(values)
    if error is None or len(values) < _ENOUGH_SEEDS:
        return "too few seeds" if values else ""
    mean = float(np.mean(values))
    if abs(mean) >= max(_CLEAR_GAIN, _CLEAR_ERRORS * error):
        return "pays" if mean > 0 else "does not pay"
    return "open"


def _mean(runs: Sequence[Mapping], *keys: str) -> float | None:
    found: list[Any] = [reduce(getitem, keys, run) for run in runs]
    values = [value for value in found if value is not None]
    return float(np.mean(values)) if values else None


def _gain(values: Sequence[float]) -> str:
    if not values:
        return ""
    error = standard_error(values)
    return f"{np.mean(values):+.3f}" + ("" if error is None else f" ± {error:.3f}")


def _number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:,.{digits}f}"


def _cells(row: Row, results: Results) -> list[str]:
    runs = results[row.name]
    gained = gains(row, results)
    stats = [_number(_mean(runs, "stats", name)) for name in ("f1", "frame_accuracy")]
    seconds = _number(_mean(runs, "seconds"), 0) if row.weights_of is None else "not trained"
    return [
        row.title,
        f"**{_number(_mean(runs, 'stats', 'AP'))}**",
        " ".join(_number(ap) for ap in _ap(runs).values()),
        ROWS[row.against].title if row.against else "",
        _gain(gained),
        verdict(gained),
        *stats,
        _number(_mean(runs, "median_m"), 2),
        _number(_mean(runs, "paired"), 2),
        _number(_mean(runs, "parameters"), 0),
        _number(_mean(runs, "gflops"), 2),
        seconds,
    ]


def format_table(rows: Sequence[Row], results: Results) -> str:
    """The table in Markdown; rows without a result are left out."""
    header = [*_COLUMNS, *_COSTS]
    lines = [header, ["---", *["---:" if name else "---" for name in header[1:]]]]
    lines += [_cells(row, results) for row in rows if results.get(row.name)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def save_chart(rows: Sequence[Row], results: Results, path: Path) -> None:
    """A bar for each row, with a dot for each seed."""
    shown = [row for row in rows if results.get(row.name)]
    figure = Figure(figsize=(8, 0.4 * len(shown) + 1), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for place, row in enumerate(shown):
        values = list(_ap(results[row.name]).values())
        axes.barh(place, np.mean(values), color="0.6" if row.upstream else "tab:orange", height=0.6)
        axes.plot(values, [place] * len(values), "o", color="black", markersize=4)
        axes.annotate(f"{np.mean(values):.3f}", (max(values), place), (6, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(shown)), [row.title for row in shown])
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlim(left=0)
    axes.set_xlabel("mAP-LocSim on venues that no training has seen; a dot is a seed")
    axes.spines[["top", "right"]].set_visible(False)
    save_overview(figure, path)


def write_page(path: Path, text: str) -> None:
    """Put a text between this tool's marks in a page; a page that is not there yet becomes the text alone.

    Raises:
        UserError: the page has no marks, and is not to be overwritten, or it cannot be written.
    """
    block = f"{_BEGIN}\n{text}\n{_END}"
    page = block + "\n"
    if path.is_file():
        before, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
        _, end, after = rest.partition(_END)
        if not (begin and end):
            raise UserError(f"{path}: it has no lines {_BEGIN} and {_END} to write between")
        page = before + block + after
    with atomic_write(path) as temporary:
        temporary.write_text(page, encoding="utf-8")
