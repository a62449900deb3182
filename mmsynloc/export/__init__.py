"""Models as ONNX files, and the engines that run them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.export.engines import ENGINES, Engine, open_engine
    from mmsynloc.export.exported_backend import ExportedBackend
    from mmsynloc.export.onnx_file import export_onnx

__all__ = ["ENGINES", "Engine", "ExportedBackend", "export_onnx", "open_engine"]

__getattr__ = lazy_attributes(
    __name__,
    {
        "ENGINES": "engines",
        "Engine": "engines",
        "ExportedBackend": "exported_backend",
        "export_onnx": "onnx_file",
        "open_engine": "engines",
    },
)
