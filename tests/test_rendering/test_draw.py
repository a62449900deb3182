"""What a plan looks like when it is drawn, and which of its images are decoded for that."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from mmsynloc.files.images import DecodedImage
from mmsynloc.rendering import ImageLayer, RenderPlan, draw_layer, draw_plan
from mmsynloc.structures.affine import scale_matrix, transform_points


def _info(image: np.ndarray) -> dict:
    return {"annotated_size": image.shape[1::-1], "img": image, "img_path": "a.png"}


@pytest.mark.parametrize("scale", [0.2, 0.3, 0.45, 0.55, 0.7])
def test_draw_layer__reduction_keeps_brightness_and_place(scale):
    image = np.full((200, 300, 3), 30, np.uint8)
    cv2.circle(image, (150, 100), 40, (230, 230, 230), -1)
    layer = ImageLayer(_info(image), scale_matrix(scale))
    canvas = np.full((round(200 * scale), round(300 * scale), 4), 30, np.uint8)
    source = DecodedImage(image, (1.0, 1.0))
    draw_layer(canvas, source, layer, layer.visible_bounds(canvas.shape[1::-1]))
    weight = canvas[..., 0].astype(float) - 30
    y, x = np.mgrid[: canvas.shape[0], : canvas.shape[1]]
    centre = [(weight * x).sum() / weight.sum(), (weight * y).sum() / weight.sum()]
    expected = transform_points(np.array([150.0, 100.0]), scale_matrix(scale))
    # the disc's rim is sampled by some hundred pixels of 8 bits, which leaves some hundredths
    np.testing.assert_allclose(centre, expected, atol=0.04)
    full = image[..., 0].astype(float) - 30
    assert weight.sum() == pytest.approx(full.sum() * scale**2, rel=0.01)


def test_draw_plan__only_what_shows_is_loaded():
    loaded = []

    def load(layer: ImageLayer, needed_scale: float) -> DecodedImage:
        loaded.append((layer.info["img_path"], needed_scale))
        return DecodedImage(layer.info["img"], (1.0, 1.0))

    image = np.random.default_rng(0).integers(0, 255, (30, 50, 3), dtype=np.uint8)
    plan = RenderPlan.of_image({**_info(image), "img_path": "first"})
    away = ImageLayer({**_info(image), "img_path": "away"}, scale_matrix(0.5)).moved(np.diag([1.0, 1.0, 1.0]))
    away = away.moved(np.array([[1.0, 0, 500], [0, 1, 0], [0, 0, 1]]))
    near = ImageLayer({**_info(image), "img_path": "near"}, scale_matrix(0.5))
    draw_plan(plan.blended(away, 0.5).blended(near, 0.5), load)
    assert loaded == [("first", pytest.approx(1.0)), ("near", pytest.approx(0.5))]


def test_draw_plan__blends_by_weight():
    first, second = np.full((4, 4, 3), 40, np.uint8), np.full((4, 4, 3), 240, np.uint8)
    plan = RenderPlan.of_image(_info(first)).blended(ImageLayer(_info(second)), 0.25)
    image = draw_plan(plan, lambda layer, _: DecodedImage(layer.info["img"], (1.0, 1.0)))
    np.testing.assert_array_equal(image, 90)
