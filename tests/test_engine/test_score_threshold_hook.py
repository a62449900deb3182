"""Where the threshold of a checkpoint is kept and found."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from mmengine.runner import EpochBasedTrainLoop

from mmsynloc.engine.hooks.score_threshold_hook import (
    THRESHOLD_KEY,
    ScoreThresholdHook,
    stored_threshold,
    stored_thresholds,
    threshold_file,
)
from mmsynloc.utils import UserError

HUB = {"message_hub": {"runtime_info": {THRESHOLD_KEY: 0.3}}}


@pytest.mark.parametrize(
    "checkpoint",
    [
        None,
        {},
        {"state_dict": {}},
        [1],
        *({"message_hub": hub} for hub in (None, [], 3, {"runtime_info": {}}, {"runtime_info": [1]})),
        *({"message_hub": {"runtime_info": {THRESHOLD_KEY: value}}} for value in (None, "x", True, 10**400)),
    ],
)
def test_stored_threshold__nowhere(tmp_path, checkpoint):
    assert stored_threshold(tmp_path / "a.pth", checkpoint) is None


def test_stored_threshold__in_the_checkpoint(tmp_path):
    assert stored_threshold(tmp_path / "a.pth", HUB) == 0.3
    assert stored_threshold(None, HUB) == 0.3


def test_stored_threshold__the_file_beside_it_is_newer(tmp_path):
    # A periodic checkpoint is saved before its own validation, so it still holds the threshold of the one before.
    threshold_file(tmp_path / "a.pth").write_text(json.dumps({"score_threshold": 0.7}))
    assert stored_threshold(tmp_path / "a.pth", HUB) == 0.7
    assert stored_threshold(tmp_path / "b.pth", HUB) == 0.3


@pytest.mark.parametrize("text", ["{}", '{"score_threshold": "x"}', f'{{"score_threshold": {"9" * 400}}}', "[1]", "{"])
def test_stored_threshold__broken_file_is_named(tmp_path, text):
    threshold_file(tmp_path / "a.pth").write_text(text)
    with pytest.raises(UserError, match=r"a\.locsim\.json"):
        stored_threshold(tmp_path / "a.pth", HUB)


def _runner(checkpoint, **runtime_info):
    hub = SimpleNamespace(runtime_info=dict(runtime_info))
    hub.update_info = hub.runtime_info.__setitem__
    return SimpleNamespace(message_hub=hub, _train_loop=None, _load_from=str(checkpoint))


def test_hook__keeps_and_restores_the_thresholds_of_every_prefix(tmp_path):
    path = tmp_path / "a.pth"
    chosen = {THRESHOLD_KEY: 0.4, "fifa15_score_threshold": 0.2}
    metrics = {"locsim/score_threshold": 0.4, "fifa15/score_threshold": 0.2}
    ScoreThresholdHook().after_val_epoch(_runner(path, **chosen, other_score_threshold=0.1), metrics)
    assert stored_thresholds(path, HUB) == chosen  # the third is of no metric of this validation
    runner = _runner(path)
    ScoreThresholdHook().after_load_checkpoint(runner, {})
    assert runner.message_hub.runtime_info == chosen
    ScoreThresholdHook().after_val_epoch(_runner(path, locsim_score_threshold=0.5), {"locsim/score_threshold": 0.5})
    assert stored_thresholds(path, HUB) == chosen | {THRESHOLD_KEY: 0.5}


def test_hook__a_trial_keeps_nothing(tmp_path):
    path = tmp_path / "a.pth"
    metrics = {"locsim/score_threshold": 0.4}
    ScoreThresholdHook().after_val_epoch(_runner(path, locsim_score_threshold=0.4), metrics)
    ScoreThresholdHook(keep=False).after_val_epoch(
        _runner(path, locsim_score_threshold=0.6), {"locsim/score_threshold": 0.6}
    )
    assert stored_threshold(path, None) == 0.4


def test_hook__a_validation_of_another_prefix_alone(tmp_path):
    path = tmp_path / "a.pth"
    runner = _runner(path, fifa15_score_threshold=0.2)
    ScoreThresholdHook().after_val_epoch(runner, {"fifa15/score_threshold": 0.2})
    assert stored_thresholds(path, HUB) == {"fifa15_score_threshold": 0.2}
    assert stored_threshold(path, HUB) is None


@pytest.mark.parametrize(
    "metrics", [{"coco/AP": 0.5}, {"locsim/score_threshold": 0.4}, {"pelvis/score_threshold": 0.7}, None]
)
def test_hook__a_threshold_that_this_validation_has_not_chosen(tmp_path, metrics):
    """The one in the hub is of the weights that the training began with; 0.4 was given."""
    path = tmp_path / "a.pth"
    ScoreThresholdHook().after_val_epoch(_runner(path, locsim_score_threshold=0.31), metrics)
    assert list(tmp_path.iterdir()) == []


def _trainer(folder, epoch, last_checkpoint):
    """A training's runner after an epoch of ten steps."""
    info = {"locsim_score_threshold": 0.31} | ({"last_ckpt": str(last_checkpoint)} if last_checkpoint else {})
    runner = _runner(None, **info)
    runner._train_loop = object.__new__(EpochBasedTrainLoop)
    runner.epoch, runner.iter, runner.work_dir = epoch, 10 * epoch, str(folder)
    return runner


@pytest.mark.parametrize(("name", "kept"), [("epoch_2.pth", True), ("iter_20.pth", True), ("epoch_1.pth", False)])
def test_hook__in_training(tmp_path, name, kept):
    path = tmp_path / "checkpoints" / name
    path.parent.mkdir()
    path.touch()
    ScoreThresholdHook().after_val_epoch(_trainer(tmp_path, 2, path), {"locsim/score_threshold": 0.31})
    assert threshold_file(path).is_file() == kept


def test_hook__a_checkpoint_of_an_earlier_run_in_the_folder(tmp_path):
    (tmp_path / "epoch_2.pth").touch()
    ScoreThresholdHook().after_val_epoch(_trainer(tmp_path, 2, None), {"locsim/score_threshold": 0.31})
    assert [path.name for path in tmp_path.iterdir()] == ["epoch_2.pth"]


def test_hook__metrics_of_other_kinds(tmp_path):
    path = tmp_path / "a.pth"
    metrics = {"locsim/score_threshold": 0.31, "PCK": float("nan"), "EPE": np.float32(3)}
    ScoreThresholdHook().after_val_epoch(_runner(path, locsim_score_threshold=0.31), metrics)
    assert json.loads((tmp_path / "a.locsim.json").read_text())["metrics"] == {
        "locsim/score_threshold": 0.31,
        "PCK": None,
        "EPE": 3.0,
    }
