"""Counting who was found, by hand."""

from __future__ import annotations

from mmsynloc.analysis.benchmark_real_frame import count_found
from mmsynloc.files import read_annotations, read_results
from mmsynloc.utils import dump_json
from tests.synloc_files import annotation, camera, image_entry, write_annotations


def _detection(x: float, y: float, score: float) -> dict:
    low = camera().pitch_to_pixel([[x, y]]).points[0]
    return {"image_id": 0, "category_id": 1, "score": score, "keypoints": [0, 0, 1, *low, 1], "bbox": [0, 0, 1, 1]}


def test_count_found(tmp_path) -> None:
    people = [annotation(i, 0, (5.0 * i, 0.0)) for i in range(4)]
    path = write_annotations(tmp_path / "test.json", [image_entry(0), image_entry(1)], people)
    found = [
        _detection(0, 0.5, 0.9),  # within 1 m of the first
        _detection(5, 1.5, 0.9),  # 1.5 m from the second: neither placed nor of nobody
        _detection(10, 0, 0.1),  # right, but below the threshold
        _detection(15, 9, 0.9),  # of nobody
    ]
    dump_json(found, tmp_path / "results.json")
    annotations = read_annotations(path)
    assert count_found(annotations, read_results(tmp_path / "results.json"), 0.5) == (0.25, 1)
    dump_json([], tmp_path / "results.json")
    assert count_found(annotations, read_results(tmp_path / "results.json"), 0.5) == (0.0, 0)
