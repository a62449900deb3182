"""The head that classifies coordinates."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch

from tests.test_models.inputs import build_head, crowd, features, person, planted_outputs, total

SIMCC = dict(simcc=dict(half_width=4.0), loss_simcc=dict(type="SimCCLoss"))
CFG = dict(score_thr=0.01, nms_thr=0.65)


def _predict(monkeypatch, detections, cell_px, test_cfg=CFG):
    """Predictions where the classification always says ``cell_px``, a point relative to the prior."""
    head = build_head(**SIMCC).eval()
    module = head.simcc
    target, inside = module.encode(torch.tensor([[cell_px, cell_px]]) / 8)
    assert inside.all()
    monkeypatch.setattr(head.head_module, "forward", lambda feats: planted_outputs(detections))
    monkeypatch.setattr(module, "forward", lambda feats, _: target.log().expand(*feats.shape[:2], -1, -1, -1))
    with torch.no_grad():
        return head.predict(features(), [crowd(0)], test_cfg)[0]


def test_predict__classified_takes_the_place_of_regressed(monkeypatch):
    seen = person((3.0, 4.0), 0.8, cell=(20, 9))
    seen["keypoints"] = np.array([[162.0, 70.0], [161.0, 80.0]])  # the prior is (160, 72), its window 32 px
    found = _predict(monkeypatch, [seen], [2.5, 7.25])
    np.testing.assert_allclose(found.keypoints[0], [[162.5, 79.25]] * 2, atol=0.02)


def test_predict__outside_of_the_window_regressed_stays(monkeypatch):
    seen = person((3.0, 4.0), 0.8, cell=(20, 9))
    seen["keypoints"] = np.array([[162.0, 70.0], [161.0, 105.0]])
    found = _predict(monkeypatch, [seen], [2.5, 7.25])
    np.testing.assert_allclose(found.keypoints[0], [[162.5, 79.25], [161.0, 105.0]], atol=0.02)


def test_predict__switched_off(monkeypatch):
    seen = person((3.0, 4.0), 0.8)
    found = _predict(monkeypatch, [seen], [2.5, 7.25], CFG | dict(simcc=False))
    np.testing.assert_allclose(found.keypoints[0], seen["keypoints"], atol=1e-3)


def test_head__learns_coordinates():
    """On one image the classification finds what the untrained regression misses."""
    head = build_head(**SIMCC)
    feats, sample = features(), crowd(3)
    optimiser = torch.optim.Adam(head.simcc.parameters(), lr=0.01)
    losses = []
    for _ in range(40):
        optimiser.zero_grad()
        loss = head.loss(feats, [sample])["loss_simcc"]
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


def test_head__the_rest_is_trained_as_if_there_were_no_classification():
    """The gradient of the classification reaches its own layers alone."""
    head = build_head(**SIMCC)
    torch.nn.init.normal_(head.simcc.layers[-1].weight)  # zeros at the start
    head.loss(features(), [crowd(3)])["loss_simcc"].backward()
    reached = {name.split(".")[1] for name, p in head.named_parameters() if p.grad is not None and p.grad.any()}
    assert reached == {"layers", "log_sharpness"}


def test_head__without_loss_is_frozen_and_trains():
    head = build_head(simcc={})
    assert not any(p.requires_grad for p in head.simcc.parameters())
    losses = head.loss(features(), [crowd(3)])
    assert "loss_simcc" not in losses


def test_head__loss_without_window_says_what_to_do():
    with pytest.raises(ValueError, match=r"simcc=dict\(\)"):
        build_head(loss_simcc=dict(type="SimCCLoss"))


def test_head__can_be_copied_after_a_step():
    """The moving average copies the model, which fails if it holds results of a step."""
    head = build_head(**SIMCC)
    total(head.loss(features(), [crowd(3)])).backward()
    copied = copy.deepcopy(head)
    torch.testing.assert_close(dict(copied.state_dict()), dict(head.state_dict()), rtol=0, atol=0)
