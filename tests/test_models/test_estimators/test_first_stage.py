"""Detectors as the first of two stages."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from torch import nn

from mmsynloc.apis.config import load_config
from mmsynloc.apis.test_options import use_tiles
from mmsynloc.apis.weights import join_stages
from mmsynloc.models.estimators.first_stage import build_detector, detector_config, first_stage
from mmsynloc.models.estimators.synloc_topdown_estimator import SynLocTopdownEstimator
from mmsynloc.structures.boxes import feet_of
from mmsynloc.utils import UserError
from tests.test_models.test_estimators.test_synloc_topdown_estimator import frame_sample, make_model

WIDTH, HEIGHT = INPUT_SIZE = (640, 384)  # the frame is shorter; what lies below it is seen too
SIZE = np.array(INPUT_SIZE, float)
RTMDET = "mmsynloc::rtmdet_tiny_synloc.py"


def small_rtmdet(**options):
    """A narrow RTMDet of MMDetection's definition."""
    model = detector_config(RTMDET)
    model.backbone.update(widen_factor=0.125, deepen_factor=0.167, init_cfg=None)
    model.neck.update(in_channels=[32, 64, 128], out_channels=32)
    model.bbox_head.update(in_channels=32, feat_channels=32)
    model.test_cfg.update(options)
    return model


def seen_as_it_is(sample):
    """The network's input has the frame's pixels."""
    sample.set_metainfo(dict(input_size=SIZE, input_scale=SIZE, input_center=SIZE / 2, img_shape=(HEIGHT, WIDTH)))
    return sample


@pytest.fixture(scope="module")
def frame() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (HEIGHT, WIDTH, 3), dtype=torch.uint8, generator=generator)


@pytest.fixture
def rtmdet() -> nn.Module:
    torch.manual_seed(0)
    return build_detector(small_rtmdet()).eval()


def test_find__is_what_mmdetection_finds(rtmdet, frame):
    image = frame.movedim(-1, 0)
    from mmdet.structures import DetDataSample

    sample = DetDataSample(metainfo=dict(img_shape=(HEIGHT, WIDTH), scale_factor=(1.0, 1.0)))
    with torch.no_grad():
        batch = rtmdet.data_preprocessor(dict(inputs=[image], data_samples=[sample]))
        expected = rtmdet.predict(batch["inputs"], batch["data_samples"], rescale=False)[0].pred_instances
        (found,) = first_stage(rtmdet).find(image[None], [seen_as_it_is(frame_sample([]))], [frame])
    assert len(expected) > 20
    np.testing.assert_allclose(found.bboxes, expected.bboxes.numpy() - 0.5, atol=1e-4)  # float32
    np.testing.assert_allclose(found.bbox_scores, expected.scores.numpy())
    np.testing.assert_allclose(found.keypoints[:, 1], feet_of(found.bboxes))


def test_find__boxes_come_out_in_annotated_px(rtmdet, frame):
    """The network sees the right half of the frame, twice as large."""
    sample = seen_as_it_is(frame_sample([]))
    sample.set_metainfo(dict(input_scale=SIZE / 2, input_center=np.array([0.75 * WIDTH, HEIGHT / 4])))
    image = frame.movedim(-1, 0)[None]
    with torch.no_grad():
        (whole,) = first_stage(rtmdet).find(image, [seen_as_it_is(frame_sample([]))], [frame])
        (half,) = first_stage(rtmdet).find(image, [sample], [frame])
    offset = [WIDTH / 2, 0] * 2
    np.testing.assert_allclose(half.bboxes, whole.bboxes / 2 + offset, atol=1e-4)


def test_find__mixed_precision(rtmdet, frame):
    """Boxes are those of full precision: bfloat16 would move them by pixels."""
    given = (frame.movedim(-1, 0)[None], [seen_as_it_is(frame_sample([]))], [frame])
    with torch.no_grad():
        (expected,) = first_stage(rtmdet).find(*given)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            (found,) = first_stage(rtmdet).find(*given)
    np.testing.assert_array_equal(found.bboxes, expected.bboxes)


