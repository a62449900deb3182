"""What of a run's log reaches the console."""

from __future__ import annotations

import logging

import pytest
from mmengine.logging import MMLogger

from mmsynloc.engine.console import quiet_console, tell


@pytest.fixture
def logger(tmp_path):
    """The current logger, on a console and in a file, as Runner builds it."""
    made = MMLogger.get_instance(f"console {tmp_path}", log_file=str(tmp_path / "run.log"))
    quiet_console(made)
    yield made
    made.handlers[-1].close()
    del MMLogger._instance_dict[made.instance_name]


def test_quiet_console__only_what_is_told_and_warnings(logger, tmp_path, capsys):
    # The console's handler keeps the stream that it was made with.
    logger.handlers[0].stream = console = _Lines()
    logger.info("Config:\nmany lines")
    tell("model   Net")
    logger.warning("a warning")
    logger.warning('"FileClient" will be deprecated in future')
    logger.error("an error")
    assert console == ["model   Net", "warning: a warning", "error: an error"]
    log = (tmp_path / "run.log").read_text()
    for text in ("many lines", "model   Net", "a warning", "FileClient", "an error"):
        assert text in log


def test_tell__other_loggers_show_it_too(caplog):
    with caplog.at_level(logging.INFO):
        tell("a line")  # no Runner has been built: no error


class _Lines(list):
    def write(self, text: str) -> None:
        self.extend(text.splitlines())

    def flush(self) -> None:
        pass
