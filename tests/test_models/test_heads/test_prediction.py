"""The head in metres: prediction."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from mmpose.structures import PoseDataSample

from mmsynloc.models.utils.views import InputView
from tests.test_models.inputs import (
    INPUT_SIZE,
    build_head,
    crowd,
    data_sample,
    features,
    person,
    planted_outputs,
)

FIELDS = ("keypoints", "keypoint_scores", "keypoints_visible", "bboxes", "scores", "bbox_scores", "labels")
GROUND = dict(score_thr=0.01, nms_thr=0.65, nms_mode="ground")


def _predict(monkeypatch, detections, test_cfg, sample=None, **options):
    head = build_head(**options).eval()
    monkeypatch.setattr(head.head_module, "forward", lambda feats: planted_outputs(detections))
    with torch.no_grad():
        return head.predict(features(), [sample or crowd(0)], test_cfg)[0]


def test_predict__nobody(monkeypatch):
    for mode in ("box", "ground", "both"):
        for flip in (False, True):
            head = build_head(simcc={}).eval()
            monkeypatch.setattr(head.head_module, "forward", lambda feats: planted_outputs([]))
            feats = [features(), features()] if flip else features()
            (found,) = head.predict(feats, [crowd(0)], dict(score_thr=0.01, nms_mode=mode, flip_test=flip))
            assert found.keypoints.shape == (0, 2, 2)
            assert found.bboxes.shape == (0, 4)
            assert found.scores.shape == (0,)


@pytest.mark.parametrize("kind", ["YOLOXPoseGroundHead", "YOLOXPoseSimCCHead"])
def test_predict__box_mode_is_upstream(kind):
    ours, upstream = build_head(type=kind).eval(), build_head(type="YOLOXPoseHead").eval()
    samples, cfg = [crowd(0), crowd(0)], dict(score_thr=2e-5, nms_thr=0.3, nms_pre=100000)
    with torch.no_grad():
        expected = upstream.predict(features(2), samples, copy.deepcopy(cfg))
        found = ours.predict(features(2), samples, copy.deepcopy(cfg))
    for ours_found, theirs in zip(found, expected):
        assert len(theirs) > 10
        assert set(ours_found.keys()) == set(theirs.keys())
        for name in FIELDS:
            # decoded in another order of memory, in which the exponential may round the last bit otherwise
            np.testing.assert_allclose(ours_found[name], theirs[name], rtol=1e-6, atol=1e-4)


def test_predict__planted_person_comes_out(monkeypatch):
    wanted = person((3.0, 4.0), 0.8)
    found = _predict(monkeypatch, [wanted], GROUND)
    np.testing.assert_allclose(found.keypoints[0], wanted["keypoints"], atol=1e-3)  # float32 of 320 px
    np.testing.assert_allclose(found.bboxes[0], wanted["box"], atol=1e-3)
    np.testing.assert_allclose(found.scores, [0.8], atol=1e-5)


def test_predict__two_boxes_on_one_spot(monkeypatch):
    """The twin's box is elsewhere, its feet are 0.3 m away: one athlete."""
    first = person((-30.0, 4.0), 0.8)
    twin = person((-30.0, 4.3), 0.6, box=person((-30.0, 7.0), 0.6)["box"])
    assert len(_predict(monkeypatch, [first, twin], GROUND | dict(nms_mode="box"))) == 2
    for mode in ("ground", "both"):
        np.testing.assert_allclose(
            _predict(monkeypatch, [first, twin], GROUND | dict(nms_mode=mode)).scores, [0.8], atol=1e-5
        )


def test_predict__two_athletes_in_one_box(monkeypatch):
    """One hides the other, but they stand 4 m apart."""
    front, back = person((-24.0, 0.0), 0.8), person((-20.0, 0.0), 0.6, cell=(19, 4))
    back["box"] = front["box"] + [-0.3, -0.3, 0.3, 0.3]  # overlap by 0.87
    assert len(_predict(monkeypatch, [front, back], GROUND | dict(nms_mode="both"))) == 1
    assert len(_predict(monkeypatch, [front, back], GROUND)) == 2


def test_predict__over_the_horizon(monkeypatch):
    sky = [person((0.0, 4.0), score, cell=(20 + i, 3)) for i, score in enumerate((0.5, 0.7))]
    for detection in sky:
        detection["keypoints"] = np.array([[160.0, 8.0], [160.0, 10.0]])
    found = _predict(monkeypatch, sky, GROUND)  # identical boxes
    np.testing.assert_allclose(found.scores, [0.7], atol=1e-5)


