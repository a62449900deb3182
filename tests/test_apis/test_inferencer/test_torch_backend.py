"""The model of a config, without a Runner."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.registry import MODELS, DefaultScope

from mmsynloc.apis import load_config
from mmsynloc.apis.inferencer import SynLocInferencer
from mmsynloc.apis.prediction import predict_split
from mmsynloc.files import read_results
from mmsynloc.files.images import read_image
from mmsynloc.utils import UserError
from tests.synloc_files import camera, write_split

WEIGHTS = "mmsynloc::demo_synloc.pth"
PEOPLE = [[(0.0, 0.0), (5.0, 10.0)], [], [(-12.0, -8.0), (-15.0, 3.0)]]


@pytest.fixture
def annotations(tmp_path) -> Path:
    return write_split(tmp_path / "data", "test", PEOPLE)


def test_call__is_what_the_test_predicts(small_config, annotations, tmp_path):
    """The same pixels go through the same transforms and the same network."""
    inferencer = SynLocInferencer(small_config, WEIGHTS, "cpu", batch_size=2, score_threshold=0.0)
    frames = list(inferencer(annotations.parents[1] / "test", annotations))
    cfg = load_config(str(small_config), work_dir=str(tmp_path / "work"))
    predict_split(cfg, WEIGHTS, "test", tmp_path / "results.json")
    expected = read_results(tmp_path / "results.json")
    assert len(expected) > 0
    np.testing.assert_array_equal(
        np.concatenate([[frame.image_id] * len(frame) for frame in frames]), expected.image_ids
    )
    # Convolutions of batches of other sizes add up in another order.
    np.testing.assert_allclose(np.concatenate([frame.scores for frame in frames]), expected.scores, atol=1e-5)
    points = np.concatenate([frame.points_px for frame in frames])
    np.testing.assert_allclose(points, expected.keypoints[..., :2], atol=0.01)


def test_call__array_is_as_its_file(small_config, tmp_path):
    write_split(tmp_path, "test", PEOPLE[:1], image_size=(320, 180))  # larger JPEGs are decoded at a smaller size
    file = tmp_path / "test" / "000000.jpg"
    inferencer = SynLocInferencer(small_config, WEIGHTS, "cpu", score_threshold=0.0)
    (from_file,), (from_array,) = inferencer(file, camera()), inferencer(read_image(file), camera())
    assert len(from_file) > 0
    np.testing.assert_array_equal(from_file.points_px, from_array.points_px)


def untrained(config) -> SynLocInferencer:
    """A detector of MMDetection with random weights, which are written beside its config; all scores are kept."""
    torch.manual_seed(0)
    weights = config.with_suffix(".pth")
    with DefaultScope.overwrite_default_scope("mmdet"):
        torch.save({"state_dict": MODELS.build(load_config(str(config)).model).state_dict()}, weights)
    return SynLocInferencer(config, weights, "cpu", score_threshold=0.0)


def test_call__box_detector_of_mmdetection(tmp_path):
    """People stand where their boxes end; boxes count from the image's corner there, from a pixel's centre here."""
    annotations = write_split(tmp_path, "test", PEOPLE[:1])
    config = tmp_path / "detector.py"
    config.write_text(
        '_base_ = "mmsynloc::rtmdet_tiny_synloc.py"\n'
        "test_dataloader = dict(dataset=dict(input_size=(320, 192)))\nmodel = dict(test_cfg=dict(score_thr=0.0))\n"
    )
    inferencer = untrained(config)
    file = annotations.parents[1] / "test" / "000000.jpg"
    (from_file,), (from_array,) = inferencer(file, annotations), inferencer(read_image(file), camera())
    assert len(from_file) > 0
    np.testing.assert_array_equal(from_file.boxes_xyxy, from_array.boxes_xyxy)
    x1, _, x2, y2 = from_file.boxes_xyxy.T
    np.testing.assert_allclose(from_file.points_px[:, 1], np.stack([(x1 + x2) / 2, y2], axis=1))
    edges = from_file.boxes_xyxy.min(), from_file.boxes_xyxy[:, 2].max()
    assert edges[0] >= -0.5
    assert edges[1] <= 639.5
    file.write_bytes(file.read_bytes()[:-900])
    with pytest.raises(UserError, match=r"000000\.jpg: "):
        list(inferencer(file, annotations))


def test_call__detector_that_answers_in_pixels_of_the_file(tmp_path):
    """On MMDetection's own test pipeline; the camera may be of another size than the file."""
    config = tmp_path / "detector.py"
    config.write_text(
        '_base_ = "mmsynloc::rtmdet_tiny_synloc.py"\n'
        'steps = [dict(type="LoadImageFromFile"), dict(type="mmdet.Resize", scale=(320, 192)),\n'
        '         dict(type="mmdet.PackDetInputs", meta_keys=("img_id", "img_path", "ori_shape", "img_shape",'
        ' "scale_factor"))]\n'
        "test_dataloader = dict(dataset=dict(_delete_=True, pipeline=steps))\n"
        "test_evaluator = dict(scale_from_ori_shape=True)\nmodel = dict(test_cfg=dict(score_thr=0.0))\n"
    )
    inferencer = untrained(config)
    image = np.random.default_rng(0).integers(0, 256, (360, 640, 3), np.uint8)
    (small,), (large,) = (inferencer([image], camera().resized(size)) for size in ((640, 360), (1280, 720)))
    assert len(small) > 0
    # pixel centres are integers, boxes are rounded to 0.001 px
    np.testing.assert_allclose(large.boxes_xyxy, (small.boxes_xyxy + 0.5) * 2 - 0.5, atol=2.1e-3)


def test_init__stored_threshold_is_the_default(small_config):
    assert 0 < SynLocInferencer(small_config, WEIGHTS, "cpu").score_threshold < 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("mmsynloc::yoloxpose_s_synloc.py", WEIGHTS, "cpu"), "does not fit the model of yoloxpose_s_synloc.py"),
        (("mmsynloc::demo_synloc.py",), "name the checkpoint too"),
        (("absent.py", WEIGHTS), "absent.py: no such config"),
        (("mmsynloc::demo_synloc.py", "absent.pth"), "absent.pth: no such checkpoint"),
        (("mmsynloc::demo_synloc.py", WEIGHTS, "gpu"), "device gpu: "),
    ],
)
def test_init__says_what_is_wrong(arguments, reason):
    with pytest.raises(UserError, match=reason):
        SynLocInferencer(*arguments)
