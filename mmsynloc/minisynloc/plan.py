"""Which image of which split shows which venue, and the parameters that define a data set."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from mmsynloc.datasets.preparation.layout import SPLITS
from mmsynloc.minisynloc.randomisation import AXES, Randomisation, typical_values
from mmsynloc.minisynloc.rasterise import VIRTUAL_SIZE
from mmsynloc.utils import UserError

__all__ = ["FORMAT_VERSION", "Parameters", "Task", "make_tasks", "venue_counts"]

FORMAT_VERSION = 2
"""Grows when the same parameters give other pictures or annotations."""

FIRST_VENUE = {"train": 0, "val": 0, "test": 1000, "challenge": 2000}  # val shares the venues of train


@dataclass(frozen=True)
class Parameters:
    """What a data set depends on. Counts and venues are in the order of ``SPLITS``: train, val, test, challenge.

    ``strength`` is that of the randomisation; the axes of the groups ``typical`` have their typical values.
    """

    num_images: tuple[int, int, int, int]
    num_venues: tuple[int, int, int, int]
    seed: int
    image_size: tuple[int, int]
    strength: float = 1.0
    typical: tuple[str, ...] = ()

    def check(self) -> None:
        """Raise :class:`UserError` for what cannot be generated."""
        for name, count, venues in zip(SPLITS, self.num_images, self.num_venues):
            if count < 0:
                raise UserError(f"{name}: the number of images is negative: {count}")
            if venues < 1:
                raise UserError(f"{name}: the number of venues is not positive: {venues}")
        if self.seed < 0:
            raise UserError(f"the seed is negative: {self.seed}")
        if not 0 <= self.strength <= 1:
            raise UserError(f"the strength of the randomisation is not between 0 and 1: {self.strength}")
        unknown = next((group for group in self.typical if group not in AXES), None)
        if unknown is not None:
            raise UserError(f"the randomisation has no group {unknown}: choose from {', '.join(AXES)}")
        width, height = self.image_size
        if min(width, height) < 64 or VIRTUAL_SIZE[0] % width or width * VIRTUAL_SIZE[1] != height * VIRTUAL_SIZE[0]:
            raise UserError(
                f"image size {width}x{height}: choose a 16:9 size that divides {VIRTUAL_SIZE[0]}x{VIRTUAL_SIZE[1]}, "
                "such as 3840x2160, 1920x1080, 1280x720, 960x540, 640x360 or 320x180"
            )

    @property
    def randomisation(self) -> Randomisation:
        """How looks are drawn."""
        return Randomisation(self.strength, typical_values(*self.typical))

    def to_dict(self) -> dict:
        """The parameters as JSON takes them; without ``typical`` where it is empty, as in manifests of before."""
        values = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
        if not self.typical:
            del values["typical"]
        return values


@dataclass(frozen=True)
class Task:
    """Images of one split at one venue."""

    split: str
    venue_seed: tuple[int, ...]
    image_ids: tuple[int, ...]


def venue_counts(parameters: Parameters) -> list[int]:
    """Venues of each split: as requested, but two images a venue, and none in val that train does not have."""
    counts = [min(venues, -(-n // 2)) for n, venues in zip(parameters.num_images, parameters.num_venues)]
    if counts[0]:
        counts[1] = min(counts[1], counts[0])
    return counts


def make_tasks(parameters: Parameters, workers: int) -> list[Task]:
    """Cut the work into tasks of one venue each, so that its background is rendered once, and enough for all workers.

    Image ``i`` of a split shows its venue ``i`` modulo their number, whatever the number of workers.
    """
    share = min(32, max(12, -(-sum(parameters.num_images) // (2 * workers))))
    tasks = []
    for split, count, venues in zip(SPLITS, parameters.num_images, venue_counts(parameters)):
        for venue in range(min(venues, count)):
            ids = range(venue, count, venues)
            seed = (parameters.seed, len(SPLITS), FIRST_VENUE[split] + venue)
            tasks += [Task(split, seed, tuple(ids[i : i + share])) for i in range(0, len(ids), share)]
    return sorted(tasks, key=lambda task: -len(task.image_ids))
