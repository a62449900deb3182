"""Whether images of two sizes can show the same view."""

from __future__ import annotations

import pytest

from mmsynloc.structures.image_shape import same_shape


@pytest.mark.parametrize(
    "size", [(3840, 2160), (1920, 1080), (854, 480), (853, 480), (426, 240), (481, 270), (7680, 4320), (1366, 768)]
)
def test_same_shape__sides_rounded(size):
    assert same_shape(size, (3840, 2160))
    assert same_shape((3840, 2160), size)


@pytest.mark.parametrize("size", [(1920, 1088), (1920, 1082), (640, 480), (2160, 3840), (3840, 2176), (640, 368)])
def test_same_shape__cropped_or_padded(size):
    assert not same_shape(size, (3840, 2160))
    assert not same_shape((3840, 2160), size)
