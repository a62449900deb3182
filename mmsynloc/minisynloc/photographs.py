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
from mmsynloc.structures.image_shape import same_shape
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
    if not same_shape(camera.image_size, ANNOTATION_SIZE):
        raise UserError(f"{where}: the camera's images are {width}x{height}; only 16:9 can be rendered")
    synloc = to_synloc(camera)[0].resized(ANNOTATION_SIZE)
    if _pitch_grid(synloc)[2].mean() < LEAST_PITCH:
        raise UserError(f"{where}: the camera sees hardly any of the pitch")
    return synloc


def _find_photographs(cameras: Cameras, photos_dir: Path) -> list[tuple[str, Path]]:
    """The photographs that the cameras are of, by their names for the cameras: all where the camera has no name."""
    there = sorted(path for path in photos_dir.glob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
    if not cameras.image_names:
        if not there:
            raise UserError(f"{photos_dir}: holds no photographs")
        return [(path.name, path) for path in there]
    by_stem = {path.stem: path for path in there}
    found = []
    for name in cameras.image_names:
        if Path(name).is_absolute() and not Path(name).is_relative_to(photos_dir.absolute()):
            raise UserError(f"{cameras.path}: {name}: is not in the folder of the photographs, {photos_dir}")
        found.append((name, photos_dir / name if Path(name).suffix else by_stem.get(name, photos_dir / name)))
    return found


def _find_marks(photographs: list[Path], photos_dir: Path, marks_dir: Path) -> dict[Path, Path]:
    """The marks of those photographs that have some.

    Raises:
        UserError: there is no such folder, or something in it belongs to no photograph or has another suffix.
    """
    if not marks_dir.is_dir():
        raise UserError(f"{marks_dir}: no such folder of marks")
    names = {path.name for path in marks_dir.iterdir() if path.is_file() and not path.name.startswith(".")}
    marks = {path: marks_dir / f"{path.stem}.png" for path in photographs if f"{path.stem}.png" in names}
    photos = {path.name for path in photos_dir.rglob("*")} | {path.name for path in photographs}
    stems = {Path(name).stem for name in photos}
    for name in sorted(names - {path.name for path in marks.values()}):
        stem = Path(name).stem
        if stem not in stems and name.endswith(".png"):
            raise UserError(f"{marks_dir / name}: no photograph of this name in {photos_dir}")
        if stem in stems and f"{stem}.png" not in names and not (marks_dir.samefile(photos_dir) and name in photos):
            raise UserError(f"{marks_dir / name}: marks must be a .png file")
    if not marks:
        raise UserError(f"{marks_dir}: has no marks of the photographs, .png files of their names")
    return marks


def _fitted(image: np.ndarray, camera: Camera, size: tuple[int, int], path: Path) -> np.ndarray:
    """The image at a size, if it has the shape of the camera's images."""
    height, width = image.shape[:2]
    if not same_shape((width, height), camera.image_size):
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
            near objects hide athletes; none for photographs without such a file. None where there is nothing to mark.
        size: width and height to bring them to.

    Raises:
        UserError: a file is missing or broken, a photograph does not have the shape of its camera's images, a camera
            sees no pitch, or marks belong to no photograph.
    """
    cameras = read_cameras(cameras_file)
    found = _find_photographs(cameras, photos_dir)
    marks = {} if marks_dir is None else _find_marks([path for _, path in found], photos_dir, marks_dir)
    photographs = []
    for name, path in found:
        photo = read_image(path)
        own_size = photo.shape[1], photo.shape[0]
        camera = _at_annotated_size(cameras.camera(name, own_size), f"{cameras_file}: {name}")
        image = _fitted(photo, camera, size, path)
        cover = None
        if path in marks:
            cover = _fitted(read_image(marks[path])[..., 0], camera, size, marks[path]).astype(np.float32) / 255
        photographs.append(Photograph(name, camera, image, cover))
    return photographs
