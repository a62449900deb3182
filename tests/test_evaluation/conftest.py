"""A small calibrated scene, and a slow evaluator to compare with."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from mmsynloc.structures import Camera

SIZE = (3840, 2160)
FOCAL = 0.5
AREAS = {"all": (0, 1e10), "small": (0, 32**2), "medium": (32**2, 96**2), "large": (96**2, 1e10)}
COCO_NAMES = ["AP", "AP .5", "AP .75", "AP (S)", "AP (M)", "AP (L)"]
COCO_NAMES += ["AR 1", "AR 10", "AR 100", "AR (S)", "AR (M)", "AR (L)"]


def make_image(image_id: int, height_m: float = 12.0) -> dict[str, Any]:
    """An image entry: an equidistant lens (its polynomials are exact) 45 m from the centre, looking at the centre."""
    position = np.array([-45.0, 0.0, height_m])
    forward = -position / np.linalg.norm(position)
    right = np.array([0.0, -1.0, 0.0])
    rotation = np.stack([right, np.cross(forward, right), forward])
    # The real cameras' matrices have the negative sign too.
    matrix = -np.concatenate([rotation, -rotation @ position[:, None]], axis=1)
    return {
        "id": image_id,
        "file_name": f"{image_id:06d}.jpg",
        "width": SIZE[0],
        "height": SIZE[1],
        "camera_matrix": matrix.tolist(),
        "dist_poly": [FOCAL, 0.0],
        "undist_poly": [1 / FOCAL, 0.0],
    }


def make_annotation(ann_id: int, image: dict[str, Any], position_m: tuple[float, float], area: float) -> dict[str, Any]:
    """A person who stands at ``position_m``, as the official files describe one."""
    points = Camera.from_image_info(image).pitch_to_pixel(np.array([[*position_m, 0.9], [*position_m, 0.0]])).points
    (_, top), (x, y) = points.tolist()
    height = 2 * (y - top)
    return {
        "id": ann_id,
        "image_id": image["id"],
        "category_id": 1,
        "keypoints": [[*points[0].tolist(), 1], [*points[1].tolist(), 1]],
        "position_on_pitch": list(position_m),
        "bbox": [x - height / 4, y - height, height / 2, height],
        "area": area,
    }


def make_detection(image: dict[str, Any], position_m: tuple[float, float], score: float) -> dict[str, Any]:
    """A detection of a person at ``position_m``, with keypoints and a box."""
    entry = make_annotation(0, image, position_m, 0.0)
    keypoints = [value for point in entry["keypoints"] for value in point]
    return {"image_id": image["id"], "category_id": 1, "score": score, "keypoints": keypoints, "bbox": entry["bbox"]}


def make_scene(seed: int, num_images: int = 6, num_detections: int = 12, ties: bool = False) -> tuple[dict, list]:
    """Ground truth and imperfect detections: noisy, doubled, missing, extra, and in images without people."""
    rng = np.random.default_rng(seed)
    images = [make_image(int(i), rng.uniform(8, 16)) for i in rng.permutation(3 * num_images)[:num_images]]
    annotations, results = [], []
    for image in images:
        people = rng.uniform((-20, -15), (20, 15), (rng.integers(0, 9), 2)).tolist()
        for position in people:
            area = float(np.exp(rng.normal(7, 1)))
            annotations.append(make_annotation(len(annotations), image, tuple(position), area))
        for _ in range(num_detections if rng.random() < 0.9 else 0):
            if people and rng.random() < 0.7:
                position = rng.normal(people[rng.integers(len(people))], rng.choice([0.1, 0.4, 1.0]))
            else:
                position = rng.uniform((-20, -15), (20, 15))
            score = round(float(rng.random()), 1 if ties else 6)
            results.append(make_detection(image, tuple(position.tolist()), score))
    results = [results[i] for i in rng.permutation(len(results))]
    return {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}, results


def slow_match(similarity: np.ndarray, threshold: float, ignored: np.ndarray) -> list[int]:
    """One image: each row (detection) in turn takes its best free column (person), one comparison at a time."""
    order = sorted(range(similarity.shape[1]), key=lambda g: ignored[g])
    taken: set[int] = set()
    match = []
    for row in similarity:
        best, best_similarity = -1, threshold
        for g in order:
            if g in taken:
                continue
            if best >= 0 and not ignored[best] and ignored[g]:
                break
            if row[g] >= best_similarity:
                best, best_similarity = g, row[g]
        match.append(best)
        taken.add(best) if best >= 0 else None
    return match


def slow_curve(events: list[tuple[float, bool]], num_people: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Precision and score at the 101 recalls, and the final recall, from ``(score, is right)`` in order."""
    precision, recall, right = [], [], 0
    seen = 0
    for _, is_right in events:
        seen += is_right is not None
        right += is_right is True
        precision.append(right / seen if seen else 0.0)
        recall.append(right / num_people)
    curve, scores = np.zeros(101), np.zeros(101)
    for i, wanted in enumerate(np.linspace(0, 1, 101)):
        reached = [k for k, r in enumerate(recall) if r >= wanted]
        if reached:
            curve[i], scores[i] = max(precision[reached[0] :]), events[reached[0]][0]
    return curve, scores, recall[-1] if recall else 0.0


