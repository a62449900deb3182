"""Which camera has taken a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmsynloc.files import Annotations, ImageNames, read_annotations
from mmsynloc.structures import GroundCamera
from mmsynloc.utils import UserError

__all__ = ["CameraOf", "camera_finder"]

CameraOf = Callable[[int, str], tuple[int, GroundCamera]]
"""Gives a frame's id and its camera by its index and name; raises UserError where it has none."""


def camera_finder(cameras: Any) -> CameraOf:
    """The function that gives each frame its camera.

    Args:
        cameras: a camera for all frames, or the path of its file; the path of an annotation file, which gives each
            image its own, by the name; a mapping from names of images to cameras; or a sequence of them, one a frame.

    Raises:
        UserError: the file is missing, or is none of these.
    """
    if isinstance(cameras, (str, Path)):
        return _of_annotations(read_annotations(cameras))
    if isinstance(cameras, Annotations):
        return _of_annotations(cameras)
    if isinstance(cameras, Mapping):
        return _of_names(cameras)
    if isinstance(cameras, Sequence):
        return _of_numbers(cameras)
    return lambda index, name: (index, cameras)


def _of_annotations(annotations: Annotations) -> CameraOf:
    """By the image's name; a file of one image gives its camera to all frames."""
    names = ImageNames(annotations.file_names)

    def find(index: int, name: str) -> tuple[int, GroundCamera]:
        try:
            row = names.find(name)
        except ValueError as error:
            if len(annotations) == 1:
                return index, annotations.camera(0)
            raise UserError(f"{name}: has no camera: {error} {annotations.path}") from None
        return int(annotations.image_ids[row]), annotations.camera(row)

    return find


def _of_names(cameras: Mapping[str, GroundCamera]) -> CameraOf:
    names = ImageNames([str(name) for name in cameras])
    in_order = list(cameras.values())

    def find(index: int, name: str) -> tuple[int, GroundCamera]:
        try:
            return index, in_order[names.find(name)]
        except ValueError as error:
            raise UserError(f"{name}: has no camera: {error}") from None

    return find


def _of_numbers(cameras: Sequence[GroundCamera]) -> CameraOf:
    def find(index: int, name: str) -> tuple[int, GroundCamera]:
        if index >= len(cameras):
            raise UserError(f"{name}: has no camera: {len(cameras)} cameras were given")
        return index, cameras[index]

    return find
