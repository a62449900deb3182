from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.io.entries import Entries
from mmsynloc.utils import UserError

NAN = float("nan")


def test_entries__empty():
    nothing = Entries([], "file")
    assert len(nothing) == 0
    assert nothing.integers("id").dtype == np.int64
    assert nothing.numbers("score").shape == (0,)
    assert nothing.vectors("bbox", 4).shape == (0, 4)
    assert nothing.matrices("camera_matrix", (3, 4)).shape == (0, 3, 4)
    assert nothing.keypoints().shape == (0, 0, 3)
    assert not nothing.has("bbox")


@pytest.mark.parametrize("data", [None, {"a": 1}, 3, "text"])
def test_entries__not_a_list(data):
    with pytest.raises(UserError, match="file: is not a list"):
        Entries(data, "file")


def test_entries__columns():
    entries = Entries([{"id": 0, "s": 1, "p": [1, 2, 3]}, {"id": 2, "s": 0.5, "p": [4, 5.5]}], "file")
    assert entries.integers("id").tolist() == [0, 2]
    assert entries.numbers("s").tolist() == [1.0, 0.5]
    assert entries.vectors("p", 2).tolist() == [[1, 2], [4, 5.5]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "id is missing"),
        ({"id": "7"}, "id is not an integer"),
        ({"id": 1.5}, "id is not an integer"),
        ({"id": None}, "id is not an integer"),
        ({"id": [1]}, "id is not an integer"),
        ([3], "is not an object"),
    ],
)
def test_entries_integers__names_the_entry(wrong, message):
    with pytest.raises(UserError, match=rf"^file\[2\].*{message}$"):
        Entries([{"id": 3}, {"id": 4}, wrong], "file").integers("id")


@pytest.mark.parametrize("wrong", ["0.5", None, [0.5], {}])
def test_entries_numbers__not_a_number(wrong):
    with pytest.raises(UserError, match=r"^file\[1\]: score is not a number$"):
        Entries([{"score": 0.1}, {"score": wrong}], "file").numbers("score")


@pytest.mark.parametrize("wrong", [NAN, float("inf")])
def test_entries_numbers__not_finite(wrong):
    with pytest.raises(UserError, match=r"^file\[1\] \(id 9\): score is not finite$"):
        Entries([{"score": 0.1}, {"id": 9, "score": wrong}], "file").numbers("score")


@pytest.mark.parametrize("wrong", [[1.0], 1.0, None, "ab", ["a", "b"], [[1, 2]], {"x": 1}])
def test_entries_vectors__wrong_shape(wrong):
    with pytest.raises(UserError, match=r"^file\[1\]: p is not a list of 2 numbers$"):
        Entries([{"p": [1, 2]}, {"p": wrong}], "file").vectors("p", 2)


def test_entries_vectors__all_wrong_alike():
    with pytest.raises(UserError, match=r"^file\[0\]: p is not a list of 2 numbers$"):
        Entries([{"p": [1]}, {"p": [2]}], "file").vectors("p", 2)


def test_entries_matrices__wrong_shape():
    with pytest.raises(UserError, match=r"^file\[0\]: m is not an array of shape 2 x 2$"):
        Entries([{"m": [[1, 2]]}], "file").matrices("m", (2, 2))


FLAT, NESTED = [1, 2, 0.5, 3, 4, 1], [[1, 2, 0.5], [3, 4, 1]]


@pytest.mark.parametrize("both", [(FLAT, FLAT), (NESTED, NESTED), (FLAT, NESTED), (NESTED, FLAT)])
def test_entries_keypoints__nested_or_flat(both):
    found = Entries([{"keypoints": k} for k in both], "file").keypoints()
    np.testing.assert_array_equal(found, [NESTED, NESTED])


def test_entries_keypoints__different_numbers_keep_the_common_ones():
    assert Entries([{"keypoints": FLAT}, {"keypoints": FLAT[:3]}], "file").keypoints().tolist() == [[[1, 2, 0.5]]] * 2


@pytest.mark.parametrize("wrong", [[], [1, 2], [1, 2, 3, 4], [[1, 2], [3, 4]], "abc", None, 3, [None] * 6])
def test_entries_keypoints__not_triplets(wrong):
    with pytest.raises(UserError, match=r"^file\[1\]: keypoints is not a list of x, y, visibility triplets$"):
        Entries([{"keypoints": FLAT}, {"keypoints": wrong}], "file").keypoints()


def test_entries_keypoints__not_finite():
    with pytest.raises(UserError, match=r"^file\[1\]: keypoints is not finite$"):
        Entries([{"keypoints": FLAT}, {"keypoints": [1, NAN, 1, 3, 4, 1]}], "file").keypoints()


def test_entries_has__a_zero_is_there_and_an_empty_list_is_not():
    entries = Entries([{"area": 0, "bbox": [], "keypoints": None}], "file")
    assert entries.has("area")
    assert not entries.has("bbox")
    assert not entries.has("keypoints")
    assert not entries.has("score")
