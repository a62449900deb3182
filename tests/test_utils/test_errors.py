"""How a tool ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from torch.utils.data import DataLoader

from mmsynloc.utils import UserError, first_line, run_tool


def _raise(error):
    raise error


def test_run_tool__user_error_is_one_line(capsys, monkeypatch):
    monkeypatch.delenv("MMSYNLOC_DEBUG", raising=False)
    with pytest.raises(SystemExit) as end:
        run_tool(lambda: _raise(UserError("a.json: no such file")))
    assert end.value.code == 1
    assert capsys.readouterr().err == "error: a.json: no such file\n"


def test_run_tool__no_permission_is_one_line(capsys):
    with pytest.raises(SystemExit) as end:
        run_tool(lambda: _raise(PermissionError(13, "Permission denied", "closed/camera.json")))
    assert end.value.code == 1
    assert capsys.readouterr().err == "error: closed/camera.json: Permission denied\n"


@pytest.mark.parametrize(
    ("module", "hint"),
    [("torch", "pip install torch"), ("mmpose", 'pip install --no-deps -r "$(mmsynloc requirements)"')],
)
def test_run_tool__upstream_is_not_installed(module, hint, capsys):
    with pytest.raises(SystemExit) as end:
        run_tool(lambda: _raise(ModuleNotFoundError(f"No module named '{module}'", name=module)))
    assert end.value.code == 1
    assert capsys.readouterr().err == f"error: {module} is not installed: {hint}\n"


def test_run_tool__upstream_with_its_traceback(monkeypatch):
    monkeypatch.setenv("MMSYNLOC_DEBUG", "1")
    with pytest.raises(ModuleNotFoundError):
        run_tool(lambda: _raise(ModuleNotFoundError("No module named 'torch'", name="torch")))


def test_run_tool__other_missing_modules_keep_their_traceback():
    with pytest.raises(ModuleNotFoundError):
        run_tool(lambda: _raise(ModuleNotFoundError("No module named 'mmpose.no'", name="mmpose.no")))


def test_run_tool__names_that_no_text_can_hold(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["tool", "--out", "cam\udce4.json"])
    with pytest.raises(SystemExit) as end:
        run_tool(lambda: 0)
    assert end.value.code == 1
    assert capsys.readouterr().err == "error: 'cam\\udce4.json': its name is not UTF-8; rename it\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
@pytest.mark.parametrize("size", [1, 1_000_000])  # written at the end, and by print itself
@pytest.mark.parametrize(
    ("target", "words"), [("/dev/full", "error: the output cannot be written: No space"), (None, "")]
)
def test_run_tool__output_that_nobody_takes(target, words, size):
    """In a process of its own, with a full disk or a reader who has gone."""
    code = f"from mmsynloc.utils import run_tool; run_tool(lambda: print('x' * {size}))"
    if target is None:
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open(target, os.O_WRONLY)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=writer, stderr=subprocess.PIPE, text=True, env=environment
    )
    os.close(writer)
    assert done.returncode == 1
    assert done.stderr.strip().startswith(words)
    assert len(done.stderr.splitlines()) == bool(words)


def test_run_tool__defects_keep_their_traceback():
    with pytest.raises(ZeroDivisionError):
        run_tool(lambda: 1 / 0)


class _Broken:
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> None:
        raise UserError("000007.jpg: cannot be decoded as an image")


def test_user_error__stays_one_line_through_a_data_loader():
    with pytest.raises(UserError) as caught:
        next(iter(DataLoader(_Broken(), num_workers=1)))
    assert str(caught.value) == "000007.jpg: cannot be decoded as an image"


@pytest.mark.parametrize(("result", "code"), [(None, None), (0, 0), (3, 3)])
def test_run_tool__passes_the_status_on(result, code):
    with pytest.raises(SystemExit) as end:
        run_tool(lambda: result)
    assert end.value.code == code


@pytest.mark.parametrize(("message", "line"), [("one\ntwo", "one"), ("\n one\n", "one"), ("", "ValueError")])
def test_first_line__of_any_message(message, line):
    assert first_line(ValueError(message)) == line
