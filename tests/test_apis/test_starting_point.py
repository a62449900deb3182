"""The checkpoint that a run starts from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from mmengine.config import Config

from mmsynloc.apis.starting_point import local_checkpoint, require_detector, require_thresholds, resolve_start
from mmsynloc.config_scope import WEIGHTS_DIR
from mmsynloc.utils import UserError


def _save(folder, epoch):
    path = folder / f"epoch_{epoch}.pth"
    meta = {"epoch": epoch, "iter": epoch}
    torch.save({"meta": meta, "message_hub": {"runtime_info": {}}, "state_dict": {"a": torch.ones(1)}}, path)
    return path


def test_resolve_start__nothing():
    cfg = Config(dict(load_from=None, resume=False))
    assert resolve_start(cfg) == (None, [])


def test_resolve_start__resume_in_an_empty_folder_starts_anew(tmp_path):
    cfg = Config(dict(load_from=None, resume=True, work_dir=str(tmp_path)))
    held, notes = resolve_start(cfg)
    assert held is None
    assert cfg.resume is False
    assert notes == [f"{tmp_path} has no checkpoint to go on from: the training starts anew"]


def test_resolve_start__resume_falls_back_and_says_so(tmp_path):
    _save(tmp_path, 1)
    _save(tmp_path, 2).write_bytes(b"PK\x03\x04")
    cfg = Config(dict(load_from=None, resume=True, work_dir=str(tmp_path)))
    held, notes = resolve_start(cfg)
    assert held["meta"]["epoch"] == 1
    assert cfg.load_from == str(tmp_path / "epoch_1.pth")
    assert len(notes) == 1
    assert notes[0].startswith(f"{tmp_path / 'epoch_2.pth'}: cannot be loaded")
    assert notes[0].endswith(f"; going on from {tmp_path / 'epoch_1.pth'}")


def test_resolve_start__weights_are_no_start_to_resume(tmp_path):
    torch.save({"state_dict": {"a": torch.ones(1)}}, tmp_path / "slim.pth")
    cfg = Config(dict(load_from=str(tmp_path / "slim.pth"), resume=True))
    with pytest.raises(UserError, match="without the state of a training"):
        resolve_start(cfg)
    cfg.resume = False
    assert resolve_start(cfg)[1] == []


def test_local_checkpoint__files_and_names():
    assert local_checkpoint("a/b.pth") == "a/b.pth"
    assert local_checkpoint("s3://bucket/b.pth") == "s3://bucket/b.pth"
    assert local_checkpoint("mmsynloc::demo_synloc.pth") == str(WEIGHTS_DIR / "demo_synloc.pth")


def test_local_checkpoint__an_address_that_does_not_answer(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(UserError, match=r"http://127\.0\.0\.1:9/a\.pth: cannot be downloaded"):
        local_checkpoint("http://127.0.0.1:9/a.pth")  # nothing listens there


def test_local_checkpoint__addresses_that_end_alike_have_files_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    def download(address, file, progress):
        Path(file).write_text(address)

    monkeypatch.setattr(torch.hub, "download_url_to_file", download)
    addresses = ("http://a.org/1/best.pth", "http://a.org/2/best.pth", "http://a.org/1/best.pth?v=2")
    files = [Path(local_checkpoint(address)) for address in addresses]
    assert [file.read_text() for file in files] == list(addresses)
    assert all(file.name.startswith("best-") and file.suffix == ".pth" for file in files)
    monkeypatch.delattr(torch.hub, "download_url_to_file")  # the second time they are there
    assert [Path(local_checkpoint(address)) for address in addresses] == files


def _test_config(checkpoint, threshold="val"):
    evaluator = dict(type="LocSimMetric", score_threshold=threshold)
    hooks = [dict(type="ScoreThresholdHook")]
    return Config(dict(load_from=str(checkpoint), test_evaluator=evaluator, custom_hooks=hooks))


def test_require_threshold__of_a_test(tmp_path):
    path = _save(tmp_path, 1)
    with pytest.raises(UserError, match=r"epoch_1\.pth: no validation has chosen a score threshold yet"):
        require_thresholds(_test_config(path), "test", {})
    require_thresholds(_test_config(path, 0.4), "test", {})
    path.with_suffix(".locsim.json").write_text(json.dumps({"score_threshold": 0.4}))
    require_thresholds(_test_config(path), "test", {})


def test_require_threshold__of_a_metric_with_another_prefix(tmp_path):
    path = _save(tmp_path, 1)
    path.with_suffix(".locsim.json").write_text(json.dumps({"score_threshold": 0.4}))
    cfg = _test_config(path)
    cfg.test_evaluator = [cfg.test_evaluator, dict(cfg.test_evaluator, keypoints_3d="fifa15")]
    with pytest.raises(UserError, match="has chosen a score threshold of the metric fifa15 yet"):
        require_thresholds(cfg, "test", {})
    others = {"fifa15_score_threshold": 0.2}
    path.with_suffix(".locsim.json").write_text(json.dumps({"score_threshold": 0.4, "others": others}))
    require_thresholds(cfg, "test", {})


def test_require_threshold__a_validation_can_keep_its_own(tmp_path):
    path = _save(tmp_path, 1)
    require_thresholds(_test_config(path), "val", {})
    path.with_suffix(".locsim.json").mkdir()
    with pytest.raises(UserError, match=r"score threshold .*a folder, not a file"):
        require_thresholds(_test_config(path), "val", {})
    trial = _test_config(path)
    trial.custom_hooks[0].keep = False
    require_thresholds(trial, "val", {})  # it writes none
    require_thresholds(_test_config(WEIGHTS_DIR / "demo_synloc.pth"), "val", {})


def test_local_checkpoint__empty_name():
    """As an unset variable of a shell gives; without weights an untrained network would be scored."""
    with pytest.raises(UserError, match="the checkpoint has an empty name"):
        local_checkpoint("")


def test_require_detector__a_second_stage_learns_with_a_trained_detector_only(tmp_path):
    cfg = Config(dict(model=dict(detector="mmsynloc::demo_synloc.py"), load_from=None))
    with pytest.raises(UserError, match=r"two\.py: its detector \(mmsynloc::demo_synloc\.py\) has no weights"):
        require_detector(cfg, "two.py", None)
    with pytest.raises(UserError, match="has no weights"):
        require_detector(cfg, "two.py", {"state_dict": {"head.a": torch.ones(1)}})
    require_detector(cfg, "two.py", {"state_dict": {"detector.head.a": torch.ones(1)}})
    require_detector(Config(dict(model=dict())), "one.py", None)
