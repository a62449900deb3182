"""Loading a checkpoint into a run."""

from __future__ import annotations

from types import SimpleNamespace

import torch
from torch import nn

from mmsynloc.engine.hooks import LoadWeightsHook


def _runner(tmp_path, resume=False):
    return SimpleNamespace(model=nn.Linear(2, 1), _load_from="a.pth", _resume=resume, work_dir=str(tmp_path))


def test_load_weights__missing_and_other_shapes_keep_the_models_own(tmp_path):
    runner = _runner(tmp_path)
    own = runner.model.state_dict()
    checkpoint = {"state_dict": {"weight": torch.ones(5, 5), "bias": torch.full((1,), 7.0), "extra": torch.ones(1)}}
    LoadWeightsHook().after_load_checkpoint(runner, checkpoint)
    assert set(checkpoint["state_dict"]) == {"weight", "bias"}
    assert torch.equal(checkpoint["state_dict"]["weight"], own["weight"])
    assert checkpoint["state_dict"]["bias"] == 7
    runner.model.load_state_dict(checkpoint["state_dict"], strict=True)


def test_load_weights__a_plain_state_dict(tmp_path):
    checkpoint = {"module.weight": torch.ones(1, 2), "module.bias": torch.zeros(1)}
    LoadWeightsHook().after_load_checkpoint(_runner(tmp_path), checkpoint)
    assert torch.equal(checkpoint["state_dict"]["weight"], torch.ones(1, 2))


def test_load_weights__paths_of_another_folder_become_the_runs_own(tmp_path):
    runner = _runner(tmp_path, resume=True)
    info = {"best_ckpt": "/else/best_epoch_1.pth", "last_ckpt": "/else/epoch_2.pth", "iter": 3, "best_score": 0.5}
    checkpoint = {"state_dict": runner.model.state_dict(), "message_hub": {"runtime_info": info}}
    LoadWeightsHook().after_load_checkpoint(runner, checkpoint)
    assert info == {
        "best_ckpt": str(tmp_path / "best_epoch_1.pth"),
        "last_ckpt": str(tmp_path / "epoch_2.pth"),
        "iter": 3,
        "best_score": 0.5,
    }
