"""Progress bars of trainings, alone and side by side."""

from __future__ import annotations

from types import SimpleNamespace

from mmsynloc.engine.hooks import ProgressBarHook


def _train(hook: ProgressBarHook, steps: int, done: int = 0) -> None:
    runner = SimpleNamespace(max_iters=steps, iter=done)
    hook.before_train(runner)
    for step in range(done, steps):
        hook.after_train_iter(runner, step, outputs={"loss": 0.25})
    hook.after_train(runner)


def test_progress_bar__counts_steps_and_shows_the_loss(capsys):
    _train(ProgressBarHook(), 3)
    shown = capsys.readouterr().err
    assert "train: 100%" in shown
    assert "3/3" in shown
    assert "loss=0.25" in shown


def test_progress_bar__of_a_resumed_training_reaches_its_end(capsys):
    _train(ProgressBarHook(), 3, done=2)
    shown = capsys.readouterr().err
    assert "2/3" in shown
    assert "3/3" in shown


def test_progress_bar__second_training_has_a_line_and_a_name_of_its_own(capsys):
    _train(ProgressBarHook(train_text="second stage", line=1), 2)
    shown = capsys.readouterr().err
    assert "second stage: 100%" in shown
    assert "\n" in shown.split("second stage")[0]  # moves to the next line before it writes
