"""Camera files of every kind: which camera belongs to an image, at the image's size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mmsynloc.files.camera_kinds import find_cameras
from mmsynloc.files.camera_source import FoundCameras, ImageSize
from mmsynloc.files.names import ImageNames
from mmsynloc.structures.image_shape import same_shape
from mmsynloc.structures.pitch_markings import HALF_LENGTH_M, HALF_WIDTH_M
from mmsynloc.utils import UserError, dump_json

if TYPE_CHECKING:
    from mmsynloc.structures import Camera, GroundCamera

__all__ = ["Cameras", "read_camera", "read_cameras", "write_camera"]

PITCH_LIMITS_M = (HALF_WIDTH_M + 10.0, HALF_LENGTH_M + 10.0)
"""Half width and half length of the ground of which a camera must see a part."""

VIEW_GRID = (64, 36)


@dataclass(frozen=True)
class Cameras:
    """The cameras of a file or folder.

    Args:
        path: the file's name, for errors.
        found: its cameras.
    """

    path: str
    found: FoundCameras

    @property
    def image_names(self) -> tuple[str, ...]:
        """Images that the file names, each with its camera; empty where it has one camera for all images."""
        return self.found.image_names

    def camera(self, image_name: str | None = None, image_size: ImageSize | None = None) -> GroundCamera:
        """The camera of an image.

        Args:
            image_name: its file's name; not needed where the file has one camera.
            image_size: its ``(width, height)``, to which the camera is brought; None for the size in the file.

        Raises:
            UserError: the file has no camera for this image, its images are of another shape, or the camera does not
                see the pitch.
        """
        row = self._find(image_name)
        where = f"{self.path}: {self.image_names[row]}" if len(self.found.sources) > 1 else self.path
        try:
            camera = self.found.sources[row](image_size)
            _check_view(camera)
            return camera if image_size is None else _at_size(camera, image_size, image_name)
        except np.linalg.LinAlgError:
            raise UserError(f"{where}: the camera's matrix has no inverse") from None
        except ValueError as error:
            raise UserError(f"{where}: {error}") from None

    def image_id(self, image_name: str) -> int | None:
        """The id of an image in an annotation file; None where this is another file, or does not list the image."""
        if not self.found.image_ids:
            return None
        try:
            return self.found.image_ids[self._names.find(image_name)]
        except ValueError:
            return None

    @cached_property
    def _names(self) -> ImageNames:
        return ImageNames(self.image_names, "the camera file")

    def _find(self, image_name: str | None) -> int:
        if not self.image_names or (image_name is None and self.found.shared):
            return 0
        if image_name is None:
            raise UserError(f"{self.path}: has cameras of {len(self.image_names)} images; name the image")
        try:
            return self._names.find(image_name)
        except ValueError as error:
            if self.found.shared:
                return 0
            raise UserError(f"{self.path}: {error}") from None


def read_cameras(path: str | Path) -> Cameras:
    """Read a camera file, or a folder of them; docs/cameras.md lists the kinds.

    Raises:
        UserError: it is missing, of no known kind, or something in it is missing or wrong; the message names it.
    """
    return Cameras(str(path), find_cameras(Path(path)))


def read_camera(path: str | Path, image_size: ImageSize | None = None, image_name: str | None = None) -> GroundCamera:
    """Read the camera of one image; see :func:`read_cameras` and :meth:`Cameras.camera`."""
    return read_cameras(path).camera(image_name, image_size)


def write_camera(camera: Camera, path: str | Path) -> None:
    """Write a SynLoc camera as JSON with ``camera_matrix, dist_poly, undist_poly, width, height``.

    These are the camera's fields in an entry of an annotation file too.

    Raises:
        UserError: the file cannot be written.
    """
    width, height = camera.image_size
    arrays = {name: getattr(camera, name).tolist() for name in ("camera_matrix", "dist_poly", "undist_poly")}
    dump_json({**arrays, "width": width, "height": height}, path, indent=1)


def _at_size(camera: GroundCamera, image_size: ImageSize, image_name: str | None) -> GroundCamera:
    if camera.image_size == tuple(image_size):
        return camera
    (width, height), (own_width, own_height) = image_size, camera.image_size
    if not same_shape(image_size, camera.image_size):
        image = "the image" if image_name is None else f"image {image_name}"
        raise ValueError(f"is for images of {own_width}x{own_height}, and {image} is {width}x{height}")
    return camera.resized((int(width), int(height)))


def _check_view(camera: GroundCamera) -> None:
    position = np.asarray(camera.position_m)
    at = "({:.4g}, {:.4g}, {:.4g}) m".format(*position)
    if not position[2] > 0:
        raise ValueError(f"the camera lies at {at}, under the pitch; z points up in the pitch frame")
    width, height = camera.image_size
    grid = np.meshgrid(np.linspace(0, width - 1, VIEW_GRID[0]), np.linspace(0, height - 1, VIEW_GRID[1]))
    ground, valid = camera.pixel_to_pitch(np.stack(grid, -1).reshape(-1, 2))
    if not (np.abs(ground[valid]) < PITCH_LIMITS_M).all(-1).any():
        raise ValueError(f"the camera, at {at}, does not see the pitch; see docs/cameras.md for the pitch frame")
