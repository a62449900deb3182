"""The configs of MMDetection's models: upstream's definitions and hooks, trained and tested on a few small images."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from mmdet.apis import DetInferencer
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import DATASETS

from mmsynloc.apis import build_runner, load_config
from mmsynloc.apis.prediction import score_split
from tests.synloc_files import ANNOTATED_SIZE, write_split

UPSTREAM = {
    "yolox_tiny_synloc.py": "mmdet::yolox/yolox_tiny_8xb8-300e_coco.py",
    "yolox_s_synloc.py": "mmdet::yolox/yolox_s_8xb8-300e_coco.py",
    "rtmdet_tiny_synloc.py": "mmdet::rtmdet/rtmdet_tiny_8xb32-300e_coco.py",
}


@pytest.fixture(scope="module")
def data_root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("synloc")
    people = [[(0, 0), (5, 10)], [(-5, -8)], [], [(3, 3), (-3, 3), (0, -10)]]
    for split, count in {"train": 4, "val": 2, "test": 3}.items():
        write_split(root, split, people[:count])
    return root


@pytest.fixture(autouse=True)
def _environment(data_root, monkeypatch):
    monkeypatch.setenv("SYNLOC_ROOT", str(data_root))
    yield
    init_default_scope("mmpose")


def _small(name: str, work_dir: Path) -> Config:
    """Two epochs of two steps, the second one with the pipeline of the last epochs."""
    options = {"train_cfg.max_epochs": 2, "train_cfg.val_interval": 1, "default_hooks.checkpoint.interval": 1}
    for split, size in {"train": (96, 64), "val": (160, 96), "test": (160, 96)}.items():
        loader = f"{split}_dataloader"
        options |= {f"{loader}.dataset.input_size": size, f"{loader}.num_workers": 0, f"{loader}.batch_size": 2}
    cfg = load_config(f"mmsynloc::{name}", options, str(work_dir))
    cfg.custom_hooks[0 if "yolox" in name else 1].update(
        dict(num_last_epochs=1) if "yolox" in name else dict(switch_epoch=1)
    )
    cfg.model.test_cfg.score_thr = 0.0
    cfg.default_hooks.visualization.examples = 0
    cfg.model.backbone.init_cfg = None
    return cfg


@pytest.mark.parametrize("name", UPSTREAM)
def test_config__inherits_the_upstream_definition(name):
    ours, theirs = Config.fromfile(f"mmsynloc::{name}"), Config.fromstring(f'_base_ = "{UPSTREAM[name]}"', ".py")
    for part in ("backbone", "neck", "train_cfg", "test_cfg"):
        assert ours.model[part] == theirs.model[part]
    for part in ("optim_wrapper", "param_scheduler", "train_cfg"):
        assert ours[part] == theirs[part]
    # RTMDet's rate of 0.004 is for 8 GPUs with 32 images; the schedule that its file inherits says 16.
    batch_size = 256 if "rtmdet" in name else theirs.auto_scale_lr.base_batch_size
    assert ours.auto_scale_lr == theirs.auto_scale_lr | {"base_batch_size": batch_size}
    hooks = [hook["type"] for hook in ours.custom_hooks]
    assert hooks == [*(hook["type"] for hook in theirs.custom_hooks), "ScoreThresholdHook", "NonFiniteLossHook"]


@pytest.mark.parametrize("name", ["yolox_tiny_synloc.py", "rtmdet_tiny_synloc.py"])
def test_config__trains_tests_and_infers(name, data_root, tmp_path):
    torch.manual_seed(0)
    runner = build_runner(_small(name, tmp_path), training=True)
    runner.train()
    first = runner.train_dataloader.dataset.pipeline.transforms[0]
    assert type(first).__name__ == "SynLocFitResize"  # the hook has switched the mixing of images off
    assert np.isfinite(runner.message_hub.get_scalar("train/loss").current())
    checkpoint = tmp_path / "epoch_2.pth"
    cfg = _small(name, tmp_path)
    stats, threshold = score_split(cfg, "test", checkpoint, tmp_path / "results.json")
    assert len(stats) == 17
    assert threshold == json.loads(checkpoint.with_suffix(".locsim.json").read_text())["score_threshold"]
    results = json.loads((tmp_path / "results.json").read_text())
    assert {entry["image_id"] for entry in results} == {0, 1, 2}
    inferencer = DetInferencer(cfg, str(checkpoint), device="cpu", show_progress=False)
    picture = data_root / "test" / "000000.jpg"
    found = inferencer(str(picture), return_datasamples=True)["predictions"][0].pred_instances
    # What the test saved of this image, which counts from the first pixel's centre, to 0.001 px
    best = max((entry for entry in results if entry["image_id"] == 0), key=lambda entry: entry["score"])
    x, y, w, h = best["bbox"]
    box = found.bboxes[found.scores.argmax()].numpy()
    np.testing.assert_allclose(box - 0.5, [x, y, x + w, y + h], atol=2e-3)


def test_config__labels_come_back_to_the_annotated_pixels():
    cfg = Config.fromfile("mmsynloc::yolox_tiny_synloc.py")
    settings = cfg.test_dataloader.dataset
    settings.pipeline[-1].with_labels = True
    init_default_scope("mmdet")
    dataset = DATASETS.build(settings)
    for index in range(len(dataset)):
        sample = dataset[index]["data_samples"]
        assert sample.ori_shape == ANNOTATED_SIZE[::-1]
        found = sample.gt_instances.bboxes / torch.tensor(sample.scale_factor).repeat(2) - 0.5
        # float32 of 640 px
        np.testing.assert_allclose(found.numpy(), dataset.get_data_info(index)["bbox"].reshape(-1, 4), atol=1e-3)
