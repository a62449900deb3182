"""Small cases for the analyses of errors."""

from __future__ import annotations

import numpy as np

from mmsynloc.evaluation.errors import REACH_M, Case, MatchedCase, match_case
from mmsynloc.evaluation.functional import DetectionTable, PeopleTable


def make_case(
    people: list[tuple[int, float, float]], detections: list[tuple[int, float, float, float]], num_images: int = 1
) -> Case:
    """People ``(image, x, y)`` and detections ``(image, score, x, y)``."""
    gt = np.array(people, float).reshape(-1, 3)
    det = np.array(detections, float).reshape(-1, 4)
    return Case.from_tables(
        num_images,
        PeopleTable(gt[:, 0].astype(int), gt[:, 1:], np.full(len(gt), 500.0)),
        DetectionTable(det[:, 0].astype(int), det[:, 1], det[:, 2:], np.full(len(det), 500.0)),
    )


def make_matched(*args, **options) -> MatchedCase:
    return match_case(make_case(*args, **options), reach_m=REACH_M)


def random_tables(seed: int, num_images: int = 12, ties: bool = False) -> tuple[PeopleTable, DetectionTable]:
    """People and imperfect detections: noisy, doubled, missing, extra, above the horizon, in images without people."""
    rng = np.random.default_rng(seed)
    gt_image = np.sort(rng.integers(0, num_images - 1, 7 * num_images))  # the last image has nobody
    gt = rng.uniform(-20, 20, (len(gt_image), 2))
    source = rng.integers(0, len(gt), 6 * num_images)
    found = gt[source] + rng.normal(0, 0.4, (len(source), 2))
    extra = rng.uniform(-20, 20, (3 * num_images, 2))
    extra[0] = np.nan
    image = np.concatenate([gt_image[source], rng.integers(0, num_images, len(extra))])
    scores = np.concatenate([rng.beta(4, 2, len(found)), rng.beta(2, 4, len(extra))])
    scores = scores.round(1) if ties else scores
    area = np.full(len(image), 500.0)
    return PeopleTable(gt_image, gt, np.full(len(gt), 500.0)), DetectionTable(
        image, scores, np.concatenate([found, extra]), area
    )
