"""MMEngine's Runner with a quiet console and one-line errors for mistakes in the config."""

from __future__ import annotations

import copy
import io
import os
from contextlib import redirect_stdout
from typing import Any

from mmengine.config import Config
from mmengine.dist import master_only
from mmengine.logging import MMLogger
from mmengine.runner import BaseLoop, Runner
from mmengine.runner.runner import ConfigType
from torch import nn

from mmsynloc.engine.checkpoints import is_address
from mmsynloc.engine.config_errors import config_errors
from mmsynloc.engine.console import quiet_console
from mmsynloc.engine.formatted_config import FormattedConfig
from mmsynloc.engine.hooks.score_threshold_hook import remove_thresholds
from mmsynloc.engine.peers import lost_peer_errors
from mmsynloc.utils import UserError, atomic_write

__all__ = ["SynLocRunner"]


class SynLocRunner(Runner):
    """Upstream's Runner; loops and data sets are built within :meth:`train`, :meth:`val` and :meth:`test`."""

    @classmethod
    def from_cfg(cls, cfg: ConfigType) -> Runner:
        """Upstream's, with a config whose text is laid out once."""
        return super().from_cfg(FormattedConfig.of(cfg) if isinstance(cfg, Config) else cfg)

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Upstream's logger, whose console shows what :func:`~mmsynloc.engine.console.tell` writes."""
        logger = super().build_logger(*args, **kwargs)
        quiet_console(logger)
        return logger

    def build_train_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Upstream's loop; the one over epochs as :class:`~mmsynloc.engine.train_loop.ResumableTrainLoop`.

        Raises:
            UserError: the data set has no batch to train on.
        """
        built = super().build_train_loop(_resumable(loop))
        loader = built.dataloader
        if len(loader) == 0:
            raise UserError(
                f"{len(loader.dataset)} images for training are not one batch of train_dataloader.batch_size="
                f"{loader.batch_size}"
            )
        return built

    def load_or_resume(self) -> None:
        """Upstream's, with what it prints in the log file."""
        printed = io.StringIO()
        with redirect_stdout(printed):
            super().load_or_resume()
        if printed.getvalue():
            self.logger.info(printed.getvalue().strip())

    @master_only
    def save_checkpoint(self, out_dir: str, filename: str, *args: Any, **kwargs: Any) -> None:
        """Upstream's; a local file appears under its name once it is complete, without a former one's thresholds."""
        if is_address(str(out_dir)):
            super().save_checkpoint(out_dir, filename, *args, **kwargs)
            return
        path = os.path.join(out_dir, filename)
        with atomic_write(path) as temporary:
            super().save_checkpoint(str(temporary.parent), temporary.name, *args, **kwargs)
            # Of a run before in this folder; gone before the new weights are there, for they must not meet.
            remove_thresholds(path)

    def train(self) -> nn.Module:
        """Upstream's; mistakes in the config and lost processes are one line."""
        with config_errors(self.config_name), lost_peer_errors():
            return super().train()

    def val(self) -> dict[str, float]:
        """Upstream's; mistakes in the config and lost processes are one line."""
        with config_errors(self.config_name), lost_peer_errors():
            return super().val()

    def test(self) -> dict[str, float]:
        """Upstream's; mistakes in the config and lost processes are one line."""
        with config_errors(self.config_name), lost_peer_errors():
            return super().test()

    @property
    def config_name(self) -> str:
        """The config file, for messages."""
        return self.cfg.filename or "the config"


def _resumable(loop: BaseLoop | dict) -> BaseLoop | dict:
    """The settings of the loop over epochs with our class; other loops as they are."""
    if not isinstance(loop, dict):
        return loop
    kind = loop.get("type") or ("EpochBasedTrainLoop" if loop.get("by_epoch") else None)
    if kind != "EpochBasedTrainLoop":
        return loop
    settings = copy.deepcopy(loop)
    settings.pop("by_epoch", None)
    settings["type"] = "ResumableTrainLoop"
    return settings
