"""How the people of a data set look."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.data_infos import require_labels
from mmsynloc.datasets.preparation.appearance import appearance
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.files.image_probe import image_size, probe_image
from mmsynloc.files.images import read_image
from mmsynloc.utils import UserError, parallel_map

__all__ = ["PeopleImages", "sample_appearance"]

_IMAGES = 100


_Task = tuple[Path, np.ndarray, tuple[int, int]]
"""An image, its people's boxes (N, 4) xyxy in annotated px, and the annotated ``(width, height)``."""


@dataclass(frozen=True)
class PeopleImages:
    """Images whose people's looks are measured: at most 100 evenly spaced ones of each split with people.

    Attributes:
        root: the data set's folder.
        tasks: the images with their boxes.
    """

    root: Path
    tasks: list[_Task]

    @classmethod
    def find(cls, root: str | Path, splits: Sequence[str] | None = None) -> PeopleImages:
        """Read the annotations; see :func:`sample_appearance`."""
        root = Path(root)
        chosen = splits or [split for split in SPLITS if annotation_path(root, split).is_file()]
        read = {split: read_annotations(annotation_path(root, split)) for split in chosen}
        tasks = [task for split, annotations in read.items() for task in _of_split(root / split, annotations)]
        if not tasks:
            raise UserError(f"{root}: no annotated people whose looks could be compared")
        return cls(root, tasks)

    @property
    def width(self) -> int:
        """Width in px of the first image, from its header.

        Raises:
            UserError: it cannot be read.
        """
        path = self.tasks[0][0]
        size = image_size(path)
        if size is None:
            raise UserError(f"{path}: {probe_image(path).fault or 'not a readable image'}")
        return size[0]

    def sample(self, workers: int = 1, progress: bool = True, width: int | None = None) -> np.ndarray:
        """Measure them; see :func:`sample_appearance`."""
        with closing(parallel_map(partial(_measure, width), self.tasks, workers)) as results:
            bar = tqdm(
                results, f"looks in {self.root.name}", len(self.tasks), unit="image", delay=1, disable=not progress
            )
            sample = np.concatenate(list(bar))
        if not len(sample):
            raise UserError(
                f"{self.root}: no annotated person is large enough in the images for its looks to be compared"
            )
        return sample


def sample_appearance(
    root: Path,
    splits: Sequence[str] | None = None,
    workers: int = 1,
    progress: bool = True,
    width: int | None = None,
) -> np.ndarray:
    """Colour and contrast of the people of a data set, from at most 100 evenly spaced images of each split.

    Args:
        root: the data set's folder.
        splits: canonical names; None takes those with people.
        workers: processes.
        progress: whether to show a bar.
        width: wider images are shrunk to it before they are measured; None leaves them as they are.

    Returns:
        (M, 10) columns as in :data:`~.appearance.APPEARANCE`, in pixels of the images at that width.

    Raises:
        UserError: there is no split with people, or an image cannot be read.
    """
    return PeopleImages.find(root, splits).sample(workers, progress, width)


def _of_split(folder: Path, annotations: Annotations) -> list[_Task]:
    people = annotations.people
    if people is None or not len(people):
        return []
    require_labels(annotations)
    with_people = np.flatnonzero(annotations.people_per_image)
    rows = with_people[np.linspace(0, len(with_people) - 1, min(len(with_people), _IMAGES)).astype(int)]
    sizes, boxes = annotations.image_sizes.tolist(), people.boxes_xyxy
    return [
        (folder / annotations.file_names[row], boxes[annotations.people_rows[row]], tuple(sizes[row])) for row in rows
    ]


def _measure(width: int | None, task: _Task) -> np.ndarray:
    path, boxes, size = task
    image = read_image(path)
    if width is not None and image.shape[1] > width:
        image = cv2.resize(image, (width, round(image.shape[0] * width / image.shape[1])), interpolation=cv2.INTER_AREA)
    return appearance(image, boxes * (image.shape[1] / size[0]))
