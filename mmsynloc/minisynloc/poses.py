"""Joint angles of people on a pitch, and the rotations of the body's bones that follow from them.

Body frame: x forward, y to the left, z up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mmsynloc.minisynloc.bodies import BONES
from mmsynloc.minisynloc.randomisation import FULL, POSE, Randomisation

__all__ = ["SAMPLERS", "Pose", "pose_rotations", "sample_pose", "stride_pose"]


@dataclass(frozen=True)
class Pose:
    """Angles in radians, pairs are (left, right); flexion is forward, abduction outward.

    ``lean`` and ``side_lean`` turn the chest, of which the pelvis takes a share; thighs and shanks are measured
    from the vertical, so that leaning does not move the feet.
    """

    lean: float = 0.05
    side_lean: float = 0.0
    twist: float = 0.0
    head: tuple[float, float] = (0.0, 0.0)  # nod forward, turn to the left
    hip: tuple[float, float] = (0.03, -0.03)
    spread: tuple[float, float] = (0.08, 0.08)
    knee: tuple[float, float] = (0.08, 0.08)
    toe: tuple[float, float] = (0.0, 0.0)
    toe_out: tuple[float, float] = (0.2, 0.2)
    shoulder: tuple[float, float] = (0.05, 0.05)
    arm_out: tuple[float, float] = (0.18, 0.18)
    elbow: tuple[float, float] = (0.3, 0.3)
    jump_m: float = 0.0


def _about(axis: int, angle: float) -> np.ndarray:
    """Right-handed rotation (3, 3) about a coordinate axis."""
    cos, sin = np.cos(angle), np.sin(angle)
    i, j = (axis + 1) % 3, (axis + 2) % 3
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = cos
    turn[i, j], turn[j, i] = -sin, sin
    return turn


def _limb(flexion: float, outward: float, side: int) -> np.ndarray:
    """Turn of a limb that hangs down when both angles are 0."""
    return _about(1, -flexion) @ _about(0, side * outward)


def _leg(pose: Pose, i: int, side: int) -> list[np.ndarray]:
    shank = pose.hip[i] - pose.knee[i]
    pitch = pose.toe[i] + max(0.0, -shank - 0.35)  # the heel rises where the shank leans far forward
    out = _about(2, side * pose.toe_out[i])
    return [
        _limb(pose.hip[i], pose.spread[i], side) @ _about(2, 0.5 * side * pose.toe_out[i]),
        _limb(shank, 0.6 * pose.spread[i], side) @ out,
        out @ _about(1, pitch),
    ]


def _arm(pose: Pose, i: int, side: int) -> list[np.ndarray]:
    flexion = pose.shoulder[i] + 0.4 * pose.lean
    level = _about(2, pose.twist)
    lower = level @ _limb(flexion + pose.elbow[i], 0.4 * pose.arm_out[i] - 0.1, side)
    return [level @ _limb(flexion, pose.arm_out[i], side), lower, lower]


def pose_rotations(pose: Pose) -> np.ndarray:
    """Turns (16, 3, 3) of :data:`BONES` in the body frame, for :func:`~mmsynloc.minisynloc.bodies.pose_body`."""

    def trunk(share: float, twist: float) -> np.ndarray:
        return _about(2, twist * pose.twist) @ _about(0, -share * pose.side_lean) @ _about(1, share * pose.lean)

    nod, turn = pose.head
    head = _about(2, pose.twist + turn) @ _about(1, 0.45 * pose.lean + nod)
    turns = [trunk(0.4, -0.3), trunk(0.75, 0.5), trunk(1.0, 1.0), head]
    for i, side in ((0, 1), (1, -1)):
        turns += _leg(pose, i, side) + _arm(pose, i, side)
    assert len(turns) == len(BONES)
    return np.stack(turns)


def _pair(rng: np.random.Generator, mean: float, deviation: float, positive: bool = False) -> tuple[float, float]:
    values = rng.normal(mean, deviation, 2)
    return tuple(np.abs(values) if positive else values)


def _mirrored(pose: Pose, rng: np.random.Generator) -> Pose:
    """The pose, or its mirror image."""
    if rng.random() < 0.5:
        return pose
    pairs = ("hip", "spread", "knee", "toe", "toe_out", "shoulder", "arm_out", "elbow")
    swapped = {name: getattr(pose, name)[::-1] for name in pairs}
    return replace(pose, side_lean=-pose.side_lean, twist=-pose.twist, head=(pose.head[0], -pose.head[1]), **swapped)


def _stand(rng: np.random.Generator) -> Pose:
    return Pose(
        lean=rng.normal(0.06, 0.07),
        side_lean=rng.normal(0, 0.05),
        twist=rng.normal(0, 0.2),
        head=(rng.normal(0.05, 0.2), rng.normal(0, 0.5)),
        hip=_pair(rng, 0.04, 0.05),
        spread=_pair(rng, 0.04, 0.07, positive=True),
        knee=_pair(rng, 0.06, 0.06, positive=True),
        toe_out=_pair(rng, 0.25, 0.15),
        shoulder=_pair(rng, 0.05, 0.2),
        arm_out=_pair(rng, 0.15, 0.1, positive=True),
        elbow=_pair(rng, 0.35, 0.3, positive=True),
    )


def _hands_on_hips(rng: np.random.Generator) -> Pose:
    return replace(
        _stand(rng), shoulder=_pair(rng, -0.35, 0.1), arm_out=_pair(rng, 0.75, 0.1), elbow=_pair(rng, 1.3, 0.15)
    )


def _arms_folded(rng: np.random.Generator) -> Pose:
    return replace(
        _stand(rng), shoulder=_pair(rng, 0.3, 0.1), arm_out=_pair(rng, 0.1, 0.05), elbow=_pair(rng, 1.5, 0.2)
    )


def _point(rng: np.random.Generator) -> Pose:
    """One arm stretched out, to point or to call."""
    pose = replace(_stand(rng), shoulder=(rng.uniform(0.9, 1.7), 0.0), arm_out=(rng.uniform(0.0, 1.0), 0.2))
    return _mirrored(replace(pose, elbow=(rng.uniform(0, 0.4), 0.3)), rng)


def _arms_wide(rng: np.random.Generator) -> Pose:
    return replace(_stand(rng), arm_out=_pair(rng, 1.3, 0.2), shoulder=_pair(rng, 0.2, 0.2), elbow=_pair(rng, 0.2, 0.2))


def _arms_up(rng: np.random.Generator) -> Pose:
    raised = rng.uniform(2.2, 2.9, 2)
    if rng.random() < 0.5:
        raised[rng.integers(2)] = rng.uniform(0, 0.4)
    out = tuple(rng.uniform(0.1, 0.4, 2))
    return replace(_stand(rng), shoulder=tuple(raised), arm_out=out, elbow=_pair(rng, 0.5, 0.5, positive=True))


def stride_pose(rng: np.random.Generator, speed: float, phase: float) -> Pose:
    """A phase (radians) of walking (speed 0.3) to sprinting (1)."""
    swing = np.array([np.sin(phase), -np.sin(phase)])
    lift = np.clip(np.array([np.cos(phase), -np.cos(phase)]), 0, 1)
    return Pose(
        lean=0.02 + 0.25 * speed**2 + rng.normal(0, 0.05),
        side_lean=rng.normal(0, 0.06),
        twist=float(-0.3 * speed * swing[0]),
        head=(rng.normal(0, 0.15), rng.normal(0, 0.4)),
        hip=tuple(0.15 * speed**2 + (0.15 + 0.55 * speed) * swing),
        spread=_pair(rng, 0.03, 0.03, positive=True),
        knee=tuple(0.06 + 0.3 * speed * np.clip(-swing, 0, 1) + (0.3 + 1.3 * speed**1.5) * lift),
        toe_out=_pair(rng, 0.15, 0.1),
        shoulder=tuple(-(0.15 + 0.7 * speed) * swing + rng.normal(0, 0.08, 2)),
        arm_out=_pair(rng, 0.15, 0.08, positive=True),
        elbow=tuple(np.abs(rng.normal(0.2 + 1.1 * speed, 0.2, 2))),
        jump_m=0.08 * speed if speed > 0.7 and abs(swing[0]) > 0.8 else 0.0,
    )


def _crouch(rng: np.random.Generator) -> Pose:
    depth = rng.uniform(0.5, 1.0)
    bend = 1.9 * depth + rng.normal(0, 0.08, 2)
    return Pose(
        lean=0.3 + 0.5 * depth,
        twist=rng.normal(0, 0.2),
        hip=tuple(bend * 0.8),
        spread=_pair(rng, 0.3, 0.12, positive=True),
        knee=tuple(1.45 * bend),
        shoulder=_pair(rng, 0.7, 0.2),
        arm_out=_pair(rng, 0.3, 0.2, positive=True),
        elbow=_pair(rng, 0.5, 0.3, positive=True),
    )


def _bow(rng: np.random.Generator) -> Pose:
    """Hands on the knees, or reaching for the ground."""
    lean = rng.uniform(0.6, 1.9)
    knee = rng.uniform(0.05, 0.8)
    return Pose(
        lean=lean,
        twist=rng.normal(0, 0.15),
        hip=tuple(0.25 * lean + 0.5 * knee + rng.normal(0, 0.05, 2)),
        spread=_pair(rng, 0.15, 0.1, positive=True),
        knee=tuple(np.abs(knee + rng.normal(0, 0.05, 2))),
        shoulder=_pair(rng, 0.15, 0.2),
        elbow=_pair(rng, 0.2, 0.2, positive=True),
    )


def _kneel(rng: np.random.Generator) -> Pose:
    """On one knee or on both."""
    both = rng.random() < 0.4
    pose = Pose(
        lean=rng.uniform(-0.05, 0.5),
        twist=rng.normal(0, 0.25),
        head=(rng.normal(0.2, 0.2), rng.normal(0, 0.4)),
        hip=(0.1, 0.1) if both else (1.45, rng.uniform(-0.3, 0.1)),
        knee=(1.65, 1.65) if both else (1.5, rng.uniform(1.5, 1.9)),
        toe=(1.2, 1.2) if both else (0.0, 0.4),
        shoulder=_pair(rng, 0.3, 0.3),
        elbow=_pair(rng, 0.8, 0.4, positive=True),
    )
    return _mirrored(pose, rng)


def _sit(rng: np.random.Generator) -> Pose:
    """On the ground, legs out."""
    return Pose(
        lean=rng.uniform(-0.4, 0.5),
        hip=_pair(rng, 1.5, 0.08),
        spread=_pair(rng, 0.25, 0.15, positive=True),
        knee=_pair(rng, 0.3, 0.4, positive=True),
        toe=(-0.9, -0.9),
        shoulder=_pair(rng, 0.2, 0.6),
        elbow=_pair(rng, 0.2, 0.2, positive=True),
    )


def _stretch(rng: np.random.Generator) -> Pose:
    """A lunge, a heel pulled up behind, a leg to the side, or the trunk bent sideways."""
    kind = rng.integers(4)
    if kind == 0:
        pose = Pose(lean=0.2, hip=(1.25, -0.75), knee=(1.3, 0.25), toe=(0, 0.6), shoulder=(0.4, 0.2), elbow=(0.7, 0.5))
    elif kind == 1:
        pose = Pose(lean=0.1, hip=(0.0, -0.1), knee=(0.05, 2.3), shoulder=(0.2, -0.7), arm_out=(0.5, 0.1))
    elif kind == 2:
        bend = rng.uniform(0.2, 1.2)
        pose = Pose(lean=0.6, hip=(0.1, 0.6 * bend), spread=(0.9, 0.25), knee=(0.0, bend), shoulder=(0.5, 0.3))
    else:
        pose = Pose(side_lean=rng.uniform(0.3, 0.6), spread=(0.25, 0.25), shoulder=(2.7, 0.0), arm_out=(0.2, 0.5))
    return _mirrored(replace(pose, twist=rng.normal(0, 0.15), head=(rng.normal(0, 0.2), rng.normal(0, 0.3))), rng)


def _kick(rng: np.random.Generator) -> Pose:
    leg = rng.uniform(0.6, 1.3) * (1 if rng.random() < 0.6 else -0.7)
    pose = Pose(
        lean=-0.15 if leg > 0 else 0.25,
        side_lean=rng.normal(-0.15, 0.1),
        twist=-0.35 if leg > 0 else 0.3,
        hip=(leg, -0.1),
        knee=(rng.uniform(0.1, 1.2), 0.25) if leg > 0 else (1.2, 0.3),
        shoulder=(-0.6 * leg, 0.6 * leg),
        arm_out=(0.7, 0.8),
        elbow=(0.5, 0.5),
    )
    return _mirrored(pose, rng)


def _jump(rng: np.random.Generator) -> Pose:
    return Pose(
        lean=rng.normal(0.0, 0.12),
        hip=_pair(rng, 0.3, 0.25),
        knee=_pair(rng, 0.8, 0.4, positive=True),
        toe=(0.4, 0.4),
        shoulder=_pair(rng, 1.2, 0.7),
        arm_out=_pair(rng, 0.6, 0.3, positive=True),
        elbow=_pair(rng, 0.6, 0.3, positive=True),
        jump_m=rng.uniform(0.15, 0.55),
    )


SAMPLERS = {
    "stand": _stand,
    "hands on hips": _hands_on_hips,
    "arms folded": _arms_folded,
    "point": _point,
    "arms wide": _arms_wide,
    "arms up": _arms_up,
    "bow": _bow,
    "crouch": _crouch,
    "kneel": _kneel,
    "sit": _sit,
    "stretch": _stretch,
    "kick": _kick,
    "jump": _jump,
}
"""What draws a pose of each kind of the axis ``pose``."""


def sample_pose(rng: np.random.Generator, speed: float, randomisation: Randomisation = FULL) -> Pose:
    """A random pose.

    Args:
        rng: random numbers.
        speed: 0 for a person who stays on the spot, 0.3 for a walk, 1 for a sprint.
        randomisation: may fix the pose, at any speed.
    """
    if "pose" in randomisation.fixed:
        return SAMPLERS[str(randomisation.fixed["pose"])](rng)
    if speed > 0.2 and rng.random() > 0.1:
        return stride_pose(rng, speed, rng.uniform(0, 2 * np.pi))
    weights = np.array(list(POSE.weights.values()))
    return SAMPLERS[list(POSE.weights)[int(rng.choice(len(weights), p=weights / weights.sum()))]](rng)
