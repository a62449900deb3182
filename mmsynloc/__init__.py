"""mmsynloc: athletes' positions on the pitch, as a plugin for MMPose and MMDetection.

A config needs only ``custom_imports = dict(imports=["mmsynloc"])``: the registries of MMPose and MMDetection then know
the modules of this package. The import itself is light, neither torch nor MMEngine is imported before something
needs them; :func:`register_all_modules` imports and registers everything at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc import compat
from mmsynloc.utils.lazy import lazy_attributes
from mmsynloc.utils.setup_env import register_all_modules
from mmsynloc.version import __version__

if TYPE_CHECKING:
    from mmsynloc import codecs, datasets, engine, evaluation, models
    from mmsynloc.apis.inferencer import SynLocInferencer

__all__ = [
    "SynLocInferencer",
    "__version__",
    "codecs",
    "compat",
    "datasets",
    "engine",
    "evaluation",
    "models",
    "register_all_modules",
]

_SUBPACKAGES = ("codecs", "datasets", "engine", "evaluation", "models")
__getattr__ = lazy_attributes(__name__, {name: name for name in _SUBPACKAGES} | {"SynLocInferencer": "apis.inferencer"})

compat.apply()
