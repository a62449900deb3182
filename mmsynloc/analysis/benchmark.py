"""Shared by all benchmarks: the form of their reports and the timing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

import cv2
import torch
from tqdm import tqdm

__all__ = ["CommandCost", "command_cost", "compare", "format_report", "one_core", "one_thread", "time_interleaved"]

Name = TypeVar("Name", bound=Hashable)


def compare(ours: float, upstream: float | None, unit: str, larger_is_better: bool = True) -> dict:
    """One case of a report.

    Args:
        ours: our figure.
        upstream: upstream's figure, None where it was not measured.
        unit: of both.
        larger_is_better: whether a larger figure is the better one.

    Returns:
        ``ours``, ``upstream``, ``ratio`` (how many times better ours is) and ``unit``.
    """
    ratio = None
    if upstream is not None and ours > 0 and upstream > 0:
        ratio = round(ours / upstream if larger_is_better else upstream / ours, 3)
    rounded = None if upstream is None else _rounded(upstream)
    return {"ours": _rounded(ours), "upstream": rounded, "ratio": ratio, "unit": unit}


def _rounded(figure: float) -> float:
    """Four significant digits, and all digits before the decimal point."""
    return float(f"{figure:.4g}") if abs(figure) < 1000 else round(figure)


def format_report(report: Mapping[str, dict]) -> str:
    """A report as a table for the terminal."""
    width = max(map(len, report))
    lines = [f"{'case':{width}}  {'ours':>10}  {'upstream':>10}  {'ratio':>7}  unit"]
    for name, case in report.items():
        figures = ["-" if case[k] is None else f"{case[k]:.4g}" for k in ("ours", "upstream", "ratio")]
        lines.append(f"{name:{width}}  {figures[0]:>10}  {figures[1]:>10}  {figures[2]:>7}  {case['unit']}")
    return "\n".join(lines)


class CommandCost(NamedTuple):
    """Cost of a process from start to end: wall-clock seconds, processor seconds and peak memory in GB."""

    seconds: float
    processor_seconds: float
    peak_gb: float


# In a small process of its own: a child's peak memory includes what its parent had when it was started.
_MEASURE = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
print(os.waitstatus_to_exitcode(status), seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def command_cost(command: Sequence[str]) -> CommandCost:
    """Run a command to its end, its output thrown away.

    Raises:
        CalledProcessError: it fails.
    """
    measured = subprocess.run([sys.executable, "-S", "-c", _MEASURE, *command], capture_output=True, check=True)
    exit_code, seconds, processor_seconds, peak = measured.stdout.split()
    if int(exit_code):
        raise subprocess.CalledProcessError(int(exit_code), command)
    unit = 1 if sys.platform == "darwin" else 1024
    return CommandCost(float(seconds), float(processor_seconds), int(peak) * unit / 1e9)


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit OpenCV and torch to one thread inside the context."""
    threads = cv2.getNumThreads(), torch.get_num_threads()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(threads[0])
        torch.set_num_threads(threads[1])


@contextmanager
def one_core() -> Iterator[None]:
    """Keep this process, OpenCV and torch on one core inside the context."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else None
    if cores:
        os.sched_setaffinity(0, {max(cores)})
    try:
        with one_thread():
            yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)


def time_interleaved(
    functions: Mapping[Name, Callable[[int], object]], rounds: int, warmup: int, device: str = "cpu"
) -> dict[Name, float]:
    """Mean seconds a call of several functions, called in turns.

    On a CPU it is processor time, so that other load on the machine hardly affects it; on a GPU it is time by the clock
    until the GPU is done.

    Args:
        functions: each takes the number of the call, from 0 over the warm-up on.
        rounds: timed calls of each.
        warmup: untimed calls of each before them.
        device: ``"cpu"`` or ``"cuda"``.
    """
    on_gpu = device == "cuda"
    clock = time.perf_counter if on_gpu else time.process_time
    seconds = dict.fromkeys(functions, 0.0)
    for i in tqdm(range(warmup + rounds), desc="rounds", leave=False):
        for name, function in functions.items():
            start = clock()
            function(i)
            if on_gpu:
                torch.cuda.synchronize()
            if i >= warmup:
                seconds[name] += clock() - start
    return {name: total / rounds for name, total in seconds.items()}
