from __future__ import annotations

import json
import logging

import numpy as np
import pytest
from mmdet.registry import METRICS as MMDET_METRICS
from mmengine.dist import collect_results
from mmengine.evaluator import Evaluator
from mmengine.logging import MessageHub, MMLogger
from mmengine.structures import InstanceData
from mmpose.registry import METRICS as MMPOSE_METRICS
from mmpose.structures import PoseDataSample

from mmsynloc.evaluation import LocSimMetric, score_files, score_keypoints_3d, score_results
from mmsynloc.evaluation.functional import KEYPOINT_STAT_NAMES, STAT_NAMES
from mmsynloc.files import read_annotations, read_results
from mmsynloc.utils import UserError
from tests.synloc_files import body_annotation, image_entry, write_annotations


@pytest.fixture(autouse=True)
def hub(request):
    return MessageHub.get_instance(request.node.name)  # the newest instance is the current one


@pytest.fixture
def data(tmp_path, scene):
    """Annotation file and the data samples that a runner would pass, with the results they stand for."""
    truth, results = scene(0, num_images=7, ties=True)
    path = tmp_path / "val.json"
    path.write_text(json.dumps(truth))
    for entry in results:
        entry["keypoints"] = [round(v, 3) for v in entry["keypoints"]]
        entry["bbox"] = [round(v, 3) for v in entry["bbox"]]
    samples = [
        sample_of(image["id"], [r for r in results if r["image_id"] == image["id"]]) for image in truth["images"]
    ]
    return path, samples, truth, results


def sample_of(img_id: int, results: list[dict]) -> dict:
    keypoints = np.array([r["keypoints"] for r in results]).reshape(-1, 2, 3)
    boxes = np.array([r["bbox"] for r in results]).reshape(-1, 4)
    instances = {
        "keypoints": keypoints[..., :2],
        "keypoint_scores": keypoints[..., 2],
        "bboxes": np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1),
        "bbox_scores": np.array([r["score"] for r in results]),
    }
    return {"id": img_id, "img_id": img_id, "pred_instances": instances}


def run(metric: LocSimMetric, samples: list[dict]) -> dict[str, float]:
    for sample in samples:
        metric.process({}, [sample])
    return metric.evaluate(len(samples))


def test_locsim_metric__is_known_to_both_registries():
    assert MMPOSE_METRICS.get("LocSimMetric") is MMDET_METRICS.get("LocSimMetric") is LocSimMetric


def test_locsim_metric__no_detections_at_all(data):
    path, samples, _, _ = data
    metrics = run(LocSimMetric(str(path)), [sample_of(s["img_id"], []) for s in samples])
    assert metrics["locsim/AP"] == 0


def test_locsim_metric__equals_the_function(data):
    path, samples, truth, results = data
    metrics = run(MMPOSE_METRICS.build({"type": "LocSimMetric", "ann_file": str(path), "tau": 5.0}), samples)
    assert list(metrics) == [f"locsim/{name}" for name in STAT_NAMES]
    expected = score_results(truth, results, tau_m=5.0).stats
    assert metrics == pytest.approx({f"locsim/{name}": value for name, value in expected.items()})
    assert 0 < metrics["locsim/AP"] < 1


@pytest.mark.parametrize("position_from", ["bbox", "position_on_pitch"])
def test_locsim_metric__other_positions(data, position_from):
    path, samples, truth, results = data
    for sample in samples:
        sample["pred_instances"]["position_on_pitch"] = np.zeros((len(sample["pred_instances"]["bboxes"]), 2))
    for entry in results:
        entry["position_on_pitch"] = [0.0, 0.0]
    metrics = run(LocSimMetric(str(path), position_from=position_from), samples)
    expected = score_results(truth, results, position_from=position_from).stats
    assert metrics == pytest.approx({f"locsim/{name}": value for name, value in expected.items()})


def test_locsim_metric__box_ap_and_prefix(data):
    path, samples, truth, results = data
    metrics = run(LocSimMetric(str(path), box_ap=True, prefix="val"), samples)
    assert len(metrics) == 17 + 12
    expected = score_results(truth, results, box_ap=True).box_stats
    # boxes become corners and back, which costs their last bits
    assert metrics["val/box AP .5"] == pytest.approx(expected["AP .5"], abs=1e-6)


def test_locsim_metric__of_mmdetection_samples(data):
    path, samples, truth, results = data
    for sample in samples:
        instances = sample["pred_instances"]
        boxes, scores = instances["bboxes"], instances["bbox_scores"]
        sample["pred_instances"] = {"bboxes": boxes, "scores": scores, "labels": np.zeros(len(scores), int)}
    metrics = run(
        MMDET_METRICS.build({"type": "LocSimMetric", "ann_file": str(path), "position_from": "bbox"}), samples
    )
    assert metrics["locsim/AP"] == pytest.approx(score_results(truth, results, position_from="bbox").stats["AP"])


