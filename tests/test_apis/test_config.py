"""Configs are loaded, or their mistake is reported in one line."""

from __future__ import annotations

import pytest

from mmsynloc.apis import load_config
from mmsynloc.config_scope import CONFIG_DIR
from mmsynloc.utils import UserError

BASE = '_base_ = "mmsynloc::demo_synloc.py"\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", "SyntaxError"),
        ("_base_ = 'absent.py'", r"absent\.py"),
        ("_base_ = 'mine.py'", "RecursionError"),
        ("_base_ = 'mmsynloc::absent.py'", "no such config"),
        ("_base_ = 'mmpose::absent.py'", "ValueError: .*package name"),
        ("x = undefined", r"line 1 of mine\.py: NameError"),
        ("x = 1\ny = 1 / 0", r"line 2 of mine\.py: ZeroDivisionError"),
        ('assert 1 == 2, "sizes must agree"', r"line 1 of mine\.py: AssertionError: sizes must agree"),
        (BASE + "x = _base_.modle", r"line 2 of mine\.py: AttributeError: .*modle"),
        (BASE + "x = _base_.model.hed", r"line 2 of mine\.py: AttributeError: .*hed"),
        (BASE + 'custom_imports = dict(imports=["no_module"])', "ImportError: .*no_module"),
        (
            "train_dataloder = dict(batch_size=3)",
            "train_dataloder is no setting of a run; do you mean train_dataloader",
        ),
        ("raise RuntimeError('two\\nlines')", r"RuntimeError: two$"),
        ("import sys\nsys.exit(0)", r"SystemExit: 0$"),
    ],
)
def test_load_config__what_is_wrong_is_told(tmp_path, text, message):
    path = tmp_path / "mine.py"
    path.write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        load_config(str(path))
    assert "\n" not in str(caught.value)
    assert "mine.py" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.py", b"\xff\xfe\x00x = 1", "not UTF-8 text"),
        ("a.json", b'{"model": ', "JSONDecodeError"),
        ("a.yaml", b"a: [1, 2", "ParserError"),
        ("a.txt", b"hello", "Only py/yml/yaml/json"),
    ],
)
def test_load_config__files_of_another_kind(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError, match=message):
        load_config(str(tmp_path / name))


def test_load_config__a_folder(tmp_path):
    with pytest.raises(UserError, match="a folder, not a config"):
        load_config(str(tmp_path))


def test_load_config__options():
    assert load_config("mmsynloc::demo_synloc.py", {"train_dataloader.batch_size": 3}).train_dataloader.batch_size == 3
    with pytest.raises(UserError, match="do you mean batch_size"):
        load_config("mmsynloc::demo_synloc.py", {"train_dataloader.batchsize": 3})


def test_load_config__work_dir():
    assert load_config("mmsynloc::yoloxpose_s_synloc.py").work_dir == "work_dirs/yoloxpose_s_synloc"
    assert load_config("mmsynloc::yoloxpose_s_synloc.py", work_dir="here").work_dir == "here"


def test_load_config__no_name_of_ours_is_taken_for_a_misspelling():
    paths = [path for path in sorted(CONFIG_DIR.rglob("*.py")) if "_base_" not in path.parts]
    assert len(paths) > 40
    for path in paths:
        assert load_config(str(path)).model
