"""Which camera has taken a frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from mmsynloc.files import Cameras, ImageNames, read_cameras
from mmsynloc.structures import GroundCamera
from mmsynloc.utils import UserError

__all__ = ["CameraOf", "camera_finder"]

CameraOf = Callable[[int, str, tuple[int, int]], tuple[int, GroundCamera]]
"""Gives a frame's id and its camera by its index, name and ``(width, height)``; raises UserError where it has none."""


def camera_finder(cameras: Any) -> CameraOf:
    """The function that gives each frame its camera.

    The cameras of an annotation file have the annotated size, those of other files are brought to the frame's size, and
    cameras that are given as objects keep theirs: it is the size that all pixels in the results refer to.

    Args:
        cameras: a camera for all frames; a file or folder that :func:`~mmsynloc.files.read_cameras` reads, for example
            an annotation file, which gives each image its own by the name; a mapping from names of images to cameras or
            their files; or a sequence of them, one a frame.

    Raises:
        UserError: the file is missing or wrong.
    """
    if isinstance(cameras, (str, Path)):
        return _of_file(read_cameras(cameras))
    if isinstance(cameras, Mapping):
        return _of_names(cameras)
    if isinstance(cameras, Sequence):
        return _of_numbers(cameras)
    return lambda index, name, size: (index, cameras)


def _of_file(cameras: Cameras) -> CameraOf:
    one_for_all = cameras.found.shared or not cameras.image_names
    annotated = bool(cameras.found.image_ids)
    first_free = max(cameras.found.image_ids, default=-1) + 1  # frames that the file does not list get ids of their own
    camera = lru_cache(maxsize=16)(cameras.camera)
    taken: dict[int, tuple[int, str]] = {}  # the frame that has an id: its index and name

    def find(index: int, name: str, size: tuple[int, int]) -> tuple[int, GroundCamera]:
        image_id = cameras.image_id(name)
        holder, other = (index, name) if image_id is None else taken.setdefault(image_id, (index, name))
        if holder != index:
            if not one_for_all:
                raise UserError(f"{name}: is image {image_id} of the annotation file, as {other} is; name one of them")
            image_id = None
        found = camera(None if one_for_all else name, None if annotated else size)
        return first_free + index if image_id is None else image_id, found

    return find


def _of_names(cameras: Mapping[str, Any]) -> CameraOf:
    names = ImageNames([str(name) for name in cameras], "the cameras")
    in_order = [camera_finder(camera) for camera in cameras.values()]

    def find(index: int, name: str, size: tuple[int, int]) -> tuple[int, GroundCamera]:
        try:
            return index, in_order[names.find(name)](index, name, size)[1]
        except ValueError as error:
            raise UserError(f"{name}: has no camera: {error}") from None

    return find


def _of_numbers(cameras: Sequence[Any]) -> CameraOf:
    in_order = [camera_finder(camera) for camera in cameras]

    def find(index: int, name: str, size: tuple[int, int]) -> tuple[int, GroundCamera]:
        if index >= len(in_order):
            raise UserError(f"{name}: has no camera: {len(in_order)} cameras were given")
        return index, in_order[index](index, name, size)[1]

    return find
