"""Settings that nothing reads."""

from __future__ import annotations

import pytest

from mmsynloc.utils import refuse_unknown


def test_refuse_unknown__none_given():
    refuse_unknown([], ["a"], "test_cfg", "a model")


def test_refuse_unknown__all_known():
    refuse_unknown({"b": 1, "a": 2}, ["a", "b", "c"], "test_cfg", "a model")


def test_refuse_unknown__names_all_mistakes_and_all_that_there_is():
    with pytest.raises(ValueError, match=r"^test_cfg has c, d; a model knows a, b$"):
        refuse_unknown(["d", "a", "c"], ["b", "a"], "test_cfg", "a model")