def test_locsim_metric__takes_data_samples_through_the_evaluator(data):
    path, samples, _, _ = data
    evaluator = Evaluator([{"type": "LocSimMetric", "ann_file": str(path), "_scope_": "mmpose"}])
    for sample in samples:
        instances = InstanceData(**sample["pred_instances"])
        pose = PoseDataSample(metainfo={"id": sample["id"], "img_id": sample["img_id"]}, pred_instances=instances)
        evaluator.process([pose], {})
    assert evaluator.evaluate(len(samples)) == run(LocSimMetric(str(path)), samples)


def test_locsim_metric__two_processes_give_the_same_as_one(data, monkeypatch):
    path, samples, _, _ = data
    one = run(LocSimMetric(str(path)), samples)
    # seven images on two processes: the sampler repeats the first image, and shards take turns
    shards = [samples[0::2], [*samples[1::2], samples[0]]]
    metrics = [LocSimMetric(str(path)) for _ in shards]
    for metric, shard in zip(metrics, shards):
        for sample in shard:
            metric.process({}, [sample])
    for size in (len(samples), len(samples) + 1):  # with and without mmengine's own cut
        parts = [result for pair in zip(*(m.results for m in metrics)) for result in pair][:size]
        assert metrics[0].compute_metrics(parts) == pytest.approx(
            {name.removeprefix("locsim/"): value for name, value in one.items()}
        )
    assert len(collect_results(metrics[0].results, 4, "cpu")) == 4  # one entry for each sample, as mmengine counts


def test_locsim_metric__written_results_score_the_same(data, tmp_path):
    path, samples, _, _ = data
    metrics = run(LocSimMetric(str(path), outfile_prefix=str(tmp_path / "out" / "results")), samples)
    stats = score_files(path, tmp_path / "out" / "results.json").stats
    assert metrics == {f"locsim/{name}": value for name, value in stats.items()}


def test_locsim_metric__format_only_needs_no_annotations(data, tmp_path):
    _, samples, _, results = data
    metric = LocSimMetric(format_only=True, score_threshold="val", outfile_prefix=str(tmp_path / "results"))
    assert run(metric, samples) == {}
    assert len(json.loads((tmp_path / "results.json").read_text())) == len(results)


def test_locsim_metric__format_only_writes_the_category_of_its_annotation_file(data, tmp_path):
    _, samples, _, _ = data
    challenge = {"images": [image_entry(0)], "categories": [{"id": 0, "name": "athlete"}]}
    (tmp_path / "challenge_public.json").write_text(json.dumps(challenge))
    there, absent = str(tmp_path / "challenge_public.json"), str(tmp_path / "absent.json")
    for file, category in ((None, 1), ("", 1), (absent, 1), (there, 0)):
        run(LocSimMetric(file, format_only=True, outfile_prefix=str(tmp_path / "results")), samples)
        written = json.loads((tmp_path / "results.json").read_text())
        assert {entry["category_id"] for entry in written} == {category}


def test_locsim_metric__hands_the_threshold_from_validation_to_test(data, hub):
    path, samples, _, _ = data
    chosen = run(LocSimMetric(str(path)), samples)["locsim/score_threshold"]
    assert hub.get_info("locsim_score_threshold") == chosen
    metrics = run(LocSimMetric(str(path), score_threshold="val"), samples[:3])
    assert metrics["locsim/score_threshold"] == chosen
    assert run(LocSimMetric(str(path), score_threshold=0.123), samples)["locsim/score_threshold"] == 0.123
    assert hub.get_info("locsim_score_threshold") == chosen


def test_locsim_metric__threshold_survives_in_a_checkpoint(data, hub):
    path, samples, _, _ = data
    chosen = run(LocSimMetric(str(path)), samples)["locsim/score_threshold"]
    state = hub.state_dict()
    MessageHub.get_instance("after a restart").load_state_dict(state)
    assert run(LocSimMetric(str(path), score_threshold="val"), samples)["locsim/score_threshold"] == chosen


def test_locsim_metric__second_metric_keeps_a_threshold_of_its_own(data, hub):
    path, samples, _, _ = data
    run(LocSimMetric(str(path), tau=5.0, prefix="locsim_tau5"), samples)
    assert hub.get_info("locsim_score_threshold") is None
    assert hub.get_info("locsim_tau5_score_threshold") is not None


def test_locsim_metric__no_threshold_from_validation_fails_at_the_first_batch(data):
    path, samples, _, _ = data
    with pytest.raises(UserError, match="no validation has chosen a score threshold yet"):
        LocSimMetric(str(path), score_threshold="val").process({}, samples[:1])


@pytest.fixture
def log(request):
    logger = MMLogger.get_instance(request.node.name)
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger.addHandler(handler)
    yield records
    logger.removeHandler(handler)


