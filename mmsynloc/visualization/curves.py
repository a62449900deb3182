"""The curves of a training, from the files that every run writes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["plot_curves", "read_scalars"]


def read_scalars(work_dir: str | Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the runs in a work dir have logged, each step once: of a run that began anew nothing older is shown.

    Args:
        work_dir: with ``<time>/vis_data/scalars.json``.

    Returns:
        The entries of training steps, by ``step``, and those of validations, whose ``step`` is the epoch; both in
        order, both empty where nothing has been logged.
    """
    train: dict[int, dict[str, Any]] = {}
    val: dict[int, dict[str, Any]] = {}
    for path in sorted(Path(work_dir).glob("*/vis_data/scalars.json")):
        entries = _entries(path)
        begin = next((entry for entry in entries if "loss" in entry), None)
        if begin is not None:
            train = {step: entry for step, entry in train.items() if step < begin["step"]}
            val = {epoch: entry for epoch, entry in val.items() if epoch < begin.get("epoch", epoch + 1)}
        for entry in entries:
            (train if "loss" in entry else val)[entry["step"]] = entry
    return [train[step] for step in sorted(train)], [val[step] for step in sorted(val)]


def _entries(path: Path) -> list[dict[str, Any]]:
    entries = []
    for line in path.read_text(encoding="utf-8").splitlines():
        with suppress(ValueError):  # the last line of a run that was killed
            entries.append(json.loads(line))
    return entries


def plot_curves(axes: Sequence[Axes], work_dir: str | Path) -> None:
    """Draw loss, learning rate and mAP-LocSim of a work dir.

    Args:
        axes: three of matplotlib.
        work_dir: as for :func:`read_scalars`.
    """
    train, val = read_scalars(work_dir)
    titles = ("loss, by step", "learning rate, by step", "mAP-LocSim on val, by epoch")
    for ax, title, entries, name in zip(axes, titles, (train, train, val), ("loss", "lr", "locsim/AP")):
        drawn = [(entry["step"], entry[name]) for entry in entries if name in entry]
        if drawn:
            ax.plot(*zip(*drawn), marker="o" if len(drawn) < 50 else None, markersize=4)
        ax.set_title(title)
        ax.grid(alpha=0.3)
    axes[2].set_ylim(bottom=0)
