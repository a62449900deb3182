"""Positions of athletes in pictures and video: :class:`SynLocInferencer`, its results, and what may do its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmsynloc.utils.lazy import lazy_attributes

if TYPE_CHECKING:
    from mmsynloc.apis.inferencer.backend import Backend, FrameDetections
    from mmsynloc.apis.inferencer.exported_backend import ExportedBackend
    from mmsynloc.apis.inferencer.synloc_inferencer import SynLocInferencer

__all__ = ["Backend", "ExportedBackend", "FrameDetections", "SynLocInferencer"]

__getattr__ = lazy_attributes(
    __name__,
    {
        "Backend": "backend",
        "ExportedBackend": "exported_backend",
        "FrameDetections": "backend",
        "SynLocInferencer": "synloc_inferencer",
    },
)
