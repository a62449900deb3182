"""What killed runs leave behind."""

from __future__ import annotations

import os

from mmsynloc.datasets.preparation.disk import remove_leftovers


def test_remove_leftovers__no_folder(tmp_path):
    remove_leftovers(tmp_path / "absent")
    assert not any(tmp_path.iterdir())


def test_remove_leftovers__only_what_a_killed_run_left(tmp_path):
    kept = [".gitlab-ci.yml", ".my-notes.txt", "train-abcdefgh.json", ".train-abc_1234.json"]
    for name in [*kept, ".000001-abcdefgh.jpg", ".val-zz_00123.json"]:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    os.utime(tmp_path / ".train-abc_1234.json")  # another run writes it at this moment
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