def test_locsim_metric__logs_the_table(data, log):
    path, samples, _, _ = data
    run(LocSimMetric(str(path)), samples)
    assert any("frame_accuracy" in r.getMessage() for r in log)
    assert not [r for r in log if r.levelno >= logging.WARNING]


def test_locsim_metric__warns_of_images_that_were_not_processed(data, log):
    path, samples, truth, results = data
    metrics = run(LocSimMetric(str(path)), samples[:4])
    assert any("3 of 7 images" in r.getMessage() for r in log if r.levelno == logging.WARNING)
    expected = score_results(truth, results, img_ids=[s["img_id"] for s in samples[:4]]).stats
    assert metrics["locsim/AP"] == pytest.approx(expected["AP"])


def test_locsim_metric__warns_of_full_hd_pixels(data, log):
    path, samples, _, _ = data
    for sample in samples:
        sample["pred_instances"]["keypoints"] = sample["pred_instances"]["keypoints"] / 2
    run(LocSimMetric(str(path)), samples)
    assert any("COORDINATE ALARM" in r.getMessage() for r in log if r.levelno == logging.WARNING)


def test_locsim_metric__leaves_out_predictions_that_are_not_finite(data, log):
    path, samples, _, _ = data
    sample = next(s for s in samples if len(s["pred_instances"]["bbox_scores"]))
    sample["pred_instances"]["keypoints"][0, 1] = np.nan
    assert np.isfinite(list(run(LocSimMetric(str(path)), samples).values())).all()
    assert any("1 predictions are not finite" in r.getMessage() for r in log)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "ann_file is missing"),
        ({"format_only": True}, "needs outfile_prefix"),
        ({"ann_file": "x", "position_from": "feet"}, "position_from is 'feet'"),
        ({"ann_file": "x", "score_threshold": "best"}, "score_threshold is 'best'"),
        ({"ann_file": "no/such.json"}, "no such file"),
        ({"format_only": True, "outfile_prefix": "x", "scale_from_ori_shape": True}, "ann_file is missing"),
    ],
)
def test_locsim_metric__senseless_arguments(arguments, message):
    with pytest.raises(UserError, match=message):
        LocSimMetric(**arguments)


def test_locsim_metric__challenge_file_cannot_be_scored(tmp_path):
    path = tmp_path / "challenge_public.json"
    path.write_text('{"images": [{"id": 0}]}')
    with pytest.raises(UserError, match="has no annotations"):
        LocSimMetric(str(path))


@pytest.fixture
def bodies(tmp_path):
    """Annotation file with 25 keypoints, and samples with moved 3D keypoints; the second image is empty."""
    people = [body_annotation(0, 0, (0.0, 0.0)), body_annotation(1, 0, (3.0, 4.0))]
    path = write_annotations(tmp_path / "person_keypoints_val.json", [image_entry(0), image_entry(4)], people)
    points = np.array([person["keypoints_3d"] for person in people])[..., :3] + 0.2
    instances = {"bbox_scores": np.array([0.5, 0.75]), "keypoints_3d": points}
    nothing = {"bbox_scores": np.zeros(0), "keypoints_3d": np.zeros((0, 25, 3))}
    return path, [{"img_id": 0, "pred_instances": instances}, {"img_id": 4, "pred_instances": nothing}]


def test_locsim_metric__keypoints_3d(bodies, tmp_path):
    path, samples = bodies
    metric = LocSimMetric(str(path), keypoints_3d="fifa15", outfile_prefix=str(tmp_path / "results"))
    metrics = run(metric, samples)
    assert list(metrics) == [f"fifa15/{name}" for name in KEYPOINT_STAT_NAMES]
    assert 0 < metrics["fifa15/AP"] < 1
    assert MessageHub.get_current_instance().get_info("fifa15_score_threshold") == metrics["fifa15/score_threshold"]
    written = read_results(tmp_path / "results.json")
    again = score_keypoints_3d(read_annotations(path, keypoints_3d=True), written, "fifa15").stats
    assert metrics == {f"fifa15/{name}": value for name, value in again.items()}


def test_locsim_metric__keypoints_3d_without_detections(bodies):
    path, samples = bodies
    nothing = [{**sample, "pred_instances": samples[1]["pred_instances"]} for sample in samples]
    assert run(LocSimMetric(str(path), keypoints_3d="coco", prefix="x"), nothing)["x/AP"] == 0


def test_locsim_metric__keypoints_3d_need_their_file_from_the_start(data, bodies):
    with pytest.raises(UserError, match="people have 0 keypoints_3d, not the 25"):
        LocSimMetric(str(data[0]), keypoints_3d="body25")
    with pytest.raises(UserError, match="'body', not one of body25"):
        LocSimMetric(str(bodies[0]), keypoints_3d="body")
    with pytest.raises(UserError, match="list two metrics"):
        LocSimMetric(str(bodies[0]), keypoints_3d="coco", box_ap=True)
