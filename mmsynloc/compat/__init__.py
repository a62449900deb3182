"""Lets mmengine, mmcv, mmdet and mmpose import, load and draw on today's Python, NumPy and torch.

Six gaps are closed, each only where the real package is absent or broken; a package that works is not touched:

1. mmcv-lite has no compiled ``mmcv._ext``: a stand-in whose NMS runs in torch.
2. ``xtcocotools`` has no wheel for Python 3.12 or NumPy 2: a stand-in on pycocotools.
3. ``torchvision`` may be missing or not match torch: a stand-in with the one name MMPose imports.
4. mmengine imports ``pkg_resources``, which setuptools 81 dropped (a stand-in on importlib.metadata), and calls
   ``torch.load`` in a way that refuses its own checkpoints since torch 2.6: the classes they hold are declared
   safe, so that a checkpoint still cannot run code.
5. mmpose's metadata requires ``chumpy``, which does not build: ``requirements/openmmlab.txt`` is installed
   without dependencies, and ``setup.cfg`` lists the real ones. Nothing imports chumpy, so nothing is done here.
6. MMPose's visualizer takes an array (1,) for a number, which NumPy 2.4 refuses: it is made one.

``import mmsynloc`` imports none of these packages. It puts a finder in front of Python's own, which acts when one of
them is imported, by whatever code: it serves the stand-ins, declares the classes safe once MMEngine's checkpoint
module is there, makes MMEngine resolve the ``mmsynloc::`` names, mends MMPose's visualizer, and
registers the package's modules.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mmsynloc.compat.checkpoints import allow_own_checkpoints
from mmsynloc.compat.import_hooks import HookFinder, StandIn
from mmsynloc.compat.pose_visualizer import accept_radius_array
from mmsynloc.config_scope import register_config_names, register_inferencer_names, register_weights_names
from mmsynloc.utils.setup_env import EXTENDED_MODULES, register_modules

__all__ = ["apply"]

_ROOT = Path(__file__).parents[1] / "_standins"
# A package may itself import while the part of it that is compiled does not.
_STAND_INS = {
    "mmcv._ext": StandIn(_ROOT / "mmcv_ext.py"),
    "pkg_resources": StandIn(_ROOT / "pkg_resources.py"),
    "torchvision": StandIn(_ROOT / "torchvision" / "__init__.py", binary_part="torchvision.transforms"),
    "xtcocotools": StandIn(_ROOT / "xtcocotools" / "__init__.py", binary_part="xtcocotools.mask"),
}
# MMDetection imports it for one function that draws; with pandas it takes a tenth of the start of every command.
_LAZY = ("seaborn",)


def _prepare_checkpoints() -> None:
    allow_own_checkpoints()
    register_weights_names()


_AFTER_IMPORT: dict[str, Callable[[], None]] = {
    "mmengine.config": register_config_names,
    "mmengine.infer.infer": register_inferencer_names,
    "mmpose.visualization.opencv_backend_visualizer": accept_radius_array,
    "mmengine.runner.checkpoint": _prepare_checkpoints,
    **{name: partial(register_modules, name) for name in EXTENDED_MODULES},
}


def apply() -> None:
    """Close the gaps, now for what is imported already; calling it again does nothing more."""
    if any(isinstance(finder, HookFinder) for finder in sys.meta_path):
        return
    sys.meta_path.insert(0, HookFinder(_STAND_INS, _AFTER_IMPORT, _LAZY))
    for name, action in _AFTER_IMPORT.items():
        if name in sys.modules:
            action()
