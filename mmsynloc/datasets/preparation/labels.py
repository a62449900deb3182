"""What the labels of one annotation file say, as flat arrays, and the alarms that they raise."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.annotations import load_frames
from mmsynloc.datasets.preparation.layout import ANNOTATED_SIZE
from mmsynloc.structures import Camera

__all__ = ["Labels", "coordinate_alarms", "load_labels", "projection_error_px", "resolution_notes"]

_MIN_PEOPLE = 30  # with fewer people, all of them may well stand in one quarter of the frame
_MAX_PROJECTION_ERROR_PX = 2.0  # the official polynomials invert each other to about 0.1 px
_MAX_OUTSIDE = 0.2
_FARTHEST_M = (45.0, 65.0)  # people of the official set stand up to 41 m across and 59 m along


@dataclass(frozen=True)
class Labels:
    """M images with N people in total.

    Args:
        frames: the M parsed images in ascending id (see :func:`~mmsynloc.datasets.annotations.load_frames`).
        image: (N,) index of each person's image, 0 to M - 1.
        boxes_xyxy: (N, 4) annotated pixels.
        keypoints_px: (N, 2, 2) pelvis and pelvis_ground in annotated pixels.
        areas_px2: (N,) mask pixels.
        points_pitch_m: (N, 2) positions in metres.
        image_sizes: (M, 2) annotated (width, height).
        has_people: whether the file has annotations at all; the challenge's has none.
    """

    frames: list[dict]
    image: np.ndarray
    boxes_xyxy: np.ndarray
    keypoints_px: np.ndarray
    areas_px2: np.ndarray
    points_pitch_m: np.ndarray
    image_sizes: np.ndarray
    has_people: bool

    @property
    def people_per_image(self) -> np.ndarray:
        """(M,) counts."""
        return np.bincount(self.image, minlength=len(self.frames))


def load_labels(path: Path, progress: bool = False) -> Labels:
    """Parse an annotation file; the official train file takes about half a minute.

    Raises:
        UserError: it is missing or broken; the message names the entry.
    """
    parsed = tqdm(load_frames(path), desc=Path(path).name, unit="image", delay=1, disable=not progress)
    frames = sorted(parsed, key=lambda frame: frame["img_id"])
    counts = [len(frame["id"]) for frame in frames]

    def join(name: str, shape: tuple[int, ...]) -> np.ndarray:
        parts = [frame[name] for frame in frames]
        return np.concatenate(parts).astype(np.float64) if parts else np.zeros((0, *shape))

    return Labels(
        frames=frames,
        image=np.repeat(np.arange(len(frames)), counts),
        boxes_xyxy=join("bbox", (4,)),
        keypoints_px=join("keypoints", (2, 2)),
        areas_px2=join("area", ()),
        points_pitch_m=join("position_on_pitch", (2,)),
        image_sizes=np.array([frame["annotated_size"] for frame in frames], np.float64).reshape(-1, 2),
        has_people=sum(counts) > 0,
    )


def projection_error_px(labels: Labels, scale: float = 1.0) -> float:
    """Median distance from ``scale`` times the projected position to the pelvis_ground keypoint; NaN without people."""
    errors = []
    start = 0
    for frame in labels.frames:
        count = len(frame["id"])
        camera = Camera(**frame["camera"], image_size=frame["annotated_size"])
        projected = camera.pitch_to_pixel(labels.points_pitch_m[start : start + count]).points
        difference = (projected + 0.5) * scale - 0.5 - labels.keypoints_px[start : start + count, 1]
        errors.append(np.hypot(difference[:, 0], difference[:, 1]))
        start += count
    errors = np.concatenate(errors) if errors else np.zeros(0)
    errors = errors[np.isfinite(errors)]
    return float(np.median(errors)) if len(errors) else float("nan")


def coordinate_alarms(labels: Labels) -> list[str]:
    """Signs that the coordinates are in pixels of another resolution than the annotated one, one line each."""
    alarms = _duplicates(labels)
    if not len(labels.image):
        return alarms
    error = projection_error_px(labels)
    if error > _MAX_PROJECTION_ERROR_PX:
        alarms.append(f"keypoints lie {error:.1f} px (median) off the projected positions{_resolution_hint(labels)}")
    width, height = labels.image_sizes[labels.image].T
    x1, y1, x2, y2 = labels.boxes_xyxy.T
    if len(labels.image) >= _MIN_PEOPLE and (x2 <= width / 2).all() and (y2 <= height / 2).all():
        alarms.append("all boxes lie in the frame's upper left quarter: Full HD pixels against 4K sizes?")
    x, y = np.abs(labels.points_pitch_m).T
    if np.mean((x > _FARTHEST_M[0]) | (y > _FARTHEST_M[1])) > 0.01:
        alarms.append("positions lie far outside the pitch: metres from its centre, x across and y along?")
    outside = np.mean((x1 >= width) | (y1 >= height) | (x2 <= 0) | (y2 <= 0))
    if outside > _MAX_OUTSIDE:
        alarms.append(f"{outside:.0%} of the boxes lie outside the frame: 4K pixels against Full HD sizes?")
    return alarms


def _resolution_hint(labels: Labels) -> str:
    for scale, name in ((0.5, "half the annotated size, as in Full HD against 4K"), (2.0, "twice the annotated size")):
        if projection_error_px(labels, scale) <= _MAX_PROJECTION_ERROR_PX:
            return f": they are in pixels of {name}"
    return ""


def _duplicates(labels: Labels) -> list[str]:
    ids = Counter(int(i) for frame in labels.frames for i in frame["id"] if i >= 0)  # -1 stands for a missing id
    names = Counter(frame["file_name"] for frame in labels.frames)
    alarms = [f"annotation id {i} is there {n} times" for i, n in ids.items() if n > 1]
    alarms += [f"file_name {name} is there {n} times" for name, n in names.items() if n > 1]
    if len(alarms) > 3:
        alarms = [*alarms[:3], f"and {len(alarms) - 3} more ids or names that are there more than once"]
    return alarms


def resolution_notes(labels: Labels) -> list[str]:
    """One line where the annotated size is not the official one."""
    sizes = sorted({(int(w), int(h)) for w, h in labels.image_sizes})
    if sizes in ([], [ANNOTATED_SIZE]):
        return []
    text = ", ".join(f"{w}x{h}" for w, h in sizes)
    return [f"annotated for {text}; the official annotations, and submissions, are for 3840x2160"]
