"""What the reader of one kind of camera file returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from mmsynloc.structures import GroundCamera

__all__ = ["CameraSource", "FoundCameras", "ImageSize"]

ImageSize = tuple[int, int]
"""``(width, height)`` in pixels."""

CameraSource = Callable[[ImageSize | None], "GroundCamera"]
"""Makes a file's camera; takes the image's size where the file has none. Raises a ValueError where that is missing."""


class FoundCameras(NamedTuple):
    """The cameras of a file, and the images' names where it has one for each.

    Attributes:
        sources: one for each name, or a single one.
        image_names: empty where the file's one camera serves all images.
        shared: all are the same camera, so that it serves an image of any name too.
        image_ids: of an annotation file's images; empty elsewhere.
    """

    sources: tuple[CameraSource, ...]
    image_names: tuple[str, ...] = ()
    shared: bool = False
    image_ids: tuple[int, ...] = ()
