"""Photographs of one's own empty pitch with their cameras, and the light in them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.datasets.preparation.layout import IMAGE_SUFFIXES
from mmsynloc.files import Cameras, read_cameras
from mmsynloc.files.images import read_image
from mmsynloc.minisynloc.background import Background
from mmsynloc.minisynloc.cameras import ANNOTATION_SIZE
from mmsynloc.minisynloc.foreground import Foreground
from mmsynloc.minisynloc.ground import LINE_BGR
from mmsynloc.minisynloc.pitch import line_coverage
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M
from mmsynloc.structures import Camera, GroundCamera, to_synloc
from mmsynloc.utils import UserError

__all__ = ["Photograph", "load_photographs", "matched_light"]

GRID = (960, 540)  # where the pitch is looked for
LEAST_PITCH = 0.01  # of the frame
LEAST_LINE_PX = 60
LINE_SHARE = 0.7  # of a pixel that a line must cover
GRASS_LUMA = 0.34  # of sunlit grass; gives the brightness of the light where no line is visible
LIGHT_LIMITS = (0.2, 1.4)


@dataclass(frozen=True)
class Photograph:
    """A venue without athletes: ``camera`` at the annotated size, ``image`` (H, W, 3) uint8 BGR, and what hides people.

    ``cover`` (H, W) float32 is 1 where something near the camera hides athletes; None where nothing does.
    """

    name: str
    camera: Camera
    image: np.ndarray
    cover: np.ndarray | None

    def background(self, lamp_share: float) -> Background:
        """The photograph with, and without, the light of lamps that contribute a share of it."""
        shaded = cv2.convertScaleAbs(self.image, alpha=1 - lamp_share)
        foreground = None if self.cover is None else Foreground(self.image, self.cover)
        return Background(self.image, shaded, np.ones(self.image.shape[:2], np.float32), foreground)


def _pitch_grid(camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Ground positions x and y (h, w) of the pixels of :data:`GRID`, and where they lie on the pitch."""
    small = camera.resized(GRID)
    u, v = np.meshgrid(np.arange(GRID[0]), np.arange(GRID[1]))
    ground, valid = small.pixel_to_pitch(np.stack([u, v], -1).reshape(-1, 2).astype(float))
    x, y = np.where(valid[:, None], ground, 1e3).T.reshape(2, GRID[1], GRID[0])
    return x, y, (np.abs(x) < PITCH_HALF_WIDTH_M) & (np.abs(y) < PITCH_HALF_LENGTH_M)


def matched_light(image: np.ndarray, camera: Camera) -> np.ndarray:
    """Light (3,) by channel, BGR, that makes a white line as bright and of the colour that the photograph shows.

    The brightest pixels that lines of the pitch cover for the most part are taken for white paint. Where too few are
    in view, the grass gives the brightness of the light, whose colour is taken for neutral.

    Args:
        image: (H, W, 3) uint8 BGR.
        camera: its camera, at any size.
    """
    x, y, pitch = _pitch_grid(camera)
    small = cv2.resize(image, GRID, interpolation=cv2.INTER_AREA).astype(np.float64) / 255
    line = small[pitch & (line_coverage(x, y) > LINE_SHARE)]
    if len(line) >= LEAST_LINE_PX:
        luma = line.mean(1)
        light = np.median(line[luma >= np.percentile(luma, 80)], axis=0) / LINE_BGR
    else:
        light = np.full(3, np.median(small[pitch].mean(1)) / GRASS_LUMA)
    return np.clip(light, *LIGHT_LIMITS)


def _at_annotated_size(camera: GroundCamera, where: str) -> Camera:
    width, height = camera.image_size
    if width * ANNOTATION_SIZE[1] != height * ANNOTATION_SIZE[0]:
        raise UserError(f"{where}: the camera's images are {width}x{height}; only 16:9 can be rendered")
    synloc = to_synloc(camera)[0].resized(ANNOTATION_SIZE)
    if _pitch_grid(synloc)[2].mean() < LEAST_PITCH:
        raise UserError(f"{where}: the camera sees hardly any of the pitch")
    return synloc


def _find_photographs(cameras: Cameras, photos_dir: Path) -> list[Path]:
    """The photographs that the cameras are of: those that the file names, or all where it names none."""
    there = sorted(path for path in photos_dir.glob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if not cameras.image_names:
        if not there:
            raise UserError(f"{photos_dir}: holds no photographs")
        return there
    by_stem = {path.stem: path for path in there}
    names = cameras.image_names
    return [photos_dir / name if Path(name).suffix else by_stem.get(name, photos_dir / name) for name in names]


def _fitted(image: np.ndarray, camera: Camera, size: tuple[int, int], path: Path) -> np.ndarray:
    """The image at a size, if it has the shape of the camera's images."""
    height, width = image.shape[:2]
    if abs(width * camera.image_size[1] / (height * camera.image_size[0]) - 1) > 0.005:
        raise UserError(f"{path}: is {width}x{height}, and its camera's images are 16:9")
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if width > size[0] else cv2.INTER_CUBIC)


def load_photographs(
    cameras_file: Path, photos_dir: Path, marks_dir: Path | None, size: tuple[int, int]
) -> list[Photograph]:
    """Read photographs and their cameras.

    Args:
        cameras_file: a camera file of any kind that :func:`~mmsynloc.files.read_cameras` reads. Where it names images,
            they are the photographs, for example the entries' ``file_name`` of an annotation file; one camera without
            a name took all photographs of the folder.
        photos_dir: folder of the photographs.
        marks_dir: folder of black and white pictures named like the photographs with the suffix ``.png``, white where
            near objects hide athletes; none for photographs without such a file.
        size: width and height to bring them to.

    Raises:
        UserError: a file is missing or broken, a photograph does not have the shape of its camera's images, or a camera
            sees no pitch.
    """
    cameras = read_cameras(cameras_file)
    photographs = []
    for path in _find_photographs(cameras, photos_dir):
        name, photo = str(path.relative_to(photos_dir)), read_image(path)
        own_size = photo.shape[1], photo.shape[0]
        camera = _at_annotated_size(cameras.camera(name, own_size), f"{cameras_file}: {name}")
        image = _fitted(photo, camera, size, path)
        marks = None if marks_dir is None else marks_dir / Path(name).with_suffix(".png").name
        cover = None
        if marks is not None and marks.is_file():
            cover = _fitted(read_image(marks)[..., 0], camera, size, marks).astype(np.float32) / 255
        photographs.append(Photograph(name, camera, image, cover))
    return photographs
