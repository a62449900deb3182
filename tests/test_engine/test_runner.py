"""The Runner's own errors."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from mmengine.runner import Runner

from mmsynloc.engine.runner import SynLocRunner
from mmsynloc.utils import UserError


@pytest.mark.parametrize("batches", [0, 2])
def test_build_train_loop__needs_a_batch(monkeypatch, batches):
    class Loader:
        dataset, batch_size = [1, 2, 3], 8

        def __len__(self) -> int:
            return batches

    loop = SimpleNamespace(dataloader=Loader())
    monkeypatch.setattr(Runner, "build_train_loop", lambda self, given: loop)
    runner = SynLocRunner.__new__(SynLocRunner)
    if batches:
        assert runner.build_train_loop({}) is loop
        return
    with pytest.raises(UserError, match=r"3 images for training are not one batch of train_dataloader\.batch_size=8"):
        runner.build_train_loop({})


def test_save_checkpoint__a_former_run_s_threshold_does_not_stay(tmp_path, monkeypatch):
    def save(self, out_dir, filename):
        (Path(out_dir) / filename).write_text("new")

    monkeypatch.setattr(Runner, "save_checkpoint", save)
    for name in ("epoch_1.locsim.json", "epoch_2.locsim.json"):
        (tmp_path / name).write_text('{"score_threshold": 0.9}')
    SynLocRunner.__new__(SynLocRunner).save_checkpoint(str(tmp_path), "epoch_1.pth")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["epoch_1.pth", "epoch_2.locsim.json"]
