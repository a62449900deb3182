"""Columns of numbers out of lists of JSON objects, with errors that name the entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Any, NoReturn

import numpy as np

from mmsynloc.utils import UserError

__all__ = ["Entries"]


class Entries:
    """A list of N JSON objects and the name under which errors speak of it.

    Every column is read at once, which is fast; only when that fails the entries are looked at one by one, for the
    first that is wrong.

    Args:
        entries: the objects.
        where: for example ``"val.json: annotations"``.

    Raises:
        UserError: ``entries`` is not a list.
    """

    def __init__(self, entries: Any, where: str) -> None:
        if not isinstance(entries, Sequence) or isinstance(entries, str):
            raise UserError(f"{where}: is not a list")
        self.entries = entries
        self.where = where

    def __len__(self) -> int:
        return len(self.entries)

    def fail(self, index: int, reason: str) -> NoReturn:
        """Raise a UserError that names an entry, by its place and its id."""
        entry = self.entries[index]
        name = f" (id {entry['id']})" if isinstance(entry, Mapping) and "id" in entry else ""
        raise UserError(f"{self.where}[{index}]{name}: {reason}")

    def has(self, field: str) -> bool:
        """Whether the first entry has the field, and not empty; the others must then have it too."""
        if not len(self) or not isinstance(self.entries[0], Mapping):
            return False
        value = self.entries[0].get(field)
        return value is not None and np.size(value) > 0

    def integers(self, field: str) -> np.ndarray:
        """A column (N,) of integers, int64."""
        return self._column(field, _is_integer, "an integer").astype(np.int64)

    def numbers(self, field: str) -> np.ndarray:
        """A column (N,) of finite numbers, float64."""
        return self._finite(field, self._column(field, _has_shape(()), "a number"))

    def vectors(self, field: str, size: int) -> np.ndarray:
        """The first ``size`` elements (N, size) of lists of finite numbers, float64."""
        if (table := _quick_table(self._quick_rows(field), size)) is not None:
            return self._finite(field, table)
        column = self._column(field, _has_shape((size,)), f"a list of {size} numbers", lambda value: value[:size])
        return self._finite(field, column.reshape(len(self), size))

    def matrices(self, field: str, shape: tuple[int, ...]) -> np.ndarray:
        """A column (N, *shape) of finite arrays, float64."""
        what = "an array of shape " + " x ".join(map(str, shape))
        column = self._column(field, _has_shape(shape), what)
        return self._finite(field, column.reshape(len(self), *shape))

    def keypoints(self, field: str = "keypoints") -> np.ndarray:
        """Keypoints (N, K, 3) from nested or flat triplets ``x, y, visibility``; K is the least number of any entry."""
        if not len(self):
            return np.zeros((0, 0, 3))
        if (quick := _quick_keypoints(self._quick_rows(field))) is not None:
            return self._finite(field, quick)
        arrays = [self._keypoints_of(index, field) for index in range(len(self))]
        number = min(map(len, arrays))
        return self._finite(field, np.array([a[:number] for a in arrays]))

    def _quick_rows(self, field: str) -> list[Any]:
        """The field of every entry, or nothing where that fails."""
        try:
            return [entry[field] for entry in self.entries]
        except (KeyError, TypeError, IndexError):
            return []

    def _keypoints_of(self, index: int, field: str) -> np.ndarray:
        array = self._one(index, field, np.asarray)
        if array is None or not _triplets(array):
            self.fail(index, f"{field} is not a list of x, y, visibility triplets")
        return array.reshape(-1, 3)

    def _one(self, index: int, field: str, convert: Callable[[Any], Any]) -> np.ndarray | None:
        """One entry's value as an array, or None where it is none."""
        entry = self.entries[index]
        if not isinstance(entry, Mapping):
            self.fail(index, "is not an object")
        if field not in entry:
            self.fail(index, f"{field} is missing")
        try:
            return np.asarray(convert(entry[field]))
        except (TypeError, ValueError, KeyError):
            return None

    def _column(
        self,
        field: str,
        is_right: Callable[[np.ndarray], bool],
        what: str,
        convert: Callable[[Any], Any] = lambda value: value,
    ) -> np.ndarray:
        """The field of every entry (N, ...); fails on the first for which ``is_right`` does not hold."""
        if not len(self):
            return np.zeros(0)
        try:
            column = np.array(self._quick_rows(field))
            if column.dtype.kind in "iuf" and len(column) and is_right(column[0]):
                return column
        except ValueError:
            pass  # the entries are not all alike
        for index in range(len(self)):
            array = self._one(index, field, convert)
            if array is None or array.dtype.kind not in "iuf" or not is_right(array):
                self.fail(index, f"{field} is not {what}")
        return np.array([convert(entry[field]) for entry in self.entries])

    def _finite(self, field: str, column: np.ndarray) -> np.ndarray:
        column = column.astype(np.float64)
        finite = np.isfinite(column)
        if not finite.all():
            wrong = np.flatnonzero(~finite.reshape(len(self), -1).all(axis=1))
            self.fail(int(wrong[0]), f"{field} is not finite")
        return column


def _is_integer(array: np.ndarray) -> bool:
    return array.ndim == 0 and array.dtype.kind == "i"


def _has_shape(shape: tuple[int, ...]) -> Callable[[np.ndarray], bool]:
    return lambda array: array.shape == shape


def _triplets(array: np.ndarray) -> bool:
    if array.dtype.kind not in "iuf" or not array.size:
        return False
    return (array.ndim == 1 and len(array) % 3 == 0) or (array.ndim == 2 and array.shape[1] == 3)


def _quick_table(rows: list[Any], size: int) -> np.ndarray | None:
    """The first ``size`` elements (N, size) of lists of numbers, or None where any row is something else.

    Column by column, which is twice as fast as NumPy's own reading of nested lists.
    """
    if not rows or set(map(type, rows)) != {list} or min(map(len, rows)) < size:
        return None
    table = np.empty((len(rows), size))
    for element in range(size):
        try:
            column = np.array([row[element] for row in rows])
        except ValueError:  # lists of different lengths
            return None
        if column.ndim != 1 or column.dtype.kind not in "iuf":
            return None
        table[:, element] = column
    return table


def _quick_keypoints(rows: list[Any]) -> np.ndarray | None:
    """Keypoints (N, K, 3), or None where the rows are not all alike, nested or flat triplets."""
    if not rows or set(map(type, rows)) != {list} or len(set(map(len, rows))) != 1 or not rows[0]:
        return None
    number = len(rows)
    if isinstance(rows[0][0], list):
        rows = list(chain.from_iterable(rows))
        if set(map(type, rows)) != {list} or set(map(len, rows)) != {3}:
            return None
    table = None if len(rows[0]) % 3 else _quick_table(rows, len(rows[0]))
    return None if table is None else table.reshape(number, -1, 3)
