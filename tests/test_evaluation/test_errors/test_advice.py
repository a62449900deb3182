from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.errors import analyse, bootstrap_weights, map_locsim
from mmsynloc.evaluation.errors.advice import advise
from mmsynloc.evaluation.functional import CameraTable, DetectionTable, PeopleTable
from tests.synloc_files import camera

NUM_IMAGES = 12
CENTRE_M = np.array([-45.0, 0])


def say(move, num_images=NUM_IMAGES, lost_f1=0.0, own_threshold=False, oracles=None):
    """What is said of detections that are people moved by ``move(positions, rng)``, all over the threshold."""
    rng = np.random.default_rng(0)
    image = np.repeat(np.arange(num_images), 6)
    true = rng.uniform(-25, 25, (len(image), 2))
    found, area = move(true, rng), np.full(len(image), 500.0)
    people = PeopleTable(image, true, area)
    kept = image[: len(found)]
    detections = DetectionTable(kept, rng.uniform(0.5, 1, len(found)), found, area[: len(found)])
    one = camera()
    columns = (one.camera_matrix, one.undist_poly, np.array(one.image_size))
    cameras = CameraTable(*(np.stack([column] * num_images) for column in columns))
    analysis = analyse(people, detections, cameras, bootstrap_weights(num_images, 20), 0.1)
    texts = [a.text for a in advise(analysis, map_locsim(analysis.matched), lost_f1, own_threshold, oracles or {})]
    return texts


def exact(true, rng):
    return true


def test_advise__no_detections():
    assert len(say(lambda true, rng: true[:0])) == 1
    assert say(lambda true, rng: true[:0])[0].startswith("The result has no detections")


def test_advise__nothing_is_near():
    (only,) = say(lambda true, rng: true + 100)
    assert "results of another split" in only


def test_advise__perfect_loses_nothing():
    assert not any("cost" in text for text in say(exact))


@pytest.mark.parametrize(("metres", "words"), [(0.4, "too far from"), (-0.4, "too near to")])
def test_advise__bias_along_the_ray(metres, words):
    def move(true, rng):
        ray = true - CENTRE_M
        return true + metres * ray / np.hypot(*ray.T)[:, None] + rng.normal(0, 0.01, true.shape)

    first = say(move)[0]
    assert first.startswith("Position costs")
    assert f"Positions are 0.40 m {words} the camera" in first


def test_advise__spread_along_the_ray_is_depth():
    def move(true, rng):
        ray = true - CENTRE_M
        return true + rng.normal(0, 0.4, (len(true), 1)) * ray / np.hypot(*ray.T)[:, None]

    assert "It is mostly depth" in say(move)[0]


def test_advise__the_largest_loss_comes_first():
    assert say(lambda true, rng: true[: len(true) // 2])[0].startswith("Misses cost")


def test_advise__box_threshold_and_certainty():
    texts = say(
        lambda true, rng: true + rng.normal(0, 0.3, true.shape), lost_f1=0.05, oracles={"bottom of the box": 0.9}
    )
    assert texts[0].startswith("The bottom of the predicted box scores 0.900")
    assert any("loses 0.050 of F1" in text for text in texts)
    assert texts[-1].startswith("With 12 images the score is known")
    assert any("on this very file" in text for text in say(exact, own_threshold=True))
    assert say(exact, num_images=1)[-1] == "1 image is too few to say how certain the figures are."
