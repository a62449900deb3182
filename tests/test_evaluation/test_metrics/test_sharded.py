"""Evaluation on two processes equals that on one, to the last bit, whatever the split of the images."""

from __future__ import annotations

import json

from mmengine.dataset import DefaultSampler
from mmengine.logging import MessageHub

from mmsynloc.evaluation import LocSimMetric
from mmsynloc.evaluation.functional import STAT_NAMES
from tests.ranks import run_on_ranks
from tests.test_evaluation.test_metrics.test_locsim_metric import sample_of

COUNTS = (7, 2, 1)  # an odd number, one for each process, and one for both


def evaluate_shards(cases: list[tuple], round_up: bool, folder: str) -> list[dict]:
    """The metrics of each case, with the images split as a loader splits them."""
    MessageHub.get_instance(f"{folder}{round_up}")
    found = []
    for path, samples in cases:
        metric = LocSimMetric(path, box_ap=True, collect_dir=f"{folder}/collected_{len(samples)}_{round_up}")
        for index in DefaultSampler(samples, shuffle=False, round_up=round_up):
            metric.process({}, [samples[index]])
        found.append(metric.evaluate(len(samples)))
    return found


def evaluate_both(cases: list[tuple], folder: str) -> list[list[dict]]:
    return [evaluate_shards(cases, round_up, folder) for round_up in (False, True)]


def test_locsim_metric__sharded_equals_whole(scene, tmp_path):
    cases = []
    for count in COUNTS:
        truth, results = scene(count, num_images=count, ties=True)
        path = tmp_path / f"val_{count}.json"
        path.write_text(json.dumps(truth))
        ids = [image["id"] for image in truth["images"]]
        cases.append((str(path), [sample_of(i, [r for r in results if r["image_id"] == i]) for i in ids]))
    whole = evaluate_shards(cases, False, str(tmp_path))
    assert len(whole[0]) > len(STAT_NAMES)
    for on_rank in run_on_ranks(evaluate_both, 2, tmp_path, cases, str(tmp_path)):
        for sharded in on_rank:
            assert sharded == whole  # the loop gives the metrics to each rank
