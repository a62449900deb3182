"""Models as ONNX files; :class:`mmsynloc.apis.inferencer.ExportedBackend` runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.export.onnx_file import export_onnx

__all__ = ["export_onnx"]

__getattr__ = lazy_attributes(__name__, {"export_onnx": "onnx_file"})
