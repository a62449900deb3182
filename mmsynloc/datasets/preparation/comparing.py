"""How people look in a data set, and how far another one, or a single real frame, is from it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table
from tqdm import tqdm

from mmsynloc.datasets.data_infos import require_labels
from mmsynloc.datasets.preparation.appearance import APPEARANCE, appearance, compare_appearance, joint_distance
from mmsynloc.datasets.preparation.layout import SPLITS, annotation_path
from mmsynloc.files import Annotations, read_annotations
from mmsynloc.files.images import read_image
from mmsynloc.utils import UserError, parallel_map

__all__ = ["print_appearance", "print_comparison", "sample_appearance"]

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


def print_appearance(sample: np.ndarray, console: Console | None = None) -> None:
    """Print quartiles of each statistic."""
    table = Table(title=f"Looks of {len(sample):,} people against their surroundings")
    for name in ("statistic", "5 %", "25 %", "median", "75 %", "95 %"):
        table.add_column(name, justify="left" if name == "statistic" else "right")
    for name, column in zip(APPEARANCE, sample.T):
        table.add_row(name, *(f"{value:.1f}" for value in np.percentile(column, [5, 25, 50, 75, 95])))
    (console or Console(width=100)).print(table)


def print_comparison(sample: np.ndarray, reference: np.ndarray, name: str, console: Console | None = None) -> None:
    """Print how far a reference is from a sample.

    Args:
        sample: (N, 10) of the data set.
        reference: (M, 10) of what it is compared with.
        name: of the reference.
        console: where to.
    """
    console = console or Console(width=100)
    table = Table(title=f"Against {len(reference):,} people of {name}")
    for column in ("statistic", "median here", "median there", "KS distance", "p", "outside 95 %"):
        table.add_column(column, justify="left" if column == "statistic" else "right")
    for statistic, found in compare_appearance(sample, reference).items():
        values = (f"{found.median:.1f}", f"{found.reference_median:.1f}", f"{found.ks:.2f}", f"{found.p_value:.2g}")
        table.add_row(statistic, *values, f"{found.outside:.0%}")
    console.print(table)
    if min(len(sample), len(reference)) < 2:
        return
    console.print(
        f"joint distance {joint_distance(sample, reference):.3f} (energy distance, 0 where both look alike, to 1)"
    )
