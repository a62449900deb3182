"""Renders and writes the images of a task; runs in a process of its own."""

from __future__ import annotations

import signal
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

from mmsynloc.minisynloc.annotate import annotate_scene, image_entry
from mmsynloc.minisynloc.background import Background, render_background
from mmsynloc.minisynloc.plan import SPLITS, Task
from mmsynloc.minisynloc.render import render_scene
from mmsynloc.minisynloc.scene import sample_scene
from mmsynloc.minisynloc.venue import Venue, sample_venue
from mmsynloc.utils import atomic_write

__all__ = ["initialise", "make_image", "run_task"]

JPEG_QUALITY = 92
MAX_ATTEMPTS = 50


def initialise() -> None:
    """Prepare a worker process: one thread each, and the parent handles Ctrl-C."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@lru_cache(maxsize=1)
def _venue_and_background(seed: tuple[int, ...], size: tuple[int, int]) -> tuple[Venue, Background]:
    venue = sample_venue(seed)
    return venue, render_background(venue, size)


def make_image(venue: Venue, background: Background, seed: tuple[int, ...]) -> tuple[np.ndarray, list[dict]]:
    """An image (H, W, 3) uint8 BGR with at least one annotated person, and its annotations without ids."""
    rng = np.random.default_rng(seed)
    for _ in range(MAX_ATTEMPTS):
        scene = sample_scene(rng)
        rendered = render_scene(scene, venue, background, rng)
        annotations = annotate_scene(scene, rendered, venue.camera)
        if annotations:
            break
    return rendered.image, annotations


def run_task(task: Task, root: Path, seed: int, size: tuple[int, int]) -> list[tuple[str, dict, list[dict]]]:
    """Write the images of a task below ``root``; returns (split, image entry, annotations without ids) of each."""
    venue, background = _venue_and_background(task.venue_seed, size)
    done = []
    for image_id in task.image_ids:
        image, annotations = make_image(venue, background, (seed, SPLITS.index(task.split), image_id))
        entry = image_entry(image_id, venue.camera)
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
        with atomic_write(root / task.split / entry["file_name"]) as path:
            path.write_bytes(data.tobytes())
        done.append((task.split, entry, annotations))
    return done
