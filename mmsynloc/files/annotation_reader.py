"""The description of an annotation file, its rules, and its reader."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np

from mmsynloc.files.annotations import Annotations, People
from mmsynloc.files.columns import (
    Box,
    Keypoints,
    Keypoints3D,
    Position,
    float_column,
    float_table,
    integer_column,
    keypoint_3d_table,
    keypoint_table,
    optional_column,
    refuse_where,
)
from mmsynloc.files.json_text import (
    decode_json,
    fail_at,
    read_bytes,
    strip_byte_order_mark,
    to_json,
    without_garbage_collection,
)
from mmsynloc.files.names import normalise_file_name
from mmsynloc.structures._projective import is_singular, sees_edge_on
from mmsynloc.structures.lens_check import check_inverse
from mmsynloc.utils import UserError

__all__ = ["parse_annotations", "read_annotations"]

_Fail = Callable[[int, str], UserError]
_Row = tuple[float, float, float, float]
_Size = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
_Polynomial = Annotated[list[float], msgspec.Meta(min_length=1)]


class _Image(msgspec.Struct, gc=False):
    id: int
    file_name: str | msgspec.UnsetType = msgspec.UNSET
    width: _Size | msgspec.UnsetType = msgspec.UNSET
    height: _Size | msgspec.UnsetType = msgspec.UNSET
    camera_matrix: tuple[_Row, _Row, _Row] | msgspec.UnsetType = msgspec.UNSET
    dist_poly: _Polynomial | msgspec.UnsetType = msgspec.UNSET
    undist_poly: _Polynomial | msgspec.UnsetType = msgspec.UNSET


class _Person(msgspec.Struct, gc=False):
    id: int
    image_id: int
    category_id: int
    position_on_pitch: Position
    bbox: Box | msgspec.UnsetType = msgspec.UNSET
    area: float | msgspec.UnsetType = msgspec.UNSET
    keypoints: Keypoints | msgspec.UnsetType = msgspec.UNSET
    iscrowd: int | bool = 0


class _PersonIn3D(_Person, gc=False):
    keypoints_3d: Keypoints3D | msgspec.UnsetType = msgspec.UNSET


class _Category(msgspec.Struct, gc=False):
    id: int
    keypoints: list[str] | None = None


class _File(msgspec.Struct, gc=False):
    images: list[_Image]
    annotations: list[_Person] | msgspec.UnsetType = msgspec.UNSET
    categories: list[_Category] = []


class _FileIn3D(_File, gc=False):
    annotations: list[_PersonIn3D] | msgspec.UnsetType = msgspec.UNSET  # type: ignore[assignment]


def read_annotations(path: str | Path, *, keypoints_3d: bool = False) -> Annotations:
    """Read and check an annotation file; a byte order mark is passed over.

    Every image has ``id, file_name, width, height, camera_matrix (3, 4), dist_poly, undist_poly``, every annotation
    ``id, image_id, category_id, bbox [x, y, w, h], area, position_on_pitch`` (two or three numbers) and ``keypoints``
    (flat or in triplets). Ids are integers of any size and occur once; there is one category, and no crowd. Only ids,
    categories and positions must be there; any other field is in all entries or in none. Without ``area`` it is 0.53 of
    the box, as in ``xtcocotools``.

    Args:
        path: the JSON file.
        keypoints_3d: also read ``keypoints_3d``, rows ``[x, y, z]`` or ``[x, y, z, 1]`` in metres, flat or nested.
            Otherwise they are passed over: they take up most of a file, and few need them.

    Raises:
        UserError: the file is missing or not JSON, or something in it breaks a rule; the message names file, entry
            and id.
    """
    return _decode(strip_byte_order_mark(read_bytes(path)), str(path), keypoints_3d)


def parse_annotations(content: Any, where: str = "annotations", *, keypoints_3d: bool = False) -> Annotations:
    """As :func:`read_annotations`, from the content of such a file as Python objects."""
    return _decode(to_json(content), where, keypoints_3d)


@without_garbage_collection()
def _decode(data: bytes, where: str, keypoints_3d: bool) -> Annotations:
    file = decode_json(data, _FileIn3D if keypoints_3d else _File, where)
    if not file.images:
        raise UserError(f"{where}: has no images")
    images = sorted(file.images, key=lambda image: image.id)
    columns = _image_columns(file.images, images, where)
    people = None
    if file.annotations is not msgspec.UNSET:
        people = _people(file.annotations, {image.id: row for row, image in enumerate(images)}, where)
    category_id = _category(file)
    return Annotations(
        path=where,
        image_ids=integer_column([image.id for image in images]),
        people=people,
        category_id=category_id,
        columns=columns,
        keypoint_names=next((tuple(c.keypoints or ()) for c in file.categories if c.id == category_id), ()),
    )


def _image_columns(entries: list[_Image], images: list[_Image], where: str) -> dict[str, Any]:
    """The columns of the images, which are the file's entries sorted by id."""

    def fail(row: int, reason: str) -> UserError:
        return fail_at(where, f"images[{row}]", reason, entries[row].id)

    def fail_sorted(row: int, reason: str) -> UserError:
        return fail(entries.index(images[row]), reason)

    _refuse_repeated([image.id for image in entries], "the id", fail)
    fields = ("file_name", "width", "height", "camera_matrix", "dist_poly", "undist_poly")
    has = {name: optional_column(entries, name, fail) is not None for name in fields}
    columns: dict[str, Any] = {}
    if has["file_name"]:
        names = [_file_name(image, row, fail) for row, image in enumerate(entries)]
        _refuse_repeated(names, "the file_name", fail)
        columns["file_names"] = tuple(normalise_file_name(image.file_name) for image in images)  # type: ignore[arg-type]
    if has["width"] and has["height"]:
        columns["image_sizes"] = np.array([(image.width, image.height) for image in images], np.int64)
    if has["camera_matrix"]:
        matrices = (chain.from_iterable(image.camera_matrix) for image in images)  # type: ignore[arg-type]
        columns["camera_matrices"] = float_table(matrices, 12).reshape(-1, 3, 4)
        refuse_where(
            sees_edge_on(columns["camera_matrices"]),
            lambda row: fail_sorted(row, "camera_matrix sees the pitch edge-on: its ground homography is singular"),
        )
        refuse_where(
            is_singular(columns["camera_matrices"]),
            lambda row: fail_sorted(row, "camera_matrix is singular: its left 3x3 part has no inverse"),
        )
    for name in ("dist_poly", "undist_poly"):
        if has[name]:
            columns[f"{name}s"] = _polynomials([getattr(image, name) for image in images])
    if {"dist_polys", "undist_polys", "image_sizes"} <= set(columns):
        _check_lenses(columns, fail_sorted)
    return columns


