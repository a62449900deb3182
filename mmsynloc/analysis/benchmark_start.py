"""Seconds and memory until the commands are ready to work."""

from __future__ import annotations

import sys

from mmsynloc.analysis.benchmark import command_cost, compare
from mmsynloc.cli import COMMANDS

__all__ = ["benchmark_start"]


def benchmark_start(repeats: int = 5) -> dict[str, dict]:
    """Start Python, ``import mmsynloc`` and every command's ``--help``.

    Args:
        repeats: runs of each; the fastest counts.

    Returns:
        For each the cases ``NAME seconds`` and ``NAME peak_mb`` as :func:`compare` gives them; ``upstream`` is what
        ``import mmpose``, with which all of them began before, takes.
    """
    commands = {"import mmsynloc": ["-c", "import mmsynloc"]}
    commands |= {name: ["-m", "mmsynloc", name, "--help"] for name in COMMANDS}
    upstream = _least(["-c", "import mmsynloc, mmpose.models"], repeats)
    report = {}
    for name, arguments in commands.items():
        seconds, peak_mb = _least(arguments, repeats)
        report[f"{name} seconds"] = compare(seconds, upstream[0], "s", larger_is_better=False)
        report[f"{name} peak_mb"] = compare(peak_mb, upstream[1], "MB", larger_is_better=False)
    return report


def _least(arguments: list[str], repeats: int) -> tuple[float, float]:
    """Seconds by the clock and peak memory in MB of the fastest run."""
    costs = [command_cost([sys.executable, *arguments]) for _ in range(repeats)]
    best = min(costs, key=lambda cost: cost.seconds)
    return best.seconds, best.peak_gb * 1000