def test_build_detector__fetches_no_weights(monkeypatch):
    fetched = []
    monkeypatch.setattr("mmengine.runner.checkpoint.load_checkpoint", lambda *args, **_: fetched.append(args))
    config = small_rtmdet()
    config.backbone.init_cfg = dict(type="Pretrained", prefix="backbone.", checkpoint="https://example.org/x.pth")
    build_detector(config).init_weights()
    assert fetched == []
    assert config.backbone.init_cfg.checkpoint  # the config is as it was


def test_first_stage__detector_without_boxes(rtmdet, monkeypatch):
    monkeypatch.setattr(type(rtmdet), "with_bbox", False)
    with pytest.raises(UserError, match=r"RTMDet cannot be a first stage: .* MMDetection with boxes"):
        first_stage(rtmdet)


def test_find__other_classes_are_left_out(rtmdet, frame, monkeypatch):
    boxes, scores = torch.tensor([[0.5, 0.5, 10.5, 20.5]] * 2), torch.tensor([0.9, 0.8])
    instances = InstanceData(bboxes=boxes, scores=scores, labels=torch.tensor([1, 0]))
    from mmdet.structures import DetDataSample

    sample = DetDataSample()
    sample.pred_instances = instances
    monkeypatch.setattr(rtmdet, "predict", lambda *_, **__: [sample])
    (found,) = first_stage(rtmdet).find(frame.movedim(-1, 0)[None], [seen_as_it_is(frame_sample([]))], [frame])
    np.testing.assert_allclose(found.bboxes, [[0, 0, 10, 20]])
    np.testing.assert_allclose(found.bbox_scores, [0.8], rtol=1e-6)


def test_find__tiles_add_to_the_whole_frame(frame):
    torch.manual_seed(0)
    tiles = dict(mode="fixed", size=(320, 192), scale=1.0)
    model = build_detector(small_rtmdet(tiles=tiles, tile_score_thr=2.0)).eval()
    sizes = []
    predict = model.predict

    def noted(inputs, samples, rescale):
        sizes.append(tuple(inputs.shape[-2:]))
        return predict(inputs, samples, rescale=rescale)

    model.predict = noted
    with torch.no_grad():
        (found,) = first_stage(model).find(frame.movedim(-1, 0)[None], [seen_as_it_is(frame_sample([]))], [frame])
    assert sizes[0] == (HEIGHT, WIDTH)
    assert set(sizes[1:]) == {(192, 320)}
    assert (np.diff(found.bbox_scores) <= 0).all()


def test_two_stages__one_config_joined_weights(tmp_path, frame):
    model = make_model(detector=small_rtmdet())
    assert isinstance(model, SynLocTopdownEstimator)
    sample = seen_as_it_is(frame_sample([]))
    data = dict(inputs=[frame.movedim(-1, 0)], data_samples=[sample], frames=[frame])
    with torch.no_grad():
        (found,) = model.test_step(data)
    assert found.pred_instances.keypoints.shape == (len(found.pred_instances), 2, 2)

    detector = build_detector(small_rtmdet())
    torch.save({"state_dict": detector.state_dict()}, tmp_path / "first.pth")
    torch.save({"state_dict": make_model().state_dict()}, tmp_path / "second.pth")
    join_stages(str(tmp_path / "first.pth"), str(tmp_path / "second.pth"), tmp_path / "both.pth")
    weights = torch.load(tmp_path / "both.pth", weights_only=True)["state_dict"]
    assert set(weights) == set(model.state_dict())


def test_detector_config__has_the_scope_of_its_config(tmp_path):
    assert detector_config(RTMDET)["_scope_"] == "mmdet"
    assert detector_config("mmsynloc::demo_synloc.py")["_scope_"] == "mmpose"
    (tmp_path / "empty.py").write_text("default_scope = 'mmdet'\n")
    with pytest.raises(UserError, match=r"empty\.py: it has no model"):
        detector_config(str(tmp_path / "empty.py"))


def test_first_stage__of_another_kind():
    with pytest.raises(UserError, match="SynLocTopdownEstimator cannot be a first stage"):
        first_stage(make_model())


def test_use_tiles__detector_of_mmdetection():
    cfg = load_config("mmsynloc::rtmpose_nano_synloc.py")
    cfg.model.detector = RTMDET
    use_tiles(cfg, "camera")
    assert cfg.model.detector.test_cfg.tiles.mode == "camera"
    assert MODELS.build(cfg.model).detector.test_cfg.tiles.mode == "camera"
