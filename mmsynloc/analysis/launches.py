"""GPU work of a computation: the kernels that it launches, and the points at which the host waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch._ops import OpOverload
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["LaunchCounter"]

# Views and allocations whose schemas do not mark them as such.
_NO_LAUNCH = {"_unsafe_view", "lift_fresh", "empty", "empty_like", "empty_strided", "new_empty", "new_empty_strided"}
# Their results, or the sizes of their results, have to be known on the host.
_WAITS = {
    "_local_scalar_dense",
    "_unique2",
    "bincount",
    "equal",
    "is_nonzero",
    "item",
    "masked_select",
    "nonzero",
    "repeat_interleave",
    "unique_consecutive",
    "unique_dim",
}


class LaunchCounter(TorchDispatchMode):
    """Counts operations while the context lasts, on whatever device they run.

    Attributes:
        launches: operations that compute or copy; views and allocations do not count.
        waits: operations that make the host wait for the device: reading a value, sizes that depend on values,
            indexing by a mask, copies to the host.
    """

    def __init__(self) -> None:
        super().__init__()
        self.launches = 0
        self.waits = 0

    def __torch_dispatch__(
        self, func: OpOverload, types: Any, args: tuple = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Count an operation and run it."""
        result = func(*args, **(kwargs or {}))
        name = func.overloadpacket.__name__
        self.waits += name in _WAITS or _indexes_by_mask(name, args) or _goes_to_host(args, result)
        self.launches += not (func.is_view or name in _NO_LAUNCH)
        return result


def _indexes_by_mask(name: str, args: tuple) -> bool:
    if name not in ("index", "index_put", "index_put_", "_index_put_impl_"):
        return False
    return any(isinstance(index, Tensor) and index.dtype in (torch.bool, torch.uint8) for index in args[1])


def _goes_to_host(args: tuple, result: Any) -> bool:
    devices = {arg.device.type for arg in args if isinstance(arg, Tensor) and arg.ndim}
    return isinstance(result, Tensor) and result.device.type == "cpu" and bool(devices - {"cpu"})
