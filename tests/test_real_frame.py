"""One real frame through the data set, the test pipeline and the metric, and back."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from mmpose.models.pose_estimators import BottomupPoseEstimator
from mmpose.registry import DATASETS, METRICS

from mmsynloc.codecs import PelvisGroundCodec
from mmsynloc.structures import Camera
from mmsynloc.structures.affine import transform_boxes, transform_points


def _sample(folder, prefix, input_size):
    """The packed sample that the model would get, by the test pipeline of the configs."""
    init_default_scope("mmpose")
    cfg = Config.fromfile("mmsynloc/.mim/configs/yoloxpose_s_synloc.py").test_dataloader.dataset
    cfg.update(
        data_root="",
        ann_file=str(folder / "annotations" / "test.json"),
        data_prefix=dict(img=str(prefix)),
        input_size=input_size,
    )
    dataset = DATASETS.build(cfg)
    return dataset.get_data_info(0), dataset[0]


def _predictions(info, sample) -> InstanceData:
    """The ground truth as a perfect model would give it: in pixels of the network's input."""
    scale, size, center = (np.asarray(sample.get(k)) for k in ("input_scale", "input_size", "input_center"))
    ratio = size / scale
    matrix = np.array([[ratio[0], 0, 0], [0, ratio[1], 0], [0, 0, 1.0]])
    matrix[:2, 2] = size / 2 - center * ratio
    keypoints = transform_points(info["keypoints"], matrix).astype(np.float32)
    scores = np.linspace(0.9, 0.5, len(keypoints), dtype=np.float32)
    return InstanceData(
        keypoints=keypoints,
        keypoint_scores=np.ones(keypoints.shape[:2], np.float32),
        bboxes=transform_boxes(info["bbox"], matrix).astype(np.float32),
        bbox_scores=scores,
        scores=scores,
        labels=np.zeros(len(scores), int),
    )


@pytest.mark.parametrize("image_width", [3840, 1920, 1280])
@pytest.mark.parametrize("input_size", [(640, 640), (960, 960), (864, 480)])
def test_real_frame__there_and_back(real_frame, tmp_path, image_width, input_size):
    prefix = real_frame / "test"
    if image_width != 3840:
        prefix = tmp_path
        picture = cv2.imread(str(real_frame / "test" / "000000.jpg"))
        small = cv2.resize(picture, (image_width, image_width * 9 // 16), interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(tmp_path / "000000.jpg"), small)
    info, packed = _sample(real_frame, prefix, input_size)
    assert packed["inputs"].shape == (3, input_size[1], input_size[0])
    sample = packed["data_samples"]
    (sample,) = BottomupPoseEstimator.add_pred_to_datasample(None, [_predictions(info, sample)], None, [sample])
    camera = Camera(**sample.camera, image_size=sample.annotated_size)
    found = PelvisGroundCodec().decode(sample.pred_instances.keypoints, camera)
    assert found.valid.all()
    assert np.linalg.norm(found.points - info["position_on_pitch"], axis=1).max() < 5e-3
    metric = METRICS.build(dict(type="LocSimMetric", ann_file=str(real_frame / "annotations" / "test.json")))
    metric.process({}, [sample.to_dict()])
    stats = metric.evaluate(1)
    assert stats["locsim/AP"] == pytest.approx(1.0)
    assert stats["locsim/frame_accuracy"] == 1.0
