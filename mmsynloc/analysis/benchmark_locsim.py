"""Seconds of scoring results with LocSim, in memory and as a command, ours and the official evaluator's."""

from __future__ import annotations

import contextlib
import copy
import io
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mmsynloc.analysis.benchmark import CommandCost, command_cost, compare
from mmsynloc.evaluation import score_results
from mmsynloc.files.json_text import to_json
from mmsynloc.minisynloc.annotate import image_entry
from mmsynloc.minisynloc.venue import sample_venue

__all__ = ["benchmark_locsim", "make_case"]

PEOPLE, REPEATS = 16, 7
LARGE_IMAGES, LARGE_PEOPLE, LARGE_DETECTIONS = 9_309, 20, 60  # the test split, with more people than it has


def make_case(num_images: int, num_detections: int, num_people: int = PEOPLE, seed: int = 0) -> tuple[dict, list[dict]]:
    """A ground truth of some people an image, and results: each detected about 0.5 m off, the rest at random."""
    rng = np.random.default_rng(seed)
    camera = sample_venue((seed, 0)).camera
    images = [image_entry(i, camera) for i in range(num_images)]
    annotations: list[dict] = []
    results: list[dict] = []
    for image in range(num_images):
        truth = rng.uniform([-30, -45], [30, 45], (num_people, 2))
        false = rng.uniform([-30, -45], [30, 45], (max(num_detections - num_people, 0), 2))
        found = np.concatenate([truth + rng.normal(0, 0.3, truth.shape), false])[:num_detections]
        scores = np.concatenate([rng.beta(4, 2, num_people), rng.beta(2, 5, len(false))])[:num_detections]
        for x, y in truth:
            entry = {"id": len(annotations), "image_id": image, "category_id": 1, "area": 800.0}
            annotations.append(entry | {"bbox": [0.0, 0, 20, 40], "position_on_pitch": [x, y]})
        pixels = camera.pitch_to_pixel(found).points
        for (u, v), score in zip(np.nan_to_num(pixels), scores.tolist()):
            box = [u - 10, v - 40, 20.0, 40.0]
            keypoints = [[u, v - 20, 1.0], [u, v, 1.0]]
            results.append({"image_id": image, "category_id": 1, "score": score, "bbox": box, "keypoints": keypoints})
    return {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "person"}]}, results


def _official() -> Callable[[dict, list[dict]], Any] | None:
    """The evaluator of the development kit, where it is installed (``pip install sskit xtcocotools``)."""
    try:
        import xtcocotools
        from sskit.coco import LocSimCOCOeval
        from xtcocotools.coco import COCO
    except ImportError:
        return None
    if "_standins" in Path(xtcocotools.__file__).parts:  # ours has what MMPose needs, not what the kit does
        return None

    def evaluate(truth: dict, results: list[dict]) -> Any:
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        run = LocSimCOCOeval(coco, coco.loadRes(results), "bbox", [0.089, 0.089], True)
        run.params.useSegm = None
        run.params.position_from_keypoint_index = 1
        for step in (run.evaluate, run.accumulate, run.summarize):
            step()
        return run.stats

    return evaluate


def _seconds(function: Callable, case: tuple[dict, list[dict]], repeats: int) -> float:
    """The best of several runs, each on a copy, as the official one writes into its input."""
    best = float("inf")
    for _ in range(repeats):
        truth, results = copy.deepcopy(case)
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            function(truth, results)
        best = min(best, time.perf_counter() - start)
    return best


def _command(case: tuple[dict, list[dict]], folder: str, repeats: int) -> CommandCost:
    """The whole ``mmsynloc evaluate``, from the start of the process on; the fastest of several runs."""
    paths = [Path(folder, name) for name in ("annotations.json", "results.json")]
    for path, content in zip(paths, case):
        path.write_bytes(to_json(content))
    command = [sys.executable, "-m", "mmsynloc", "evaluate", "--ann-file", str(paths[0]), "--results", str(paths[1])]
    return min((command_cost(command) for _ in range(repeats)), key=lambda cost: cost.seconds)


def benchmark_locsim(num_images: int = 500, num_detections: int = 60, large: bool = True) -> dict[str, dict]:
    """Time the scoring, from parsed JSON to the 17 statistics, and as a command that reads files.

    Args:
        num_images: number of images.
        num_detections: detections in each.
        large: also run the command on a test split of 9,309 images.

    Returns:
        The cases ``seconds`` and ``command_seconds`` as :func:`compare` gives them, both beside the official
        evaluation alone, without its start and its reading of files; ``upstream`` is None where ``sskit`` is not
        installed. For the large one ``large_command_seconds``, ``large_command_processor_seconds`` and
        ``large_command_peak_gb``.
    """
    case = make_case(num_images, num_detections)
    official = _official()
    theirs = _seconds(official, case, 3) if official else None
    report = {"seconds": compare(_seconds(score_results, case, REPEATS), theirs, "s", larger_is_better=False)}
    with tempfile.TemporaryDirectory() as folder:
        cost = _command(case, folder, REPEATS)
        report["command_seconds"] = compare(cost.seconds, theirs, "s", larger_is_better=False)
        if large:
            cost = _command(make_case(LARGE_IMAGES, LARGE_DETECTIONS, LARGE_PEOPLE), folder, 3)
            units = {"seconds": "s", "processor_seconds": "s", "peak_gb": "GB"}
            for name, unit in units.items():
                report[f"large_command_{name}"] = compare(getattr(cost, name), None, unit, larger_is_better=False)
    return report
