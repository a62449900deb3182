"""Checkpoints by the clock: when they are due, and which file is left."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from mmsynloc.engine.hooks import TimedCheckpointHook


class Runner(SimpleNamespace):
    """As much of a Runner as the hook uses."""

    def __init__(self, folder, hook, updates=lambda step: True) -> None:
        super().__init__(work_dir=str(folder), hook=hook, iter=0, saved=[])
        self.message_hub = SimpleNamespace(runtime_info={}, update_info=self._update_info)
        self.optim_wrapper = SimpleNamespace(should_update=lambda: updates(self.iter + 1))

    def _update_info(self, name, value) -> None:
        self.message_hub.runtime_info[name] = value

    def save_checkpoint(self, folder, name, by_epoch) -> None:
        assert not by_epoch
        (Path(folder) / name).write_text("weights")
        self.saved.append(name)
        self.hook.before_save_checkpoint(self, {})


def _train(hook: TimedCheckpointHook, runner: Runner, steps) -> None:
    for step in steps:
        runner.iter = step - 1
        hook.after_train_iter(runner, 0)


@pytest.fixture
def clock(monkeypatch):
    now = SimpleNamespace(s=1000.0)
    monkeypatch.setattr("mmsynloc.engine.hooks.timed_checkpoint_hook.time.monotonic", lambda: now.s)
    return now


def test_timed_checkpoint__one_file_every_some_minutes(tmp_path, clock):
    hook = TimedCheckpointHook(minutes=20)
    runner = Runner(tmp_path, hook)
    hook.before_train(runner)
    for step, minute in enumerate([5, 19, 21, 30, 42], start=1):
        clock.s = 1000 + 60 * minute
        _train(hook, runner, [step])
    assert runner.saved == ["iter_3.pth", "iter_5.pth"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["iter_5.pth", "last_checkpoint"]
    assert (tmp_path / "last_checkpoint").read_text() == str(tmp_path / "iter_5.pth")


def test_timed_checkpoint__those_of_others_count(tmp_path, clock):
    hook = TimedCheckpointHook(minutes=20)
    runner = Runner(tmp_path, hook)
    hook.before_train(runner)
    clock.s += 15 * 60
    hook.before_save_checkpoint(runner, {})
    clock.s += 15 * 60
    _train(hook, runner, [1])
    assert runner.saved == []


def test_timed_checkpoint__only_after_a_step_of_the_optimiser(tmp_path, clock):
    hook = TimedCheckpointHook(minutes=0)
    runner = Runner(tmp_path, hook, updates=lambda step: step % 3 == 0)
    hook.before_train(runner)
    _train(hook, runner, range(1, 8))
    assert runner.saved == ["iter_3.pth", "iter_6.pth"]


@pytest.mark.parametrize("minutes", [-1, float("nan")])
def test_timed_checkpoint__wrong_minutes(minutes):
    with pytest.raises(ValueError, match="minutes is"):
        TimedCheckpointHook(minutes=minutes)
