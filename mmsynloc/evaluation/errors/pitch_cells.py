"""Errors by position on the pitch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.evaluation.errors.case import Case
from mmsynloc.evaluation.errors.operating import OperatingPoint, median

__all__ = ["PitchCells", "pitch_cells"]

_CELL_M = 8.0
_HALF_SIZE_M = (40.0, 60.0)
_FEWEST = 3


class PitchCells(NamedTuple):
    """Cells of the pitch, X across and Y along.

    Args:
        x_edges_m: (X + 1,) metres.
        y_edges_m: (Y + 1,) metres.
        people: (X, Y) true positions in each cell.
        missed: (X, Y) share of them without a detection over the threshold; NaN for fewer than three people.
        error_m: (X, Y) median error of the found; NaN for fewer than three.
    """

    x_edges_m: np.ndarray
    y_edges_m: np.ndarray
    people: np.ndarray
    missed: np.ndarray
    error_m: np.ndarray


def pitch_cells(case: Case, operating: OperatingPoint) -> PitchCells:
    """Sort people and errors into cells of 8 m, which reach a little beyond the touch lines."""
    edges = [np.arange(-half, half + 1, _CELL_M) for half in _HALF_SIZE_M]
    shape = tuple(len(edge) - 1 for edge in edges)
    index = [np.searchsorted(edge, x, side="right") - 1 for edge, x in zip(edges, case.gt_positions_m.T)]
    inside = np.logical_and.reduce([(i >= 0) & (i < size) for i, size in zip(index, shape)])
    cell = np.where(inside, index[0] * shape[1] + index[1], -1)
    detections = np.flatnonzero(operating.pairing.person >= 0)
    person = operating.pairing.person[detections]
    people = np.bincount(cell[inside], minlength=shape[0] * shape[1])
    found = np.bincount(cell[person][cell[person] >= 0], minlength=len(people))
    missed = np.where(people >= _FEWEST, 1 - found / np.maximum(people, 1), np.nan)
    error = np.full(len(people), np.nan)
    length = np.hypot(*operating.offsets_m[detections].T)
    order = np.argsort(cell[person], kind="stable")
    parts = np.split(order, np.searchsorted(cell[person][order], np.arange(len(people) + 1)))[1:-1]
    for number in np.flatnonzero(found >= _FEWEST):
        error[number] = median(length[parts[number]])
    return PitchCells(*edges, *(column.reshape(shape) for column in (people, missed, error)))
