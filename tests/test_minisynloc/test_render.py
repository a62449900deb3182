"""Images and masks: every drawn thing is where the camera says, to a fraction of a pixel."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mmsynloc.minisynloc.annotate import annotate_scene, visible_masks
from mmsynloc.minisynloc.background import Background, render_background
from mmsynloc.minisynloc.figures import Figure, build_sphere
from mmsynloc.minisynloc.randomisation import Randomisation
from mmsynloc.minisynloc.rasterise import VIRTUAL_SIZE, Light, draw_figure, pixel_scale
from mmsynloc.minisynloc.render import render_scene
from mmsynloc.minisynloc.scene import Scene
from mmsynloc.minisynloc.venue import Lamp, Venue, sample_venue

from .conftest import PLAIN

AWAY = np.array([-500.0, 0.0, 1.0])  # a ball behind the camera
FLAT = Light(np.ones(3), np.ones(3), np.zeros((0, 3)), np.zeros((0, 3)))


def _sphere(x: float, y: float, z: float, radius: float = 1.0) -> Figure:
    return build_sphere(np.array([x, y, z]), radius, (1.0, 1.0, 1.0))


def _render(figures: list[Figure], venue: Venue, background: Background, seed: int = 0):
    return render_scene(Scene(tuple(figures), AWAY), venue, background, np.random.default_rng(seed), PLAIN)


@pytest.mark.parametrize("spot", [(0.0, 0.0, 2.0), (20.0, 15.0, 3.0), (-15.0, 5.0, 1.5)])
def test_render_scene__centroid_is_the_projection_at_full_hd(venue: Venue, black: Background, spot: tuple) -> None:
    image = _render([_sphere(*spot)], venue, black).image
    rows, columns = np.nonzero(image.max(2) > 70)  # about half of the outline's brightness
    expected = venue.camera.resized((1920, 1080)).pitch_to_pixel(np.array([spot])).points[0]
    # Mapping annotated pixels by x' = x / 2 would be off by 0.25; the mask's edge is good to some 0.1.
    np.testing.assert_allclose([columns.mean(), rows.mean()], expected, atol=0.12)


def test_render_scene__annotated_mask_is_centred_on_the_annotated_pixel(venue: Venue, black: Background) -> None:
    figure = _sphere(5.0, 5.0, 2.0)
    left, top, mask = visible_masks(_render([figure], venue, black))[0]
    rows, columns = np.nonzero(mask)
    expected = venue.camera.pitch_to_pixel(figure.pelvis_m[None]).points[0]
    np.testing.assert_allclose([left + columns.mean(), top + rows.mean()], expected, atol=0.25)  # half a virtual pixel
    radius = pixel_scale(venue.camera, figure.pelvis_m)
    assert mask.sum() == pytest.approx(np.pi * radius**2, rel=0.05)  # a polygon of 14 corners is 3% smaller


def test_render_scene__no_people_leave_the_background(venue: Venue, black: Background) -> None:
    rendered = _render([], venue, black)
    assert rendered.patches == (None,)  # the ball
    assert annotate_scene(Scene((), AWAY), rendered, venue.camera) == []
    assert rendered.image.mean() < 2  # noise


def test_render_scene__same_seed_same_image(venue: Venue, black: Background) -> None:
    first, second = (_render([_sphere(0, 0, 1)], venue, black, seed=4).image for _ in range(2))
    np.testing.assert_array_equal(first, second)
    assert (_render([_sphere(0, 0, 1)], venue, black, seed=5).image != first).any()


def test_render_scene__the_nearer_one_hides_the_farther_one(venue: Venue, black: Background) -> None:
    near = _sphere(-10.0, 0.0, 1.5)
    ray = near.pelvis_m - venue.camera.position_m
    far = _sphere(*(near.pelvis_m + 0.05 * ray), radius=0.5)  # exactly behind, and smaller
    for figures in ([near, far], [far, near]):
        rendered = _render(figures, venue, black)
        annotations = annotate_scene(Scene(tuple(figures), AWAY), rendered, venue.camera)
        assert [a["keypoints_3d"][0][:3] for a in annotations] == [near.pelvis_m.tolist()]


def test_annotate_scene__partly_hidden_counts_visible_pixels_only(venue: Venue, black: Background) -> None:
    near, far = _sphere(-10.0, 0.0, 1.5), _sphere(0.0, 0.0, 1.5)
    alone = annotate_scene(Scene((far,), AWAY), _render([far], venue, black), venue.camera)[0]
    offset = venue.camera.position_m + 1.05 * (near.pelvis_m - venue.camera.position_m)
    beside = _sphere(*(offset + np.array([0.0, 1.0, 0.0])))
    whole = annotate_scene(Scene((beside,), AWAY), _render([beside], venue, black), venue.camera)[0]
    both = annotate_scene(Scene((beside, near), AWAY), _render([beside, near], venue, black), venue.camera)[0]
    assert 0.1 * whole["area"] < both["area"] < 0.8 * whole["area"]
    assert both["keypoints"] == whole["keypoints"]
    assert alone["area"] > 0


def test_annotate_scene__box_is_clipped_at_the_frame_and_keypoints_are_not(venue: Venue, black: Background) -> None:
    edge = venue.camera.pixel_to_pitch(np.array([[-6.0, 1100.0], [3845.0, 1100.0]]))
    assert edge.valid.all()
    for x, y in edge.points:
        figure = _sphere(x, y, 0.5, radius=0.8)
        annotation = annotate_scene(Scene((figure,), AWAY), _render([figure], venue, black), venue.camera)[0]
        left, top, width, height = annotation["bbox"]
        assert left == 0 or left + width == 3839  # a box ends at its last pixel's index
        assert min(left, top) >= 0
        assert annotation["area"] <= width * height
        u = annotation["keypoints"][1][0]
        assert u < 0 or u > 3839


def test_draw_figure__outside_the_frame_or_behind_the_camera_is_none(venue: Venue) -> None:
    fine = venue.camera.resized(VIRTUAL_SIZE)
    beside = venue.camera.pixel_to_pitch(np.array([[-150.0, 1500.0], [3990.0, 1500.0]]))
    assert beside.valid.all()
    for x, y in beside.points:
        assert draw_figure(fine, _sphere(x, y, 0.0, radius=0.5), FLAT, 4) is None
    assert draw_figure(fine, _sphere(-200.0, 0.0, 1.0), FLAT, 4) is None


def test_draw_figure__patch_is_aligned_and_dark_outside_its_mask(venue: Venue) -> None:
    patch = draw_figure(venue.camera.resized(VIRTUAL_SIZE), _sphere(0, 0, 1), FLAT, 12)
    assert patch.x % 12 == patch.y % 12 == 0
    assert patch.mask.shape[0] % 12 == patch.mask.shape[1] % 12 == 0
    assert not patch.colour[patch.mask == 0].any()
    assert patch.colour[patch.mask > 0].min() > 200


def test_render_scene__sun_throws_a_shadow_on_the_far_side_of_it(venue: Venue) -> None:
    sunny = replace(venue, lamps=(Lamp((0.6, 0.0, 0.8), 0.45),), shadow_line=(1.0, 0.0, -1e3))
    grey = np.full((1080, 1920, 3), 160, np.uint8)
    background = Background(grey, grey // 2, np.ones((1080, 1920), np.float32))
    image = _render([_sphere(0.0, 0.0, 4.0, radius=0.5)], sunny, background).image.astype(int).mean(2)
    # 4 m up, the sun at a slope of 0.8 / 0.6 towards +x: the shadow falls 3 m towards -x.
    spots = np.array([[-3.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
    px = np.round(venue.camera.resized((1920, 1080)).pitch_to_pixel(spots).points).astype(int)
    shadow, lit = (image[v - 1 : v + 2, u - 1 : u + 2].mean() for u, v in px)
    assert shadow < 0.8 * lit


def test_render_background__white_line_is_where_the_camera_says() -> None:
    venue = sample_venue((0, 4, 0), Randomisation(0.0, {"weather": "sun", "grass_saturation": 0.5}))
    size = (640, 360)
    background = render_background(venue, size)
    assert background.sunlit.shape == background.shaded.shape == (360, 640, 3)
    assert background.sunlit.dtype == np.uint8
    assert background.sunlit.mean() > background.shaded.mean()
    camera = venue.camera.resized(size)
    for x in (-25.0, -20.0, 5.0):  # along the halfway line
        on, beside = camera.pitch_to_pixel(np.array([[x, 0.0], [x, 3.0]])).points
        if not (0 < on[0] < 639 and 0 < beside[0] < 639 and on[1] < 359):
            continue
        (u, v), (u2, v2) = np.round(on).astype(int), np.round(beside).astype(int)
        assert background.shaded[v, u].sum() > background.shaded[v2, u2].sum() + 20
