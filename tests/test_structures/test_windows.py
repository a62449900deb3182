"""Windows of a frame: that they cover what they should, and cut nothing."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.structures.affine import transform_points
from mmsynloc.structures.windows import (
    TileRule,
    Window,
    cut_by,
    fixed_windows,
    grow_windows,
    plan_windows,
    without_repeats,
)

from ..synloc_files import ANNOTATED_SIZE, camera

NOTHING = np.zeros((0, 4))


def test_tile_rule__unknown_mode() -> None:
    with pytest.raises(ValueError, match="camera, grown, fixed"):
        TileRule(mode="all")


@pytest.mark.parametrize("wrong", [dict(scale=0), dict(overlap=1.0), dict(height_px=-1), dict(size=(0, 384))])
def test_tile_rule__impossible_numbers(wrong: dict) -> None:
    with pytest.raises(ValueError, match="tiles: "):
        TileRule(**wrong)


def test_window__matrix_and_size() -> None:
    window = Window(np.array([99.5, 49.5, 199.5, 99.5]), 2.0)
    assert window.input_size == (224, 128)  # 200 x 100, in multiples of 32
    assert np.allclose(transform_points([[99.5, 49.5], [199.5, 99.5]], window.matrix), [[-0.5, -0.5], [199.5, 99.5]])


def test_fixed_windows__cover_the_frame_with_overlap() -> None:
    windows = fixed_windows((1000, 300), TileRule("fixed", size=(400, 300), scale=1.0, overlap=0.2))
    assert [tuple(w.bounds_xyxy) for w in windows] == [
        (-0.5, -0.5, 399.5, 299.5),
        (299.5, -0.5, 699.5, 299.5),
        (599.5, -0.5, 999.5, 299.5),
    ]


@pytest.mark.parametrize("scale", [1.0, 0.75, 0.5])
def test_fixed_windows__none_is_larger_than_the_rule_says(scale: float) -> None:
    rule = TileRule("fixed", size=(640, 384), scale=scale)
    windows = fixed_windows((3840, 2160), rule)
    assert {window.input_size for window in windows} == {(640, 384)}
    covered = np.zeros((2160, 3840), bool)
    for window in windows:
        x1, y1, x2, y2 = (window.bounds_xyxy + 0.5).astype(int)
        covered[y1:y2, x1:x2] = True
    assert covered.all()


def test_fixed_windows__scale_at_which_a_pixel_is_more_than_a_window() -> None:
    windows = fixed_windows((8, 4), TileRule("fixed", size=(32, 32), scale=64.0, overlap=0.0))
    assert len(windows) == 32


def test_fixed_windows__larger_than_the_frame() -> None:
    (window,) = fixed_windows((100, 50), TileRule("fixed", size=(400, 300)))
    assert tuple(window.bounds_xyxy) == (-0.5, -0.5, 99.5, 49.5)


def test_camera_windows__only_where_athletes_are_small() -> None:
    rule = TileRule("camera", size=(256, 128), height_px=40, max_scale=4)
    windows = plan_windows(camera(), NOTHING, 1.0, rule)
    assert windows
    # The goals are farther away than the pitch's middle: people are too small there.
    for y in (-45.0, 45.0):
        foot, head = camera().pitch_to_pixel([[20, y, 0], [20, y, 1.8]]).points
        if not (0 <= foot[0] < ANNOTATED_SIZE[0]):
            continue
        box = np.array([foot[0] - 2, head[1], foot[0] + 2, foot[1]])
        inside = [w for w in windows if not cut_by(w.bounds_xyxy, box[None]).any() and _holds(w, foot)]
        assert inside
        assert max(w.scale for w in inside) * (foot[1] - head[1]) >= 0.8 * 40
    # Nothing is spent above the horizon's people: no window reaches more than an athlete over the far touchline.
    top = min(w.bounds_xyxy[1] for w in windows)
    far = camera().pitch_to_pixel([[41.0, 0, 2.2]]).points[0, 1]
    assert top > far - 10


def _holds(window: Window, point: np.ndarray) -> bool:
    return bool((point > window.bounds_xyxy[:2]).all() and (point < window.bounds_xyxy[2:]).all())


def test_camera_windows__none_where_all_are_large() -> None:
    assert plan_windows(camera(), NOTHING, 1.0, TileRule("camera", height_px=3)) == []


def test_grow_windows__until_no_box_is_cut() -> None:
    windows = [Window(np.array([99.5, 99.5, 199.5, 199.5]), 1.0)]
    boxes = np.array([[190.0, 120, 230, 160], [225, 120, 250, 160], [400, 0, 420, 60], [110, 110, 120, 140]])
    (grown,) = grow_windows(windows, boxes, (640, 360))
    # The first box is cut, then the second one; the third is far away and the last lies inside.
    assert not cut_by(grown.bounds_xyxy, boxes).any()
    assert grown.bounds_xyxy[2] >= 250
    assert grown.bounds_xyxy[2] < 300
    assert tuple(grown.bounds_xyxy[:2]) == (99.5, 99.5)


def test_grow_windows__stops_at_the_frame() -> None:
    windows = [Window(np.array([-0.5, -0.5, 199.5, 199.5]), 1.0)]
    (grown,) = grow_windows(windows, np.array([[-30.0, -30, 50, 50], [150, 150, 900, 900]]), (640, 360))
    assert tuple(grown.bounds_xyxy) == (-0.5, -0.5, 639.5, 359.5)


def test_cut_by__none() -> None:
    assert cut_by(np.array([0.0, 0, 10, 10]), NOTHING).shape == (0,)


def test_without_repeats__keeps_what_shows_more() -> None:
    large = Window(np.array([-0.5, -0.5, 99.5, 99.5]), 1.0)
    same = Window(large.bounds_xyxy.copy(), 1.0)
    closer = Window(np.array([9.5, 9.5, 49.5, 49.5]), 2.0)
    inside = Window(np.array([9.5, 9.5, 49.5, 49.5]), 0.5)
    beside = Window(np.array([9.5, 9.5, 149.5, 49.5]), 1.0)
    kept = without_repeats([inside, large, closer, same, beside])
    assert [any(one is window for window in kept) for one in (inside, large, closer, same, beside)] == [
        False,
        True,
        True,
        False,
        True,
    ]
    coarser = Window(large.bounds_xyxy.copy(), 0.5)
    assert without_repeats([coarser, large]) == [large]
    assert without_repeats([]) == []


def test_plan_windows__a_box_that_is_no_athlete_enlarges_nothing() -> None:
    rule = TileRule("camera", size=(256, 128), height_px=40, max_scale=4)
    alone = plan_windows(camera(), NOTHING, 1.0, rule)
    width, height = ANNOTATED_SIZE
    with_wrong = plan_windows(camera(), np.array([[0.1 * width, 0.1 * height, 0.9 * width, 0.9 * height]]), 1.0, rule)
    assert [tuple(w.bounds_xyxy) for w in with_wrong] == [tuple(w.bounds_xyxy) for w in alone]
