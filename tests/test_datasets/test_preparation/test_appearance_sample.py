"""Statistics of looks, read from the files of a data set."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from rich.console import Console

from mmsynloc.cli.check import main
from mmsynloc.datasets.preparation.appearance import APPEARANCE
from mmsynloc.datasets.preparation.appearance_report import print_comparison
from mmsynloc.datasets.preparation.appearance_sample import sample_appearance
from mmsynloc.utils import UserError
from tests.synloc_files import annotation, image_entry, write_annotations


def _data_set(root, grey: int, images: int = 3):
    """Frames of one grey with brighter people."""
    entries = [image_entry(i) for i in range(images)]
    people = [annotation(10 * i + j, i, (2.0 * j, 5.0 * j)) for i in range(images) for j in range(3)]
    write_annotations(root / "annotations" / "test.json", entries, people)
    (root / "test").mkdir()
    for i in range(images):
        frame = np.full((360, 640, 3), grey, np.uint8)
        for person in people[3 * i : 3 * i + 3]:
            x, y, w, h = (round(v) for v in person["bbox"])
            frame[y : y + h, x : x + w] = min(grey + 60 + 5 * i, 255)
        cv2.imwrite(str(root / "test" / f"{i:06d}.jpg"), frame)
    return root


def test_sample_appearance__people_are_lighter_by_what_was_drawn(tmp_path) -> None:
    sample = sample_appearance(_data_set(tmp_path / "a", 80), progress=False)
    assert sample.shape == (9, len(APPEARANCE))
    difference = sample[:, APPEARANCE.index("lightness_difference")]
    # From grey 80 to 140 to 150: 24 to 28 of L*
    assert ((difference > 15) & (difference < 35)).all()


def test_sample_appearance__nobody(tmp_path) -> None:
    write_annotations(tmp_path / "annotations" / "test.json", [image_entry(0)], [])
    with pytest.raises(UserError, match="no annotated people"):
        sample_appearance(tmp_path)


def test_print_comparison__tells_both_apart(tmp_path) -> None:
    bright = sample_appearance(_data_set(tmp_path / "a", 150), progress=False)
    dark = sample_appearance(_data_set(tmp_path / "b", 20), progress=False)
    console = Console(width=120, record=True, file=open(tmp_path / "out", "w"))  # noqa: SIM115
    print_comparison(bright, dark, "b", console)
    text = console.export_text()
    assert "joint distance" in text
    assert "surround_lightness" in text


def test_check__compare(tmp_path, capsys) -> None:
    arguments = ["--no-figures", "--no-progress", "--workers", "1"]
    root, other = _data_set(tmp_path / "a", 80), _data_set(tmp_path / "b", 120)
    main(["--root", str(root), *arguments, "--compare", str(other)])
    printed = capsys.readouterr().out
    assert "Looks of 9 people" in printed
    assert "Against 9 people" in printed


def test_check__compares_at_one_resolution(tmp_path, capsys) -> None:
    """The same frames in two sizes look alike."""
    root, larger = _data_set(tmp_path / "a", 80), _data_set(tmp_path / "b", 80)
    for path in (larger / "test").iterdir():
        cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST))
    first, second = (sample_appearance(folder, progress=False, width=640) for folder in (root, larger))
    np.testing.assert_allclose(second[:, 0], first[:, 0])
    # one grey level of JPEG, which is written twice, is 0.4 of L*
    np.testing.assert_allclose(second[:, 1:], first[:, 1:], atol=1.5)
    main(["--root", str(larger), "--no-figures", "--no-progress", "--workers", "1", "--compare", str(root)])
    assert "looks are compared in images 640 px wide" in capsys.readouterr().out


def test_sample_appearance__people_of_whom_too_little_is_in_the_images(tmp_path) -> None:
    root = _data_set(tmp_path / "a", 80)
    for path in (root / "test").iterdir():
        cv2.imwrite(str(path), np.zeros((18, 32, 3), np.uint8))
    with pytest.raises(UserError, match=r"a: no annotated person is large enough"):
        sample_appearance(root, progress=False)


def test_sample_appearance__people_without_boxes(tmp_path) -> None:
    root = _data_set(tmp_path / "a", 80)
    people = [{k: v for k, v in annotation(0, 0, (0.0, 0.0)).items() if k != "bbox"}]
    write_annotations(root / "annotations" / "test.json", [image_entry(0)], people)
    with pytest.raises(UserError, match=r"test\.json"):
        sample_appearance(root, progress=False)


def test_print_comparison__a_reference_of_one_person(tmp_path, capsys) -> None:
    sample = sample_appearance(_data_set(tmp_path / "a", 80), progress=False)
    print_comparison(sample, sample[:1], "one", Console(width=100))
    printed = capsys.readouterr().out
    assert "Against 1 people of one" in printed
    assert "joint distance" not in printed
