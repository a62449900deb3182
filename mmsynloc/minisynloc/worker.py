"""Renders and writes the images of a task; runs in a process of its own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.datasets.preparation.layout import SPLITS
from mmsynloc.files.images import write_image
from mmsynloc.minisynloc.annotate import annotate_scene, image_entry
from mmsynloc.minisynloc.background import Background, render_background
from mmsynloc.minisynloc.plan import Parameters, Task
from mmsynloc.minisynloc.randomisation import FULL, Randomisation
from mmsynloc.minisynloc.render import RenderedImage, render_scene
from mmsynloc.minisynloc.scene import sample_scene
from mmsynloc.minisynloc.venue import Venue, sample_venue

__all__ = ["initialise", "make_image", "run_task"]

MAX_ATTEMPTS = 50


def initialise() -> None:
    """Prepare a worker process: one thread each."""
    cv2.setNumThreads(1)


@lru_cache(maxsize=1)
def _venue_and_background(seed: tuple[int, ...], parameters: Parameters) -> tuple[Venue, Background]:
    venue = sample_venue(seed, parameters.randomisation)
    return venue, render_background(venue, parameters.image_size)


def make_image(
    venue: Venue,
    background: Background,
    seed: tuple[int, ...],
    randomisation: Randomisation = FULL,
) -> tuple[RenderedImage, list[dict]]:
    """An image with at least one annotated person, and its annotations without ids."""
    rng = np.random.default_rng(seed)
    for _ in range(MAX_ATTEMPTS):
        scene = sample_scene(rng, randomisation, venue.board_x_m, venue.board_y_m)
        rendered = render_scene(scene, venue, background, rng, randomisation)
        annotations = annotate_scene(scene, rendered, venue.camera)
        if annotations:
            break
    return rendered, annotations


def run_task(task: Task, root: Path, parameters: Parameters) -> list[tuple[str, dict, list[dict]]]:
    """Write the images of a task below ``root``; returns (split, image entry, annotations without ids) of each."""
    randomisation = parameters.randomisation
    venue, background = _venue_and_background(task.venue_seed, parameters)
    done = []
    for image_id in task.image_ids:
        seeds = (parameters.seed, SPLITS.index(task.split), image_id)
        rendered, annotations = make_image(venue, background, seeds, randomisation)
        entry = image_entry(image_id, venue.camera)
        quality = (cv2.IMWRITE_JPEG_QUALITY, rendered.jpeg_quality)
        write_image(root / task.split / entry["file_name"], rendered.image, quality)
        done.append((task.split, entry, annotations))
    return done
