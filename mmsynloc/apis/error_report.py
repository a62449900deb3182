"""The error report: from annotation and results files to one HTML page."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from mmsynloc.evaluation import score_detections
from mmsynloc.evaluation.errors import TAUS_M, Analysis, analyse, bootstrap_weights, camera_positions_m
from mmsynloc.evaluation.errors.advice import advise
from mmsynloc.evaluation.errors.result_report import ResultReport
from mmsynloc.evaluation.oracles import score_oracles
from mmsynloc.evaluation.scoring import position_options, read_detections
from mmsynloc.evaluation.tables import camera_table, detection_table, people_table
from mmsynloc.files import Annotations, Detections, People, read_annotations
from mmsynloc.utils import UserError

__all__ = ["REPLICATES", "report_results", "write_error_report"]

REPLICATES = 300
"""Draws of the bootstrap: the ends of a 95 % interval are known to about a tenth of its width."""

_STEP = 0.005  # of the distance from the camera: a few pixels


def write_error_report(
    ann_file: str | Path,
    results_files: Sequence[str | Path],
    out: str | Path,
    *,
    images: str | Path | None = None,
    val_ann_file: str | Path | None = None,
    val_results_files: Sequence[str | Path] = (),
    replicates: int = REPLICATES,
    progress: bool = True,
) -> list[ResultReport]:
    """Analyse results and write the page.

    Args:
        ann_file: annotations in the official layout, with cameras.
        results_files: results or submission zips for it; the first is compared with each of the others.
        out: the HTML file.
        images: folder of the images, for pictures of the worst ones.
        val_ann_file: annotations of the data on which the score threshold is chosen.
        val_results_files: results for these, one for each of ``results_files`` in their order.
        replicates: draws of the bootstrap.
        progress: show a bar.

    Returns:
        What the page shows of each file.

    Raises:
        UserError: a file is missing or wrong, there are no people, or results are not for these images.
    """
    from mmsynloc.visualization.error_report import save_page  # needs matplotlib

    annotations = read_annotations(ann_file)
    thresholds = _val_thresholds(results_files, val_ann_file, val_results_files)
    if images is not None and not Path(images).is_dir():
        raise UserError(f"{images}: no such folder")
    steps = 3 * len(results_files) + 1
    with tqdm(total=steps, desc="report", unit="step", disable=None if progress else True) as bar:
        reports = report_results(annotations, results_files, thresholds, replicates, bar)
        save_page(out, annotations, reports, images)
        bar.update()
    return reports


def report_results(
    annotations: Annotations,
    results_files: Sequence[str | Path],
    val_thresholds: Sequence[tuple[float, str] | None],
    replicates: int = REPLICATES,
    bar: tqdm | None = None,
) -> list[ResultReport]:
    """Analyse results files.

    Args:
        annotations: the ground truth.
        results_files: results or submission zips.
        val_thresholds: for each the score threshold and where it is from, or None.
        replicates: draws of the bootstrap.
        bar: three steps a file.
    """
    if not len(people_table(annotations).image):
        raise UserError(f"{annotations.path}: there are no people to score against")
    weights = bootstrap_weights(len(annotations), replicates)
    names = _short_names([str(path) for path in results_files])
    bar = tqdm(disable=True) if bar is None else bar
    return [
        _report(annotations, name, str(path), threshold, weights, bar)
        for name, path, threshold in zip(names, results_files, val_thresholds)
    ]


def _val_thresholds(
    results_files: Sequence[str | Path], ann_file: str | Path | None, val_files: Sequence[str | Path]
) -> list[tuple[float, str] | None]:
    if ann_file is None and not val_files:
        return [None] * len(results_files)
    if ann_file is None or len(val_files) != len(results_files):
        raise UserError(
            f"--val-ann and one file of --val-results for each of the {len(results_files)} results are needed, in "
            f"their order; there are {len(val_files)}"
        )
    annotations = read_annotations(ann_file)
    chosen: list[tuple[float, str] | None] = []
    for path in val_files:
        detections, options = _read(path)
        _refuse_other_images(annotations, detections)
        if not len(detections):
            raise UserError(f"{path}: has no detections, by which a score threshold could be chosen")
        options["score_threshold"] = None
        stats = score_detections(annotations, detections, **options).stats
        chosen.append((stats["score_threshold"], f"chosen on {Path(path).name}"))
    return chosen


def _read(path: str | Path) -> tuple[Detections, dict[str, Any]]:
    """Detections, and how to score them: by what they have, where the file does not state it."""
    detections, stated = read_detections(path)
    return detections, position_options(detections, stated)


def _short_names(paths: list[str]) -> list[str]:
    """File names without suffix, with as many folders as it takes to tell them apart."""
    for parts in range(1, 1 + max(len(Path(path).parts) for path in paths)):
        names = ["/".join(Path(path).with_suffix("").parts[-parts:]) for path in paths]
        if len(set(names)) == len(names):
            return names
    return [f"{number}: {Path(path).stem}" for number, path in enumerate(paths, 1)]


@contextmanager
def _collected_warnings(notes: list[str]) -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    notes += [text for text in dict.fromkeys(str(one.message) for one in caught) if text not in notes]


def _report(
    annotations: Annotations,
    name: str,
    path: str,
    val_threshold: tuple[float, str] | None,
    weights: np.ndarray,
    bar: tqdm,
) -> ResultReport:
    bar.set_description(f"{name}: scores")
    detections, stated = _read(path)
    _refuse_other_images(annotations, detections)
    own = stated.pop("score_threshold", None)
    notes: list[str] = []
    with _collected_warnings(notes):
        own_stats = score_detections(annotations, detections, **stated).stats
        threshold, source = own_stats["score_threshold"], "the best on this very file"
        if own is not None:
            threshold, source = own, "that of the submission"
        if val_threshold is not None:
            threshold, source = val_threshold
        options: dict[str, Any] = {**stated, "score_threshold": threshold}
        stats = {tau: score_detections(annotations, detections, tau_m=tau, **options).stats for tau in TAUS_M}
        bar.update()
        bar.set_description(f"{name}: oracles")
        oracles = {tau: score_oracles(annotations, detections, tau_m=tau, **stated) for tau in TAUS_M}
        bar.update()
        bar.set_description(f"{name}: errors")
        analysis = _analyse(annotations, detections, stated, weights, threshold)
    bar.update()
    is_own = own is None and val_threshold is None
    advice = advise(analysis, stats[1.0]["AP"], own_stats["f1"] - stats[1.0]["f1"], is_own, oracles[1.0])
    return ResultReport(name, path, stats, own_stats, source, is_own, oracles, analysis, notes, advice)


def _refuse_other_images(annotations: Annotations, detections: Detections) -> None:
    if len(detections) and (annotations.find_images(detections.image_ids) < 0).all():
        raise UserError(
            f"{detections.path}: none of its images is in {annotations.path}; are these the results of another split?"
        )


def _true_points_px(annotations: Annotations, people: People) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Pixels (G, 2) of the people's ground points, and of the ground a little behind each, as the camera sees it."""
    if people.keypoints is None or people.keypoints.shape[1] < 2:
        return None, None
    centres_m = camera_positions_m(camera_table(annotations))[people.image, :2]
    further_m = people.positions_pitch_m + _STEP * (people.positions_pitch_m - centres_m)
    return people.keypoints[:, 1, :2], annotations.project(further_m[:, None], people.image)[:, 0]


def _analyse(
    annotations: Annotations, detections: Detections, options: dict[str, Any], weights: np.ndarray, threshold: float
) -> Analysis:
    table, points_px = detection_table(detections, annotations, **options)
    boxes_m, people = None, annotations.people
    if detections.boxes_xywh is not None and options.get("position_from") != "bbox":
        boxes_m = detection_table(detections, annotations, "bbox")[0].positions_pitch_m
    true_px, further_px = (None, None) if people is None else _true_points_px(annotations, people)
    return analyse(
        people_table(annotations),
        table,
        camera_table(annotations),
        weights,
        threshold,
        box_positions_m=boxes_m,
        det_points_px=points_px,
        gt_points_px=true_px,
        gt_further_px=further_px,
    )
