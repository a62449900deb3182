"""Skeletons of the athletes."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.poses import Pose, build_skeleton, sample_pose

UPRIGHT = Pose(
    lean=0, hip=(0, 0), spread=(0, 0), knee=(0, 0), shoulder=(0, 0), arm_out=(0, 0), elbow=(0, 0)
)  # fmt: skip


def test_build_skeleton__upright_proportions() -> None:
    skeleton = build_skeleton(UPRIGHT, 2.0)
    # thigh, shank and foot are 0.245, 0.246 and 0.039 of the height
    assert skeleton["pelvis"][2] == pytest.approx(2 * 0.53, abs=1e-9)
    assert skeleton["neck"][2] == pytest.approx(2 * 0.818, abs=1e-9)
    np.testing.assert_allclose(skeleton["pelvis"][:2], 0)
    assert skeleton["hip0"][1] == -skeleton["hip1"][1] > 0


def test_build_skeleton__hip_flexion_lifts_the_knee_forward() -> None:
    skeleton = build_skeleton(Pose(hip=(np.pi / 2, 0), spread=(0, 0), knee=(0, 0)), 1.8)
    np.testing.assert_allclose(skeleton["knee0"] - skeleton["hip0"], [0.245 * 1.8, 0, 0], atol=1e-12)


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0])
def test_sample_pose__feet_touch_the_ground_unless_in_the_air(speed: float) -> None:
    rng = np.random.default_rng(0)
    for _ in range(100):
        pose = sample_pose(rng, speed)
        skeleton = build_skeleton(pose, 1.8)
        lowest = min(skeleton[f"{part}{i}"][2] for part in ("toe", "heel") for i in (0, 1))
        assert lowest == pytest.approx(pose.jump_m + 0.036)  # the sole's half thickness
        assert 0.3 < skeleton["pelvis"][2] - pose.jump_m < 1.05
        assert skeleton["head"][2] > skeleton["pelvis"][2]


def test_sample_pose__some_bend_low_and_some_jump() -> None:
    rng = np.random.default_rng(1)
    poses = [sample_pose(rng, 0.0) for _ in range(300)]
    heights = [build_skeleton(pose, 1.8)["pelvis"][2] for pose in poses]
    assert min(heights) < 0.75
    assert max(pose.jump_m for pose in poses) > 0.15


def test_skeleton_between__interpolates() -> None:
    skeleton = build_skeleton(UPRIGHT, 1.8)
    np.testing.assert_allclose(skeleton.between("hip0", "knee0", 0.0), skeleton["hip0"])
    np.testing.assert_allclose(skeleton.between("hip0", "knee0", 1.0), skeleton["knee0"])
