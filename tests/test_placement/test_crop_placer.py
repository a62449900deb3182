"""Boxes to crops and back to athletes, with a network of a line."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from mmsynloc.placement.crop_placer import CropPlacer
from mmsynloc.placement.rule import PlacementRule
from tests.synloc_files import ANNOTATED_SIZE, camera

SIZE = (48, 64)
PIXELS = np.zeros((ANNOTATED_SIZE[1], ANNOTATED_SIZE[0], 3), np.uint8)


def boxes_at(points_m: list[tuple[float, float]]) -> np.ndarray:
    """Boxes (P, 4) of upright athletes on these places."""
    ground = np.asarray(points_m, float).reshape(-1, 2)
    feet = camera().pitch_to_pixel(ground).points
    heads = camera().pitch_to_pixel(np.column_stack([ground, np.full(len(ground), 1.8)])).points
    return np.column_stack([feet[:, 0] - 3, heads[:, 1], feet[:, 0] + 3, feet[:, 1]])


def network(fraction: float = 0.85, quality: float = 1.0):
    """Everyone stands in the crop's middle, at this share of its height."""

    def run(crops, geometry):
        assert crops.shape == (len(geometry), SIZE[1], SIZE[0], 3)
        points = np.tile(
            [[(SIZE[0] - 1) / 2, SIZE[1] / 2], [(SIZE[0] - 1) / 2, fraction * SIZE[1]]], (len(crops), 1, 1)
        )
        return points, np.ones_like(points), np.full(len(crops), quality)

    return run


def placed(placer: CropPlacer, frames: list[np.ndarray], scores: list[list[float]], **options):
    cut = []
    for boxes, each in zip(frames, scores):
        cut.append(placer.cut(*placer.choose(boxes, np.array(each)), PIXELS, camera()))
    return placer.place_frames(cut, network(**options))


def test_place_frames__nobody_asks_no_network():
    placer = CropPlacer(SIZE)
    empty = placer.cut(*placer.choose(np.zeros((0, 4)), np.zeros(0)), PIXELS, camera())
    found = placer.place_frames([empty, empty], lambda *_: pytest.fail("there is nothing to see"))
    assert [one.points_px.shape for one in found] == [(0, 2, 2)] * 2
    assert placer.place_frames([], lambda *_: pytest.fail("there is nothing to see")) == []


def test_place_frames__each_frame_keeps_its_own():
    frames = [boxes_at([(0, 0), (5, 10)]), boxes_at([]), boxes_at([(-3, 4)])]
    found = placed(CropPlacer(SIZE, height_m=2.5), frames, [[0.5, 0.9], [], [0.7]], quality=0.5)
    assert [len(one.scores) for one in found] == [2, 0, 1]
    np.testing.assert_allclose(found[0].scores, [0.45, 0.25])  # detector times quality, the best first
    np.testing.assert_allclose(found[0].boxes_xyxy, frames[0][[1, 0]])
    # A crop shows 2.5 m around the middle of 1.8 m: the feet are 0.9 m below it, 0.86 of the height
    feet = found[2].points_px[0, 1]
    np.testing.assert_allclose(feet, camera().pitch_to_pixel([[-3, 4]]).points[0], atol=1.0)


def test_choose__best_first_and_not_the_worst():
    boxes = boxes_at([(0, 0), (5, 5), (5, -5), (9, 9)])
    chosen, scores = CropPlacer(SIZE, max_crops=2).choose(boxes, np.array([0.01, 0.3, 0.9, 0.4]))
    np.testing.assert_array_equal(scores, [0.9, 0.4])
    np.testing.assert_array_equal(chosen, boxes[[2, 3]])
    _, scores = CropPlacer(SIZE, box_score_thr=0.3).choose(boxes, np.array([0.01, 0.3, 0.9, 0.2]))
    np.testing.assert_array_equal(scores, [0.9, 0.3])


