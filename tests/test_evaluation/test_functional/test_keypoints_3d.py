"""Mean LocSim over 3D keypoints: hand-made cases, plain loops and the official figures."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.evaluation.functional import (
    KEYPOINT_NAMES,
    KEYPOINT_STAT_NAMES,
    KEYPOINT_SUBSETS,
    BodyDetectionTable,
    BodyTable,
    evaluate_keypoints_3d,
    locsim,
)
from tests.test_evaluation.conftest import slow_statistics

EXACT = 1e-9  # the same sums in another order
AREA = 40.0**2  # medium


def people_at(*points_m: tuple[float, float, float], labelled: np.ndarray | None = None) -> BodyTable:
    """People in image 0, all keypoints of each (K = 4) at one point."""
    keypoints = np.repeat(np.array(points_m, float).reshape(-1, 1, 3), 4, axis=1)
    labelled = np.ones(keypoints.shape[:2], bool) if labelled is None else labelled
    return BodyTable(np.zeros(len(keypoints), np.int64), keypoints, labelled, np.full(len(keypoints), AREA))


def found_at(people: BodyTable, offsets_m: np.ndarray) -> BodyDetectionTable:
    """A detection of each person, moved by offsets (G, K, 3), with scores from 0.9 down."""
    number = len(people.image)
    return BodyDetectionTable(
        people.image, 0.9 - np.arange(number) / 10, people.keypoints_3d_m + offsets_m, people.areas_px2
    )


def bodies(seed: int, num_images: int = 5, ties: bool = False) -> tuple[BodyTable, BodyDetectionTable]:
    """People with joints that are not labelled, and detections that are moved, doubled, missing and made up."""
    rng = np.random.default_rng(seed)
    image = np.sort(rng.integers(0, num_images, 16))
    keypoints = rng.uniform(-4, 4, (16, 1, 3)) * (1, 1, 0) + rng.normal(0, 0.4, (16, 25, 3))
    labelled = rng.random((16, 25)) < 0.7
    labelled[[2, 11]] = False
    rows = rng.integers(0, 16, 24)
    moved = keypoints[rows] + rng.normal(0, 1, (24, 25, 3)) * rng.choice([0.05, 0.2, 0.5], (24, 1, 1))
    scores = np.round(rng.random(24), 1 if ties else 6)
    at = np.where(rng.random(24) < 0.9, image[rows], rng.integers(0, num_images, 24))
    areas = np.exp(rng.normal(7.5, 1.5, 16)), np.exp(rng.normal(7.5, 1.5, 24))
    return BodyTable(image, keypoints, labelled, areas[0]), BodyDetectionTable(at, scores, moved, areas[1])


def frames_of(people: BodyTable, found: BodyDetectionTable, tau: float, num_images: int = 5) -> list[dict]:
    """What :func:`slow_statistics` takes, one comparison at a time. An unlabelled person has an area of no range."""
    frames = []
    for image in range(num_images):
        of_people = np.flatnonzero(people.image == image)
        of_found = sorted(np.flatnonzero(found.image == image), key=lambda row: -found.scores[row])
        similarity = np.zeros((len(of_found), len(of_people)))
        for d, row in enumerate(of_found):
            for g, person in enumerate(of_people):
                seen = people.labelled[person]
                squared = ((found.keypoints_3d_m[row] - people.keypoints_3d_m[person])[seen] ** 2).sum(-1)
                similarity[d, g] = locsim(squared, tau).mean() if seen.any() else 0
        frames.append(
            {
                "similarity": similarity,
                "scores": found.scores[of_found],
                "det_area": found.areas_px2[of_found],
                "gt_area": np.where(people.labelled.any(1), people.areas_px2, -1)[of_people],
            }
        )
    return frames


@pytest.mark.parametrize("number", [0, 3])
def test_evaluate_keypoints_3d__nobody_is_there(number):
    found = BodyDetectionTable(np.zeros(number, np.int64), np.ones(number), np.zeros((number, 4, 3)), np.ones(number))
    stats = evaluate_keypoints_3d(1, people_at(), found).stats
    assert tuple(stats) == KEYPOINT_STAT_NAMES
    assert {stats[name] for name in (*KEYPOINT_NAMES, "precision", "recall", "f1")} == {-1.0}
    assert np.isfinite(list(stats.values())).all()


def test_evaluate_keypoints_3d__nothing_is_found():
    people = people_at((0, 0, 1))
    nothing = BodyDetectionTable(np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 4, 3)), np.zeros(0))
    stats = evaluate_keypoints_3d(1, people, nothing).stats
    assert {stats[name] for name in ("AP", "AR", "precision", "recall", "f1", "frame_accuracy")} == {0.0}


def test_evaluate_keypoints_3d__perfect():
    people = people_at((0, 0, 1), (0.3, 0, 1))
    result = evaluate_keypoints_3d(1, people, found_at(people, np.zeros((2, 4, 3))))
    assert result.match.tolist() == [0, 1]
    assert (result.stats["AP"], result.stats["AR (M)"]) == (pytest.approx(1), 1)
    assert (result.stats["AP (L)"], result.stats["AR (L)"]) == (-1, -1)
    assert result.stats["frame_accuracy"] == 1


@pytest.mark.parametrize(("wrong", "match"), [(1, 0), (2, 0), (3, -1)])
def test_evaluate_keypoints_3d__the_mean_counts(wrong, match):
    # one of four keypoints 10 m away takes a quarter of the similarity, two a half, three more than that
    people, offsets = people_at((0, 0, 1)), np.zeros((1, 4, 3))
    offsets[0, :wrong, 2] = 10
    assert evaluate_keypoints_3d(1, people, found_at(people, offsets)).match.tolist() == [match]


def test_evaluate_keypoints_3d__unlabelled_keypoints_do_not_count():
    labelled, offsets = np.array([[False, False, False, True]]), np.zeros((1, 4, 3))
    offsets[0, :3] = 10
    people = people_at((0, 0, 1), labelled=labelled)
    assert evaluate_keypoints_3d(1, people, found_at(people, offsets)).stats["AP"] == pytest.approx(1)


def test_evaluate_keypoints_3d__a_person_without_labels_neither_counts_nor_matches():
    labelled = np.array([[True] * 4, [False] * 4])
    people = people_at((0, 0, 1), (5, 0, 1), labelled=labelled)
    result = evaluate_keypoints_3d(1, people, found_at(people, np.zeros((2, 4, 3))))
    assert result.match.tolist() == [0, -1]
    assert result.stats["AR"] == 1
    assert result.stats["frame_accuracy"] == 0  # as officially: both people are counted there


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("tau", "ties", "threshold"), [(1.0, False, None), (0.5, True, 0.4), (3.0, True, None)])
def test_evaluate_keypoints_3d__same_as_plain_loops(seed, tau, ties, threshold):
    people, found = bodies(seed, ties=ties)
    result = evaluate_keypoints_3d(5, people, found, tau_m=tau, score_threshold=threshold)
    expected = slow_statistics(frames_of(people, found, tau), threshold)
    expected["AR"] = expected["AR 100"]
    shared = [name for name in KEYPOINT_STAT_NAMES if name in expected]
    assert len(shared) == len(KEYPOINT_STAT_NAMES) - 2  # COCO has no recall at one threshold
    assert {name: result.stats[name] for name in shared} == pytest.approx(
        {name: expected[name] for name in shared}, abs=EXACT
    )
    assert 0 < result.stats["AP"] < 1


def test_evaluate_keypoints_3d__chosen_images():
    people, found = bodies(0)
    some = evaluate_keypoints_3d(5, people, found, images=[1, 3])
    kept = np.isin(people.image, [1, 3]), np.isin(found.image, [1, 3])
    cut = (
        BodyTable(*(c[kept[0]] for c in vars(people).values())),
        BodyDetectionTable(*(c[kept[1]] for c in vars(found).values())),
    )
    assert some.stats == evaluate_keypoints_3d(5, *cut).stats


def test_keypoint_subsets__are_joints_of_body_25():
    assert {name: len(set(joints)) for name, joints in KEYPOINT_SUBSETS.items()} == {
        "body25": 25,
        "fifa15": 15,
        "coco": 17,
    }
    assert all(set(joints) <= set(range(25)) for joints in KEYPOINT_SUBSETS.values())
