"""A short video of people who walk and run on the pitch, with where each is in every frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mmsynloc.minisynloc.annotate import annotate_scene
from mmsynloc.minisynloc.background import Background, render_background
from mmsynloc.minisynloc.bodies import load_body_model
from mmsynloc.minisynloc.figures import Figure, build_figure
from mmsynloc.minisynloc.kits import Look, sample_kits, sample_look
from mmsynloc.minisynloc.poses import stride_pose
from mmsynloc.minisynloc.randomisation import Randomisation
from mmsynloc.minisynloc.render import compose_scene
from mmsynloc.minisynloc.scene import Scene
from mmsynloc.minisynloc.sensor import develop
from mmsynloc.minisynloc.venue import Venue, sample_venue

__all__ = ["ClipFrame", "move_people", "render_clip"]

TEAMS = ("home",) * 10 + ("away",) * 10 + ("keeper_home", "keeper_away", "referee")
AREA_M = (30.0, 46.0)  # half of the ground's width and length that people keep to
CRUISE_M_S, TOP_SPEED_M_S = 3.0, 8.0
WANDER_M_S2 = 4.0  # of the random acceleration
RELAX_S = 2.0  # until a person has forgotten a change of speed
STRIDE_M = 2.2  # of two steps
APART_M = 0.9


class ClipFrame(NamedTuple):
    """One frame of a clip.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        positions_m: (P, 2) where each of the P people is, in the same order in every frame.
        annotations: of those who are seen, in the official form without ids, in that order.
    """

    image: np.ndarray
    positions_m: np.ndarray
    annotations: list[dict]


@dataclass(frozen=True)
class _Person:
    """What stays the same of a person."""

    look: Look
    height_m: float
    build: np.ndarray
    folds: np.ndarray
    manner: int  # seed of how this person moves


def move_people(rng: np.random.Generator, count: int, num_frames: int, interval_s: float) -> np.ndarray:
    """Paths of people who run to and fro, keep apart and stay on the pitch.

    Velocities follow an Ornstein-Uhlenbeck process, pushed away from near people and back into the area.

    Returns:
        (T, P, 2) positions in m.
    """
    area = np.array(AREA_M)
    positions, velocities = rng.uniform(-area, area, (count, 2)), rng.normal(0, CRUISE_M_S / 2, (count, 2))
    paths = []
    for _ in range(num_frames):
        offsets = positions[:, None] - positions[None]
        distances = np.linalg.norm(offsets, axis=-1) + 1e3 * np.eye(count)
        push = (np.clip(2 * APART_M - distances, 0, None) / distances)[..., None] * offsets
        outside = positions - np.clip(positions, -area, area)
        force = 30 * push.sum(1) - 2 * outside - velocities / RELAX_S
        velocities = velocities + interval_s * force
        velocities += WANDER_M_S2 * np.sqrt(interval_s / RELAX_S) * rng.normal(0, 1, (count, 2))
        speeds = np.linalg.norm(velocities, axis=1, keepdims=True)
        velocities *= np.minimum(1, TOP_SPEED_M_S / np.maximum(speeds, 1e-6))
        positions = positions + interval_s * velocities
        paths.append(positions)
    return np.stack(paths) if paths else np.zeros((0, count, 2))


def _sample_people(rng: np.random.Generator, count: int, randomisation: Randomisation) -> list[_Person]:
    kits, model = sample_kits(rng, randomisation), load_body_model()
    return [
        _Person(
            look=sample_look(rng, kits[TEAMS[i % len(TEAMS)]], randomisation),
            height_m=randomisation.number(rng, "body_height_m"),
            build=np.array([randomisation.number(rng, "body_build") for _ in model.components]),
            folds=rng.normal(0, randomisation.number(rng, "cloth_folds"), len(model.faces)),
            manner=int(rng.integers(1 << 32)),
        )
        for i in range(count)
    ]


def _figure(person: _Person, position_m: np.ndarray, velocity_m_s: np.ndarray, walked_m: float) -> Figure:
    """A person in stride: what is random in a pose is the same in every frame, so that only the legs move."""
    speed = float(np.linalg.norm(velocity_m_s))
    share = float(np.clip(speed / TOP_SPEED_M_S, 0.05, 1.0))
    pose = stride_pose(np.random.default_rng(person.manner), share, 2 * np.pi * walked_m / STRIDE_M)
    heading = float(np.arctan2(velocity_m_s[1], velocity_m_s[0]))
    return build_figure(position_m, heading, pose, person.height_m, person.build, person.look, person.folds)


def render_clip(
    seed: int,
    num_frames: int,
    fps: float = 25.0,
    count: int = 22,
    image_size: tuple[int, int] = (1920, 1080),
    randomisation: Randomisation | None = None,
) -> tuple[Venue, Iterator[ClipFrame]]:
    """Render a clip; equal arguments give equal clips.

    Args:
        seed: any number from 0.
        num_frames: length.
        fps: frames a second.
        count: number of people.
        image_size: of the frames; annotations refer to 3840x2160.
        randomisation: how far looks vary; by default not at all.

    Returns:
        The venue, with the camera at the annotated size, and the frames, which are rendered one by one.
    """
    randomisation = randomisation or Randomisation(0.0)
    venue = sample_venue((seed, 3), randomisation)
    background = render_background(venue, image_size)
    return venue, _frames(venue, background, seed, num_frames, 1 / fps, count, randomisation)


def _frames(
    venue: Venue,
    background: Background,
    seed: int,
    num_frames: int,
    interval_s: float,
    count: int,
    randomisation: Randomisation,
) -> Iterator[ClipFrame]:
    rng = np.random.default_rng((seed, 4))
    people = _sample_people(rng, count, randomisation)
    paths = move_people(rng, count, num_frames + 1, interval_s)
    velocities = np.diff(paths, axis=0) / interval_s
    walked = np.cumsum(np.linalg.norm(velocities, axis=2) * interval_s, axis=0) + rng.uniform(0, STRIDE_M, count)
    compositing, sensor = randomisation.draw(rng, "compositing"), randomisation.draw(rng, "sensor")
    for positions, velocity, way in zip(paths, velocities, walked):
        figures = tuple(map(_figure, people, positions, velocity, way.tolist()))
        scene = Scene(figures, np.array([0.0, 0.0, 0.11]))
        rendered = compose_scene(scene, venue, background, compositing)
        annotations = annotate_scene(scene, rendered, venue.camera)
        yield ClipFrame(develop(rendered.image, sensor, rng), positions, annotations)
