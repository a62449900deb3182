"""Joint angles of athletes in play, and the skeleton that follows from them.

Body frame: x forward, y to the left, z up, metres. Proportions are those of Drillis and Contini (1966), as printed in
Winter, "Biomechanics and Motor Control of Human Movement".
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

__all__ = ["Pose", "Skeleton", "build_skeleton", "sample_pose"]

THIGH, SHANK, UPPER_ARM, FOREARM, TRUNK = 0.245, 0.246, 0.186, 0.160, 0.288
HIP_HALF, SHOULDER_HALF, TOE, HEEL, SOLE = 0.050, 0.112, 0.086, 0.024, 0.039


@dataclass(frozen=True)
class Pose:
    """Angles in radians, pairs are (left, right); flexion is forward, abduction outward."""

    lean: float = 0.05
    side_lean: float = 0.0
    twist: float = 0.0
    hip: tuple[float, float] = (0.03, -0.03)
    spread: tuple[float, float] = (0.08, 0.08)
    knee: tuple[float, float] = (0.08, 0.08)
    toe: tuple[float, float] = (0.0, 0.0)
    shoulder: tuple[float, float] = (0.05, 0.05)
    arm_out: tuple[float, float] = (0.18, 0.18)
    elbow: tuple[float, float] = (0.3, 0.3)
    jump_m: float = 0.0


@dataclass(frozen=True)
class Skeleton:
    """Named points (3,) in metres; pairs are indexed by side, 0 left and 1 right. The lowest sole is at ``jump_m``."""

    points: dict[str, np.ndarray]

    def __getitem__(self, name: str) -> np.ndarray:
        return self.points[name]

    def between(self, first: str, second: str, share: float) -> np.ndarray:
        """The point at ``share`` (0 to 1) of the way from one named point to another."""
        return self.points[first] * (1 - share) + self.points[second] * share


def _limb(flexion: float, outward: float, side: int) -> np.ndarray:
    """Direction of a limb that hangs down when both angles are 0."""
    return np.array([np.sin(flexion) * np.cos(outward), side * np.sin(outward), -np.cos(flexion) * np.cos(outward)])


def _leg(pose: Pose, i: int, height: float, side: int) -> dict[str, np.ndarray]:
    hip = np.array([0, side * HIP_HALF * height, 0])
    knee = hip + THIGH * height * _limb(pose.hip[i], pose.spread[i], side)
    ankle = knee + SHANK * height * _limb(pose.hip[i] - pose.knee[i], 0.6 * pose.spread[i], side)
    pitch = pose.toe[i] + max(0.0, pose.knee[i] - pose.hip[i] - 0.35)
    ahead = np.array([np.cos(pitch), 0.22 * side, -np.sin(pitch)])
    down = np.array([-np.sin(pitch), 0, -np.cos(pitch)]) * (SOLE - 0.02) * height
    return {
        f"hip{i}": hip,
        f"knee{i}": knee,
        f"ankle{i}": ankle,
        f"toe{i}": ankle + TOE * height * ahead + down,
        f"heel{i}": ankle - HEEL * height * ahead + down,
    }


def _trunk(pose: Pose, height: float) -> dict[str, np.ndarray]:
    up = np.array([np.sin(pose.lean), np.sin(pose.side_lean), 1.0])
    up[2] = np.cos(pose.lean) * np.cos(pose.side_lean)
    neck = TRUNK * height * up
    upright = up + np.array([0, 0, 0.9])
    upright /= np.linalg.norm(upright)
    return {"pelvis": np.zeros(3), "neck": neck, "head": neck + 0.105 * height * upright, "up": up}


def _arm(pose: Pose, i: int, height: float, side: int, neck: np.ndarray, up: np.ndarray) -> dict[str, np.ndarray]:
    across = np.array([-np.sin(pose.twist), np.cos(pose.twist), 0.0])
    shoulder = neck - 0.042 * height * up + side * SHOULDER_HALF * height * across
    flexion = pose.shoulder[i] + 0.4 * pose.lean
    elbow = shoulder + UPPER_ARM * height * _limb(flexion, pose.arm_out[i], side)
    hand = elbow + FOREARM * height * _limb(flexion + pose.elbow[i], 0.4 * pose.arm_out[i] - 0.1, side)
    return {f"shoulder{i}": shoulder, f"elbow{i}": elbow, f"hand{i}": hand}


def build_skeleton(pose: Pose, height_m: float) -> Skeleton:
    """Forward kinematics; the pelvis is above the origin and the lowest sole ``pose.jump_m`` above the ground."""
    points = _trunk(pose, height_m)
    up = points.pop("up")
    for i, side in ((0, 1), (1, -1)):
        points |= _leg(pose, i, height_m, side) | _arm(pose, i, height_m, side, points["neck"], up)
    lowest = min(points[f"{part}{i}"][2] for part in ("toe", "heel") for i in (0, 1))
    lift = np.array([0, 0, pose.jump_m + 0.02 * height_m - lowest])
    return Skeleton({name: point + lift for name, point in points.items()})


def _stand(rng: np.random.Generator) -> Pose:
    return Pose(
        lean=rng.normal(0.08, 0.08),
        side_lean=rng.normal(0, 0.05),
        twist=rng.normal(0, 0.2),
        hip=tuple(rng.normal(0.0, 0.07, 2)),
        spread=tuple(np.abs(rng.normal(0.05, 0.05, 2))),
        knee=tuple(np.abs(rng.normal(0.10, 0.08, 2))),
        shoulder=tuple(rng.normal(0.1, 0.25, 2)),
        arm_out=tuple(np.abs(rng.normal(0.2, 0.12, 2))),
        elbow=tuple(np.abs(rng.normal(0.45, 0.35, 2))),
    )


def _stride(rng: np.random.Generator, speed: float) -> Pose:
    """A phase of walking (speed 0.3) to sprinting (1)."""
    phase = rng.uniform(0, 2 * np.pi)
    swing = np.array([np.sin(phase), -np.sin(phase)])
    lift = np.clip(np.array([np.cos(phase), -np.cos(phase)]), 0, 1)
    return Pose(
        lean=0.05 + 0.25 * speed + rng.normal(0, 0.05),
        side_lean=rng.normal(0, 0.07),
        twist=float(-0.3 * speed * swing[0]),
        hip=tuple(0.1 * speed + 0.65 * speed * swing),
        spread=tuple(np.abs(rng.normal(0.05, 0.03, 2))),
        knee=tuple(0.12 + 0.35 * speed * np.clip(-swing, 0, 1) + 1.5 * speed * lift),
        shoulder=tuple(-0.8 * speed * swing + rng.normal(0, 0.08, 2)),
        arm_out=tuple(np.abs(rng.normal(0.2, 0.1, 2))),
        elbow=tuple(np.abs(rng.normal(0.4 + speed, 0.2, 2))),
        jump_m=0.08 * speed if speed > 0.7 and abs(swing[0]) > 0.8 else 0.0,
    )


def _crouch(rng: np.random.Generator) -> Pose:
    depth = rng.uniform(0.5, 1.0)
    bend = 1.9 * depth + rng.normal(0, 0.08, 2)
    return Pose(
        lean=0.3 + 0.5 * depth,
        twist=rng.normal(0, 0.2),
        hip=tuple(bend * 0.8),
        spread=tuple(np.abs(rng.normal(0.3, 0.12, 2))),
        knee=tuple(1.45 * bend),
        shoulder=tuple(rng.normal(0.7, 0.2, 2)),
        arm_out=tuple(np.abs(rng.normal(0.3, 0.2, 2))),
        elbow=tuple(np.abs(rng.normal(0.5, 0.3, 2))),
    )


def _lean_forward(rng: np.random.Generator) -> Pose:
    """Hands on the knees, or ready to move."""
    bend = rng.uniform(0.3, 0.7)
    return Pose(
        lean=rng.uniform(0.5, 1.0),
        hip=tuple(bend + rng.normal(0, 0.05, 2)),
        spread=tuple(np.abs(rng.normal(0.25, 0.08, 2))),
        knee=tuple(1.5 * bend + rng.normal(0, 0.05, 2)),
        shoulder=tuple(rng.normal(0.3, 0.15, 2)),
        elbow=tuple(np.abs(rng.normal(0.3, 0.2, 2))),
    )


def _kick(rng: np.random.Generator) -> Pose:
    leg = rng.uniform(0.6, 1.3) * (1 if rng.random() < 0.6 else -0.7)
    pose = Pose(
        lean=-0.15 if leg > 0 else 0.25,
        side_lean=rng.normal(-0.15, 0.1),
        twist=-0.35 if leg > 0 else 0.3,
        hip=(leg, -0.1),
        knee=(0.25, 0.25) if leg > 0 else (1.2, 0.3),
        shoulder=(-0.6 * leg, 0.6 * leg),
        arm_out=(0.7, 0.8),
        elbow=(0.5, 0.5),
    )
    if rng.random() < 0.5:
        return pose
    pairs = ("hip", "knee", "shoulder", "arm_out", "elbow")
    mirrored = {name: getattr(pose, name)[::-1] for name in pairs}
    return replace(pose, side_lean=-pose.side_lean, twist=-pose.twist, **mirrored)


def _jump(rng: np.random.Generator) -> Pose:
    return Pose(
        lean=rng.normal(0.0, 0.12),
        hip=tuple(rng.normal(0.3, 0.25, 2)),
        knee=tuple(np.abs(rng.normal(0.8, 0.4, 2))),
        toe=(0.4, 0.4),
        shoulder=tuple(rng.normal(1.2, 0.7, 2)),
        arm_out=tuple(np.abs(rng.normal(0.6, 0.3, 2))),
        elbow=tuple(np.abs(rng.normal(0.6, 0.3, 2))),
        jump_m=rng.uniform(0.15, 0.55),
    )


def _arms_up(rng: np.random.Generator) -> Pose:
    raised = rng.uniform(2.2, 2.9, 2)
    if rng.random() < 0.6:
        raised[rng.integers(2)] = rng.uniform(0, 0.4)
    return replace(_stand(rng), shoulder=tuple(raised), arm_out=tuple(rng.uniform(0.1, 0.4, 2)), elbow=(0.25, 0.25))


def sample_pose(rng: np.random.Generator, speed: float) -> Pose:
    """A random pose.

    Args:
        rng: source of chance.
        speed: 0 for someone who waits, 1 for a sprint; mixes the kinds of poses.
    """
    if rng.random() < 0.12:
        special = (_crouch, _lean_forward, _lean_forward, _kick, _jump, _arms_up, _arms_up)
        return special[int(rng.integers(len(special)))](rng)
    return _stride(rng, speed) if speed > 0.2 else _stand(rng)
