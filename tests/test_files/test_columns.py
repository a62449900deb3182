"""Columns out of decoded entries."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from mmsynloc.files.columns import (
    float_table,
    integer_column,
    keypoint_3d_table,
    keypoint_table,
    optional_column,
    refuse_where,
)
from mmsynloc.utils import UserError


class Entry(msgspec.Struct):
    box: list[float] | msgspec.UnsetType = msgspec.UNSET


def fail(row: int, reason: str) -> UserError:
    return UserError(f"[{row}]: {reason}")


def test_integer_column__empty_small_and_beyond_64_bits():
    assert integer_column([]).dtype == integer_column([-1, 2**62]).dtype == np.int64
    assert integer_column([1, 2**64]).tolist() == [1, 2**64]


def test_float_table__empty_and_rows():
    assert float_table([], 4).shape == (0, 4)
    assert float_table(([1, 2], (3, 4)), 2).tolist() == [[1, 2], [3, 4]]


def test_refuse_where__the_first_row_is_named():
    refuse_where(np.zeros(3, bool), lambda row: fail(row, "x"))
    with pytest.raises(UserError, match=r"\[1\]"):
        refuse_where(np.array([False, True, True]), lambda row: fail(row, "x"))


def test_optional_column__all_or_none():
    assert optional_column([], "box", fail) == []
    assert optional_column([Entry(), Entry()], "box", fail) is None
    assert optional_column([Entry([1.0])], "box", fail) == [[1.0]]
    with pytest.raises(UserError, match=r"\[1\]: box is missing, though other entries have it"):
        optional_column([Entry([1.0]), Entry()], "box", fail)


def test_keypoint_table__empty():
    assert keypoint_table([], fail).shape == (0, 0, 3)


def test_keypoint_table__flat_nested_or_both():
    flat, nested = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [(1.0, 2.0, 3.0), (4.0, 5.0, 6.0)]
    for rows in ([flat, flat], [nested, nested], [flat, nested], [nested, flat]):
        assert keypoint_table(rows, fail).tolist() == [[[1, 2, 3], [4, 5, 6]]] * 2


@pytest.mark.parametrize("row", [[], [1.0, 2.0], [1.0, 2.0, 3.0, (4.0, 5.0, 6.0)]])
def test_keypoint_table__what_is_no_triplets(row):
    with pytest.raises(UserError, match=r"\[1\]: keypoints are not triplets"):
        keypoint_table([[1.0, 2.0, 3.0], row], fail)


@pytest.mark.parametrize(
    "row",
    [
        [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        [1.0, 2.0, 3.0, 1.0, 4.0, 5.0, 6.0, 1.0],
        [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        [[1.0, 2.0, 3.0, 1.0], [4.0, 5.0, 6.0, 1.0]],
    ],
)
def test_keypoint_3d_table__flat_and_nested_rows_of_three_and_four(row):
    assert keypoint_3d_table([], fail).shape == (0, 0, 3)
    assert keypoint_3d_table([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], row], fail)[1].tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([], "are not rows"),
        ([1.0, 2.0], "are not rows"),
        ([1.0, [1.0, 2.0, 3.0]], "are not rows"),
        ([[1.0, 2.0, 3.0], 1.0], "are not rows"),
        ([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 1.0]], "are not rows"),
        ([1.0, 2.0, 3.0] * 2, "has 2 keypoints_3d, the first entry 1"),
    ],
)
def test_keypoint_3d_table__broken_rows_are_named(row, message):
    with pytest.raises(UserError, match=rf"^\[1\]: .*{message}"):
        keypoint_3d_table([[1.0, 2.0, 3.0], row], fail)
