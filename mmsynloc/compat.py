"""Lets mmengine, mmcv, mmdet and mmpose import and load on today's Python, NumPy and torch.

Five gaps are closed, each only where the real thing is absent or broken; a package that works is left alone:

1. mmcv-lite has no compiled ``mmcv._ext``: a stand-in whose NMS runs in torch.
2. ``xtcocotools`` has no wheel for Python 3.12 or NumPy 2: a stand-in on pycocotools.
3. ``torchvision`` may be missing or not match torch: a stand-in with the one name MMPose imports.
4. mmengine imports ``pkg_resources``, which setuptools 81 dropped (a stand-in on importlib.metadata), and calls
   ``torch.load`` in a way that refuses its own checkpoints since torch 2.6: the classes they hold are declared
   safe, so that a checkpoint still cannot run code.
5. mmpose's metadata requires ``chumpy``, which does not build: ``requirements/openmmlab.txt`` is installed
   without dependencies, and ``setup.cfg`` lists the real ones. Nothing imports chumpy, so nothing is done here.

``import mmsynloc`` applies them, so ``custom_imports`` in a config is enough.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from pickle import UnpicklingError
from types import ModuleType

import numpy as np
import torch

__all__ = ["apply"]

_ROOT = Path(__file__).parent / "_standins"
_STAND_INS = {
    "mmcv._ext": _ROOT / "mmcv_ext.py",
    "pkg_resources": _ROOT / "pkg_resources.py",
    "torchvision": _ROOT / "torchvision" / "__init__.py",
    "xtcocotools": _ROOT / "xtcocotools" / "__init__.py",
}
# A package may itself import while the part of it that is compiled does not.
_BINARY_PARTS = {"torchvision": "torchvision.transforms", "xtcocotools": "xtcocotools.mask"}


class _StandInFinder(MetaPathFinder):
    """Serves a stand-in for each of ``names``."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.names:
            return None
        file = _STAND_INS[fullname]
        package = [str(file.parent)] if file.name == "__init__.py" else None
        return spec_from_file_location(fullname, file, submodule_search_locations=package)


def _is_broken(name: str) -> bool:
    """Whether a module is installed but fails to import (a binary built for another NumPy or torch)."""
    if name in sys.modules or find_spec(name) is None:
        return False
    try:
        importlib.import_module(_BINARY_PARTS.get(name, name))
    except Exception:  # ImportError, OSError, RuntimeError, ValueError: each binary fails in its own way
        for module in [m for m in sys.modules if m == name or m.startswith(f"{name}.")]:
            del sys.modules[module]
        return True
    return False


def _install_stand_ins() -> None:
    if any(isinstance(finder, _StandInFinder) for finder in sys.meta_path):
        return
    # Behind the real finders: a stand-in is found only where nothing else is.
    sys.meta_path.append(_StandInFinder(set(_STAND_INS)))
    broken = {name for name in ("torchvision", "xtcocotools") if _is_broken(name)}
    if _is_broken("mmcv._ext"):
        broken.add("mmcv._ext")
    if broken:
        sys.meta_path.insert(0, _StandInFinder(broken))


def _history_method(owner: type, name: str) -> Callable:
    """In place of ``getattr`` in a checkpoint: only the statistics of a log history."""
    from mmengine.logging.history_buffer import HistoryBuffer

    if name.startswith("_") or not (owner is HistoryBuffer or isinstance(owner, HistoryBuffer)):
        raise UnpicklingError(f"a checkpoint may not take {name!r} from {owner!r}")
    return getattr(owner, name)


def _checkpoint_classes() -> list:
    """What an mmengine checkpoint holds beside tensors: log histories and NumPy numbers."""
    from mmengine.logging.history_buffer import HistoryBuffer

    multiarray = np._core.multiarray if hasattr(np, "_core") else np.core.multiarray
    reconstruct, scalar = multiarray._reconstruct, multiarray.scalar
    dtypes = [type(np.dtype(code)) for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "?")]
    both_names = [
        (function, f"numpy.{core}.multiarray.{function.__name__}")
        for function in (reconstruct, scalar)
        for core in ("core", "_core")  # checkpoints of NumPy 1 and of NumPy 2
    ]
    getattr_names = [(_history_method, f"{module}.getattr") for module in ("builtins", "__builtin__")]
    return [HistoryBuffer, np.ndarray, np.dtype, *dtypes, *both_names, *getattr_names]


def _allow_own_checkpoints() -> None:
    if not hasattr(torch.serialization, "add_safe_globals"):  # torch < 2.4
        return
    classes = _checkpoint_classes()
    try:
        torch.serialization.add_safe_globals(classes)
    except AttributeError:  # torch 2.4 takes no (object, name) pairs
        torch.serialization.add_safe_globals([c for c in classes if not isinstance(c, tuple)])
    # torch 2.4 and 2.5 would still run code from a checkpoint by default
    os.environ.setdefault("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")


def apply() -> None:
    """Close the gaps; calling it again does nothing more."""
    _install_stand_ins()
    _allow_own_checkpoints()
