"""Annotation files in the official SynLoc layout: the one description, its rules, and their reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from mmsynloc.files.columns import float_column, float_table, integer_column, keypoint_table, refuse_where
from mmsynloc.files.json_text import decode_json, fail_at, read_bytes, strip_byte_order_mark, to_json
from mmsynloc.files.names import normalise_file_name
from mmsynloc.utils import UserError

__all__ = ["Annotations", "People", "parse_annotations", "read_annotations"]

_Four = tuple[float, float, float, float]
_Triplet = tuple[float, float, float]
_Polynomial = Annotated[list[float], msgspec.Meta(min_length=1)]
_Position = Annotated[list[float], msgspec.Meta(min_length=2, max_length=3)]


class _Image(msgspec.Struct, gc=False):
    id: int
    file_name: str
    width: int
    height: int
    camera_matrix: tuple[_Four, _Four, _Four]
    dist_poly: _Polynomial
    undist_poly: _Polynomial


class _Person(msgspec.Struct, gc=False):
    id: int
    image_id: int
    category_id: int
    bbox: _Four
    area: float
    position_on_pitch: _Position
    keypoints: list[float | _Triplet]
    iscrowd: int | bool = 0


class _Category(msgspec.Struct, gc=False):
    id: int


class _File(msgspec.Struct, gc=False):
    images: list[_Image]
    annotations: list[_Person] | msgspec.UnsetType = msgspec.UNSET
    categories: list[_Category] = []


@dataclass(frozen=True)
class People:
    """G annotated people, in file order.

    Args:
        ids: (G,) annotation ids, int64, or Python integers where one is beyond 64 bits.
        image: (G,) int64, row of each person's image.
        boxes_xywh: (G, 4) annotated px, not clipped to the frame.
        areas_px2: (G,) mask areas in px².
        keypoints: (G, K, 3) x and y in annotated px, not clipped, and visibility; K = 2 is pelvis, pelvis_ground.
        positions_pitch_m: (G, 2) metres.
    """

    ids: np.ndarray
    image: np.ndarray
    boxes_xywh: np.ndarray
    areas_px2: np.ndarray
    keypoints: np.ndarray
    positions_pitch_m: np.ndarray

    def __len__(self) -> int:
        return len(self.image)


@dataclass(frozen=True)
class Annotations:
    """M images, in ascending id, with their cameras and people.

    Args:
        path: the file's name, for errors.
        image_ids: (M,) ascending, int64, or Python integers where one is beyond 64 bits.
        file_names: (M,) paths below the split's folder, with ``/``.
        image_sizes: (M, 2) int64 annotated ``(width, height)`` in px.
        camera_matrices: (M, 3, 4) float64.
        dist_polys: (M, P) float64, highest power first; shorter ones are padded with zeros in front.
        undist_polys: (M, Q) float64, likewise.
        people: the annotations; None where the file has none, as for the challenge split.
        category_id: the one category.
    """

    path: str
    image_ids: np.ndarray
    file_names: tuple[str, ...]
    image_sizes: np.ndarray
    camera_matrices: np.ndarray
    dist_polys: np.ndarray
    undist_polys: np.ndarray
    people: People | None
    category_id: int

    def __len__(self) -> int:
        return len(self.file_names)

    @cached_property
    def row_of_id(self) -> dict[int, int]:
        """Row of each image id."""
        return {image_id: row for row, image_id in enumerate(self.image_ids.tolist())}

    def find_images(self, image_ids: np.ndarray) -> np.ndarray:
        """The row (N,) of each image id, -1 for an id that is not there."""
        rows = self.row_of_id
        return np.fromiter((rows.get(i, -1) for i in image_ids.tolist()), np.int64, len(image_ids))

    def choose_images(self, image_ids: Sequence[int] | None, where: str = "image ids") -> np.ndarray | None:
        """The rows of some images, None for all.

        Raises:
            UserError: an id is not among the images, or no id is named.
        """
        if image_ids is None:
            return None
        if not len(image_ids):
            raise UserError(f"{where}: no image is named")
        missing = [i for i in image_ids if isinstance(i, bool) or i not in self.row_of_id]
        if missing:
            raise UserError(f"{where}: image {missing[0]} is not in {self.path}")
        return np.unique([self.row_of_id[i] for i in image_ids])

    @cached_property
    def people_rows(self) -> list[np.ndarray]:
        """For each image the rows of its people, in file order."""
        if self.people is None:
            return [np.zeros(0, np.int64)] * len(self)
        order = np.argsort(self.people.image, kind="stable")
        ends = np.cumsum(np.bincount(self.people.image, minlength=len(self)))
        return np.split(order, ends[:-1]) if len(self) else []


def read_annotations(path: str | Path) -> Annotations:
    """Read and check an annotation file; a byte order mark is passed over.

    Every image has ``id, file_name, width, height, camera_matrix (3, 4), dist_poly, undist_poly``, every annotation
    ``id, image_id, category_id, bbox [x, y, w, h], area, position_on_pitch`` (two or three numbers) and ``keypoints``
    (flat or in triplets). Ids are integers of any size and occur once; there is one category and no crowd.

    Raises:
        UserError: the file is missing or not JSON, or something in it breaks a rule; the message names file, entry
            and id.
    """
    return _decode(strip_byte_order_mark(read_bytes(path)), str(path))


def parse_annotations(content: Any, where: str = "annotations") -> Annotations:
    """As :func:`read_annotations`, from the content of such a file as Python objects."""
    return _decode(to_json(content), where)


def _decode(data: bytes, where: str) -> Annotations:
    file = decode_json(data, _File, where)
    if not file.images:
        raise UserError(f"{where}: has no images")
    images = sorted(file.images, key=lambda image: image.id)
    image_ids = integer_column([image.id for image in images])
    _check_images(file.images, where)
    sizes = np.array([(image.width, image.height) for image in images], np.int64)
    matrices = float_table((chain.from_iterable(image.camera_matrix) for image in images), 12).reshape(-1, 3, 4)
    row_of_id = {image.id: row for row, image in enumerate(images)}
    people = None
    if file.annotations is not msgspec.UNSET:
        people = _people(file.annotations, row_of_id, where)
    return Annotations(
        path=where,
        image_ids=image_ids,
        file_names=tuple(normalise_file_name(image.file_name) for image in images),
        image_sizes=sizes,
        camera_matrices=matrices,
        dist_polys=_polynomials([image.dist_poly for image in images]),
        undist_polys=_polynomials([image.undist_poly for image in images]),
        people=people,
        category_id=_category(file),
    )


def _check_images(images: list[_Image], where: str) -> None:
    ids: set[int] = set()
    names: dict[str, int] = {}
    for i, image in enumerate(images):
        reason = None
        try:
            name = normalise_file_name(image.file_name)
        except ValueError as error:
            raise fail_at(where, f"images[{i}]", f"file_name {error}", image.id) from None
        if image.id in ids:
            reason = "the id occurs twice"
        elif name in names:
            reason = f"file_name {image.file_name} is that of images[{names[name]}] too"
        elif image.width <= 0 or image.height <= 0:
            reason = "width and height are not positive"
        elif _sees_edge_on(image):
            reason = "camera_matrix sees the pitch edge-on: its ground homography is singular"
        if reason:
            raise fail_at(where, f"images[{i}]", reason, image.id)
        ids.add(image.id)
        names[name] = i


def _sees_edge_on(image: _Image) -> bool:
    (a, b, _, c), (d, e, _, f), (g, h, _, k) = image.camera_matrix
    return abs(a * (e * k - f * h) - b * (d * k - f * g) + c * (d * h - e * g)) < 1e-12


def _polynomials(rows: list[list[float]]) -> np.ndarray:
    size = max(map(len, rows))
    return np.array([[0.0] * (size - len(row)) + row for row in rows])


def _people(entries: list[_Person], row_of_id: dict[int, int], where: str) -> People:
    def fail(row: int, reason: str) -> UserError:
        return fail_at(where, f"annotations[{row}]", reason, entries[row].id)

    image = np.fromiter((row_of_id.get(e.image_id, -1) for e in entries), np.int64, len(entries))
    refuse_where(image < 0, lambda row: fail(row, f"image_id {entries[row].image_id} is not among the images"))
    _check_people(entries, fail)
    boxes = float_table((e.bbox for e in entries), 4)
    refuse_where((boxes[:, 2:] < 0).any(1), lambda row: fail(row, "bbox has a negative width or height"))
    areas = float_column([e.area for e in entries])
    refuse_where(areas < 0, lambda row: fail(row, "area is negative"))
    return People(
        ids=integer_column([e.id for e in entries]),
        image=image,
        boxes_xywh=boxes,
        areas_px2=areas,
        keypoints=keypoint_table([e.keypoints for e in entries], fail),
        positions_pitch_m=float_table((e.position_on_pitch[:2] for e in entries), 2),
    )


def _check_people(entries: list[_Person], fail: Any) -> None:
    ids: set[int] = set()
    for row, entry in enumerate(entries):
        if entry.id in ids:
            raise fail(row, "the id occurs twice")
        ids.add(entry.id)
        if entry.category_id != entries[0].category_id:
            raise fail(
                row, f"category_id is {entry.category_id}, not {entries[0].category_id}: SynLoc has one category"
            )
        if entry.iscrowd:
            raise fail(row, "iscrowd is set: crowd regions are not supported, SynLoc has none")


def _category(file: _File) -> int:
    if file.annotations is not msgspec.UNSET and file.annotations:
        return file.annotations[0].category_id
    return min((category.id for category in file.categories), default=1)
