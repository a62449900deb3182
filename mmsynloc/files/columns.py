"""The fields that files have in common, and columns of numbers out of decoded entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import numpy as np

from mmsynloc.utils import UserError

__all__ = [
    "Box",
    "Keypoints",
    "Keypoints3D",
    "Position",
    "float_column",
    "float_table",
    "integer_column",
    "keypoint_3d_table",
    "keypoint_table",
    "optional_column",
    "refuse_where",
]


Box = tuple[float, float, float, float]
"""x, y, w, h."""

Keypoints = list[float | tuple[float, float, float]]
"""Triplets x, y, visibility, flat or nested."""

Keypoints3D = list[float | Annotated[list[float], msgspec.Meta(min_length=3, max_length=4)]]
"""Rows x, y, z, or x, y, z, 1, flat or nested."""

Position = Annotated[list[float], msgspec.Meta(min_length=2, max_length=3)]
"""x, y and perhaps z."""


def integer_column(values: Sequence[int]) -> np.ndarray:
    """Integers (N,) as int64, or as Python integers (dtype object) where one is beyond 64 bits."""
    try:
        return np.array(values, np.int64)
    except OverflowError:
        return np.array(values, object)


def float_column(values: Sequence[float]) -> np.ndarray:
    """Numbers (N,) as float64."""
    return np.fromiter(values, np.float64, len(values))


def float_table(rows: Iterable[Iterable[float]], size: int) -> np.ndarray:
    """Rows of ``size`` numbers each as (N, size) float64; faster than NumPy's own reading of nested lists."""
    return np.fromiter(chain.from_iterable(rows), np.float64).reshape(-1, size)


def refuse_where(wrong: np.ndarray | np.bool_, error: Callable[[int], UserError]) -> None:
    """Raise the error of the first row for which ``wrong`` (N,) holds."""
    if wrong.any():
        raise error(int(np.argmax(wrong)))


def optional_column(
    entries: Sequence[msgspec.Struct], name: str, fail: Callable[[int, str], UserError]
) -> list[Any] | None:
    """The values of an optional field, or None where the entries do not have it.

    Args:
        entries: N of them.
        name: the field.
        fail: makes the error for an entry.

    Raises:
        UserError: only some have it; programs that read the first entry alone would treat the file differently.
    """
    values = list(map(attrgetter(name), entries))
    missing = [row for row, value in enumerate(values) if value is msgspec.UNSET]
    if not missing:
        return values
    if len(missing) < len(values):
        raise fail(missing[0], f"{name} is missing, though other entries have it")
    return None


def keypoint_table(rows: Sequence[Keypoints], fail: Callable[[int, str], UserError]) -> np.ndarray:
    """Keypoints (N, K, 3) from flat or nested triplets ``x, y, visibility``; K is that of the first row.

    Args:
        rows: for each entry ``[x, y, v, x, y, v, ...]`` or ``[(x, y, v), (x, y, v), ...]``.
        fail: makes the error for a row.

    Raises:
        UserError: a row is empty, mixed, no triplets, or of another length than the first.
    """
    if not rows:
        return np.zeros((0, 0, 3))
    flat = rows if _all_flat(rows) else [_flatten(row) for row in rows]
    lengths = np.fromiter(map(len, flat), np.int64, len(flat))
    refuse_where(
        (lengths == 0) | (lengths % 3 != 0), lambda row: fail(row, "keypoints are not triplets x, y, visibility")
    )
    refuse_where(
        lengths != lengths[0],
        lambda row: fail(row, f"has {lengths[row] // 3} keypoints, the first entry {lengths[0] // 3}"),
    )
    return float_table(flat, int(lengths[0])).reshape(len(rows), -1, 3)  # type: ignore[arg-type]


def keypoint_3d_table(rows: Sequence[Keypoints3D], fail: Callable[[int, str], UserError]) -> np.ndarray:
    """3D keypoints (N, K, 3) from rows ``x, y, z`` or ``x, y, z, 1``; K is that of the first entry.

    As in the development kit, a flat list has rows of three unless its length is no multiple of three.

    Args:
        rows: for each entry ``[x, y, z, x, y, z, ...]`` or ``[(x, y, z, 1), (x, y, z, 1), ...]``.
        fail: makes the error for an entry.

    Raises:
        UserError: an entry is empty, mixed, not made of such rows, or of another length than the first.
    """
    points = [_points_3d(row) for row in rows]
    for index, entry in enumerate(points):
        if not len(entry):
            raise fail(index, "keypoints_3d are not rows x, y, z or x, y, z, 1")
        if len(entry) != len(points[0]):
            raise fail(index, f"has {len(entry)} keypoints_3d, the first entry {len(points[0])}")
    return np.array(points) if points else np.zeros((0, 0, 3))


def _points_3d(row: Keypoints3D) -> np.ndarray:
    """(K, 3); empty for what is not made of rows of three or four numbers."""
    nothing = np.zeros((0, 3))
    if not row or isinstance(row[0], float):
        if set(map(type, row)) != {float}:
            return nothing
        size = next((s for s in (3, 4) if len(row) % s == 0), 0)
        return np.array(row).reshape(-1, size)[:, :3] if size else nothing
    sizes = {len(part) if isinstance(part, list) else 0 for part in row}
    return np.array(row)[:, :3] if len(sizes) == 1 else nothing


def _all_flat(rows: Sequence[list]) -> bool:
    return set(map(type, chain.from_iterable(rows))) == {float}


def _flatten(row: Keypoints) -> Sequence[float]:
    """A flat list; empty for a row that mixes numbers and triplets, which is refused like an empty one."""
    kinds = set(map(type, row))
    if kinds == {tuple}:
        return list(chain.from_iterable(row))  # type: ignore[arg-type]
    return row if kinds == {float} else ()  # type: ignore[return-value]
