"""Stops a training at a loss that is not finite, before an optimiser step uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from mmengine.dist import all_gather_object, all_reduce, barrier
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmpose.registry import HOOKS
from torch import Tensor

from mmsynloc.utils import UserError

__all__ = ["NonFiniteLossHook"]

_CHECKPOINT = "non_finite.pth"


@HOOKS.register_module()
class NonFiniteLossHook(Hook):
    """Stop at the first loss that is not finite, before the optimiser takes a step with it.

    The state goes to ``non_finite.pth`` in the run's folder and the batch's images are named, so that the batch can
    be examined with the weights that failed on it.

    Under automatic mixed precision an overflow is no error: the gradient scaler skips the step and lowers its scale.
    Gradients are therefore not checked, and with an active scaler a loss may be infinite ``max_overflows`` times in
    a row.

    Args:
        max_overflows: how many steps in a row the gradient scaler may skip for a loss that is not finite.
    """

    priority = "VERY_LOW"

    def __init__(self, max_overflows: int = 10) -> None:
        self.max_overflows = max_overflows
        self._overflows = 0
        self._handle: Any = None

    def before_train(self, runner: Runner) -> None:
        """Watch the losses that the model returns."""

        def watch(model: Any, inputs: tuple, batch: dict[str, Any], output: Any) -> None:
            if batch.get("mode") == "loss" and isinstance(output, Mapping):  # predictions run through the model too
                self._watch(runner, batch.get("data_samples") or [], output)

        self._handle = runner.model.register_forward_hook(watch, with_kwargs=True)

    def after_train(self, runner: Runner) -> None:
        """Watch no more."""
        self._handle.remove()

    def _watch(self, runner: Runner, samples: Sequence[Any], output: Mapping[str, Any]) -> None:
        losses = {name: _mean(value) for name, value in output.items() if "loss" in name}
        bad = torch.stack(list(losses.values())).sum().isfinite().logical_not().int()
        all_reduce(bad, op="max")  # all processes stop together
        if not bad:
            self._overflows = 0
            return
        self._overflows += 1
        if self._overflows > (self.max_overflows if _has_scaler(runner) else 0):
            _stop(runner, samples, {name: float(loss) for name, loss in losses.items() if not loss.isfinite()})


def _stop(runner: Runner, samples: Sequence[Any], losses: dict[str, float]) -> None:
    local = [sample.metainfo.get("img_id") for sample in samples], losses
    found = [(images, bad) for images, bad in all_gather_object(local) if bad]
    images = [image for batch, _ in found for image in batch]
    names = ", ".join(f"{name} is {value}" for _, bad in found for name, value in bad.items())
    meta = dict(image_ids=images, losses=names, epoch=runner.epoch, iter=runner.iter)
    runner.save_checkpoint(runner.work_dir, _CHECKPOINT, meta=meta)
    barrier()  # the first process to exit ends the others too, even one that is still writing
    path = Path(runner.work_dir) / _CHECKPOINT
    raise UserError(
        f"iteration {runner.iter + 1}: {names}, on the batch with the image ids {images}; "
        f"the weights from before this step are in {path}"
    )


def _mean(loss: Tensor | list[Tensor]) -> Tensor:
    return loss.detach().float().mean() if isinstance(loss, Tensor) else torch.stack([*map(_mean, loss)]).sum()


def _has_scaler(runner: Runner) -> bool:
    scaler = getattr(runner.optim_wrapper, "loss_scaler", None)
    return scaler is not None and scaler.is_enabled()
