"""Arrays out of what users give."""

import numpy as np
import pytest

from mmsynloc.utils.arrays import finite_array


def test_finite_array__numbers():
    assert finite_array([], "nothing").shape == (0,)
    found = finite_array([[1, 2]], "pair")
    assert found.dtype == np.float64
    assert found.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("x", "is not an array of numbers"),
        ([1, [2]], "is not an array of numbers"),
        ([10**400], "is not an array of numbers"),
        ([np.nan], "not finite"),
    ],
)
def test_finite_array__names_what_is_wrong(value, reason):
    with pytest.raises(ValueError, match=f"^rvec .*{reason}"):
        finite_array(value, "rvec")