def test_place_frames__duplicates_and_who_stands_far_away():
    frames = [boxes_at([(0, 0), (0.1, 0.1), (40, 0), (46, 0)])]
    scores = [[0.9, 0.8, 0.7, 0.6]]
    assert len(placed(CropPlacer(SIZE, 2.5), frames, scores)[0].scores) == 3
    np.testing.assert_allclose(placed(CropPlacer(SIZE, 2.5, pitch_margin_m=8), frames, scores)[0].scores, [0.9, 0.7])


def test_place_frames__a_second_look_is_cut_around_the_places_found():
    boxes = boxes_at([(0, 0), (5, 5)])
    feet = boxes[:, [0, 3]] + [3, 0]
    frame = PIXELS.copy()
    for x, y in feet:
        cv2.circle(frame, (round(x), round(y)), 1, (255, 255, 255), -1)
    spots = []

    def find_spots(crops, geometry):
        """Everyone stands on the white spot."""
        spots.append(np.stack([np.argwhere(crop[..., 0] > 128).mean(0)[::-1] for crop in crops]))
        return np.repeat(spots[-1][:, None], 2, axis=1), np.ones((len(crops), 2, 2)), np.full(len(crops), 0.5)

    placer = CropPlacer(SIZE, 2.5, looks=2)
    askew = boxes + np.array([4.0, -2.0, 4.0, -2.0])
    cut = [
        placer.cut(askew, np.array([0.9, 0.8]), frame, camera()),
        placer.cut(boxes[:0], np.zeros(0), frame, camera()),
    ]
    found, nobody = placer.place_frames(cut, find_spots)
    assert len(nobody.scores) == 0
    np.testing.assert_allclose(found.scores, [0.45, 0.4])  # the first stage's score, the last look's quality
    np.testing.assert_allclose(found.boxes_xyxy, askew)
    np.testing.assert_allclose(found.points_px[:, 1], feet, atol=0.7)  # px: spots are whole pixels
    middle = (SIZE[0] - 1) / 2
    assert np.abs(spots[0][:, 0] - middle).min() > 1.5
    assert np.abs(spots[1][:, 0] - middle).max() < 1


def test_place_frames__a_second_look_at_a_point_that_is_no_number():
    def lost(crops, geometry):
        return np.full((len(crops), 2, 2), np.nan), np.ones((len(crops), 2, 2)), np.ones(len(crops))

    placer = CropPlacer(SIZE, 2.5, looks=2)
    cut = placer.cut(boxes_at([(0, 0)]), np.ones(1), PIXELS, camera())
    assert np.isnan(placer.place_frames([cut], lost)[0].points_px).all()


@pytest.mark.parametrize("looks", [0, 1.5, "2", None])
def test_crop_placer__looks_that_are_no_number(looks):
    with pytest.raises(ValueError, match=f"looks is {looks!r}, not a number from 1"):
        CropPlacer.of(dict(size=SIZE), dict(looks=looks))


def test_crop_placer__a_misspelt_setting():
    with pytest.raises(ValueError, match=r"test_cfg has look; a second stage knows batch_size, .*looks, max_crops, "):
        CropPlacer.of(dict(size=SIZE), dict(look=2))


def test_json__there_and_back():
    crop = dict(size=[96, 128], height_m=2.5)
    cfg = dict(score=["detector", "expected"], powers=[1, 0.5], max_crops=7, flip_test=True, pitch_margin_m=8)
    placer = CropPlacer.of(crop, cfg)
    assert placer.rule == PlacementRule(["detector", "expected"], [1, 0.5])
    assert (placer.size, placer.max_crops, placer.padding) == ((96, 128), 7, 1.25)
    assert CropPlacer.from_json(placer.to_json()) == placer


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"size": [1, 2]}', '{"size": 3, "rule": {}}', '{"size": [1, 2], "rule": {"score": ["x"]}}'],
)
def test_from_json__mistakes(text):
    with pytest.raises(ValueError, match=r".+"):
        CropPlacer.from_json(text)


def test_from_json__unknown_setting():
    held = json.loads(CropPlacer(SIZE).to_json())
    with pytest.raises(ValueError, match="not the settings of a second stage"):
        CropPlacer.from_json(json.dumps(held | {"colour": 1}))
