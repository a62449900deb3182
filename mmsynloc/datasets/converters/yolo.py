"""To YOLO-pose: one text file an image, a folder of images and a data file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.annotations import load_frames
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.utils import UserError, atomic_write

__all__ = ["IMAGE_MODES", "export_yolo", "yolo_lines"]

IMAGE_MODES = ("link", "copy", "none")


def yolo_lines(frame: dict) -> list[str]:
    """The label lines of one frame: ``class cx cy w h`` and ``x y v`` for pelvis and pelvis_ground, in 0 to 1.

    Boxes are clipped to the frame. YOLO refuses coordinates outside the image, so keypoints out there are written
    as not labelled, ``0 0 0``. A keypoint at pixel ``u`` is ``(u + 0.5) / width``, for YOLO measures from the
    image's edge.

    Args:
        frame: one of :func:`~mmsynloc.datasets.annotations.load_frames`.
    """
    size = np.array(frame["annotated_size"], float)
    corners = np.clip(frame["bbox"].astype(float).reshape(-1, 2, 2) / size, 0, 1)
    points = (frame["keypoints"].astype(float) + 0.5) / size
    labelled = ((points >= 0) & (points <= 1)).all(-1) & (frame["keypoints_visible"] > 0)
    triplets = np.concatenate([points, np.full((*points.shape[:2], 1), 2.0)], -1) * labelled[..., None]
    lines = []
    for (top_left, bottom_right), keypoints in zip(corners, triplets):
        box = (*((top_left + bottom_right) / 2), *(bottom_right - top_left))
        if min(box[2:]) <= 0:
            continue  # nothing of the box lies in the frame
        numbers = [f"{value:.7f}" for value in box]
        numbers += [text for x, y, v in keypoints for text in (f"{x:.7f}", f"{y:.7f}", f"{v:.0f}")]
        lines.append(" ".join(["0", *numbers]))
    return lines


def export_yolo(
    root: Path, out: Path, splits: Sequence[str] | None = None, images: str = "link", progress: bool = True
) -> dict[str, int]:
    """Write a data set for YOLO-pose trainers: ``OUT/{images,labels}/SPLIT`` and ``OUT/data.yaml``.

    Coordinates are fractions of the frame, so the labels fit images of every resolution.

    Args:
        root: a data set in the official layout.
        out: folder to write; files of a former run are replaced.
        splits: canonical names; None takes those that have annotations.
        images: ``link`` each file, ``copy`` it, or ``none`` to write the labels only.

    Returns:
        The number of labelled images of each split.

    Raises:
        UserError: annotations or an image are missing or broken.
    """
    root, out = Path(root), Path(out)
    chosen = splits or [s for s in SPLITS if s != "challenge" and annotation_path(root, s).exists()]
    if not chosen:
        raise UserError(f"{root}: no annotations/*.json")
    counts = {}
    for split in chosen:
        frames = list(load_frames(annotation_path(root, split)))
        for folder in ("images", "labels"):
            (out / folder / split).mkdir(parents=True, exist_ok=True)
        for frame in tqdm(frames, desc=split, unit="image", disable=not progress):
            name = Path(frame["file_name"]).name
            if images != "none":
                _place(root / split / frame["file_name"], out / "images" / split / name, images)
            if split != "challenge":
                with atomic_write((out / "labels" / split / name).with_suffix(".txt")) as temporary:
                    temporary.write_text("".join(f"{line}\n" for line in yolo_lines(frame)))
        counts[split] = len(frames)
    with atomic_write(out / "data.yaml") as temporary:
        temporary.write_text(_data_file(out, counts))
    return counts


def _place(source: Path, target: Path, mode: str) -> None:
    """Link or copy one file. YOLO resolves links of folders, and then finds no labels, but not those of files."""
    if not source.is_file():
        raise UserError(f"{source}: no such image; run the check, or export without images")
    target.unlink(missing_ok=True)
    if mode == "link":
        try:
            target.symlink_to(os.path.abspath(source))
            return
        except OSError:
            pass  # a file system without links
    with atomic_write(target) as temporary:
        shutil.copyfile(source, temporary)


def _data_file(out: Path, splits: dict[str, int]) -> str:
    lines = [f"path: {os.path.abspath(out)}"]
    lines += [f"{split}: images/{split}" for split in splits]
    if "train" in splits and "val" not in splits:
        lines.append("val: images/train")  # trainers insist on one
    lines += [
        "kpt_shape: [2, 3]  # pelvis, pelvis_ground: x, y, visibility",
        "flip_idx: [0, 1]",
        "names:",
        "  0: person",
    ]
    return "\n".join(lines) + "\n"
