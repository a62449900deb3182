"""Augmented samples of a config, and the command that draws them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mmsynloc.apis import load_config
from mmsynloc.apis.samples import augmented_samples
from mmsynloc.cli.browse import main
from mmsynloc.utils import UserError
from tests.synloc_files import write_split


@pytest.fixture(autouse=True)
def _data(tmp_path, monkeypatch):
    write_split(tmp_path, "train", [[(0, 0), (5, 10)], [], [(3, 3)]])
    monkeypatch.setenv("SYNLOC_ROOT", str(tmp_path))
    yield
    init_default_scope("mmpose")


@pytest.mark.parametrize(
    ("config", "num_keypoints"),
    [("yoloxpose_s_synloc.py", 2), ("yoloxpose_s_synloc-locsim.py", 4), ("yolox_tiny_synloc.py", 2)],
)
def test_augmented_samples__labels_in_pixels_of_the_image(config, num_keypoints):
    cfg = load_config(f"mmsynloc::{config}", {"train_dataloader.dataset.input_size": (96, 64)})
    samples = augmented_samples(cfg, "train", 5)
    assert len(samples) == 3
    for sample in samples:
        assert sample["img"].shape == (64, 96, 3)
        assert sample["keypoints"].shape == (len(sample["bbox"]), num_keypoints, 2)
        assert ((sample["bbox"] >= -0.5) & (sample["bbox"] <= 95.5)).all()
    again = augmented_samples(cfg, "train", 5)
    np.testing.assert_array_equal(samples[0]["img"], again[0]["img"])
    other = augmented_samples(cfg, "train", 5, seed=1)
    assert any((one["img"] != two["img"]).any() for one, two in zip(samples, other))


def test_augmented_samples__of_a_data_set_that_is_wrapped():
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py", {"train_dataloader.dataset.input_size": (96, 64)})
    cfg.train_dataloader.dataset = dict(type="RepeatDataset", times=2, dataset=cfg.train_dataloader.dataset)
    assert len(augmented_samples(cfg, "train", 5)) == 3


def test_augmented_samples__mistakes():
    with pytest.raises(UserError, match=r"val\.json: no such file"):
        augmented_samples(load_config("mmsynloc::yoloxpose_s_synloc.py"), "val", 1)
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    cfg.train_dataloader = None
    with pytest.raises(UserError, match="it has no train_dataloader"):
        augmented_samples(cfg, "train", 1)


def test_browse__writes_a_sheet(tmp_path, capsys):
    main(["mmsynloc::yoloxpose_s_synloc.py", "--out", str(tmp_path / "out"), "--num", "2"])
    path = tmp_path / "out" / "yoloxpose_s_synloc_train.png"
    assert capsys.readouterr().out == f"{path}\n"
    assert cv2.imread(str(path)).shape[1] > 2 * 640