def test_predict__radius_is_an_option(monkeypatch):
    pair = [person((-30.0, 4.0), 0.8), person((-30.0, 5.5), 0.6)]
    assert len(_predict(monkeypatch, pair, GROUND)) == 2
    assert len(_predict(monkeypatch, pair, GROUND | dict(ground_nms_radius_m=2.0))) == 1


@pytest.mark.parametrize("mode", ["box", "ground", "both"])
def test_predict__who_stands_far_from_the_pitch_is_left_out(monkeypatch, mode):
    """The far line is at x = 34 m."""
    near, far = person((35.0, 4.0), 0.6), person((45.0, 4.0), 0.8, cell=(18, 4))
    sky = person((0.0, 4.0), 0.7, cell=(20, 3)) | dict(keypoints=np.array([[160.0, 8.0], [160.0, 10.0]]))
    cfg = GROUND | dict(nms_mode=mode)
    assert len(_predict(monkeypatch, [near, far, sky], cfg)) == 3
    np.testing.assert_allclose(
        _predict(monkeypatch, [near, far, sky], cfg | dict(pitch_margin_m=8)).scores, [0.6], atol=1e-5
    )
    assert len(_predict(monkeypatch, [near, far, sky], cfg | dict(pitch_margin_m=12))) == 2


def test_predict__wrong_options(monkeypatch):
    with pytest.raises(ValueError, match="must be one of box, ground, both"):
        _predict(monkeypatch, [], dict(nms_mode="soft"))
    sample = PoseDataSample(metainfo=dict(input_size=INPUT_SIZE))
    with pytest.raises(ValueError, match="pitch_margin_m works in metres and"):
        _predict(monkeypatch, [], dict(pitch_margin_m=8), sample)
    with pytest.raises(ValueError, match=r"misses camera, annotated_size, .* meta_keys of PackPoseInputs"):
        _predict(monkeypatch, [], GROUND, sample)


def _predict_flipped(monkeypatch, straight, flipped, test_cfg):
    """Predictions where the mirrored input shows ``flipped`` (given as seen in the straight one)."""
    head = build_head().eval()
    turned = []
    for detection in flipped:
        view = InputView(INPUT_SIZE, INPUT_SIZE, flip=True)  # its own inverse
        points, box = (torch.as_tensor(detection[name]) for name in ("keypoints", "box"))
        turned.append(
            detection | dict(keypoints=view.points_to_input(points).numpy(), box=view.boxes_to_input(box).numpy())
        )
    views = iter([planted_outputs(straight), planted_outputs(turned)])
    monkeypatch.setattr(head.head_module, "forward", lambda feats: next(views))
    return head.predict([features(), features()], [crowd(0)], test_cfg | dict(flip_test=True))[0]


@pytest.mark.parametrize("mode", ["box", "ground", "both"])
def test_flip_test__averages_both_views(monkeypatch, mode):
    seen = person((-25.0, 4.0), 0.75)
    other = person((-25.0, 4.2), 0.25)
    found = _predict_flipped(monkeypatch, [seen], [other], GROUND | dict(nms_mode=mode))
    np.testing.assert_allclose(found.scores, [0.5], atol=1e-5)
    np.testing.assert_allclose(
        found.keypoints[0], 0.75 * seen["keypoints"] + 0.25 * other["keypoints"], atol=1e-3
    )  # float32 of 320 px
    np.testing.assert_allclose(found.bboxes[0], 0.75 * seen["box"] + 0.25 * other["box"], atol=1e-3)


def test_flip_test__whom_one_view_shows_has_half_the_score(monkeypatch):
    both, left, right = person((-25.0, 4.0), 0.8), person((-25.0, -9.0), 0.6), person((-25.0, 14.0), 0.4)
    found = _predict_flipped(monkeypatch, [both, left], [both, right], GROUND)
    np.testing.assert_allclose(found.scores, [0.8, 0.3, 0.2], atol=1e-5)
    np.testing.assert_allclose(found.bbox_scores, found.scores)
    np.testing.assert_allclose(found.keypoints[2], right["keypoints"], atol=1e-3)