def _check_lenses(columns: dict[str, np.ndarray], fail: _Fail) -> None:
    """Refuse polynomials that are not each other's inverse; few lenses take all the images of a file."""
    dist_polys, undist_polys, sizes = (columns[name] for name in ("dist_polys", "undist_polys", "image_sizes"))
    lenses = np.concatenate([dist_polys, undist_polys, sizes], axis=1)
    for row in np.sort(np.unique(lenses, axis=0, return_index=True)[1]).tolist():
        try:
            check_inverse(dist_polys[row], undist_polys[row], (int(sizes[row, 0]), int(sizes[row, 1])))
        except ValueError as error:
            raise fail(row, str(error)) from None


def _file_name(image: _Image, row: int, fail: _Fail) -> str:
    try:
        return normalise_file_name(str(image.file_name))
    except ValueError as error:
        raise fail(row, f"file_name {error}") from None


def _refuse_repeated(values: Sequence[Any], what: str, fail: _Fail) -> None:
    seen: dict[Any, int] = {}
    for row, value in enumerate(values):
        if seen.setdefault(value, row) != row:
            raise fail(row, f"{what} is that of entry [{seen[value]}] too")


def _polynomials(rows: list[list[float]]) -> np.ndarray:
    size = max(map(len, rows))
    return np.array([[0.0] * (size - len(row)) + row for row in rows])


def _people(entries: list[_Person], row_of_id: dict[int, int], where: str) -> People:
    def fail(row: int, reason: str) -> UserError:
        return fail_at(where, f"annotations[{row}]", reason, entries[row].id)

    image = np.fromiter((row_of_id.get(e.image_id, -1) for e in entries), np.int64, len(entries))
    refuse_where(image < 0, lambda row: fail(row, f"image_id {entries[row].image_id} is not among the images"))
    _refuse_repeated([e.id for e in entries], "the id", fail)
    for row, entry in enumerate(entries):
        if entry.category_id != entries[0].category_id:
            other = entries[0].category_id
            raise fail(row, f"category_id is {entry.category_id}, not {other}: SynLoc has one category")
        if entry.iscrowd:
            raise fail(row, "iscrowd is set: crowd regions are not supported, SynLoc has none")
    boxes = _boxes(entries, fail)
    keypoints = optional_column(entries, "keypoints", fail)
    return People(
        ids=integer_column([e.id for e in entries]),
        image=image,
        boxes_xywh=boxes,
        areas_px2=_areas(entries, boxes, fail),
        keypoints=None if keypoints is None else keypoint_table(keypoints, fail),
        positions_pitch_m=float_table((e.position_on_pitch[:2] for e in entries), 2),
        keypoints_3d_m=_keypoints_3d(entries, fail),
    )


def _keypoints_3d(entries: list[_Person], fail: _Fail) -> np.ndarray | None:
    if not entries or not isinstance(entries[0], _PersonIn3D):
        return None
    values = optional_column(entries, "keypoints_3d", fail)
    return None if values is None else keypoint_3d_table(values, fail)


def _boxes(entries: list[_Person], fail: _Fail) -> np.ndarray | None:
    values = optional_column(entries, "bbox", fail)
    if values is None:
        return None
    boxes = float_table(values, 4)
    refuse_where((boxes[:, 2:] < 0).any(axis=1), lambda row: fail(row, "bbox has a negative width or height"))
    return boxes


def _areas(entries: list[_Person], boxes_xywh: np.ndarray | None, fail: _Fail) -> np.ndarray:
    values = optional_column(entries, "area", fail)
    if values is not None:
        areas = float_column(values)
        refuse_where(areas < 0, lambda row: fail(row, "area is negative"))
        return areas
    if boxes_xywh is not None:
        return 0.53 * boxes_xywh[:, 2] * boxes_xywh[:, 3]
    raise fail(0, "area is missing, and bbox too")


def _category(file: _File) -> int:
    if file.annotations is not msgspec.UNSET and file.annotations:
        return file.annotations[0].category_id
    return min((category.id for category in file.categories), default=1)
