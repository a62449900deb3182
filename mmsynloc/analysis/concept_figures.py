"""The pictures of docs/concepts.md: the coordinate frames, and what LocSim forgives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from mmsynloc.evaluation.functional import locsim, locsim_to_distance_m
from mmsynloc.files import read_annotations
from mmsynloc.files.images import read_image
from mmsynloc.minisynloc import generate
from mmsynloc.structures import Camera
from mmsynloc.structures.pitch_markings import pitch_markings

__all__ = ["Scene", "draw_coordinate_frames", "draw_locsim", "make_scene"]

_GRASS, _LINE, _GROUND, _PELVIS, _AXIS = "#3f7d3a", "white", "#ff9f1c", "#2ec4ff", "#d7263d"
_BOX = dict(boxstyle="round,pad=0.25", facecolor="white", edgecolor="none", alpha=0.85)


@dataclass(frozen=True)
class Scene:
    """A rendered frame.

    Args:
        image: (H, W, 3) uint8 BGR.
        camera: for annotated pixels.
        pelvis_m: (N, 3) metres.
        ground_m: (N, 2) metres.
    """

    image: np.ndarray
    camera: Camera
    pelvis_m: np.ndarray
    ground_m: np.ndarray


def make_scene(seed: int = 0) -> Scene:
    """Render a frame with athletes near and far."""
    with TemporaryDirectory() as folder:
        generate(folder, 1, 1, 1, 0, seed=seed, progress=False)
        annotations = read_annotations(Path(folder, "annotations", "train.json"), keypoints_3d=True)
        image = read_image(Path(folder, "train", annotations.file_names[0]))
    people = annotations.people
    assert people is not None
    assert people.keypoints_3d_m is not None
    rows = annotations.people_rows[0]
    return Scene(image, annotations.camera(0), people.keypoints_3d_m[rows, 0], people.positions_pitch_m[rows])


def _unit_circle() -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 120)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _pitch_lines_m() -> list[np.ndarray]:
    markings = pitch_markings()
    return [*markings.middle, *markings.negative, *markings.positive]


def draw_coordinate_frames(scene: Scene) -> Figure:
    """Four panels: pixels, normalised image, undistorted plane, pitch."""
    figure = Figure(figsize=(12, 8.6), layout="constrained")
    (pixels, normalised), (undistorted, pitch) = figure.subplots(2, 2)
    camera = scene.camera
    _draw_pixels(pixels, scene)
    in_image = [camera.pitch_to_normalised(line).points for line in _pitch_lines_m()]
    people = camera.pitch_to_normalised(scene.ground_m).points
    width, height = camera.image_size
    reach = 0.5 * height / width
    _draw_plane(normalised, in_image, people, (0.56, reach + 0.06))
    normalised.add_patch(Rectangle((-0.5, -reach), 1.0, 2 * reach, fill=False, edgecolor="black"))
    normalised.text(-0.48, reach - 0.01, "the frame", fontsize=10)
    _label(normalised, "2. Normalised image: both axes in widths", "u_n", "v_n")
    straight = [_undistorted(camera, line) for line in _pitch_lines_m()]
    standing = _undistorted(camera, scene.ground_m)
    limit = 1.15 * np.abs(standing).max(axis=0)
    _draw_plane(undistorted, straight, standing, (limit[0], limit[0] * 0.62))
    _label(undistorted, "3. Undistorted plane: straight lines are straight", "X / Z", "Y / Z")
    _draw_metres(pitch, scene)
    return figure


def _undistorted(camera: Camera, ground_m: np.ndarray) -> np.ndarray:
    """The pinhole image (N, 2) of points on the ground; NaN behind the camera."""
    homogeneous = np.column_stack([ground_m, np.zeros(len(ground_m)), np.ones(len(ground_m))])
    projected = homogeneous @ camera.camera_matrix.T
    valid = camera.pitch_to_normalised(ground_m).valid
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(valid[:, None], projected[:, :2] / projected[:, 2:], np.nan)


def _draw_pixels(axes: Axes, scene: Scene) -> None:
    width, height = scene.camera.image_size
    axes.imshow(scene.image[::2, ::2, ::-1], extent=(-0.5, width - 0.5, height - 0.5, -0.5))
    ground = scene.camera.pitch_to_pixel(scene.ground_m).points
    pelvis = scene.camera.pitch_to_pixel(scene.pelvis_m).points
    axes.plot(*np.stack([pelvis, ground], 1).transpose(2, 1, 0), color=_PELVIS, linewidth=1)
    _draw_people(axes, ground)
    axes.set(xlim=(-160, width + 60), ylim=(height + 60, -160))
    _label(axes, "1. Pixels: the first pixel's centre is (0, 0)", "u [px]", "v [px]")
    _arrows(axes, (0, 0), (0.22 * width, 0.22 * width), ("u", "v"))


def _draw_people(axes: Axes, points: np.ndarray) -> None:
    x, y = points.T
    axes.scatter(x, y, s=16, color=_GROUND, edgecolors="black", linewidths=0.4, zorder=3)


def _draw_plane(axes: Axes, lines: list[np.ndarray], people: np.ndarray, limits: tuple[float, float]) -> None:
    axes.set_facecolor(_GRASS)
    for line in lines:
        axes.plot(*line.T, color=_LINE, linewidth=1.2)
    _draw_people(axes, people)
    axes.set(xlim=(-limits[0], limits[0]), ylim=(limits[1], -limits[1]), aspect="equal")
    _arrows(axes, (0, 0), (0.3 * limits[0], 0.3 * limits[0]), ("", ""))


def _draw_metres(axes: Axes, scene: Scene) -> None:
    """The pitch from above, the camera's side below: x up where the camera is at negative x, and y to the left."""
    sign = 1.0 if float(scene.camera.position_m[0]) < 0 else -1.0

    def turned(points_m: np.ndarray) -> np.ndarray:
        return np.stack([-sign * points_m[..., 1], sign * points_m[..., 0]], axis=-1)

    axes.set_facecolor(_GRASS)
    for line in _pitch_lines_m():
        axes.plot(*turned(line).T, color=_LINE, linewidth=1.2)
    _draw_people(axes, turned(scene.ground_m))
    camera_x, camera_y = turned(np.asarray(scene.camera.position_m)[:2]).tolist()
    axes.scatter([camera_x], [camera_y], marker="^", s=90, color="black", edgecolors="white", zorder=4, clip_on=False)
    text = f"camera, {scene.camera.position_m[2]:.0f} m up"
    axes.annotate(text, (camera_x, camera_y), (0, -15), textcoords="offset points", ha="center", bbox=_BOX)
    axes.set(xlim=(-60, 60), ylim=(min(-42, camera_y - 12), 42), aspect="equal")
    for tip_m, name in (((22.0, 0.0), "x"), ((0.0, 22.0), "y")):
        right, up = turned(np.array(tip_m)).tolist()
        _arrow(axes, (0, 0), (right, up), name)
    _label(axes, "4. Pitch: metres from the centre spot, z up", "along the pitch [m]", "across [m]")


