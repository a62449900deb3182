from __future__ import annotations

from mmsynloc.files import read_annotations
from mmsynloc.files.image_probe import image_size
from mmsynloc.visualization.data_figures import save_figures
from tests.synloc_files import annotation, image_entry, write_annotations


def test_save_figures__also_without_people(tmp_path):
    people = [annotation(number, number % 2, (number, 2.0 * number)) for number in range(9)]
    path = write_annotations(tmp_path / "train.json", [image_entry(0), image_entry(1)], people)
    for name, labels in (("full", {"train": read_annotations(path)}), ("empty", {})):
        paths = save_figures(labels, tmp_path / name)
        assert [p.name for p in paths] == ["people_per_image.png", "box_sizes.png", "positions.png"]
        assert all(min(image_size(p)) > 400 for p in paths)
