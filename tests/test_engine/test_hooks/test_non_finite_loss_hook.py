"""Training stops at a loss that is not finite."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.optim import OptimWrapper
from mmengine.runner import Runner
from mmpose.structures import PoseDataSample
from torch import nn

from mmsynloc.engine.hooks.non_finite_loss_hook import NonFiniteLossHook
from mmsynloc.utils import UserError


class _Model(BaseModel):
    """One weight; the loss of an image is what the image says."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))

    def forward(self, inputs, data_samples, mode):
        inputs = torch.stack(inputs)
        return dict(
            loss_good=self.weight.sum() ** 2, loss_bad=[(self.weight * inputs).mean()], other=torch.tensor(math.nan)
        )


def _collate(batch):
    return dict(inputs=[x for x, _ in batch], data_samples=[PoseDataSample(metainfo=dict(img_id=i)) for _, i in batch])


def _runner(work_dir: Path, values: list[float], **optim_wrapper) -> Runner:
    data = [(torch.tensor([value]), 100 + i) for i, value in enumerate(values)]
    loader = torch.utils.data.DataLoader(data, batch_size=2, collate_fn=_collate)
    return Runner(
        model=_Model(),
        work_dir=str(work_dir),
        train_dataloader=loader,
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(type="OptimWrapper", optimizer=dict(type="SGD", lr=0.1)) | optim_wrapper,
        custom_hooks=[NonFiniteLossHook()],
        default_hooks=dict(checkpoint=None, logger=None),
        default_scope="mmpose",
        experiment_name=work_dir.name,
        log_level="ERROR",
    )


def test_hook__finite_training_goes_through(tmp_path):
    runner = _runner(tmp_path, [1.0, 2.0, 3.0, 4.0])
    runner.train()
    assert runner.iter == 2
    assert not (tmp_path / "non_finite.pth").exists()
    assert not runner.model._forward_hooks


class _Predicting(Hook):
    """As a validation between steps: the model also returns what no training takes."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
        runner.model([torch.tensor([math.nan])], [], mode="tensor")


def test_hook__predictions_are_no_losses(tmp_path):
    runner = _runner(tmp_path, [1.0, 2.0])
    runner.register_hook(_Predicting())
    runner.train()
    assert runner.iter == 1


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_hook__stops_before_the_step_and_names_the_images(tmp_path, value):
    runner = _runner(tmp_path, [1.0, 1.0, 1.0, value, 1.0, 1.0])
    with pytest.raises(UserError, match=rf"iteration 2: loss_bad is {value}, .* image ids \[102, 103\]"):
        runner.train()
    saved = torch.load(tmp_path / "non_finite.pth", weights_only=False)
    assert saved["meta"]["image_ids"] == [102, 103]
    assert (saved["meta"]["epoch"], saved["meta"]["iter"]) == (0, 1)  # in the first epoch, after one step
    # one step: 1 - 0.1 * (2 * 1 + 1)
    torch.testing.assert_close(saved["state_dict"]["weight"], torch.tensor([0.7]))
    torch.testing.assert_close(runner.model.weight.data, torch.tensor([0.7]))


class _ScalingWrapper(OptimWrapper):
    """What mmengine's AmpOptimWrapper does with its scaler; that one itself insists on a GPU."""

    def __init__(self, **kwargs) -> None:
        super().__init__(**kwargs)
        self.loss_scaler = torch.amp.GradScaler("cpu", init_scale=4.0)

    def backward(self, loss, **kwargs) -> None:
        self.loss_scaler.scale(loss).backward(**kwargs)
        self._inner_count += 1

    def step(self, **kwargs) -> None:
        self.loss_scaler.step(self.optimizer, **kwargs)
        self.loss_scaler.update()


def _scaling_runner(work_dir: Path, values: list[float]) -> Runner:
    runner = _runner(work_dir, values)
    optimizer = torch.optim.SGD(runner.model.parameters(), lr=0.1)
    runner.optim_wrapper = _ScalingWrapper(optimizer=optimizer)
    return runner


def test_hook__step_that_the_scaler_skips_is_no_error(tmp_path):
    runner = _scaling_runner(tmp_path, [1.0, 1.0, math.inf, 1.0, 1.0, 1.0])
    runner.train()
    assert runner.iter == 3
    # two steps, w -= 0.1 * (2 w + 1), and one skipped
    torch.testing.assert_close(runner.model.weight.data, torch.tensor([0.46]))


def test_hook__endless_overflow_is_an_error(tmp_path):
    runner = _scaling_runner(tmp_path, [math.inf] * 30)
    with pytest.raises(UserError, match="iteration 11"):
        runner.train()
