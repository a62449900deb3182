"""How a tool ends."""

from __future__ import annotations

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


def test_run_tool__names_that_no_text_can_hold(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["tool", "--out", "cam\udce4.json"])
    with pytest.raises(SystemExit) as end:
        run_tool(lambda: 0)
    assert end.value.code == 1
    assert capsys.readouterr().err == "error: 'cam\\udce4.json': its name is not UTF-8; rename it\n"


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
