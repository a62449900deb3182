"""Checkpoints that are whole, damaged, dangerous, or of another model."""

from __future__ import annotations

import os
import zipfile

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mmsynloc.engine.checkpoints import (
    check_resumable,
    compare_weights,
    find_resumable,
    is_address,
    read_checkpoint,
    weights_of,
)
from mmsynloc.utils import UserError


class _RunsCode:
    def __reduce__(self):
        return os.mkdir, ("never_made",)


def _training_state(epoch: int, step: int | None = None) -> dict:
    return {
        "meta": {"epoch": epoch, "iter": epoch * 10 if step is None else step},
        "message_hub": {"runtime_info": {}},
        "state_dict": {"weight": torch.ones(2)},
    }


def _save(path, held, **kwargs):
    torch.save(held, path, **kwargs)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"hello world\n", "of another kind"),
        (b"PK\x03\x04 cut off", "the file is cut off"),
        (b"\x80\x02 not a pickle", "of another kind"),
    ],
)
def test_read_checkpoint__damaged(tmp_path, content, message):
    path = tmp_path / "broken.pth"
    path.write_bytes(content)
    with pytest.raises(UserError, match=rf"broken\.pth: cannot be loaded as a checkpoint: .*{message}"):
        read_checkpoint(path)


@pytest.mark.parametrize("new_format", [True, False])
def test_read_checkpoint__cut_off(tmp_path, new_format):
    path = _save(tmp_path / "whole.pth", _training_state(1), _use_new_zipfile_serialization=new_format)
    assert set(read_checkpoint(path)) == {"meta", "message_hub", "state_dict"}
    content = path.read_bytes()
    (tmp_path / "cut.pth").write_bytes(content[: len(content) * 9 // 10])
    with pytest.raises(UserError, match=r"cut\.pth: cannot be loaded as a checkpoint"):
        read_checkpoint(tmp_path / "cut.pth")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.binary(max_size=64))
def test_read_checkpoint__any_bytes_are_one_line(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("bytes") / "any.pth"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        read_checkpoint(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("new_format", [True, False])
def test_read_checkpoint__code_is_not_run_and_no_advice_to_run_it(tmp_path, monkeypatch, new_format):
    monkeypatch.chdir(tmp_path)
    path = _save(tmp_path / "code.pth", {"state_dict": _RunsCode()}, _use_new_zipfile_serialization=new_format)
    with pytest.raises(UserError, match=r"holds code \(posix\.mkdir\), which is not run") as caught:
        read_checkpoint(path)
    assert "weights_only" not in str(caught.value)
    assert not (tmp_path / "never_made").exists()


def test_read_checkpoint__other_things(tmp_path):
    (tmp_path / "folder.pth").mkdir()
    with zipfile.ZipFile(tmp_path / "zip.pth", "w") as archive:
        archive.writestr("a.txt", "x")
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), tmp_path / "script.pth")
    _save(tmp_path / "module.pth", nn.Linear(2, 2))
    _save(tmp_path / "list.pth", [1, 2])
    cases = {
        "none.pth": "no such checkpoint",
        "folder.pth": "a folder, not a checkpoint",
        "zip.pth": "of another kind",
        "script.pth": "TorchScript",
        "module.pth": r"holds code \(torch\.nn\.modules\.linear\.Linear\)",
        "list.pth": "it holds a list",
    }
    for name, message in cases.items():
        with pytest.raises(UserError, match=message):
            read_checkpoint(tmp_path / name)


def test_weights_of__empty():
    with pytest.raises(UserError, match=r"x\.pth: no weights: its state_dict is empty"):
        weights_of({"state_dict": {}}, "x.pth")


@pytest.mark.parametrize(
    "held", [{}, {"a": 1}, {"state_dict": [1]}, {"state_dict": {}}, {"state_dict": {"a": 1}}, {0: torch.ones(1)}]
)
def test_weights_of__none(held):
    with pytest.raises(UserError, match=r"x\.pth: no weights"):
        weights_of(held, "x.pth")


def test_weights_of__with_and_without_state_dict_and_wrapper():
    weight = torch.ones(2)
    for held in ({"state_dict": {"module.a": weight}}, {"a": weight}):
        assert weights_of(held, "x.pth") == {"a": weight}


def test_compare_weights__counts_each_kind():
    own = {"a": torch.ones(2), "b": torch.ones(3), "c": torch.ones(1), "bn.num_batches_tracked": torch.tensor(0)}
    fit = compare_weights(own, {"a": torch.ones(2), "b": torch.ones(4), "d": torch.ones(1)})
    assert (fit.fits, fit.other_shape, fit.missing, fit.extra) == (("a",), ("b",), ("c",), ("d",))
    assert not fit.is_complete
    assert str(fit) == (
        "1 of the model's 3 weights fit (1 have another shape, 1 are missing), 1 more are not the model's"
    )
    assert compare_weights(own, own).is_complete
    assert not compare_weights(own, {}).fits


def test_find_resumable__empty_folder(tmp_path):
    assert find_resumable(tmp_path) == (None, [])
    assert find_resumable(tmp_path / "absent") == (None, [])


def test_find_resumable__passes_over_a_truncated_one(tmp_path):
    for epoch in (2, 9, 10):
        _save(tmp_path / f"epoch_{epoch}.pth", _training_state(epoch))
    _save(tmp_path / "best_epoch_11.pth", _training_state(11))
    (tmp_path / "epoch_10.pth").write_bytes((tmp_path / "epoch_10.pth").read_bytes()[:100])
    (tmp_path / "last_checkpoint").write_text(str(tmp_path / "epoch_10.pth"))
    found, problems = find_resumable(tmp_path)
    assert found == tmp_path / "epoch_9.pth"  # by number, not by name
    assert len(problems) == 1
    assert "epoch_10.pth: cannot be loaded" in problems[0]


@pytest.mark.parametrize(("step", "expected"), [(70, "iter_70.pth"), (50, "epoch_2.pth")])
def test_find_resumable__of_both_kinds_the_one_with_more_steps(step, expected, tmp_path):
    _save(tmp_path / "epoch_2.pth", _training_state(2, step=60))
    _save(tmp_path / f"iter_{step}.pth", _training_state(2, step=step))
    (tmp_path / "last_checkpoint").write_text("")  # cut off
    assert find_resumable(tmp_path)[0].name == expected


def test_find_resumable__a_copied_folder_has_its_own(tmp_path):
    original, copied = tmp_path / "original", tmp_path / "copied"
    for folder in (original, copied):
        folder.mkdir()
        _save(folder / "epoch_3.pth", _training_state(3))
        (folder / "last_checkpoint").write_text(str(original / "epoch_3.pth"))
    assert find_resumable(copied)[0] == copied / "epoch_3.pth"


def test_find_resumable__none_can_be_read(tmp_path):
    for epoch in (1, 2):
        (tmp_path / f"epoch_{epoch}.pth").write_bytes(b"")
    with pytest.raises(UserError, match=r"no checkpoint to go on from: .*epoch_2\.pth: .* empty \(and 1 more\)"):
        find_resumable(tmp_path)


@pytest.mark.parametrize("state", [{"meta": {}}, {"meta": {"epoch": 1, "iter": 1}, "message_hub": [1]}])
def test_check_resumable__weights_alone(tmp_path, state):
    path = _save(tmp_path / "slim.pth", {"state_dict": {"a": torch.ones(1)}, **state})
    with pytest.raises(UserError, match=r"without the state of a training.*load_from="):
        check_resumable(path)
    check_resumable(_save(tmp_path / "whole.pth", _training_state(1)))


@pytest.mark.parametrize(("name", "expected"), [("a.pth", False), ("https://a/b.pth", True), ("s3://a/b.pth", True)])
def test_is_address(name, expected):
    assert is_address(name) is expected


def _records(path):
    """Where each record's bytes lie, by name: of torch's zips, which are stored."""
    found = {}
    with zipfile.ZipFile(path) as archive, path.open("rb") as file:
        for info in archive.infolist():
            file.seek(info.header_offset + 26)
            names, extra = int.from_bytes(file.read(2), "little"), int.from_bytes(file.read(2), "little")
            found[info.filename.split("/")[-1]] = (info.header_offset + 30 + names + extra, info.file_size)
    return found


def test_read_checkpoint__one_changed_byte(tmp_path):
    path = _save(tmp_path / "a.pth", {"state_dict": {"weight": torch.ones(1000)}})
    content, (start, size) = bytearray(path.read_bytes()), _records(path)["0"]
    content[start + size // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"a\.pth: cannot be loaded as a checkpoint: it is damaged at a/data/0"):
        read_checkpoint(path)


def test_read_checkpoint__written_without_checksums(tmp_path):
    torch.serialization.set_crc32_options(False)
    try:
        path = _save(tmp_path / "a.pth", {"state_dict": {"weight": torch.ones(1000)}})
    finally:
        torch.serialization.set_crc32_options(True)
    assert read_checkpoint(path, "cpu")["state_dict"]["weight"].sum() == 1000
