"""What a camera sees, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures import OpenCVCamera, to_synloc
from mmsynloc.structures.view import describe_view
from tests.camera_files import hand_camera


def test_describe_view__looking_straight_down():
    # 10 m up with 100 px a metre and 1000 x 500 px: 10 m x 5 m of the pitch, 90 x 53.1 degrees less half a pixel
    camera = OpenCVCamera(
        [[500.0, 0, 499.5], [0, 500, 249.5], [0, 0, 1]], np.diag([1.0, -1, -1]), [0, 0, 10], (1000, 500)
    )
    view = describe_view(camera)
    np.testing.assert_allclose(view.position_m, [0, 0, 10])
    np.testing.assert_allclose(view.fov_deg, [90.0, 2 * np.degrees(np.arctan(0.5))])
    assert view.px_per_metre == pytest.approx(50)
    assert view.pitch_share == pytest.approx(20 * 10 / (68 * 105), rel=0.1)  # counted on a grid of a metre
    # from above, half a metre from the axis: the feet are 25 px from the centre, and the head, 8.2 m below, further
    assert view.person_px[0] == pytest.approx(0.5 * 500 / 8.2 - 25)


def test_describe_view__two_models_agree():
    first, second = describe_view(hand_camera()), describe_view(to_synloc(hand_camera())[0])
    for a, b in zip(first, second):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-9)
    assert first.person_px[1] == pytest.approx(1000 * 1.8 / 38)  # 38 m away, where the frame ends


def test_describe_view__no_pitch():
    with pytest.raises(ValueError, match="no part of the pitch"):
        describe_view(OpenCVCamera(np.eye(3), np.eye(3), [500, 500, 1], (10, 10)))
