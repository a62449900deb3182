"""Which part of a frame the second stage sees of each athlete."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mmsynloc.structures.affine import flip_matrix, rotation_matrix, shift_matrix
from mmsynloc.structures.boxes import feet_of
from mmsynloc.structures.camera import Camera

__all__ = [
    "ATHLETE_HEIGHT_M",
    "GEOMETRY_CHANNELS",
    "MIRRORED_GEOMETRY",
    "Crops",
    "athlete_heights_px",
    "crop_geometry",
    "crop_matrices",
    "crops_by_camera",
    "crops_of_boxes",
    "like_athletes",
    "vertical_px",
]

ATHLETE_HEIGHT_M = 1.8
GEOMETRY_CHANNELS = 4
MIRRORED_GEOMETRY = (-1.0, 1.0, 1.0, 1.0)
"""Factors from a crop's :func:`crop_geometry` to that of its mirror image, where the vertical leans the other way."""

_MIN_HEIGHT_PX = 4.0
_RATIO = 3  # of a box's height and the athlete's, beyond which the box is taken for wrong
_GEOMETRY_WIDTH = 3840  # of the official annotations, which second stages are trained with


class Crops(NamedTuple):
    """Upright parts of a frame, all of one shape, one for each of P athletes.

    Args:
        centres_px: (P, 2) px of the frame.
        heights_px: (P,) px of the frame.
    """

    centres_px: np.ndarray
    heights_px: np.ndarray


def crops_of_boxes(boxes_xyxy: np.ndarray, size: tuple[int, int], padding: float = 1.25) -> Crops:
    """Each box with some surroundings, as upstream's ``GetBBoxCenterScale`` and ``TopdownAffine``.

    Args:
        boxes_xyxy: (P, 4) px; boxes of no area get a crop of a few pixels.
        size: ``(width, height)`` of the crop, for its shape.
        padding: the crop's side over the box's.
    """
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    sides = boxes[:, 2:] - boxes[:, :2]
    heights = np.maximum(sides[:, 1], sides[:, 0] * size[1] / size[0]) * padding
    return Crops((boxes[:, :2] + boxes[:, 2:]) / 2, np.maximum(heights, _MIN_HEIGHT_PX))


def crops_by_camera(
    boxes_xyxy: np.ndarray, camera: Camera, size: tuple[int, int], height_m: float | None = 2.5, padding: float = 1.25
) -> Crops:
    """Crops that show a fixed height in metres where the box stands, so that athletes have one scale in all of them.

    A box that is cut or partly hidden has a wrong size; the camera knows how tall an athlete is there. Boxes that do
    not stand on the ground, or would be more than thrice too small or too large for an athlete, get
    :func:`crops_of_boxes`.

    Args:
        boxes_xyxy: (P, 4) px of the camera's image.
        camera: of the frame.
        size: ``(width, height)`` of the crop, for its shape.
        height_m: what a crop shows, in metres; None for :func:`crops_of_boxes` in any case.
        padding: of the boxes for which the camera is of no use.
    """
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    plain = crops_of_boxes(boxes, size, padding)
    if height_m is None:
        return plain
    feet = feet_of(boxes)
    upright = vertical_px(camera, feet) * ATHLETE_HEIGHT_M
    tall = np.linalg.norm(upright, axis=1)
    ratio = tall / np.maximum(boxes[:, 3] - boxes[:, 1], 1e-3)
    usable = (ratio > 1 / _RATIO) & (ratio < _RATIO)  # false for what is not a number
    centres = np.where(usable[:, None], feet + 0.5 * upright, plain.centres_px)
    heights = np.where(usable, tall * height_m / ATHLETE_HEIGHT_M, plain.heights_px)
    return Crops(centres, np.maximum(heights, _MIN_HEIGHT_PX))


def like_athletes(boxes_xyxy: np.ndarray, camera: Camera) -> np.ndarray:
    """The boxes (M, 4) of those (N, 4) px that are at most thrice as tall as an athlete where they stand."""
    boxes = np.asarray(boxes_xyxy, np.float64).reshape(-1, 4)
    tall = athlete_heights_px(camera, feet_of(boxes))
    return boxes[boxes[:, 3] - boxes[:, 1] < _RATIO * tall]  # false for what is not a number


def athlete_heights_px(camera: Camera, feet_px: np.ndarray) -> np.ndarray:
    """How tall (P,) px a standing athlete is at ground points (P, 2) px; NaN above the horizon."""
    return np.linalg.norm(vertical_px(camera, feet_px), axis=1) * ATHLETE_HEIGHT_M


def vertical_px(camera: Camera, feet_px: np.ndarray) -> np.ndarray:
    """What one metre upwards is in the image, (P, 2) px, at ground points (P, 2) px; NaN above the horizon.

    The mean over the height of an athlete: perspective shortens it a little towards the top.
    """
    ground, _ = camera.pixel_to_pitch(feet_px)
    tops = np.concatenate([ground, np.full((len(ground), 1), ATHLETE_HEIGHT_M)], axis=1)
    return (camera.pitch_to_pixel(tops).points - feet_px) / ATHLETE_HEIGHT_M


def crop_matrices(
    crops: Crops, size: tuple[int, int], degrees: np.ndarray | None = None, flip: np.ndarray | None = None
) -> np.ndarray:
    """Affine maps from the frame to the crops.

    Args:
        crops: P of them.
        size: ``(width, height)`` of the crops in px.
        degrees: (P,) by which each is turned, clockwise.
        flip: (P,) bool, which are mirrored.

    Returns:
        (P, 3, 3) frame px -> crop px.
    """
    middle = shift_matrix((size[0] - 1) / 2, (size[1] - 1) / 2)
    matrices = np.empty((len(crops.heights_px), 3, 3))
    for i, ((x, y), height) in enumerate(zip(crops.centres_px, crops.heights_px)):
        matrix = np.diag([size[1] / height, size[1] / height, 1.0]) @ shift_matrix(-x, -y)
        if degrees is not None:
            matrix = rotation_matrix(degrees[i]) @ matrix
        matrix = middle @ matrix
        matrices[i] = flip_matrix(size[0]) @ matrix if flip is not None and flip[i] else matrix
    return matrices


def crop_geometry(camera: Camera, feet_px: np.ndarray, matrices: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """What the camera knows about each crop, for the network.

    Args:
        camera: of the frame.
        feet_px: (P, 2) px of the frame, about where the athletes stand.
        matrices: (P, 3, 3) frame px -> crop px.
        size: ``(width, height)`` of the crops.

    Returns:
        (P, 4) float32: one metre upwards in the crop along x and y, in units of its height; how steeply the camera
        looks down there, as the sine of the elevation; the logarithm of the hundreds of pixels that a metre has in a
        frame 3840 px wide, whatever the size of this one. All are 0 above the horizon.
    """
    upright = vertical_px(camera, feet_px)
    in_crop = np.einsum("pij,pj->pi", matrices[:, :2, :2], upright) / size[1]
    ground, _ = camera.pixel_to_pitch(feet_px)
    offset = camera.position_m - np.concatenate([ground, np.zeros((len(ground), 1))], axis=1)
    sine = offset[:, 2] / np.linalg.norm(offset, axis=1)
    metre_px = np.linalg.norm(upright, axis=1) * (_GEOMETRY_WIDTH / camera.image_size[0])
    scale = np.log(np.maximum(metre_px, 1e-3) / 100)
    return np.nan_to_num(np.column_stack([in_crop, sine, scale]), posinf=0, neginf=0).astype(np.float32)
