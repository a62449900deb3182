"""Bodies, their clothes, and the ball."""

from __future__ import annotations

import numpy as np
import pytest

from mmsynloc.minisynloc.bodies import BONES, load_body_model
from mmsynloc.minisynloc.figures import BALL_RADIUS_M, Figure, build_ball, build_figure, build_sphere
from mmsynloc.minisynloc.kits import Kit, Look
from mmsynloc.minisynloc.poses import Pose

KIT = Kit(shirt=(1, 0, 0), sleeve=(1, 0, 0), shorts=(0, 1, 0), socks=(0, 0, 1), trim=(1, 1, 1), looseness_m=0.0)
LOOK = Look(KIT, (0.5,) * 3, (0.1,) * 3, (0.9,) * 3, None, long_sleeves=False, hem=0.7, sock=0.3, number=10)
UPRIGHT = Pose(lean=0, hip=(0, 0), spread=(0, 0), knee=(0, 0), shoulder=(0, 0), arm_out=(0, 0), elbow=(0, 0))
MEAN = np.zeros(len(load_body_model().components))


def _figure(heading: float = 0.0, height: float = 1.8, pose: Pose = UPRIGHT, look: Look = LOOK) -> Figure:
    return build_figure(np.array([3.0, -7.0]), heading, pose, height, MEAN, look)


def _volume(figure: Figure) -> float:
    a, b, c = figure.vertices_m[figure.faces[~figure.is_print]].transpose(1, 0, 2)
    return float(np.einsum("fi,fi->", a - figure.pelvis_m, np.cross(b - figure.pelvis_m, c - figure.pelvis_m)) / 6)


def test_build_figure__pelvis_stands_over_its_position() -> None:
    figure = _figure()
    np.testing.assert_allclose(figure.pelvis_m[:2], [3, -7])
    assert 0.9 < figure.pelvis_m[2] < 1.05  # 0.53 of the height (Drillis and Contini), and soft soles


@pytest.mark.parametrize("height", [1.55, 2.0])
def test_build_figure__is_as_tall_as_asked(height: float) -> None:
    figure = _figure(height=height)
    z = figure.vertices_m[:, 2]
    assert z.min() == pytest.approx(0, abs=1e-9)
    assert z.max() == pytest.approx(height, abs=0.05)  # soles, and legs that stand straighter than at rest


def test_build_figure__feet_stand_on_the_ground_below_the_pelvis() -> None:
    figure = _figure()
    feet = figure.vertices_m[figure.vertices_m[:, 2] < 0.03, :2] - figure.pelvis_m[:2]
    assert -0.15 < feet[:, 0].min() < 0 < feet[:, 0].max() < 0.3
    assert np.abs(feet[:, 1]).max() < 0.25


def test_build_figure__heading_turns_the_body() -> None:
    ahead, left = _figure(0.0), _figure(np.pi / 2)
    offset = ahead.vertices_m - ahead.pelvis_m
    turned = np.stack([-offset[:, 1], offset[:, 0], offset[:, 2]], 1)
    np.testing.assert_allclose(left.vertices_m - left.pelvis_m, turned, atol=1e-12)


def test_build_figure__volume_is_that_of_a_person_in_every_pose() -> None:
    for pose in (UPRIGHT, Pose(hip=(1.2, -0.4), knee=(1.5, 0.4)), Pose(lean=1.2), Pose(shoulder=(2.5, 1.5))):
        assert 0.05 < _volume(_figure(pose=pose)) < 0.09  # some 70 litres; a mesh that is inside out has less than 0


def test_build_figure__parts_wear_their_colours() -> None:
    figure = _figure()
    model = load_body_model()
    colours = figure.colours[: len(model.faces)]
    for bone, colour in (("chest", KIT.shirt), ("pelvis", KIT.shorts), ("foot0", LOOK.shoes), ("hand1", LOOK.skin)):
        mine = colours[model.bone == BONES.index(bone)]
        assert (mine == colour).all(1).mean() > 0.5
    head = colours[model.bone == BONES.index("head")]
    assert (head == LOOK.hair).all(1).any()
    assert (head == LOOK.skin).all(1).any()


def test_build_figure__the_number_is_on_the_back() -> None:
    figure = _figure(0.0)
    assert figure.is_print.any()
    corners = figure.vertices_m[figure.faces[figure.is_print]]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert (normals[:, 0] < 0).all()  # it faces -x, and so do its normals
    assert corners[..., 0].max() < 3.0


def test_build_ball__is_a_white_sphere() -> None:
    ball = build_ball(np.array([1.0, 2.0, 0.11]))
    np.testing.assert_allclose(np.linalg.norm(ball.vertices_m - [1.0, 2.0, 0.11], axis=1), BALL_RADIUS_M)
    # 20 meridians and 10 rings hold 4 % less than the sphere around them
    assert _volume(build_sphere(np.zeros(3), 1.0, (1, 1, 1))) == pytest.approx(4 / 3 * np.pi, rel=0.05)
