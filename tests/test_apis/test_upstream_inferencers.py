"""Upstream's ways to use a model, with the names of what the package carries and without a camera."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from mmengine.runner import CheckpointLoader
from mmpose.apis import MMPoseInferencer, Pose2DInferencer, inference_bottomup, init_model

from mmsynloc.utils import UserError
from tests.synloc_files import write_split

WEIGHTS = "mmsynloc::demo_synloc.pth"


@pytest.fixture(scope="module")
def picture(tmp_path_factory) -> str:
    root = tmp_path_factory.mktemp("pictures")
    write_split(root, "test", [[(0, 0), (5, 10)]])
    return str(root / "test" / "000000.jpg")


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> str:
    """The demo's config at the size of the picture."""
    path = tmp_path_factory.mktemp("config") / "small.py"
    size = "test_dataloader = dict(dataset=dict(input_size=(640, 384)))"
    path.write_text(f'_base_ = "mmsynloc::demo_synloc.py"\n{size}\n')
    return str(path)


def test_config__by_name():
    cfg = Config.fromfile("mmsynloc::demo_synloc.py")
    assert cfg.filename.endswith("demo_synloc.py")
    assert cfg.test_dataloader.dataset.pipeline[0].default_size == (1920, 1088)
    cfg.merge_from_dict({"test_dataloader.dataset.input_size": (640, 384)})
    assert cfg.test_dataloader.dataset.pipeline[0].default_size == (640, 384)
    with pytest.raises(UserError, match="no such config"):
        Config.fromfile("mmsynloc::absent.py")


def test_config__others_stay_as_they_are(tmp_path):
    (tmp_path / "a.py").write_text("test_dataloader = dict(dataset=dict(type='X', pipeline=[dict(type='Y')]))\n")
    assert Config.fromfile(tmp_path / "a.py").test_dataloader.dataset == dict(type="X", pipeline=[dict(type="Y")])
    (tmp_path / "b.json").write_text('{"test_dataloader": null}')
    assert Config.fromfile(str(tmp_path / "b.json")).test_dataloader is None


def test_weights__by_name():
    assert "state_dict" in CheckpointLoader.load_checkpoint(WEIGHTS, map_location="cpu")
    with pytest.raises(UserError, match="no such weights"):
        CheckpointLoader.load_checkpoint("mmsynloc::absent.pth")


def test_inference_bottomup__file_and_array(picture, small):
    model = init_model(small, WEIGHTS, device="cpu")
    (by_name,), (by_pixels,) = (inference_bottomup(model, image) for image in (picture, cv2.imread(picture)))
    found = by_name.pred_instances
    assert found.keypoints.shape[1:] == (2, 2)
    assert "position_on_pitch" not in found
    # The file's pixels, whose input is nearly as large
    np.testing.assert_array_equal(found.bboxes, by_pixels.pred_instances.bboxes)
    assert (found.bboxes[:, :2] < (640, 360)).all()


def test_pose2d_inferencer__small_image(small):
    inferencer = Pose2DInferencer(small, WEIGHTS, device="cpu")
    result = next(inferencer(np.zeros((36, 64, 3), np.uint8)))
    assert isinstance(result["predictions"][0], list)


def test_mmpose_inferencer__by_names(picture):
    inferencer = MMPoseInferencer(pose2d="mmsynloc::demo_synloc.py", pose2d_weights=WEIGHTS, device="cpu")
    result = next(inferencer(picture, return_vis=True))
    assert result["visualization"][0].shape == (360, 640, 3)
    assert {"keypoints", "bbox"} <= set(result["predictions"][0][0])


def test_inferencer__models_that_need_the_camera_say_so(picture):
    init_default_scope("mmpose")
    pipeline = Compose(Config.fromfile("mmsynloc::rtmpose_t_synloc-twostage.py").test_dataloader.dataset.pipeline)
    with pytest.raises(UserError, match="needs each frame's camera"):
        pipeline(dict(img_path=picture))
