"""Solid figures: a posed body in its clothes, painted face by face; and the ball."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mmsynloc.minisynloc.bodies import BONES, Body, BodyModel, load_body_model, pose_body, vertex_normals
from mmsynloc.minisynloc.clothes import paint, prints, thickness
from mmsynloc.minisynloc.kits import Look
from mmsynloc.minisynloc.poses import Pose, pose_rotations

__all__ = ["BALL_RADIUS_M", "Figure", "build_ball", "build_figure", "build_sphere"]

BALL_RADIUS_M = 0.11


@dataclass(frozen=True)
class Figure:
    """A coloured triangle mesh in the pitch frame.

    Attributes:
        pelvis_m: (3,) the annotated pelvis.
        vertices_m: (V, 3).
        normals: (V, 3) outward, of length 1.
        faces: (F, 3) vertices, counter-clockwise from outside.
        colours: (F, 3) BGR in 0 to 1 under full light.
        limbs: (V,) number of the limb each vertex belongs to; the vertices of one are about convex, for shadows.
        is_print: (F,) faces on top of others, drawn after those below them.
    """

    pelvis_m: np.ndarray
    vertices_m: np.ndarray
    normals: np.ndarray
    faces: np.ndarray
    colours: np.ndarray
    limbs: np.ndarray
    is_print: np.ndarray


def build_sphere(centre_m: np.ndarray, radius_m: float, colour: tuple[float, float, float]) -> Figure:
    """A ball of 20 meridians and 10 rings; ``centre_m`` (3,)."""
    across, down = np.meshgrid(np.arange(20) * np.pi / 10, (np.arange(10) + 0.5) * np.pi / 10)
    normals = np.stack([np.sin(down) * np.cos(across), np.sin(down) * np.sin(across), np.cos(down)], -1).reshape(-1, 3)
    normals = np.concatenate([normals, [[0, 0, 1.0], [0, 0, -1.0]]])
    i, j = np.meshgrid(np.arange(20), np.arange(9))
    a, b = (20 * j + i).ravel(), (20 * j + (i + 1) % 20).ravel()
    ring = np.arange(20)
    caps = [
        np.stack([np.full(20, 200), ring, (ring + 1) % 20], 1),
        np.stack([np.full(20, 201), 180 + (ring + 1) % 20, 180 + ring], 1),
    ]
    faces = np.concatenate([np.stack([a, a + 20, b], 1), np.stack([b, a + 20, b + 20], 1), *caps])
    colours = np.tile(np.asarray(colour, float), (len(faces), 1))
    limbs, plain = np.zeros(len(normals), int), np.zeros(len(faces), bool)
    return Figure(centre_m, centre_m + radius_m * normals, normals, faces, colours, limbs, plain)


def build_ball(position_m: np.ndarray) -> Figure:
    """The ball; ``position_m`` (3,) is its centre."""
    return build_sphere(position_m, BALL_RADIUS_M, (0.9, 0.9, 0.9))


def _dressed(model: BodyModel, body: Body, look: Look) -> tuple[Body, np.ndarray, np.ndarray]:
    """The body at rest with clothes on, all its faces (F, 3) and their weights (V, 16), prints last."""
    vertices = body.vertices_m + thickness(model, look)[:, None] * body.normals
    marks, mark_faces = prints(model, vertices, look)
    weights = np.zeros((len(marks), len(BONES)))
    weights[:, BONES.index("chest")] = 1
    faces = np.concatenate([model.faces, mark_faces + len(vertices)])
    vertices = np.concatenate([vertices, marks])
    dressed = Body(vertices, body.joints_m, vertex_normals(vertices, faces))
    return dressed, faces, np.concatenate([model.weights, weights])


def build_figure(
    position_m: np.ndarray,
    heading: float,
    pose: Pose,
    height_m: float,
    build: np.ndarray,
    look: Look,
    folds: np.ndarray | float = 0.0,
) -> Figure:
    """Place a person.

    Args:
        position_m: (2,) ground position of the pelvis.
        heading: direction the person faces, radians from +x towards +y.
        pose: joint angles.
        height_m: standing height.
        build: (K,) principal changes of the body's shape, in standard deviations.
        look: clothes and colours.
        folds: (F,) change of the brightness of the body's faces, 0 for none.
    """
    model = load_body_model()
    dressed, faces, weights = _dressed(model, model.shape(build, height_m), look)
    vertices, _, normals = pose_body(dressed, weights, pose_rotations(pose))
    cos, sin = np.cos(heading), np.sin(heading)
    turn = np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]])
    pelvis = np.array([*position_m, pose.jump_m - vertices[:, 2].min()])
    is_print = np.arange(len(faces)) >= len(model.faces)
    trim = np.tile(np.asarray(look.kit.trim), (int(is_print.sum()), 1))
    colours = np.concatenate([paint(model, look) * (1 + np.reshape(folds, (-1, 1))), trim])
    limbs = weights.argmax(1)
    return Figure(pelvis, vertices @ turn.T + pelvis, normals @ turn.T, faces, colours, limbs, is_print)
