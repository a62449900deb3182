"""What starting a command imports: each runs in a fresh interpreter, where nothing is imported yet."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mmsynloc.cli import COMMANDS
from tests.exported_models import two_files
from tests.synloc_files import write_split

__all__ = ["two_files"]

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "mmengine", "mmcv", "mmdet", "mmpose", "cv2", "matplotlib", "scipy", "rich"}
LIGHT_PACKAGES = (
    "mmsynloc.apis",
    "mmsynloc.config_scope",
    "mmsynloc.datasets.converters",
    "mmsynloc.datasets.preparation",
    "mmsynloc.evaluation.functional",
    "mmsynloc.structures",
    "mmsynloc.utils",
)

WITHOUT = """
import sys

class Without:
    def find_spec(name, path=None, target=None):
        if name.split(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Without)
"""


def run(code: str, *arguments: object) -> subprocess.CompletedProcess:
    """Run code; what it has imported of the heavy packages is the last line of its output."""
    code += f"\nimport sys; print('\\n', *sorted({HEAVY} & set(sys.modules)), sep=' ')"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)


def run_command(*arguments: object) -> subprocess.CompletedProcess:
    code = "from mmsynloc.cli import main\ntry: main()\nexcept SystemExit as stop: print('status', stop.code or 0)"
    return run(code, *arguments)


def imported(done: subprocess.CompletedProcess) -> list[str]:
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1].split()


def test_run__sees_what_is_imported():
    assert "scipy" in imported(run("import scipy"))


def test_import__package_alone():
    assert imported(run("import mmsynloc")) == []


def test_import__parts_that_need_no_network(tmp_path):
    assert imported(run("import " + ", ".join(LIGHT_PACKAGES))) == []


def test_import__works_where_torch_is_absent():
    done = run(
        "import sys; sys.modules['torch'] = None\nimport " + ", ".join(LIGHT_PACKAGES) + "\ndel sys.modules['torch']"
    )
    assert imported(done) == []


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=lambda c: " ".join(c) or "mmsynloc")
def test_help(command):
    done = run_command(*command, "--help")
    assert imported(done) == []
    assert done.stdout.startswith(" ".join(["usage: mmsynloc", *command]))
    assert "status 0" in done.stdout


def test_evaluate(tmp_path):
    write_split(tmp_path, "val", [[(0, 0), (5, 10)]])
    annotations = tmp_path / "annotations" / "val.json"
    people = json.loads(annotations.read_text())["annotations"]
    (tmp_path / "results.json").write_text(json.dumps([{**person, "score": 0.5} for person in people]))
    done = run_command("evaluate", "--ann-file", annotations, "--results", tmp_path / "results.json")
    assert imported(done) == []
    assert "status 0" in done.stdout


def test_check(tmp_path):
    write_split(tmp_path, "val", [[(0, 0), (5, 10)]])
    done = run_command("check", "--root", tmp_path, "--no-figures", "--no-progress")
    assert set(imported(done)) <= {"cv2", "rich"}  # to decode images, and for the table
    assert "healthy" in done.stdout


def test_convert(tmp_path):
    write_split(tmp_path, "train", [[(0, 0), (5, 10)]])
    done = run_command("convert", "coco", "--root", tmp_path, "--out", tmp_path / "coco")
    assert imported(done) == []
    assert "status 0" in done.stdout


def test_submit_check(tmp_path):
    write_split(tmp_path, "challenge", [[]])
    annotations = tmp_path / "annotations" / "challenge_public.json"
    done = run_command("submit", "--check", tmp_path / "absent.zip", "--ann-file", annotations)
    assert imported(done) == []
    assert "absent.zip: no such file" in done.stderr


def test_infer__an_exported_model_needs_no_torch(two_files, tmp_path):
    """Nor anything but what requirements/inference.txt names."""
    write_split(tmp_path, "val", [[]])
    annotations, image = tmp_path / "annotations" / "val.json", next((tmp_path / "val").iterdir())
    runtime, inference = (_packages(ROOT / "requirements" / f"{name}.txt") for name in ("runtime", "inference"))
    of_matplotlib = {"packaging", "six"}
    absent = sorted({"mmengine", "mmcv", "mmdet", "mmpose", *runtime} - inference - of_matplotlib)
    assert "torch" in absent
    assert inference - runtime == {"onnxruntime"}
    code = f"ABSENT = {absent}{WITHOUT}from mmsynloc.cli import main\nmain()"
    arguments = ["--camera", annotations, "--checkpoint", two_files, "--out", tmp_path / "out.json", "--vis-dir"]
    done = run(code, "infer", image, *arguments, tmp_path / "pictures")
    assert done.stdout.startswith(f"{tmp_path / 'out.json'}: "), done.stderr
    assert len(list((tmp_path / "pictures").iterdir())) == 1


def _packages(path: Path) -> set[str]:
    """What is imported of a list of requirements."""
    import_names = {"opencv-python-headless": "cv2", "Pillow": "PIL", "pyyaml": "yaml"}
    lines = [line.strip() for line in path.read_text().splitlines()]
    names = [re.split("[<>=;]", line)[0] for line in lines if line and not line.startswith("#")]
    return {import_names.get(name, name) for name in names} - {"setuptools"}
