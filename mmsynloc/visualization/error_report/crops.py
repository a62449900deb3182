"""Pictures of the worst images: the part with most of the errors, enlarged."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.evaluation.errors import Analysis
from mmsynloc.files import Annotations
from mmsynloc.files.images import read_image
from mmsynloc.structures import Athletes, scale_points_px
from mmsynloc.structures.boxes import to_xyxy
from mmsynloc.utils import UserError
from mmsynloc.visualization.overlay import PREDICTED_RGB, TRUE_RGB, draw_athletes

__all__ = ["LEGEND", "WorstImage", "worst_images"]

LEGEND = {
    "true, found": TRUE_RGB,
    "predicted": PREDICTED_RGB,
    "true, missed": (255, 30, 60),
    "false positive or duplicate": (255, 60, 255),
}
"""What is drawn, and its colour."""

_CROP_WIDTH_SHARE = 0.25
_ASPECT = 9 / 16
_OUT_WIDTH = 720
_QUALITY = 72


@dataclass(frozen=True)
class WorstImage:
    """One of the images that lose most.

    Args:
        file_name: of the image.
        people: number of people.
        missed: people without a detection over the threshold.
        wrong: duplicates and false positives.
        error_m: mean error of the found, NaN without any.
        lost: points lost: missed, wrong, and what the found lack of a LocSim of 1.
        picture: a JPEG as data URI, or None.
        problem: why there is none.
    """

    file_name: str
    people: int
    missed: int
    wrong: int
    error_m: float
    lost: float
    picture: str | None
    problem: str


def worst_images(
    annotations: Annotations, analysis: Analysis, folder: str | Path | None, number: int = 20
) -> list[WorstImage]:
    """The images that lose most, the worst first; those that lose nothing are left out.

    Args:
        annotations: with files and cameras.
        analysis: of one result.
        folder: of the images; None for no pictures.
        number: how many at most.
    """
    lost = analysis.images.lost
    order = np.argsort(-lost, kind="stable")[:number]
    return [_worst_image(annotations, analysis, int(image), folder) for image in order if lost[image] > 0]


def _worst_image(annotations: Annotations, analysis: Analysis, image: int, folder: str | Path | None) -> WorstImage:
    images, operating = analysis.images, analysis.operating
    here = analysis.matched.case.arrangement.det_image == image
    lengths = np.hypot(*operating.offsets_m[here].T)
    lengths = lengths[np.isfinite(lengths)]
    picture, problem = None, ""
    if folder is not None:
        try:
            picture = _picture(annotations, analysis, image, Path(folder) / annotations.file_names[image])
        except UserError as error:
            problem = str(error)
    return WorstImage(
        file_name=annotations.file_names[image],
        people=int(images.people[image]),
        missed=int(images.people[image] - images.found[image]),
        wrong=int(images.wrong[image]),
        error_m=float(lengths.mean()) if len(lengths) else float("nan"),
        lost=float(images.lost[image]),
        picture=picture,
        problem=problem,
    )


def _picture(annotations: Annotations, analysis: Analysis, image: int, path: Path) -> str:
    pixels = read_image(path)
    size = annotations.image_sizes[image]
    kinds, costs, links = _athletes(annotations, analysis, image)
    window = _window(np.concatenate([kind.ground_px for kind in kinds]), np.concatenate(costs), size)
    scale = np.array(pixels.shape[1::-1]) / size
    x1, y1, x2, y2 = (scale_points_px(window.reshape(2, 2), scale).round().astype(int)).reshape(-1)
    part = cv2.resize(pixels[max(y1, 0) : y2, max(x1, 0) : x2], _out_size(), interpolation=cv2.INTER_CUBIC)
    part_size = window[2:] - window[:2]
    for start, end in scale_points_px(links - window[:2], np.array(_out_size()) / part_size).round().astype(int):
        cv2.line(part, start.tolist(), end.tolist(), (255, 255, 255), 2, cv2.LINE_AA)
    for kind, color in zip(kinds, LEGEND.values()):
        shifted = kind._replace(
            boxes_xyxy=kind.boxes_xyxy - np.tile(window[:2], 2), ground_px=kind.ground_px - window[:2]
        )
        part = draw_athletes(part, shifted, tuple(part_size.tolist()), color, 2)
    data = cv2.imencode(".jpg", part, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1].tobytes()
    return "data:image/jpeg;base64," + base64.b64encode(data).decode("ascii")


def _out_size() -> tuple[int, int]:
    return _OUT_WIDTH, round(_OUT_WIDTH * _ASPECT)


def _athletes(
    annotations: Annotations, analysis: Analysis, image: int
) -> tuple[list[Athletes], list[np.ndarray], np.ndarray]:
    """The athletes of an image by the kinds of :data:`LEGEND`, what each costs, and lines (L, 2, 2) between pairs."""
    case, operating = analysis.matched.case, analysis.operating
    arrangement = case.arrangement
    camera = annotations.camera(image)

    def placed(rows: np.ndarray, positions_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        points_px = camera.pitch_to_pixel(positions_m[rows]).points
        there = np.isfinite(points_px).all(axis=1)
        return rows[there], points_px[there]

    gt, gt_px = placed(np.flatnonzero(arrangement.gt_image == image), case.gt_positions_m)
    used = np.flatnonzero((arrangement.det_image == image) & operating.used)
    det, det_px = placed(used, case.det_positions_m)
    person = operating.pairing.person[det]
    found, paired = np.isin(gt, person), person >= 0
    everyone = _kind(case.gt_boxes_xywh, gt, gt_px, case.gt_positions_m)
    detected = _kind(case.det_boxes_xywh, det, det_px, case.det_positions_m)
    kinds = [everyone.take(found), detected.take(paired), everyone.take(~found), detected.take(~paired)]
    costs = [
        np.zeros(int(found.sum())),
        1 - operating.similarity[det[paired]],
        np.ones(int((~found).sum())),
        np.ones(int((~paired).sum())),
    ]
    ends = gt_px[np.searchsorted(gt, person[paired])]
    return kinds, costs, np.stack([det_px[paired], ends], axis=1)


def _kind(boxes_xywh: np.ndarray | None, rows: np.ndarray, points_px: np.ndarray, positions_m: np.ndarray) -> Athletes:
    corners = np.tile(points_px, 2) if boxes_xywh is None else to_xyxy(boxes_xywh[rows])  # without boxes a point
    return Athletes(corners, np.ones(len(rows)), points_px, positions_m[rows])


def _window(points_px: np.ndarray, costs: np.ndarray, size: np.ndarray) -> np.ndarray:
    """The part of the frame, ``(x1, y1, x2, y2)`` in annotated px, that covers the highest cost."""
    width = _CROP_WIDTH_SHARE * size[0]
    half = np.array([width, width * _ASPECT]) / 2
    inside = (np.abs(points_px[:, None] - points_px[None]) < 0.8 * half).all(axis=-1)
    centre = size / 2
    if len(points_px) and costs.any():
        best = int((inside @ costs).argmax())
        centre = np.average(points_px[inside[best]], axis=0, weights=costs[inside[best]] + 1e-6)
    centre = np.clip(centre, half, size - half)
    return np.concatenate([centre - half, centre + half])