def _arrows(axes: Axes, start: tuple[float, float], lengths: tuple[float, float], names: tuple[str, str]) -> None:
    _arrow(axes, start, (start[0] + lengths[0], start[1]), names[0])
    _arrow(axes, start, (start[0], start[1] + lengths[1]), names[1])


def _arrow(axes: Axes, start: tuple[float, float], tip: tuple[float, float], name: str) -> None:
    axes.annotate("", tip, start, arrowprops=dict(arrowstyle="-|>", color=_AXIS, linewidth=2), zorder=6)
    if name:
        axes.annotate(name, tip, color=_AXIS, fontsize=12, fontweight="bold", bbox=_BOX, zorder=7)


def _label(axes: Axes, title: str, x: str, y: str) -> None:
    axes.set_title(title, loc="left", fontsize=12)
    axes.set_xlabel(x)
    axes.set_ylabel(y)


def draw_locsim(scene: Scene) -> Figure:
    """LocSim over the distance, and the spots in the image within which a position still counts."""
    figure = Figure(figsize=(12, 3.9), layout="constrained")
    curve, *crops = figure.subplots(1, 4, width_ratios=(1.5, 1, 1, 1))
    distance = np.linspace(0, 3, 300)
    for tau, colour in ((1.0, _AXIS), (5.0, "#1b4965")):
        curve.plot(distance, locsim(distance**2, tau), color=colour, linewidth=2, label=f"tau {tau:g} m")
    half = locsim_to_distance_m(0.5)
    curve.plot([half, half, 0], [0, 0.5, 0.5], ":", color="black")
    curve.annotate(f"0.5 at {half:.2f} m:\nthe farthest match", (half, 0.5), (0.75, 0.42), bbox=_BOX)
    curve.set(xlim=(0, 3), ylim=(0, 1.03))
    _label(curve, "LocSim", "distance on the pitch [m]", "")
    curve.legend(loc="lower right")
    away = np.linalg.norm(scene.ground_m - np.asarray(scene.camera.position_m)[:2], axis=1)
    inside = np.flatnonzero(_inside(scene))
    order = inside[np.argsort(away[inside])]
    for axes, row in zip(crops, order[[0, len(order) // 2, -1]]):
        _draw_reach(axes, scene, scene.ground_m[row], float(away[row]))
    return figure


def _inside(scene: Scene) -> np.ndarray:
    points = scene.camera.pitch_to_pixel(scene.ground_m).points
    return ((points > 200) & (points < np.array(scene.camera.image_size) - 200)).all(axis=1)


def _draw_reach(axes: Axes, scene: Scene, ground_m: np.ndarray, away_m: float) -> None:
    width, height = scene.camera.image_size
    axes.imshow(scene.image[..., ::-1], extent=(-0.5, width - 0.5, height - 0.5, -0.5), interpolation="nearest")
    for similarity, colour in ((0.5, _GROUND), (0.05, "white")):
        ring = scene.camera.pitch_to_pixel(ground_m + locsim_to_distance_m(similarity) * _unit_circle()).points
        axes.plot(*ring.T, color=colour, linewidth=2)
    (u, v), (_, top) = scene.camera.pitch_to_pixel(np.array([[*ground_m, 0.0], [*ground_m, 1.9]])).points
    half = 0.85 * (v - top)
    axes.plot(u, v, "+", color=_AXIS, markersize=9, markeredgewidth=2)
    axes.set(xlim=(u - half, u + half), ylim=(v + 0.7 * half, v - 1.3 * half), xticks=[], yticks=[])
    axes.set_title(f"{away_m:.0f} m away, {2 * half:.0f} px wide", fontsize=11)
