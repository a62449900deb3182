"""MMEngine's Runner with a quiet console and one-line errors for mistakes in the config."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import Any

from mmengine.logging import MMLogger
from mmengine.runner import BaseLoop, Runner
from torch import nn

from mmsynloc.engine.config_errors import config_errors
from mmsynloc.engine.console import quiet_console
from mmsynloc.utils import UserError

__all__ = ["SynLocRunner"]


class SynLocRunner(Runner):
    """Upstream's Runner; loops and data sets are built within :meth:`train`, :meth:`val` and :meth:`test`."""

    def build_logger(self, *args: Any, **kwargs: Any) -> MMLogger:
        """Upstream's logger, whose console shows what :func:`~mmsynloc.engine.console.tell` writes."""
        logger = super().build_logger(*args, **kwargs)
        quiet_console(logger)
        return logger

    def build_train_loop(self, loop: BaseLoop | dict) -> BaseLoop:
        """Upstream's loop.

        Raises:
            UserError: the data set has no batch to train on.
        """
        built = super().build_train_loop(loop)
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

    def train(self) -> nn.Module:
        """Upstream's, with :func:`~mmsynloc.engine.config_errors.config_errors`."""
        with config_errors(self.config_name):
            return super().train()

    def val(self) -> dict[str, float]:
        """Upstream's, with :func:`~mmsynloc.engine.config_errors.config_errors`."""
        with config_errors(self.config_name):
            return super().val()

    def test(self) -> dict[str, float]:
        """Upstream's, with :func:`~mmsynloc.engine.config_errors.config_errors`."""
        with config_errors(self.config_name):
            return super().test()

    @property
    def config_name(self) -> str:
        """The config file, for messages."""
        return self.cfg.filename or "the config"
