"""Annotation files in the official SynLoc layout, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mmsynloc.structures.boxes import to_xyxy
from mmsynloc.utils import UserError

if TYPE_CHECKING:
    from mmsynloc.structures import Camera

__all__ = ["Annotations", "People"]


@dataclass(frozen=True)
class People:
    """G annotated people, in file order.

    Args:
        ids: (G,) annotation ids, int64, or Python integers where one is beyond 64 bits.
        image: (G,) int64, row of each person's image.
        boxes_xywh: (G, 4) annotated px, not clipped to the frame; None where the file has none.
        areas_px2: (G,) mask areas in px².
        keypoints: (G, K, 3) x and y in annotated px, not clipped, and visibility; None where the file has none.
        positions_pitch_m: (G, 2) metres.
        keypoints_3d_m: (G, K, 3) metres; None where the file has none, or they were not asked for.
    """

    ids: np.ndarray
    image: np.ndarray
    boxes_xywh: np.ndarray | None
    areas_px2: np.ndarray
    keypoints: np.ndarray | None
    positions_pitch_m: np.ndarray
    keypoints_3d_m: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.image)

    @property
    def boxes_xyxy(self) -> np.ndarray:
        """(G, 4) annotated px, not clipped; (0, 4) without boxes."""
        return np.zeros((0, 4)) if self.boxes_xywh is None else to_xyxy(self.boxes_xywh)


@dataclass(frozen=True)
class Annotations:
    """M images, in ascending id, with their cameras and people.

    Positions alone can be evaluated without files and cameras, as in the development kit's examples; where a file has
    none, the properties that need them raise a UserError.

    Args:
        path: the file's name, for errors.
        image_ids: (M,) ascending, int64, or Python integers where one is beyond 64 bits.
        people: the annotations; None where the file has none, as for the challenge split.
        category_id: the one category.
        columns: what else the images have, by the names of the properties.
        keypoint_names: (K,) those of the category; empty where the file names none.
    """

    path: str
    image_ids: np.ndarray
    people: People | None
    category_id: int
    columns: dict[str, Any]
    keypoint_names: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.image_ids)

    def _column(self, name: str, field: str) -> Any:
        if name not in self.columns:
            raise UserError(f"{self.path}: its images have no {field}")
        return self.columns[name]

    @property
    def file_names(self) -> tuple[str, ...]:
        """(M,) paths below the split's folder, with ``/``."""
        return self._column("file_names", "file_name")

    @property
    def image_sizes(self) -> np.ndarray:
        """(M, 2) int64 annotated ``(width, height)`` in px."""
        return self._column("image_sizes", "width and height")

    @property
    def camera_matrices(self) -> np.ndarray:
        """(M, 3, 4) float64."""
        return self._column("camera_matrices", "camera_matrix")

    @property
    def dist_polys(self) -> np.ndarray:
        """(M, P) float64, highest power first; shorter ones are padded with zeros in front."""
        return self._column("dist_polys", "dist_poly")

    @property
    def undist_polys(self) -> np.ndarray:
        """(M, Q) float64, likewise."""
        return self._column("undist_polys", "undist_poly")

    def camera(self, rows: int | np.ndarray) -> Camera:
        """The camera of one image, or those of several images of one annotated size, as a batch.

        Args:
            rows: a row, or N rows.
        """
        from mmsynloc.structures import Camera  # most readers do without

        width, height = self.image_sizes[rows].reshape(-1, 2)[0].tolist()
        return Camera(self.camera_matrices[rows], self.dist_polys[rows], self.undist_polys[rows], (width, height))

    def project(self, points_pitch_m: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Points on or above the pitch in the pixels of their images.

        Args:
            points_pitch_m: (N, P, 3) metres, or (N, P, 2) for points on the ground.
            rows: (N,) the image of each.

        Returns:
            (N, P, 2) annotated px, NaN where a point is not in front of the camera.
        """
        points_px = np.full((*points_pitch_m.shape[:2], 2), np.nan)
        sizes = self.image_sizes[rows]
        for size in np.unique(sizes, axis=0):
            chosen = np.flatnonzero((sizes == size).all(axis=1))
            points_px[chosen] = self.camera(rows[chosen]).pitch_to_pixel(points_pitch_m[chosen]).points
        return points_px

    @property
    def people_per_image(self) -> np.ndarray:
        """(M,) counts."""
        image = np.zeros(0, np.int64) if self.people is None else self.people.image
        return np.bincount(image, minlength=len(self))

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
        ends = np.cumsum(self.people_per_image)
        return np.split(order, ends[:-1]) if len(self) else []
