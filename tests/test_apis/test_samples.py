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


def test_augmented_samples__crops_of_a_second_stage():
    samples = augmented_samples(load_config("mmsynloc::rtmpose_nano_synloc.py"), "train", 5)
    assert len(samples) == 3
    for sample in samples:
        assert sample["img"].shape == (4 * 128, 6 * 96, 3)  # 24 crops
        assert len(sample["keypoints"]) == sample["is_athlete"].sum()
        first, second = sample["img"][:128, 96:192], sample["crops"][1]
        np.testing.assert_array_equal(first, second)
        if sample["is_athlete"][1]:
            place = int(sample["is_athlete"][:1].sum())
            np.testing.assert_allclose(sample["keypoints"][place, :2], sample["crop_keypoints"][1] + [96, 0])
            # one metre across and along the pitch: back through the crop's matrix
            ends = sample["keypoints"][place, 2:] - sample["keypoints"][place, 1]
            np.testing.assert_allclose(sample["pixel_to_metre"][1] @ ends.T, np.eye(2), atol=1e-4)  # float32
    assert any(len(sample["keypoints"]) for sample in samples)


def test_augmented_samples__whole_frames_of_a_second_stage_at_the_size_of_the_file(tmp_path):
    write_split(tmp_path, "val", [[(0, 0)]])
    cfg = load_config("mmsynloc::rtmpose_nano_synloc.py")
    (sample,) = augmented_samples(cfg, "val", 1)
    boxes = sample["bbox"].copy()
    path = next((tmp_path / "val").iterdir())
    cv2.imwrite(str(path), cv2.resize(cv2.imread(str(path)), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    (half,) = augmented_samples(cfg, "val", 1)
    np.testing.assert_allclose(half["bbox"], (boxes + 0.5) / 2 - 0.5, atol=1e-4)  # float32


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
