"""How the people of a data set look."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.data_infos import require_labels
from mmsynloc.datasets.preparation.appearance import appearance
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.files.images import read_image
from mmsynloc.utils import UserError, parallel_map

__all__ = ["sample_appearance"]

_IMAGES = 100


def sample_appearance(
    root: Path, splits: Sequence[str] | None = None, workers: int = 1, progress: bool = True
) -> np.ndarray:
    """Colour and contrast of the people of a data set, from at most 100 evenly spaced images of each split.

    Args:
        root: the data set's folder.
        splits: canonical names; None takes those with people.
        workers: processes.
        progress: whether to show a bar.

    Returns:
        (M, 10) columns as in :data:`~.appearance.APPEARANCE`, in pixels of the files.

    Raises:
        UserError: there is no split with people, or an image cannot be read.
    """
    root = Path(root)
    chosen = splits or [split for split in SPLITS if annotation_path(root, split).is_file()]
    tasks = [task for split in chosen for task in _tasks(root / split, read_annotations(annotation_path(root, split)))]
    if not tasks:
        raise UserError(f"{root}: no annotated people whose looks could be compared")
    with closing(parallel_map(_measure, tasks, workers)) as results:
        rows = list(tqdm(results, f"looks in {root.name}", len(tasks), unit="image", delay=1, disable=not progress))
    sample = np.concatenate(rows)
    if not len(sample):
        raise UserError(f"{root}: no annotated person is large enough in the images for its looks to be compared")
    return sample


def _tasks(folder: Path, annotations: Annotations) -> list[tuple[Path, np.ndarray, tuple[int, int]]]:
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


def _measure(task: tuple[Path, np.ndarray, tuple[int, int]]) -> np.ndarray:
    path, boxes, size = task
    image = read_image(path)
    return appearance(image, boxes * (image.shape[1] / size[0]))