def test_flip_test__margin_of_the_pitch_changes_nothing_about_duplicates(monkeypatch):
    """Two athletes in boxes of their own, 0.3 m apart: in the mode "box" both stay, with the cameras there or not."""
    first = person((-30.0, 4.0), 0.8)
    twin = person((-30.0, 4.3), 0.6, box=person((-30.0, 7.0), 0.6)["box"])
    for margin in (None, 8):
        cfg = GROUND | dict(nms_mode="box", pitch_margin_m=margin)
        assert len(_predict_flipped(monkeypatch, [first, twin], [first, twin], cfg)) == 2


def _predict_views(monkeypatch, by_view, test_cfg):
    """Predictions where views of the size of the input, one after another, show planted detections."""
    head = build_head().eval()
    outputs = iter([planted_outputs(detections) for detections in by_view])
    monkeypatch.setattr(head.head_module, "forward", lambda feats: next(outputs))
    views = [InputView(INPUT_SIZE, INPUT_SIZE)] * len(by_view)
    return head.predict([features()] * len(by_view), [crowd(0)], test_cfg | dict(views=views))[0]


def test_views__three_are_averaged_by_score(monkeypatch):
    spots, scores = [(-25.0, 4.0), (-25.0, 4.2), (-25.0, 4.4)], [0.8, 0.4, 0.6]
    seen = [person(spot, score) for spot, score in zip(spots, scores)]
    found = _predict_views(monkeypatch, [[one] for one in seen], GROUND)
    np.testing.assert_allclose(found.scores, [0.6], atol=1e-5)  # the mean
    weights = np.array(scores) / sum(scores)
    for name, planted in (("keypoints", "keypoints"), ("bboxes", "box")):
        expected = sum(weight * one[planted] for weight, one in zip(weights, seen))
        np.testing.assert_allclose(found[name][0], expected, atol=1e-3)


def test_views__boxes_are_cut_at_their_own_view(monkeypatch):
    # The view is larger than the input: what it shows beyond the input's size is in it all the same.
    head = build_head().eval()
    seen = person((5.0, 4.0), 0.9)
    shift = np.array([INPUT_SIZE[0] * 1.25 - seen["box"][2], 0])  # near the right edge of the view
    moved = seen | dict(keypoints=seen["keypoints"] + shift, box=seen["box"] + np.tile(shift, 2))
    monkeypatch.setattr(head.head_module, "forward", lambda feats: planted_outputs([moved | dict(cell=(5, 5))]))
    view = InputView(INPUT_SIZE, (INPUT_SIZE[0] * 2, INPUT_SIZE[1] * 2))
    (found,) = head.predict([features()], [crowd(0)], dict(score_thr=0.1, views=[view]))
    np.testing.assert_allclose(found.bboxes[0], (moved["box"] + 0.5) / 2 - 0.5, atol=1e-3)


def test_views__nobody(monkeypatch):
    assert len(_predict_views(monkeypatch, [[], [], []], GROUND)) == 0


def test_flip_test__with_all_the_head():
    head = build_head(simcc={}).eval()
    cfg = dict(score_thr=2e-5, nms_thr=0.3)
    with torch.no_grad():
        (found,) = head.predict([features(), features()], [crowd(0)], cfg | dict(flip_test=True))
    assert np.isfinite(found.keypoints).all()
    assert len(found) > 10


def test_predict__batches_keep_their_images_apart():
    head = build_head(simcc={}).eval()
    cfg = dict(score_thr=2e-5, nms_thr=0.3)
    samples = [crowd(0), data_sample([])]
    with torch.no_grad():
        together = head.predict(features(2), samples, cfg)
        alone = [head.predict(tuple(f[i : i + 1] for f in features(2)), samples[:1], cfg)[0] for i in range(2)]
    for one, other in zip(together, alone):
        assert len(one) == len(other) > 10
        # convolutions of a batch and of one image may sum in another order
        np.testing.assert_allclose(np.sort(one.keypoints, 0), np.sort(other.keypoints, 0), atol=1e-3)


def test_predict__image_without_a_camera_is_compared_by_box(monkeypatch):
    first = person((-30.0, 4.0), 0.8)
    twin = person((-30.0, 4.3), 0.6, box=person((-30.0, 7.0), 0.6)["box"])
    sample = crowd(0)
    sample.set_metainfo(dict(camera=None))
    for cfg in (GROUND, GROUND | dict(nms_mode="both"), GROUND | dict(pitch_margin_m=8)):
        assert len(_predict(monkeypatch, [first, twin], cfg, sample)) == 2
        assert len(_predict(monkeypatch, [first, first], cfg, sample)) == 1
