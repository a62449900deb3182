"""Keys that are there twice."""

from __future__ import annotations

import pytest

from mmsynloc.files.keys import first_repeated


@pytest.mark.parametrize(
    ("names", "expected"), [("", None), ("a", None), ("abc", None), ("aa", "a"), ("abcb", "b"), ("abba", "a")]
)
def test_first_repeated(names, expected):
    assert first_repeated(names) == expected
