"""Loading a checkpoint into a run."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest
import torch
from mmengine.runner import EpochBasedTrainLoop, IterBasedTrainLoop
from torch import nn

from mmsynloc.engine.hooks import LoadWeightsHook


def _runner(tmp_path, resume=False, loop=EpochBasedTrainLoop, steps=10):
    return SimpleNamespace(
        model=nn.Linear(2, 1),
        _load_from="a.pth",
        _resume=resume,
        work_dir=str(tmp_path),
        train_loop=loop.__new__(loop),
        train_dataloader=range(steps),
        logger=logging.getLogger("test"),
    )


def _meta(epoch, step, steps=None):
    return {"epoch": epoch, "iter": step, **({} if steps is None else {"steps_per_epoch": steps})}


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
    checkpoint = {"state_dict": runner.model.state_dict(), "message_hub": {"runtime_info": info}, "meta": _meta(2, 20)}
    LoadWeightsHook().after_load_checkpoint(runner, checkpoint)
    assert info == {
        "best_ckpt": str(tmp_path / "best_epoch_1.pth"),
        "last_ckpt": str(tmp_path / "epoch_2.pth"),
        "iter": 3,
        "best_score": 0.5,
    }


@pytest.mark.parametrize(
    ("meta", "expected"),
    [
        (_meta(2, 20), 20),  # the end of an epoch, by upstream
        (_meta(2, 27, 10), 27),
        (_meta(2, 30, 10), 30),  # all of the third epoch
        (_meta(0, 4, 10), 4),
        (_meta(2, 27, 12), 20),  # another batch size: the third epoch again
        (_meta(2, 40), 20),
        (_meta(0, 40), 0),
    ],
)
def test_load_weights__the_step_lies_in_the_epoch(meta, expected, tmp_path, caplog):
    runner = _runner(tmp_path, resume=True)
    checkpoint = {"state_dict": runner.model.state_dict(), "message_hub": {"runtime_info": {}}, "meta": dict(meta)}
    LoadWeightsHook().after_load_checkpoint(runner, checkpoint)
    assert checkpoint["meta"]["iter"] == expected
    assert ("an epoch had" in caplog.text) == (expected != meta["iter"])


def test_load_weights__a_loop_over_steps_has_no_epochs(tmp_path):
    runner = _runner(tmp_path, resume=True, loop=IterBasedTrainLoop)
    checkpoint = {"state_dict": runner.model.state_dict(), "message_hub": {"runtime_info": {}}, "meta": _meta(0, 400)}
    LoadWeightsHook().after_load_checkpoint(runner, checkpoint)
    assert checkpoint["meta"]["iter"] == 400


def test_load_weights__notes_the_length_of_an_epoch(tmp_path):
    checkpoint = {"meta": {}}
    LoadWeightsHook().before_save_checkpoint(_runner(tmp_path, steps=7), checkpoint)
    assert checkpoint["meta"] == {"steps_per_epoch": 7}
