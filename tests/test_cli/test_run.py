"""Upstream's own tools on our configs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from mmsynloc.cli.run import main, tool_path
from mmsynloc.utils import UserError
from tests.synloc_files import write_split

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["browse_dataset", "browse_dataset.py", "mmpose:misc/browse_dataset"])
def test_tool_path__of_mmpose(name):
    assert tool_path(name).parts[-3:] == ("tools", "misc", "browse_dataset.py")


def test_tool_path__of_mmdetection_takes_the_uppermost_of_a_name():
    assert tool_path("mmdet:browse_dataset").parent.name == "analysis_tools"
    assert tool_path("mmdet:analysis_tools/mot/browse_dataset").parent.name == "mot"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "no such tool; `mmsynloc run` lists"),
        ("brows_dataset", "do you mean browse_dataset"),
        ("mmdet:../setup", "no such tool"),
        ("mmseg:test", "tools are those of mmpose and mmdet, not of 'mmseg'"),
    ],
)
def test_tool_path__unknown(name, message):
    with pytest.raises(UserError, match=message):
        tool_path(name)


def test_run__without_a_tool_lists_all(capsys):
    main([])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["mmpose", "mmdet"]
    assert all(" browse_dataset, " in line for line in lines)


@pytest.mark.parametrize(
    ("tool", "config", "flags"),
    [
        ("browse_dataset", "mmsynloc::yoloxpose_s_synloc.py", ["--mode", "transformed", "--max-item-per-dataset", "1"]),
        ("mmdet:browse_dataset", "mmsynloc::yolox_tiny_synloc.py", []),
    ],
)
def test_run__draws_the_samples_of_a_config(tool, config, flags, tmp_path):
    write_split(tmp_path, "train", [[(0, 0), (5, 10)]])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SYNLOC_ROOT": str(tmp_path), "OMP_NUM_THREADS": "1"}
    arguments = [tool, config, "--output-dir", str(tmp_path / "out"), "--not-show", *flags]
    command = [sys.executable, "-W", "ignore", "-m", "mmsynloc", "run", *arguments]
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert cv2.imread(str(tmp_path / "out" / "000000.jpg")).shape == (640, 640, 3)
