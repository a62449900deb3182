"""What a wheel carries, and that it is enough: the repository is not there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory) -> Path:
    """Folder of an unpacked wheel, built from a copy, as a build leaves files in the source tree."""
    folder = tmp_path_factory.mktemp("wheel")
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("mmsynloc", "configs", "tools", "requirements"):
        shutil.copytree(ROOT / name, folder / "src" / name, symlinks=True, ignore=ignore)
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
        shutil.copy(ROOT / name, folder / "src")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    done = subprocess.run([*command, ".", "-w", ".."], cwd=folder / "src", capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "site")
    shutil.rmtree(folder / "src")
    return folder / "site"


def _run(site: Path, cwd: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(site)}
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("folder", ["configs", "tools"])
def test_wheel__carries_every_file_for_mim(unpacked, folder):
    expected = {p.relative_to(ROOT) for p in (ROOT / folder).rglob("*") if p.suffix in (".py", ".sh")}
    carried = {p.relative_to(unpacked / "mmsynloc" / ".mim") for p in (unpacked / "mmsynloc" / ".mim").rglob("*.*")}
    assert expected <= carried


def test_wheel__carries_every_module_weights_and_templates(unpacked):
    expected = {p.relative_to(ROOT) for p in (ROOT / "mmsynloc").rglob("*.py") if ".mim" not in p.parts}
    for data in ("weights", "visualization/error_report/templates"):
        expected |= {p.relative_to(ROOT) for p in (ROOT / "mmsynloc" / data).iterdir()}
    assert expected <= {p.relative_to(unpacked) for p in unpacked.rglob("*.*")}


def test_wheel__has_the_command(unpacked):
    (entry_points,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "mmsynloc = mmsynloc.cli:main" in entry_points.read_text()


def test_wheel__shows_tracklab_its_module(unpacked, tmp_path):
    (entry_points,) = unpacked.glob("*.dist-info/entry_points.txt")
    assert "[tracklab_plugin]\nmmsynloc = mmsynloc.tracklab_plugin:TrackLabPlugin" in entry_points.read_text()
    code = (
        "import sys; from mmsynloc.tracklab_plugin import TrackLabPlugin as found; "
        "from importlib.resources import files;"
        "text = (files(found.config_package.removeprefix('pkg://')) / 'modules/bbox_detector/synloc.yaml').read_text();"
        "print('torch' in sys.modules, 'mmsynloc.apis.tracklab.SynLocPositions' in text)"
    )
    assert _run(unpacked, tmp_path, "-c", code) == "False True"


def test_wheel__requirements_and_names_lead_into_it(unpacked, tmp_path):
    listed = Path(_run(unpacked, tmp_path, "-m", "mmsynloc", "requirements"))
    assert unpacked in listed.parents
    assert "mmpose==" in listed.read_text()
    code = "from mmsynloc.config_scope import *; print(config_path('mmsynloc::yoloxpose_s_synloc.py'))"
    assert unpacked in Path(_run(unpacked, tmp_path, "-c", code)).parents
