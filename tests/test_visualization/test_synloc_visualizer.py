"""The registered visualizer: files, back ends, and upstream's way where there is no camera."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from mmpose.registry import VISUALIZERS
from mmpose.structures import PoseDataSample

from mmsynloc.structures import Athletes
from mmsynloc.visualization import SynLocVisualizer, draw_data_sample
from tests.synloc_files import ANNOTATED_SIZE, camera, image_entry

POINTS_M = np.array([[0.0, 0], [5, 10], [-5, -8]])


def _boxes(ground_px: np.ndarray) -> np.ndarray:
    return np.concatenate([np.subtract(ground_px, (5, 30)), np.add(ground_px, (5, 0))], axis=1)


def _instances(count: int) -> InstanceData:
    ground = camera().pitch_to_pixel(POINTS_M[:count]).points
    boxes = _boxes(ground)
    keypoints = np.stack([ground - [0, 15], ground], 1)
    return InstanceData(bboxes=boxes, bbox_scores=np.full(count, 0.9), keypoints=keypoints)


def _sample(count: int, **changes) -> PoseDataSample:
    entry = image_entry()
    cameras = {name: np.array(entry[name]) for name in ("camera_matrix", "dist_poly", "undist_poly")}
    metainfo = dict(img_path="a/000007.jpg", img_id=7, camera=cameras, annotated_size=ANNOTATED_SIZE)
    sample = PoseDataSample(metainfo=metainfo | changes)
    sample.pred_instances = _instances(count)
    return sample


def _truth(offset_m: tuple = (0.5, 0)) -> Athletes:
    points = POINTS_M + offset_m
    ground = camera().pitch_to_pixel(points).points
    boxes = _boxes(ground)
    return Athletes(boxes, np.ones(3), ground, points, ground - [0, 15])


def _image(scale: float = 1) -> np.ndarray:
    width, height = (int(side * scale) for side in ANNOTATED_SIZE)
    return np.full((height, width, 3), 60, np.uint8)


def _titles(figure) -> list[str]:
    return [axes.get_title() for axes in figure.axes if axes.get_title()]


@pytest.mark.parametrize("count", [0, 3])
@pytest.mark.parametrize("scale", [1, 0.5])
def test_draw_data_sample__errors_in_metres(count, scale):
    figure = draw_data_sample(_image(scale), _sample(count), _truth())
    expected = ["0.50 m off"] * 3 if count else ["missed"] * 3
    assert _titles(figure) == expected
    assert (
        figure.axes[0].get_title(loc="left") == f"000007: {count} athletes with a score of at least 0.30, 3 are there"
    )


def test_draw_data_sample__without_a_truth_and_with_a_threshold():
    assert _titles(draw_data_sample(_image(), _sample(3))) == ["score 0.90"] * 3
    assert _titles(draw_data_sample(_image(), _sample(3), score_threshold=0.95)) == []
    assert _titles(draw_data_sample(_image(), _sample(3), _truth(), close_ups=0)) == []


def test_draw_data_sample__boxes_of_mmdetection():
    """Their lower edges stand on the ground, half a pixel above where MMDetection counts."""
    ours = _sample(3)
    sample = DetDataSample(metainfo=ours.metainfo)
    found = ours.pred_instances
    sample.pred_instances = InstanceData(bboxes=found.bboxes + 0.5, scores=found.bbox_scores)
    assert _titles(draw_data_sample(_image(), sample.to_tensor(), _truth((0, 0)))) == ["0.00 m off"] * 3


def test_visualizer__file_or_back_ends(tmp_path):
    backends = [dict(type="LocalVisBackend")]
    config = dict(
        type="SynLocVisualizer",
        name="files",
        vis_backends=backends,
        save_dir=str(tmp_path / "run"),
    )
    visualizer = VISUALIZERS.build(config)
    drawn = visualizer.add_datasample("frame", _image(), _sample(3), truth=_truth(), out_file=str(tmp_path / "a.png"))
    saved = cv2.imread(str(tmp_path / "a.png"))
    assert saved.shape == drawn.shape
    assert list((tmp_path / "run").rglob("*.png")) == []
    visualizer.add_datasample("frame", _image(), _sample(3), step=5)
    assert [path.name for path in (tmp_path / "run").rglob("*.png")] == ["frame_5.png"]


def test_visualizer__upstreams_way_without_a_camera(tmp_path):
    image = _image()
    for sample in (_sample(3, camera=None), _sample(0, camera=None)):
        drawn = SynLocVisualizer().add_datasample(
            "frame", image, sample, draw_gt=False, out_file=str(tmp_path / "a.png")
        )
        assert drawn.shape == image.shape
        assert (drawn != image).any() == bool(len(sample.pred_instances))
    labels = SynLocVisualizer().add_datasample("frame", image, _sample(3), draw_pred=False, out_file=None)
    np.testing.assert_array_equal(labels, image)
