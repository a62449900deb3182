"""To YOLO-pose: one text file an image, a folder of images and a data file."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.data_infos import require_frames, require_labels
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.files.names import IMAGE_SUFFIXES
from mmsynloc.utils import UserError, atomic_write

__all__ = ["IMAGE_MODES", "export_yolo", "yolo_lines"]

IMAGE_MODES = ("link", "copy", "none")


def yolo_lines(boxes_xyxy: np.ndarray, keypoints: np.ndarray, size: tuple[int, int]) -> list[str]:
    """The label lines of one frame: ``class cx cy w h`` and ``x y v`` for pelvis and pelvis_ground, in 0 to 1.

    Boxes are clipped to the frame. YOLO refuses coordinates outside the image, so keypoints out there are written
    as not labelled, ``0 0 0``. A keypoint at pixel ``u`` is ``(u + 0.5) / width``, for YOLO measures from the
    image's edge.

    Args:
        boxes_xyxy: (N, 4) annotated px.
        keypoints: (N, 2, 3) annotated px and visibility.
        size: annotated ``(width, height)``.
    """
    corners = np.clip(boxes_xyxy.reshape(-1, 2, 2) / size, 0, 1)
    points = (keypoints[..., :2] + 0.5) / size
    labelled = ((points >= 0) & (points <= 1)).all(-1) & (keypoints[..., 2] > 0)
    triplets = np.concatenate([points, np.full((*points.shape[:2], 1), 2.0)], -1) * labelled[..., None]
    lines = []
    for (top_left, bottom_right), person in zip(corners, triplets):
        box = (*((top_left + bottom_right) / 2), *(bottom_right - top_left))
        if min(box[2:]) <= 0:
            continue  # nothing of the box lies in the frame
        numbers = [f"{value:.7f}" for value in box]
        numbers += [text for x, y, v in person for text in (f"{x:.7f}", f"{y:.7f}", f"{v:.0f}")]
        lines.append(" ".join(["0", *numbers]))
    return lines


def export_yolo(
    root: Path, out: Path, splits: Sequence[str] | None = None, images: str = "link", progress: bool = True
) -> dict[str, int]:
    """Write a data set for YOLO-pose trainers: ``OUT/{images,labels}/SPLIT`` and ``OUT/data.yaml``.

    Coordinates are fractions of the frame, so the labels fit images of every resolution. Sub-folders of the images
    are kept.

    Args:
        root: a data set in the official layout.
        out: folder to write; files of a former run are replaced.
        splits: canonical names; None takes those that have annotations.
        images: ``link`` each file, ``copy`` it, or ``none`` to write the labels only.

    Returns:
        The number of labelled images of each split.

    Raises:
        UserError: annotations or an image are missing or broken, two images would have one label file, or the folder
            to write is the data set itself.
        ValueError: ``images`` is none of :data:`IMAGE_MODES`.
    """
    if images not in IMAGE_MODES:
        raise ValueError(f"images must be one of {', '.join(IMAGE_MODES)}, not {images!r}")
    root, out = Path(root), Path(out)
    chosen = splits or [s for s in SPLITS if s != "challenge" and annotation_path(root, s).exists()]
    if not chosen:
        raise UserError(f"{root}: no annotations/*.json")
    counts = {}
    for split in chosen:
        annotations = read_annotations(annotation_path(root, split))
        _check_names(annotations)
        _export_split(annotations, root, out, split, images, progress)
        counts[split] = len(annotations)
    with atomic_write(out / "data.yaml") as temporary:
        temporary.write_text(_data_file(out, chosen), encoding="utf-8")
    return counts


def _check_names(annotations: Annotations) -> None:
    """Make sure that each image has a label file of its own, where trainers look for it."""
    require_frames(annotations)
    labels: dict[str, str] = {}
    for name in annotations.file_names:
        path = PurePosixPath(name)
        other = labels.setdefault(str(path.with_suffix("")), name)
        if other != name:
            raise UserError(f"{annotations.path}: {other} and {name} would have one label file")
        if "images" in path.parent.parts:
            raise UserError(f"{annotations.path}: {name}: YOLO trainers find no labels of images in a folder `images`")


def _export_split(annotations: Annotations, root: Path, out: Path, split: str, images: str, progress: bool) -> None:
    boxes_xyxy = annotations.people.boxes_xyxy if annotations.people else np.zeros((0, 4))
    keypoints = require_labels(annotations)[1]
    for folder in ("images", "labels"):
        _make_folder(out / folder / split)
    _refuse_others(out, split, annotations.file_names)
    for row, name in enumerate(tqdm(annotations.file_names, desc=split, unit="image", disable=not progress)):
        if images != "none":
            _place(root / split / name, _inside(out, "images", split, name), images)
        if split != "challenge":
            people = annotations.people_rows[row]
            lines = yolo_lines(boxes_xyxy[people], keypoints[people], annotations.image_sizes[row])
            with atomic_write(_inside(out, "labels", split, name).with_suffix(".txt")) as temporary:
                temporary.write_text("".join(f"{line}\n" for line in lines))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be made: {error.strerror or error}") from None


def _refuse_others(out: Path, split: str, names: Sequence[str]) -> None:
    """Make sure that no image or label of another data set, or of a larger one, stays for a trainer to train on."""
    written = {PurePosixPath(name).with_suffix("") for name in names}
    for folder, suffixes in (("images", IMAGE_SUFFIXES), ("labels", (".txt",))):
        base = out / folder / split
        for path in base.rglob("*"):
            if path.suffix.lower() in suffixes and PurePosixPath(path.relative_to(base)).with_suffix("") not in written:
                raise UserError(f"{path}: is of another data set, and would be trained on too; choose a new folder")


def _inside(out: Path, *parts: str) -> Path:
    """A path below ``out``, whatever links lie there."""
    path = out.joinpath(*parts)
    if not path.parent.resolve().is_relative_to(out.resolve()):
        raise UserError(f"{path.parent}: is a link that leaves {out}; remove it, or take another --out")
    return path


def _place(source: Path, target: Path, mode: str) -> None:
    """Link or copy one file. YOLO resolves links of folders, and then finds no labels, but not those of files."""
    if not os.path.isfile(source):
        raise UserError(f"{source}: no such image; run the check, or export without images")
    if target.exists() and not target.is_symlink() and target.samefile(source):
        raise UserError(f"{target}: is the data set's own image; take another --out")
    _make_folder(target.parent)
    target.unlink(missing_ok=True)
    if mode == "link":
        try:
            target.symlink_to(os.path.abspath(source))
            return
        except OSError:
            pass  # a file system without links
    with atomic_write(target) as temporary:
        shutil.copyfile(source, temporary)


def _data_file(out: Path, chosen: Sequence[str]) -> str:
    """The text of data.yaml: for these splits and those that a former run has written."""
    splits = [split for split in SPLITS if split in chosen or (out / "labels" / split).is_dir()]
    lines = [f"path: {json.dumps(os.path.abspath(out))}"]  # a string of JSON is one of YAML
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
