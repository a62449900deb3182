"""Real frames: who was found, by hand, and the same frames in other tones."""

from __future__ import annotations

import json

import numpy as np
import pytest

from mmsynloc.analysis.benchmark_real_frame import benchmark_real_frame, count_found, write_toned
from mmsynloc.analysis.tones import TONES
from mmsynloc.files import read_annotations, read_results
from mmsynloc.files.images import read_image
from mmsynloc.utils import UserError, dump_json
from tests.synloc_files import annotation, camera, image_entry, write_annotations, write_split


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


def test_write_toned__every_tone_has_its_images_with_their_people(tmp_path) -> None:
    write_split(tmp_path / "real", "test", [[(0, 0), (5, 5)], [(10, -5)]], (384, 216))
    write_toned(tmp_path / "real", tmp_path / "toned")
    written = json.loads((tmp_path / "toned" / "annotations" / "test.json").read_text())
    names = [f"{tone}/{i:06d}.png" for tone in TONES for i in range(2)]
    assert [(image["id"], image["file_name"]) for image in written["images"]] == list(enumerate(names))
    assert [person["id"] for person in written["annotations"]] == list(range(30))
    expected = [2 * tone + image for tone in range(10) for image in (0, 0, 1)]
    assert [person["image_id"] for person in written["annotations"]] == expected
    original = read_image(tmp_path / "real" / "test" / "000001.jpg")
    made = read_image(tmp_path / "toned" / "test" / "warmer" / "000001.png")
    np.testing.assert_array_equal(made, TONES["warmer"](original))


def test_write_toned__folders_of_windows_and_no_people(tmp_path) -> None:
    write_split(tmp_path / "real", "test", [[(0, 0)]], (384, 216))
    path = tmp_path / "real" / "annotations" / "test.json"
    content = json.loads(path.read_text())
    del content["annotations"]
    content["images"][0]["file_name"] = "game 1\\000000.jpg"
    path.write_text(json.dumps(content))
    images = tmp_path / "real" / "test"
    (images / "game 1").mkdir()
    (images / "000000.jpg").rename(images / "game 1" / "000000.jpg")
    write_toned(tmp_path / "real", tmp_path / "toned")
    assert (tmp_path / "toned" / "test" / "warmer" / "game 1" / "000000.png").is_file()


def test_benchmark_real_frame__a_folder_without_frames_is_one_line(tmp_path) -> None:
    with pytest.raises(UserError, match=r"test\.json"):
        benchmark_real_frame(tmp_path, "mmsynloc::demo_synloc.py", "mmsynloc::demo_synloc.pth")


def test_benchmark_real_frame__frames_as_they_are_and_in_other_tones(tmp_path) -> None:
    write_split(tmp_path, "test", [[(0, 0)]], (192, 108))
    small = tmp_path / "small.py"
    loader = "dict(num_workers=0, dataset=dict(input_size=(192, 128)))"
    small.write_text(f'_base_ = "mmsynloc::demo_synloc.py"\ntest_dataloader = {loader}')
    report = benchmark_real_frame(tmp_path, str(small), "mmsynloc::demo_synloc.pth")
    names = ["mAP-LocSim", "F1", "placed within 1 m", "detections of nobody"]
    assert list(report) == names + [f"{name}, 10 other tones" for name in names]
    assert report["placed within 1 m"]["ours"] == 0  # nobody is drawn in it