def slow_area(frames: list[dict], limits: tuple[float, float], threshold: float, max_dets: int) -> Any:
    """One area range, threshold and number of detections; None where no person is in the range."""

    def outside(area: float) -> bool:
        return area < limits[0] or area > limits[1]

    events, num_people = [], 0
    for frame in frames:
        ignored = np.array([outside(a) for a in frame["gt_area"]], bool)
        num_people += int((~ignored).sum())
        for d, g in enumerate(slow_match(frame["similarity"], threshold, ignored)[:max_dets]):
            is_ignored = ignored[g] if g >= 0 else outside(frame["det_area"][d])
            events.append((frame["scores"][d], None if is_ignored else g >= 0))
    events.sort(key=lambda event: -event[0])  # stable
    return slow_curve(events, num_people) if num_people else None


def slow_statistics(frames: list[dict], score_threshold: float | None = None) -> dict[str, float]:
    """The 17 statistics by the definition, for frames with ``similarity`` (D, G), ``scores`` and areas.

    Detections of a frame must be sorted by score and no more than 100.
    """

    def mean(parts: list, which: int) -> float:
        values = [np.mean(p[which]) for p in parts if p is not None]
        return float(np.mean(values)) if values else -1.0

    thresholds = np.linspace(0.5, 0.95, 10)
    by_area = {a: [slow_area(frames, limits, t, 100) for t in thresholds] for a, limits in AREAS.items()}
    few = [[slow_area(frames, AREAS["all"], t, m) for t in thresholds] for m in (1, 10)]
    everywhere, rest = by_area["all"], [by_area[a] for a in ("small", "medium", "large")]
    values = [mean(everywhere, 0), mean(everywhere[:1], 0), mean(everywhere[5:6], 0), *(mean(r, 0) for r in rest)]
    values += [mean(few[0], 2), mean(few[1], 2), mean(everywhere, 2), *(mean(r, 2) for r in rest)]
    stats = dict(zip(COCO_NAMES, values))

    precision, scores, _ = everywhere[0]
    recall = np.linspace(0, 1, 101)
    f1 = np.array([2 * p * r / (p + r) if p + r > 0 else 0.0 for p, r in zip(precision, recall)])
    if score_threshold is None:
        best = int(np.argmax(f1))
        score_threshold = (scores[best] + (scores[best + 1] if best < 100 else 0)) / 2
    above = [i for i in range(101) if scores[i] >= score_threshold]
    at = above[-1] if above else -1
    stats |= {"precision": precision[at], "recall": recall[at], "f1": f1[at], "score_threshold": score_threshold}
    right = total = 0
    for frame in frames:
        people, match = len(frame["gt_area"]), slow_match(frame["similarity"], 0.5, np.zeros(len(frame["gt_area"])))
        if people or match:
            total += 1
            right += people == sum(g >= 0 and s > score_threshold for g, s in zip(match, frame["scores"]))
    return stats | {"frame_accuracy": right / total}


def slow_frames(truth: dict, results: list, tau: float, positions_m: np.ndarray) -> list[dict]:
    """The frames that :func:`slow_statistics` takes, from parsed files and the detections' ground positions."""
    frames = []
    for image_id in sorted(image["id"] for image in truth["images"]):
        people = [a for a in truth["annotations"] if a["image_id"] == image_id]
        rows = [i for i, r in enumerate(results) if r["image_id"] == image_id]
        rows = sorted(rows, key=lambda i: -results[i]["score"])[:100]
        similarity = np.zeros((len(rows), len(people)))
        for d, i in enumerate(rows):
            for g, person in enumerate(people):
                distance = math.dist(positions_m[i], person["position_on_pitch"])
                similarity[d, g] = math.exp(math.log(0.05) * distance**2 / tau**2)
        frames.append(
            {
                "similarity": similarity,
                "scores": [results[i]["score"] for i in rows],
                "det_area": [results[i]["bbox"][2] * results[i]["bbox"][3] for i in rows],
                "gt_area": [a["area"] for a in people],
            }
        )
    return frames


@pytest.fixture
def image_entry() -> Callable:
    return make_image


@pytest.fixture
def annotation() -> Callable:
    return make_annotation


@pytest.fixture
def detection() -> Callable:
    return make_detection


@pytest.fixture
def scene() -> Callable:
    return make_scene


@pytest.fixture
def reference_match() -> Callable:
    return slow_match


@pytest.fixture
def reference_statistics() -> Callable:
    """``(truth, results, tau, positions_m, score_threshold) -> 17 statistics``, by plain loops."""
    return lambda truth, results, tau, positions_m, score_threshold=None: slow_statistics(
        slow_frames(truth, results, tau, positions_m), score_threshold
    )
