"""The command's own part: choosing a sub-command, names of the program, what the package carries."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmsynloc import __version__
from mmsynloc.cli import COMMANDS, main, run_command

ROOT = Path(__file__).parents[2]
SCRIPTS = {
    "tools/train.py": "train",
    "tools/test.py": "test",
    "tools/infer.py": "infer",
    "tools/evaluate.py": "evaluate",
    "tools/report.py": "report",
    "tools/ensemble.py": "ensemble",
    "tools/submit.py": "submit",
    "tools/camera.py": "camera",
    "tools/demo.py": "demo",
    "tools/publish_model.py": "publish",
    "tools/deployment/export.py": "export",
    "tools/browse_dataset.py": "browse",
    "tools/dataset/convert.py": "convert",
    "tools/dataset/make_mini_synloc.py": "mini",
}


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the command and returns its exit status, standard output and error output."""

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["anything", *arguments])
        with pytest.raises(SystemExit) as stop:
            main()
        return (stop.value.code or 0, *capsys.readouterr())

    return call


def _script(path: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *path.split(), *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=120)


def test_main__without_arguments(run):
    status, _, errors = run()
    assert status == 2
    assert "mmsynloc: error: the following arguments are required: COMMAND" in errors


def test_main__unknown_command(run):
    status, _, errors = run("trian")
    assert status == 2
    assert "invalid choice: 'trian'" in errors


def test_main__help_has_a_line_for_each_command(run):
    status, text, _ = run("--help")
    assert status == 0
    assert all(f"    {name}" in text for name in COMMANDS)


def test_main__version(run):
    assert run("--version") == (0, f"mmsynloc {__version__}\n", "")


def test_main__mistake_is_one_line(run):
    assert run("check", "--split", "other") == (
        1,
        "",
        "error: --split other: not one of train, val, test, challenge\n",
    )


def test_requirements__is_the_list_that_the_repository_has(run):
    status, text, _ = run("requirements")
    assert status == 0
    assert Path(text.strip()).read_text() == (ROOT / "requirements" / "openmmlab.txt").read_text()


@pytest.mark.parametrize("script", SCRIPTS)
def test_script__is_the_command_under_its_own_name(script):
    theirs, ours = _script(script, "--help"), _script("-m mmsynloc", SCRIPTS[script], "--help")
    assert theirs.returncode == ours.returncode == 0
    assert theirs.stdout.startswith(f"usage: {Path(script).name} ")

    def words(text: str) -> list[str]:  # lines break elsewhere under another name
        return text.replace(Path(script).name, f"mmsynloc {SCRIPTS[script]}").split()

    assert words(theirs.stdout) == words(ours.stdout)


def test_prepare_synloc__is_a_group_of_commands(capsys):
    prepare = _script("tools/dataset/prepare_synloc.py", "check", "--help")
    assert prepare.stdout.startswith("usage: prepare_synloc.py check ")
    with pytest.raises(SystemExit):
        run_command(("download", "check"), "Two.", ["train"], "prepare_synloc.py")
    assert "invalid choice: 'train' (choose from" in capsys.readouterr().err


def test_mim__finds_tools_and_configs():
    carried = ROOT / "mmsynloc" / ".mim"
    assert (carried / "tools" / "train.py").is_file()
    assert (carried / "tools" / "dataset" / "prepare_synloc.py").is_file()
    assert (carried / "configs" / "yoloxpose_s_synloc.py").is_file()
