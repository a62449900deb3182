"""Photographs of one's own empty pitch with their cameras, and the light in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.files import Cameras, read_cameras
from mmsynloc.files.image_probe import orientation_warning
from mmsynloc.files.images import images_in, read_image
from mmsynloc.minisynloc.background import Background
from mmsynloc.minisynloc.foreground import Foreground
from mmsynloc.minisynloc.ground import LINE_BGR
from mmsynloc.minisynloc.pitch import line_coverage
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M
from mmsynloc.structures import Camera, GroundCamera, to_synloc
from mmsynloc.structures.image_shape import same_shape
from mmsynloc.utils import UserError

__all__ = ["Photograph", "Photographs", "find_photographs", "matched_light"]

GRID = (960, 540)  # where the pitch is looked for
LEAST_PITCH = 0.01  # of the frame
MOST_RESIDUAL = 0.005  # mean, of the image's width: people would stand beside where they are annotated
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

    @cached_property
    def light(self) -> np.ndarray:
        """Its light; see :func:`matched_light`."""
        return matched_light(self.image, self.camera)

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
    if not same_shape(camera.image_size, ANNOTATED_SIZE):
        raise UserError(f"{where}: the camera's images are {width}x{height}; only 16:9 can be rendered")
    try:
        synloc, residual = to_synloc(camera)
    except ValueError as error:
        raise UserError(f"{where}: {error}") from None
    if residual.mean_px > MOST_RESIDUAL * width:
        raise UserError(
            f"{where}: the SynLoc model does not fit its lens: {residual.mean_px:.0f} px off on average; "
            "undistort the photograph, and give the camera without distortion"
        )
    synloc = synloc.resized(ANNOTATED_SIZE)
    if _pitch_grid(synloc)[2].mean() < LEAST_PITCH:
        raise UserError(f"{where}: the camera sees hardly any of the pitch")
    return synloc


def _photograph_files(cameras: Cameras, photos_dir: Path, marks_dir: Path | None) -> list[tuple[str, Path]]:
    """The photographs that the cameras are of, by their names for the cameras: all where the camera has no name."""
    if not photos_dir.is_dir():
        raise UserError(f"{photos_dir}: no such folder of photographs")
    there = images_in(photos_dir)
    if marks_dir is not None and marks_dir.is_dir() and marks_dir.samefile(photos_dir):
        others = {path.stem for path in there if path.suffix != ".png"}
        there = [path for path in there if path.suffix != ".png" or path.stem not in others]  # not their marks
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
        UserError: there is no such folder, something in it belongs to no photograph, to two of them, or has another
            suffix.
    """
    if not marks_dir.is_dir():
        raise UserError(f"{marks_dir}: no such folder of marks")
    found = {path: _mark_of(path, photos_dir, marks_dir) for path in photographs}
    marks = {path: mark for path, mark in found.items() if mark is not None}
    of_mark: dict[Path, Path] = {}
    for path, mark in marks.items():
        if of_mark.setdefault(mark, path) != path:
            raise UserError(
                f"{mark}: is named like two photographs, {of_mark[mark]} and {path}; put marks into folders like theirs"
            )
    _refuse_other_files(set(marks.values()), photos_dir, marks_dir)
    if not marks:
        raise UserError(f"{marks_dir}: has no marks of the photographs, .png files of their names")
    return marks


def _mark_of(photograph: Path, photos_dir: Path, marks_dir: Path) -> Path | None:
    """The photograph's marks: in the folder that is like its own, or else by its name alone."""
    candidates = [marks_dir / f"{photograph.stem}.png"]
    if photograph.is_relative_to(photos_dir):
        candidates.insert(0, marks_dir / photograph.relative_to(photos_dir).with_suffix(".png"))
    return next((path for path in candidates if path.is_file() and not path.samefile(photograph)), None)


def _refuse_other_files(marks: set[Path], photos_dir: Path, marks_dir: Path) -> None:
    """Report what lies among the marks and is none: mostly a slip in a name."""
    photos = {path.name for path in photos_dir.rglob("*")}
    stems, marked = {Path(name).stem for name in photos}, {path.stem for path in marks}
    for path in sorted(set(marks_dir.iterdir()) - marks):
        if not path.is_file() or path.name.startswith("."):
            continue
        if path.stem not in stems and path.suffix == ".png":
            raise UserError(f"{path}: no photograph of this name in {photos_dir}")
        is_photo = marks_dir.samefile(photos_dir) and path.name in photos
        if path.stem in stems and path.stem not in marked and not is_photo:
            raise UserError(f"{path}: marks must be a .png file")


def _fitted(image: np.ndarray, camera: Camera, size: tuple[int, int], path: Path) -> np.ndarray:
    """The image at a size, if it has the shape of the camera's images."""
    height, width = image.shape[:2]
    if not same_shape((width, height), camera.image_size):
        raise UserError(f"{path}: is {width}x{height}, and its camera's images are 16:9")
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if width > size[0] else cv2.INTER_CUBIC)


@dataclass(frozen=True)
class Photographs:
    """The photographs of a venue. Each pass over them reads one after the other: many of 4K would fill the memory.

    A pass raises UserError where a photograph cannot be read or does not have the shape of its camera's images, and
    where its camera sees no pitch.
    """

    cameras: Cameras
    files: tuple[tuple[str, Path], ...]
    marks: Mapping[Path, Path]
    size: tuple[int, int]

    @property
    def names(self) -> list[str]:
        """Their names."""
        return [name for name, _ in self.files]

    def __len__(self) -> int:
        return len(self.files)

    def __iter__(self) -> Iterator[Photograph]:
        for name, path in self.files:
            photo = read_image(path)
            own_size = photo.shape[1], photo.shape[0]
            camera = _at_annotated_size(self.cameras.camera(name, own_size), f"{self.cameras.path}: {name}")
            yield Photograph(name, camera, _fitted(photo, camera, self.size, path), self._cover(path, camera))

    def _cover(self, path: Path, camera: Camera) -> np.ndarray | None:
        if path not in self.marks:
            return None
        mark = read_image(self.marks[path])[..., 0]
        if 0 < mark.max() < 128:
            raise UserError(f"{self.marks[path]}: marks nothing: its brightest pixel is {mark.max()}, and white is 255")
        return _fitted(mark, camera, self.size, self.marks[path]).astype(np.float32) / 255


def find_photographs(
    cameras_file: Path, photos_dir: Path, marks_dir: Path | None, size: tuple[int, int]
) -> Photographs:
    """Find photographs, their cameras and their marks.

    Args:
        cameras_file: a camera file of any kind that :func:`~mmsynloc.files.read_cameras` reads. Where it names images,
            they are the photographs, for example the entries' ``file_name`` of an annotation file; one camera without
            a name took all photographs of the folder.
        photos_dir: folder of the photographs.
        marks_dir: folder of black and white pictures named like the photographs with the suffix ``.png``, white where
            near objects hide athletes; none for photographs without such a file. None where there is nothing to mark.
        size: width and height to bring them to.

    Raises:
        UserError: a file or folder is missing, the camera file is broken, or marks belong to no photograph.
    """
    cameras = read_cameras(cameras_file)
    found = _photograph_files(cameras, photos_dir, marks_dir)
    for warning in filter(None, (orientation_warning(path) for _, path in found)):
        warnings.warn(warning, stacklevel=2)
    marks = {} if marks_dir is None else _find_marks([path for _, path in found], photos_dir, marks_dir)
    return Photographs(cameras, tuple(found), marks, size)
