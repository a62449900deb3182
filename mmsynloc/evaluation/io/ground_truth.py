"""Ground truth of an annotation file, checked and as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.evaluation.functional import CameraTable, PeopleTable
from mmsynloc.evaluation.io.entries import Entries
from mmsynloc.utils import UserError, load_json

__all__ = ["GroundTruth", "load_ground_truth", "parse_ground_truth"]


@dataclass(frozen=True)
class GroundTruth:
    """M images with G annotated people.

    Args:
        image_ids: (M,) ascending.
        images: the image entries, in file order.
        image_rows: (M,) the entry of each id.
        people: the annotations in file order; ``people.image`` indexes ``image_ids``.
        annotation_ids: (G,) their ids.
        category_id: the one category.
        where: the file's name, for errors.
    """

    image_ids: np.ndarray
    images: Entries
    image_rows: np.ndarray
    people: PeopleTable
    annotation_ids: np.ndarray
    category_id: int
    where: str

    @cached_property
    def cameras(self) -> CameraTable:
        """The images' cameras.

        Raises:
            UserError: an image's camera is missing or wrong.
        """
        size = np.stack([self.images.numbers("width"), self.images.numbers("height")], axis=-1)
        matrix = self.images.matrices("camera_matrix", (3, 4))
        for wrong in np.flatnonzero((size <= 0).any(axis=1)):
            self.images.fail(int(wrong), "width and height are not positive")
        for wrong in np.flatnonzero(np.abs(np.linalg.det(matrix[:, :, [0, 1, 3]])) < 1e-12):
            self.images.fail(int(wrong), "camera_matrix sees the pitch edge-on")
        rows = self.image_rows
        return CameraTable(matrix[rows], _polynomials(self.images, "undist_poly")[rows], size[rows])

    def find_images(self, image_ids: np.ndarray) -> np.ndarray:
        """The place (N,) of each image id in ``image_ids``, -1 for an id that is not there."""
        return _find(self.image_ids, image_ids)

    def choose_images(self, image_ids: Sequence[int] | None, where: str = "image ids") -> np.ndarray | None:
        """The places of the images to evaluate, None for all.

        Raises:
            UserError: an id is not among the images.
        """
        if image_ids is None:
            return None
        ids = np.asarray(image_ids)
        if ids.size == 0:
            raise UserError(f"{where}: no image is named")
        if ids.ndim != 1 or ids.dtype.kind not in "iu":
            raise UserError(f"{where}: is not a list of integers")
        places = self.find_images(ids)
        if (places < 0).any():
            raise UserError(f"{where}: image {ids[places < 0][0]} is not in {self.where}")
        return np.unique(places)


def _polynomials(images: Entries, field: str) -> np.ndarray:
    """Polynomials (M, Q), padded in front with zeros where their lengths differ."""
    for row, entry in enumerate(images.entries):
        if field not in entry:
            images.fail(row, f"{field} is missing")
        if not isinstance(entry[field], Sequence) or isinstance(entry[field], str) or not entry[field]:
            images.fail(row, f"{field} is not a list of coefficients")
    size = max((len(entry[field]) for entry in images.entries), default=1)
    padded = [{"id": e["id"], field: [*[0.0] * (size - len(e[field])), *e[field]]} for e in images.entries]
    return Entries(padded, images.where).matrices(field, (size,))


def _find(sorted_ids: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """The place (N,) of each id in ``sorted_ids``, or -1."""
    if not len(sorted_ids):
        return np.full(len(ids), -1, np.int64)
    place = np.minimum(np.searchsorted(sorted_ids, ids), len(sorted_ids) - 1)
    return np.where(sorted_ids[place] == ids, place, -1)


def _unique(entries: Entries, ids: np.ndarray) -> None:
    order = np.argsort(ids, kind="stable")
    again = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    if len(again):
        entries.fail(int(order[again[0] + 1]), "the id occurs twice")


def _category(data: Mapping[str, Any], annotations: Entries, where: str) -> int:
    if len(annotations):
        used = np.unique(annotations.integers("category_id"))
        if len(used) > 1:
            raise UserError(f"{where}: annotations are of {len(used)} categories, SynLoc has one")
        return int(used[0])
    ids = Entries(data.get("categories") or [], f"{where}: categories").integers("id")
    return int(ids.min()) if len(ids) else 1


def _areas(annotations: Entries, boxes_xywh: np.ndarray | None) -> np.ndarray:
    """Mask areas (G,); without one, 0.53 of the box, as in ``xtcocotools``."""
    missing = np.array([isinstance(e, Mapping) and "area" not in e for e in annotations.entries], bool)
    if not missing.any():
        return annotations.numbers("area")
    if boxes_xywh is None:
        annotations.fail(int(np.flatnonzero(missing)[0]), "area is missing")
    areas = 0.53 * boxes_xywh[:, 2] * boxes_xywh[:, 3]
    rest = np.flatnonzero(~missing)
    areas[rest] = [Entries([annotations.entries[i]], annotations.where).numbers("area")[0] for i in rest]
    return areas


def _people(annotations: Entries, image: np.ndarray) -> PeopleTable:
    boxes = annotations.vectors("bbox", 4) if annotations.has("bbox") else None
    return PeopleTable(image, annotations.vectors("position_on_pitch", 2), _areas(annotations, boxes), boxes)


def parse_ground_truth(data: Any, where: str = "ground truth") -> GroundTruth:
    """Check a parsed annotation file and turn it into arrays.

    Args:
        data: the parsed JSON, in the official layout.
        where: the file's name, for errors.

    Raises:
        UserError: something is missing or wrong; the message names the entry.
    """
    if not isinstance(data, Mapping):
        raise UserError(f"{where}: is not an object with images and annotations")
    for key in ("images", "annotations"):
        if key not in data:
            hint = " (a challenge split has none and cannot be scored)" if key == "annotations" else ""
            raise UserError(f"{where}: has no {key}{hint}")
    images = Entries(data["images"], f"{where}: images")
    ids = images.integers("id")
    _unique(images, ids)
    order = np.argsort(ids)
    annotations = Entries(data["annotations"], f"{where}: annotations")
    annotation_ids = annotations.integers("id")
    _unique(annotations, annotation_ids)
    for index, entry in enumerate(annotations.entries):
        if entry.get("iscrowd"):
            annotations.fail(index, "crowd regions are not supported, SynLoc has none")

    image_ids = annotations.integers("image_id")
    place = _find(ids[order], image_ids)
    for wrong in np.flatnonzero(place < 0):
        annotations.fail(int(wrong), f"image_id {image_ids[wrong]} is not among the images")
    return GroundTruth(
        image_ids=ids[order],
        images=images,
        image_rows=order,
        people=_people(annotations, place),
        annotation_ids=annotation_ids,
        category_id=_category(data, annotations, where),
        where=where,
    )


def load_ground_truth(path: str | Path) -> GroundTruth:
    """Read and check an annotation file.

    Raises:
        UserError: the file is missing, is not JSON, or something in it is missing or wrong.
    """
    return parse_ground_truth(load_json(path), str(path))
