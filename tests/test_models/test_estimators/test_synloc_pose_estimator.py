"""Test-time augmentation over scales, with a model of random weights."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS

from mmsynloc.apis import load_config
from tests.test_models.inputs import INPUT_SIZE, crowd


def _model(**test_cfg):
    cfg = load_config("mmsynloc::yoloxpose_nano_synloc.py").model
    cfg.type = "SynLocPoseEstimator"
    cfg.test_cfg = dict(score_thr=2e-5, nms_thr=0.3, **test_cfg)
    torch.manual_seed(0)
    with DefaultScope.overwrite_default_scope("mmpose"):
        model = MODELS.build(cfg).eval()
    model.init_weights()
    return model


def _predict(model, batch_size=1):
    width, height = INPUT_SIZE
    inputs = torch.rand(batch_size, 3, height, width, generator=torch.Generator().manual_seed(0)) * 255
    with torch.no_grad():
        samples = model.predict(inputs, [crowd(0) for _ in range(batch_size)])
    return [sample.pred_instances for sample in samples]


def test_predict__without_scales_is_upstream():
    (ours,) = _predict(_model())
    (one_scale,) = _predict(_model(view_scales=(1.0,)))
    assert len(ours) > 10
    np.testing.assert_allclose(np.sort(one_scale.scores), np.sort(ours.scores), rtol=1e-5)


@pytest.mark.parametrize("mode", ["box", "ground"])
def test_predict__several_scales_and_mirror_images(mode):
    options = dict(nms_mode=mode, ground_nms_radius_m=0.6)
    found = _predict(_model(view_scales=(1.0, 0.8), flip_test=True, **options), batch_size=2)
    for image in found:
        assert len(image) > 10
        assert np.isfinite(image.keypoints).all()
        assert (np.diff(image.scores) <= 0).all()


def test_predict__scores_are_means_over_all_views():
    (alone,) = _predict(_model())
    (found,) = _predict(_model(view_scales=(1.0, 1.0, 1.0)))
    np.testing.assert_allclose(np.sort(found.scores)[-5:], np.sort(alone.scores)[-5:], rtol=1e-4)


def test_predict__wrong_scales():
    with pytest.raises(ValueError, match="view_scales must be numbers over 0"):
        _predict(_model(view_scales=()))
