"""Lets ``torch.load`` read MMEngine's own checkpoints without running code from them."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from pickle import UnpicklingError

__all__ = ["allow_own_checkpoints"]


def _history_method(owner: type, name: str) -> Callable:
    """In place of ``getattr`` in a checkpoint: only the statistics of a log history."""
    from mmengine.logging.history_buffer import HistoryBuffer

    if name.startswith("_") or not (owner is HistoryBuffer or isinstance(owner, HistoryBuffer)):
        raise UnpicklingError(f"a checkpoint may not take {name!r} from {owner!r}")
    return getattr(owner, name)


def _checkpoint_classes() -> list:
    """What an mmengine checkpoint holds beside tensors: log histories and NumPy numbers."""
    import numpy as np
    from mmengine.logging.history_buffer import HistoryBuffer

    multiarray = import_module(f"numpy.{'_core' if hasattr(np, '_core') else 'core'}.multiarray")
    reconstruct, scalar = multiarray._reconstruct, multiarray.scalar
    dtypes = [type(np.dtype(code)) for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "?")]
    both_names = [
        (function, f"numpy.{core}.multiarray.{function.__name__}")
        for function in (reconstruct, scalar)
        for core in ("core", "_core")  # checkpoints of NumPy 1 and of NumPy 2
    ]
    getattr_names = [(_history_method, f"{module}.getattr") for module in ("builtins", "__builtin__")]
    classes = [HistoryBuffer, np.ndarray, np.dtype, *dtypes]
    # By name too: onedl-mmengine takes its bare classes off torch's list again after each checkpoint that it loads.
    own_names = [(cls, f"{cls.__module__}.{cls.__qualname__}") for cls in classes]
    return [*classes, *own_names, *both_names, *getattr_names]


def allow_own_checkpoints() -> None:
    """Declare the classes safe that MMEngine's checkpoints hold; torch before 2.4 has no list of them."""
    import torch

    if not hasattr(torch.serialization, "add_safe_globals"):
        return
    classes = _checkpoint_classes()
    try:
        torch.serialization.add_safe_globals(classes)
    except AttributeError:  # torch 2.4 takes no (object, name) pairs
        torch.serialization.add_safe_globals([c for c in classes if not isinstance(c, tuple)])
    # torch 2.4 and 2.5 would still run code from a checkpoint by default
    os.environ.setdefault("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
