"""Poses and the bodies that take them."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.bodies import BONES, load_body_model, pose_body
from mmsynloc.minisynloc.poses import SAMPLERS, Pose, pose_rotations, sample_pose
from mmsynloc.minisynloc.randomisation import POSE, Randomisation

UPRIGHT = Pose(
    lean=0, hip=(0, 0), spread=(0, 0), knee=(0, 0), toe_out=(0, 0), shoulder=(0, 0), arm_out=(0, 0), elbow=(0, 0)
)


def _joints(pose: Pose) -> dict[str, np.ndarray]:
    model = load_body_model()
    body = model.shape(np.zeros(len(model.components)), 1.8)
    return dict(zip(BONES, pose_body(body, model.weights, pose_rotations(pose))[1]))


def test_pose_rotations__are_rotations() -> None:
    rng = np.random.default_rng(0)
    for kind, sample in SAMPLERS.items():
        turns = pose_rotations(sample(rng))
        np.testing.assert_allclose(turns @ turns.transpose(0, 2, 1), np.tile(np.eye(3), (16, 1, 1)), atol=1e-12)
        assert np.linalg.det(turns) == pytest.approx(np.ones(16)), kind


def test_pose_body__limbs_hang_when_all_angles_are_0() -> None:
    joints = _joints(UPRIGHT)
    for upper, lower in (("thigh", "shank"), ("shank", "foot"), ("upper_arm", "forearm")):
        for side in "01":
            bone = joints[lower + side] - joints[upper + side]
            np.testing.assert_allclose(bone[:2], 0, atol=0.1 * 0.3 * 1.8)  # the forearms turn 0.1 inward
            assert bone[2] < -0.15
    assert joints["head"][2] > joints["chest"][2] > joints["pelvis"][2] == 0


def test_pose_body__hip_flexion_lifts_the_knee_forward_and_the_left_is_left() -> None:
    joints = _joints(Pose(hip=(np.pi / 2, 0), spread=(0, 0), knee=(0, 0)))
    thigh = joints["shank0"] - joints["thigh0"]
    np.testing.assert_allclose(thigh / np.linalg.norm(thigh), [1, 0, 0], atol=1e-9)
    assert joints["thigh0"][1] > 0 > joints["thigh1"][1]


def test_pose_body__abduction_lifts_the_arm_outward() -> None:
    joints = _joints(Pose(arm_out=(np.pi / 2, 0), shoulder=(0, 0), lean=0))
    arm = joints["forearm0"] - joints["upper_arm0"]
    np.testing.assert_allclose(arm / np.linalg.norm(arm), [0, 1, 0], atol=1e-9)


@pytest.mark.parametrize("speed", [0.0, 0.5, 1.0])
def test_sample_pose__pelvis_is_where_a_pelvis_can_be(speed: float) -> None:
    rng, model = np.random.default_rng(0), load_body_model()
    body = model.shape(np.zeros(len(model.components)), 1.8)
    for _ in range(60):
        vertices, _, _ = pose_body(body, model.weights, pose_rotations(sample_pose(rng, speed)))
        assert 0.1 < -vertices[:, 2].min() < 1.1
        assert np.isfinite(vertices).all()


def test_sample_pose__some_bend_low_and_some_jump() -> None:
    rng = np.random.default_rng(1)
    poses = [sample_pose(rng, 0.0) for _ in range(300)]
    assert max(pose.jump_m for pose in poses) > 0.15
    assert sum(pose.lean > 0.6 for pose in poses) > 5
    assert sum(max(pose.knee) > 1.2 for pose in poses) > 15


def test_shape__every_change_keeps_a_body_of_the_height() -> None:
    model = load_body_model()
    for i in range(len(model.components)):
        for strength in (-2.0, 2.0):
            strengths = np.zeros(len(model.components))
            strengths[i] = strength
            z = model.shape(strengths, 1.8).vertices_m[:, 2]
            assert np.ptp(z) == pytest.approx(1.8, abs=0.02)


def test_sample_pose__the_table_names_them() -> None:
    assert list(SAMPLERS) == list(POSE.weights)
    kneeling = Randomisation(fixed={"pose": "kneel"})
    assert min(sample_pose(np.random.default_rng(i), 0.9, kneeling).knee[0] for i in range(20)) >= 1.5  # at any speed
