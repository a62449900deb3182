"""Two stages in one model, on small frames."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from mmsynloc.apis.config import load_config
from mmsynloc.codecs import GROUND_INDEX
from tests.synloc_files import ANNOTATED_SIZE, camera
from tests.test_models.crops import labelled_crops


def make_model(**options):
    torch.manual_seed(0)
    cfg = load_config("mmsynloc::rtmpose_nano_synloc.py").model
    test_cfg = options.pop("test_cfg", {})
    cfg.test_cfg.update(test_cfg)
    cfg.update(options)
    return MODELS.build(cfg).eval()


def frame_sample(boxes: np.ndarray, scores: np.ndarray | None = None) -> PoseDataSample:
    one = camera()
    meta = dict(
        camera={k: getattr(one, k) for k in ("camera_matrix", "dist_poly", "undist_poly")},
        annotated_size=ANNOTATED_SIZE,
        img_id=0,
    )
    sample = PoseDataSample(metainfo=meta)
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    sample.gt_instances = InstanceData(bboxes=boxes, bbox_scores=np.ones(len(boxes)) if scores is None else scores)
    return sample


def predict(model, *samples: PoseDataSample) -> list[InstanceData]:
    frames = [torch.randint(0, 256, (180, 320, 3), dtype=torch.uint8) for _ in samples]
    data = dict(inputs=[frame.movedim(-1, 0) for frame in frames], data_samples=list(samples), frames=frames)
    with torch.no_grad():
        return [sample.pred_instances for sample in model.test_step(data)]


BOXES = np.array([[300.0, 200, 312, 240], [100, 250, 118, 300], [500, 150, 510, 175]])


def test_predict__places_every_box_within_its_crop() -> None:
    (found,) = predict(make_model(), frame_sample(BOXES))
    assert len(found) == 3
    assert found.keypoints.shape == (3, 2, 2)
    assert np.isfinite(found.keypoints).all()
    assert set(map(tuple, found.bboxes.tolist())) == set(map(tuple, BOXES.astype(np.float32).tolist()))
    assert (np.diff(found.bbox_scores) <= 0).all()
    # Height of a crop: 2.5 m, where athletes are 25 to 50 px tall
    centres = (found.bboxes[:, :2] + found.bboxes[:, 2:]) / 2
    assert np.abs(found.keypoints[:, GROUND_INDEX] - centres).max() < 90


@pytest.mark.parametrize(
    "boxes",
    [
        np.zeros((0, 4)),
        np.array([[10.0, 10, 10, 10]]),  # no area
        np.array([[-50.0, 300, 20, 500], [630, 340, 700, 420]]),  # over the frame's edge
        np.array([[300.0, 0, 310, 20]]),  # above the horizon
    ],
    ids=["none", "no area", "edge", "horizon"],
)
def test_predict__unusual_boxes(boxes: np.ndarray) -> None:
    (found,) = predict(make_model(), frame_sample(boxes))
    assert len(found) <= len(boxes)
    assert np.isfinite(found.keypoints).all()
    assert np.isfinite(found.bbox_scores).all()


def test_predict__hundreds_of_boxes_and_an_empty_frame_in_one_batch() -> None:
    corners = np.random.default_rng(0).uniform(0, [600, 300], (300, 2))
    many = frame_sample(np.concatenate([corners, corners + np.array([12, 36])], 1), np.linspace(1, 0.1, 300))
    model = make_model(test_cfg=dict(max_crops=120, batch_size=50))
    first, second = predict(model, many, frame_sample(np.zeros((0, 4))))
    assert 0 < len(first) <= 120
    assert len(second) == 0


def test_predict__batch_size_changes_nothing() -> None:
    results = []
    for size in (1, 256):
        torch.manual_seed(1)
        results.append(predict(make_model(test_cfg=dict(batch_size=size)), frame_sample(BOXES))[0])
    assert np.allclose(results[0].keypoints, results[1].keypoints, atol=1e-3)  # float32, other batches


def test_predict__boxes_on_one_athlete_are_one_detection() -> None:
    (found,) = predict(make_model(test_cfg=dict(ground_nms_radius_m=50.0)), frame_sample(BOXES[[0, 0, 0]]))
    assert len(found) == 1


def test_flip_test__mirrored_crops_give_mirrored_points() -> None:
    model = make_model(test_cfg=dict(flip_test=True))
    crops = torch.randint(0, 256, (3, 128, 96, 3), dtype=torch.uint8)
    geometry = torch.randn(3, 4)
    with torch.no_grad():
        points, _, quality = model.crop_points(crops, geometry)
        mirrored = model.crop_points(crops.flip(2), geometry * geometry.new_tensor([-1, 1, 1, 1]))
    expected = torch.stack([95 - mirrored.points_px[..., 0], mirrored.points_px[..., 1]], -1)
    # Float32 sums in another order; the last bin, which has no mirror image, is of no weight here
    assert torch.allclose(points, expected, atol=0.05)
    assert torch.allclose(quality, mirrored.quality, atol=1e-5)
    assert not torch.allclose(model.crop_points(crops, geometry * 0).points_px, points)


def test_predict__needs_frames() -> None:
    data = dict(inputs=[torch.zeros(3, 64, 64, dtype=torch.uint8)], data_samples=[frame_sample(BOXES)])
    with pytest.raises(ValueError, match="LoadSynLocFrame"):
        make_model().test_step(data)


def test_loss__of_the_crops_of_two_frames() -> None:
    model = make_model().train()
    data = dict(
        inputs=[torch.randint(0, 256, (3, 3, 128, 96), dtype=torch.uint8) for _ in range(2)],
        data_samples=[labelled_crops(3), labelled_crops(3, is_athlete=False, visible=0.0, metric=0.0)],
    )
    losses = model(**model.data_preprocessor(data, True), mode="loss")
    assert all(value.isfinite() for value in losses.values())


def test_detector__comes_from_a_config_by_name_and_is_not_trained() -> None:
    model = make_model(detector="mmsynloc::demo_synloc.py").train()
    assert not model.detector.training
    assert not any(parameter.requires_grad for parameter in model.detector.parameters())
    assert any(name.startswith("detector.backbone") for name in model.state_dict())
