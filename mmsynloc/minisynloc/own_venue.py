"""A labelled data set for one's own venue: rendered people composited into photographs of the empty pitch."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from mmsynloc.datasets.preparation.layout import SPLITS
from mmsynloc.files.images import write_image
from mmsynloc.minisynloc.annotate import annotate_scene, image_entry
from mmsynloc.minisynloc.generate import write_annotations
from mmsynloc.minisynloc.photographs import Photograph, Photographs, find_photographs
from mmsynloc.minisynloc.plan import Parameters
from mmsynloc.minisynloc.randomisation import Drawn, Randomisation
from mmsynloc.minisynloc.render import RenderedImage, compose_scene
from mmsynloc.minisynloc.scene import FARTHEST_M, sample_scene
from mmsynloc.minisynloc.venue import PITCH_HALF_LENGTH_M, PITCH_HALF_WIDTH_M, sample_venue
from mmsynloc.utils import UserError, dump_json

__all__ = ["WEATHERS", "compose_photograph", "make_venue_set"]

WEATHERS = ("overcast", "sun", "floodlight")
MANIFEST_NAME = "venue.json"
MAX_ATTEMPTS = 30
MOST_MARGIN_M = min(FARTHEST_M[0] - PITCH_HALF_WIDTH_M, FARTHEST_M[1] - PITCH_HALF_LENGTH_M)
JPEG_QUALITY = 92
# What a photograph has of these is in it already.
CLEAR: dict[str, float | str] = {"haze": 0.0, "vignette": 0.0, "stand_shadow": "no"}


def _compositing(rng: np.random.Generator, light: np.ndarray) -> Drawn:
    """Compositing that gives people the light of the photograph, with small variations."""
    warmth = float((light[2] - light[0]) / (light[2] + light[0]))
    drawn = Randomisation(0.4).draw(rng, "compositing")
    numbers = drawn.numbers
    gain = numbers["people_gain"] * float(light.mean())
    return replace(drawn, numbers={**numbers, "people_gain": gain, "people_warmth": numbers["people_warmth"] + warmth})


def compose_photograph(
    photograph: Photograph, seed: tuple[int, ...], weather: str | None = None, margin_m: float = 5.0
) -> tuple[RenderedImage, list[dict]]:
    """One image with rendered people in a photograph, and its annotations without ids.

    Args:
        photograph: the venue.
        seed: chooses people and light.
        weather: one of :data:`WEATHERS`; None for all of them in turn.
        margin_m: how far outside the lines people may stand.

    Raises:
        UserError: no person could be placed in the camera's view.
    """
    rng = np.random.default_rng(seed)
    fixed = CLEAR if weather is None else {**CLEAR, "weather": weather}
    venue = replace(sample_venue((*seed, 1), Randomisation(1.0, fixed)), camera=photograph.camera)
    background = photograph.background(sum(lamp.strength for lamp in venue.lamps))
    for _ in range(MAX_ATTEMPTS):
        limits = PITCH_HALF_WIDTH_M + margin_m + 0.5, PITCH_HALF_LENGTH_M + margin_m + 0.5
        scene = sample_scene(rng, Randomisation(), *limits)
        rendered = compose_scene(scene, venue, background, _compositing(rng, photograph.light))
        annotations = annotate_scene(scene, rendered, venue.camera)
        if annotations:
            return rendered, annotations
    raise UserError(f"{photograph.name}: the camera sees no place where people could stand")


def _check(root: Path, parameters: Parameters, weather: str | None, margin_m: float) -> None:
    parameters.check()
    if not (math.isfinite(margin_m) and PITCH_HALF_WIDTH_M + margin_m > 0):
        raise UserError(f"margin {margin_m} m: choose a number greater than -{PITCH_HALF_WIDTH_M:g}")
    if margin_m > MOST_MARGIN_M:
        raise UserError(f"margin {margin_m} m: nobody is placed further than {MOST_MARGIN_M:g} m beyond the lines")
    if weather is not None and weather not in WEATHERS:
        raise UserError(f"weather {weather}: choose one of {', '.join(WEATHERS)}")
    if not any(parameters.num_images):
        raise UserError("0 images for train and 0 for val: there is nothing to make")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UserError(f"{root}: is there already; choose an empty or a new folder")


def make_venue_set(
    out_dir: str | os.PathLike,
    cameras_file: str | os.PathLike,
    photos_dir: str | os.PathLike,
    num_train: int = 200,
    num_val: int = 20,
    marks_dir: str | os.PathLike | None = None,
    seed: int = 0,
    image_size: tuple[int, int] = (1920, 1080),
    weather: str | None = None,
    margin_m: float = 5.0,
    progress: bool = True,
) -> int:
    """Write a data set of one's own venue in the official SynLoc layout; annotations refer to 3840x2160.

    It has no split for tests, and a split without images gets no files.

    Args:
        out_dir: folder to write, new or empty.
        cameras_file: cameras of the photographs, as :func:`~mmsynloc.minisynloc.photographs.find_photographs` takes it.
        photos_dir: folder of the photographs, of an empty pitch or a median of many frames.
        num_train: images in ``train``; they go through the photographs in turn.
        num_val: images in ``val``.
        marks_dir: folder of marked near objects.
        seed: chooses people and light.
        image_size: width and height of the images, 16:9.
        weather: one of :data:`WEATHERS`; None for all of them in turn.
        margin_m: how far outside the lines people may stand.
        progress: show a progress bar.

    Returns:
        The number of photographs.

    Raises:
        UserError: an input does not fit; nothing is written then.
    """
    root, marks = Path(out_dir), None if marks_dir is None else Path(marks_dir)
    _check(root, Parameters((num_train, num_val, 0, 0), (1, 1, 1, 1), seed, image_size), weather, margin_m)
    photographs = find_photographs(Path(cameras_file), Path(photos_dir), marks, image_size)
    for i, photograph in enumerate(photographs):  # report a venue without space before anything is written
        compose_photograph(photograph, (seed, 2, i), weather, margin_m)
    with _removed_on_failure(root):
        _render(root, photographs, (num_train, num_val), seed, weather, margin_m, progress)
    return len(photographs)


@contextmanager
def _removed_on_failure(root: Path) -> Iterator[None]:
    """Remove what has been written if it does not become whole, so that the same command can start again."""
    was_there = root.exists()
    try:
        yield
    except BaseException:
        for path in root.glob("*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if root.exists() and not was_there:
            root.rmdir()
        raise


def _render(
    root: Path,
    photographs: Photographs,
    counts: tuple[int, int],
    seed: int,
    weather: str | None,
    margin_m: float,
    progress: bool,
) -> None:
    results = []
    with tqdm(total=sum(counts), desc=root.name, unit="image", disable=not progress) as bar:
        for first, photograph in enumerate(islice(photographs, max(counts))):  # the others get no image
            for split, image_id in _images_of(first, len(photographs), counts):
                chosen = (seed, SPLITS.index(split), image_id)
                rendered, people = compose_photograph(photograph, chosen, weather, margin_m)
                entry = image_entry(image_id, photograph.camera)
                write_image(root / split / entry["file_name"], rendered.image, (cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY))
                results.append((split, entry, people))
                bar.update()
    write_annotations(root, results)
    dump_json({"photographs": photographs.names, "seed": seed}, root / MANIFEST_NAME)


def _images_of(first: int, photographs: int, counts: tuple[int, int]) -> list[tuple[str, int]]:
    """The images, as split and id, that have the photograph at the place ``first`` where these take turns."""
    return [(split, number) for split, count in zip(SPLITS, counts) for number in range(first, count, photographs)]
