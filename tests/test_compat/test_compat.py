"""Each gap is really there without its stand-in, is closed with it, and the real package is left alone.

Each test runs in a fresh interpreter, because imports cannot be undone in this one.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from mmengine.utils import package_utils

ROOT = Path(__file__).parents[2]


def run(code: str, tmp_path: Path, path: Path | None = None) -> subprocess.CompletedProcess:
    """Run code in a new interpreter, with ``path`` before everything else on sys.path."""
    prelude = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
    if path is not None:
        prelude += f"sys.path.insert(0, {str(path)!r})\n"
    command = [sys.executable, "-W", "ignore", "-c", prelude + code]
    return subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=300)


def installed(name: str) -> bool:
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:
        return False
    return spec is not None and "_standins" not in str(spec.origin)


@pytest.mark.parametrize(
    ("name", "needs"),
    [
        ("mmcv._ext", "import mmcv.ops"),
        ("xtcocotools", "import mmpose.datasets"),
        ("torchvision", "import mmpose.visualization"),
    ],
)
def test_stand_in__gap_is_real_and_closed(name, needs, tmp_path):
    if installed(name):
        pytest.skip(f"{name} is installed")
    others = "import mmsynloc.compat as c\n" + f"c._STAND_INS.pop({name!r})\nc.apply()\n"
    broken = run(
        "import types; sys.modules['mmsynloc'] = m = types.ModuleType('mmsynloc'); "
        f"m.__path__ = [{str(ROOT / 'mmsynloc')!r}]\n" + others + needs,
        tmp_path,
    )
    assert broken.returncode != 0
    assert f"No module named '{name}'" in broken.stderr
    assert run("import mmsynloc\n" + needs, tmp_path).returncode == 0


def test_pkg_resources__absent(tmp_path):
    # setuptools >= 81: the module is gone, so MMEngine cannot find the configs of an installed package.
    hide = (
        "import importlib.abc\n"
        "class NoReal(importlib.abc.MetaPathFinder):\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'pkg_resources':\n"
        "            raise ModuleNotFoundError(\"No module named 'pkg_resources'\", name=name)\n"
        "sys.meta_path.insert(0, NoReal())\n"
    )
    needs = (
        "from mmengine.utils import get_installed_path, is_installed\n"
        "assert is_installed('mmpose') and not is_installed('no-such-package')\n"
        "assert get_installed_path('mmpose').endswith('mmpose')\n"
    )
    without = run(hide + needs, tmp_path)
    needs_it = "pkg_resources" in Path(package_utils.__file__).read_text()  # onedl-mmengine does not
    assert ("No module named 'pkg_resources'" in without.stderr) == needs_it
    closed = run(hide + "import mmsynloc\n" + needs, tmp_path)
    assert closed.returncode == 0, closed.stderr


def test_torch_load__own_checkpoints_are_safe_and_others_run_no_code(tmp_path):
    if not hasattr(torch.serialization, "add_safe_globals"):
        pytest.skip("torch before 2.4 has no list of safe classes")
    save = (
        "import torch; from mmengine.logging import MessageHub\n"
        "hub = MessageHub.get_instance('x'); hub.update_scalar('loss', 0.5); hub.update_info('best', 0.5)\n"
        "torch.save({'message_hub': hub.state_dict()}, 'hub.pth')\n"
    )
    assert run(save, tmp_path).returncode == 0
    load = "import torch; print(torch.load('hub.pth', weights_only=True)['message_hub']['runtime_info']['best'])\n"
    assert run(load, tmp_path).returncode != 0
    loader = "from mmengine.runner import load_checkpoint\n"  # what makes the classes of its checkpoints known
    assert run("import mmsynloc\n" + loader + load, tmp_path).stdout.strip() == "0.5"
    assert run(loader + "import mmsynloc\n" + load, tmp_path).stdout.strip() == "0.5"
    # onedl-mmengine takes classes off the list of safe ones when it has loaded a checkpoint
    before = "from mmengine.runner import CheckpointLoader\nCheckpointLoader.load_checkpoint('hub.pth')\n"
    assert run("import mmsynloc\n" + before + load, tmp_path).stdout.splitlines()[-1] == "0.5"
    evil = (
        "import torch, os\n"
        "class Evil:\n    def __reduce__(self): return (os.mkdir, ('pwned',))\n"
        "torch.save({'state_dict': Evil()}, 'evil.pth')\n"
    )
    assert run(evil, tmp_path).returncode == 0
    opened = run(
        "import mmsynloc\nfrom mmengine.runner import load_checkpoint; import torch\n"
        "load_checkpoint(torch.nn.Linear(1, 1), 'evil.pth')",
        tmp_path,
    )
    assert opened.returncode != 0
    assert not (tmp_path / "pwned").exists()


def test_chumpy__is_not_needed(tmp_path):
    # The fifth gap: mmpose's metadata asks for it, nothing imports it.
    assert not installed("chumpy")
    assert run("import mmsynloc, mmpose.apis, mmpose.models, mmpose.datasets, mmpose.codecs", tmp_path).returncode == 0


def _fake_xtcocotools(folder: Path, mask: str) -> Path:
    package = folder / "site" / "xtcocotools"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("REAL = True\n")
    (package / "coco.py").write_text("class COCO: pass\n")
    (package / "cocoeval.py").write_text("class COCOeval: pass\n")
    (package / "mask.py").write_text(mask)
    return folder / "site"


def test_stand_in__real_package_is_left_alone(tmp_path):
    code = "import mmsynloc, xtcocotools; from mmpose.evaluation.metrics.coco_metric import COCOeval\n"
    code += "assert xtcocotools.REAL and not hasattr(COCOeval, 'computeOks')"
    result = run(code, tmp_path, _fake_xtcocotools(tmp_path, ""))
    assert result.returncode == 0, result.stderr


def test_stand_in__broken_binary_inside_a_package_is_replaced(tmp_path):
    site = _fake_xtcocotools(tmp_path, "raise ValueError('numpy.dtype size changed')\n")
    code = "import mmsynloc, xtcocotools; from mmpose.evaluation.metrics.coco_metric import COCOeval\n"
    code += "assert not hasattr(xtcocotools, 'REAL') and hasattr(COCOeval, 'computeOks')"
    result = run(code, tmp_path, site)
    assert result.returncode == 0, result.stderr


def test_stand_in__broken_package_is_replaced_and_was_run_once(tmp_path):
    fake = tmp_path / "site" / "torchvision"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text(
        "print('run'); import torchvision.part\nraise RuntimeError('operator torchvision::nms does not exist')\n"
    )
    (fake / "part.py").write_text("")
    code = "import mmsynloc, mmpose.visualization, torchvision\n"
    code += "print(torchvision.__version__, torchvision.__spec__.origin == torchvision.__file__)\n"
    code += "print('torchvision.part' in sys.modules)"
    result = run(code, tmp_path, tmp_path / "site")
    printed = [line for line in result.stdout.splitlines() if "OneDL" not in line]  # onedl-mmdetection's greeting
    assert printed == ["run", "0.0.0+standin True", "False"], result.stderr


def test_stand_in__compiled_module_that_cannot_be_opened_is_replaced(tmp_path):
    (tmp_path / f"pkg_resources{EXTENSION_SUFFIXES[0]}").write_bytes(b"built for another machine")
    code = "import mmsynloc, pkg_resources; print(pkg_resources.get_distribution('numpy').version)"
    result = run(code, tmp_path, tmp_path)
    assert result.stdout.strip() == version("numpy"), result.stderr


def test_stand_in__importing_mmsynloc_runs_no_real_module(tmp_path):
    site = _fake_xtcocotools(tmp_path, "")
    (site / "xtcocotools" / "__init__.py").write_text("print('run')\n")
    assert run("import mmsynloc", tmp_path, site).stdout == ""
    assert run("import mmsynloc, xtcocotools, xtcocotools.coco", tmp_path, site).stdout == "run\n"


def test_hooks__leave_the_module_its_own_loader(tmp_path):
    code = (
        "import mmsynloc, mmengine.config, inspect, importlib.machinery as m\n"
        "assert type(mmengine.config.__loader__) is type(mmengine.config.__spec__.loader) is m.SourceFileLoader\n"
        "assert 'Config' in inspect.getsource(mmengine.config)"
    )
    result = run(code, tmp_path)
    assert result.returncode == 0, result.stderr


def test_hooks__error_of_the_real_module_is_raised_where_nothing_stands_in(tmp_path):
    for package in ("mmpose", "mmpose/codecs"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "mmpose" / "codecs" / "__init__.py").write_text("raise OSError('broken on purpose')")
    result = run("import mmsynloc, mmpose.codecs", tmp_path, tmp_path)
    assert result.stderr.strip().endswith("OSError: broken on purpose")


def test_nms__equals_greedy_by_hand():
    from mmcv.ops import nms

    boxes = torch.tensor([[0.0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 10, 5]])
    scores = torch.tensor([0.8, 0.9, 0.1, 0.7])
    # IoU of the first two is 9/11; the last has IoU 0.5 with the first and 45/105 with the second
    _, kept = nms(boxes, scores, 0.6)
    assert kept.tolist() == [1, 3, 2]
    _, kept = nms(boxes, scores, 0.4)
    assert kept.tolist() == [1, 2]
    assert nms(boxes[:0], scores[:0], 0.5)[1].tolist() == []


def test_missing_operator__names_mmcv():
    if installed("mmcv._ext"):
        pytest.skip("the full mmcv is installed")
    from mmcv.ops import RoIAlign

    with pytest.raises(RuntimeError, match=r"roi_align_forward.*install the full `mmcv`"):
        RoIAlign(2)(torch.zeros(1, 1, 4, 4), torch.zeros(1, 5))


def test_pose_visualizer__draws_keypoints(tmp_path):
    # The sixth gap: a radius in an array of one element
    draw = (
        "import numpy as np; from mmpose.visualization import PoseLocalVisualizer\n"
        "visualizer = PoseLocalVisualizer(); visualizer.set_image(np.zeros((9, 9, 3), np.uint8))\n"
        "visualizer.draw_circles(np.array([4, 4]), np.array([2]), face_colors=(9, 9, 9))\n"
        "assert visualizer.get_image()[4, 4].tolist() == [9, 9, 9]\n"
    )
    name = "mmpose.visualization.opencv_backend_visualizer"
    gap = f"import mmsynloc.compat as c\nc._AFTER_IMPORT.pop({name!r})\nc.apply()\n"
    package = (
        "import types; sys.modules['mmsynloc'] = m = types.ModuleType('mmsynloc'); "
        f"m.__path__ = [{str(ROOT / 'mmsynloc')!r}]\n"
    )
    assert run("import mmsynloc\n" + draw, tmp_path).returncode == 0
    refused = tuple(map(int, version("numpy").split(".")[:2])) >= (2, 4)
    assert (run(package + gap + draw, tmp_path).returncode != 0) == refused
