"""Detections of several results fused image by image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mmsynloc.ensemble.clusters import cluster_on_ground
from mmsynloc.evaluation.functional import MAX_DETECTIONS
from mmsynloc.evaluation.scoring import position_options, read_detections
from mmsynloc.evaluation.tables import detection_table
from mmsynloc.files import Annotations, Detections, read_annotations, write_results
from mmsynloc.utils import UserError

__all__ = ["RADIUS_M", "fuse_detections", "fuse_files"]

RADIUS_M = 0.6
"""Two athletes rarely stand closer; the radius of the suppression on the ground too."""

_LEAST_SCORE = 1e-6  # a detection of score 0 still has a place


def fuse_files(
    ann_file: str | Path,
    results_files: Sequence[str | Path],
    out: str | Path,
    weights: Sequence[float] | None = None,
    radius_m: float = RADIUS_M,
    progress: bool = True,
) -> int:
    """Fuse results files and write the result; see :func:`fuse_detections`.

    Args:
        ann_file: annotations of the split, for its cameras; people play no part.
        results_files: two or more results or submission zips, of different models.
        out: the results file to write.
        weights: of each file; by default all are equal.
        radius_m: largest distance on the ground between detections of one athlete.
        progress: show a bar.

    Returns:
        How many detections were written.

    Raises:
        UserError: a file is missing or wrong, files do not have the same fields, or a number makes no sense.
    """
    weights = [1.0] * len(results_files) if weights is None else list(weights)
    _check(results_files, weights, radius_m)
    annotations = read_annotations(ann_file)
    results = [_read(annotations, path) for path in results_files]
    _refuse_different_fields(results)
    number = 0

    def counted() -> Iterator[Detections]:
        nonlocal number
        images = fuse_detections(annotations, results, weights, radius_m)
        for fused in tqdm(images, "ensemble", len(annotations), unit="image", disable=None if progress else True):
            number += len(fused)
            yield fused

    write_results(counted(), out)
    return number


def _check(results_files: Sequence[str | Path], weights: Sequence[float], radius_m: float) -> None:
    if len(results_files) < 2:
        raise UserError("an ensemble takes two results or more")
    if len(weights) != len(results_files):
        raise UserError(f"there are {len(weights)} weights for {len(results_files)} results")
    if not all(np.isfinite(weight) and weight > 0 for weight in weights):
        raise UserError(f"weights are {', '.join(f'{w:g}' for w in weights)}, not all positive numbers")
    if not (np.isfinite(radius_m) and radius_m > 0):
        raise UserError(f"the radius is {radius_m:g}, not a positive number of metres")


def _read(annotations: Annotations, path: str | Path) -> Detections:
    """One result with its ground positions; detections that take no part in the evaluation are left out.

    Keypoints that are not the position are left out too.
    """
    detections, stated = read_detections(path)
    options = position_options(detections, stated)
    source = options.get("position_from", "keypoint")
    last = 0 if detections.keypoints is None else detections.keypoints.shape[1] - 1
    index = options.get("keypoint_index", last)
    if source == "keypoint" and index != last:
        raise UserError(f"{path}: positions are keypoint {index}, not {last}, the last: pelvis_ground")
    table, _ = detection_table(detections, annotations, source, index)
    keypoints = detections.keypoints if source == "keypoint" else None
    placed = replace(detections, keypoints=keypoints, positions_pitch_m=table.positions_pitch_m)
    somewhere = (source == "keypoint") | np.isfinite(table.positions_pitch_m).all(1)
    kept = placed[(table.image >= 0) & somewhere]
    if len(detections) and not len(kept):
        raise UserError(
            f"{path}: none of its detections is an athlete in an image of {annotations.path}; are these the results of "
            "another split?"
        )
    return kept


def _refuse_different_fields(results: Sequence[Detections]) -> None:
    """All must have keypoints, as many, or none; likewise for boxes."""
    filled = [result for result in results if len(result)]
    for result in filled[1:]:
        for name, field in (("keypoints", "keypoints"), ("boxes_xywh", "boxes")):
            ours, theirs = getattr(filled[0], name), getattr(result, name)
            shapes = [None if column is None else column.shape[1:] for column in (ours, theirs)]
            if shapes[0] != shapes[1]:
                raise UserError(f"{result.path}: its {field} have another form than those of {filled[0].path}")


def fuse_detections(
    annotations: Annotations, results: Sequence[Detections], weights: Sequence[float], radius_m: float = RADIUS_M
) -> Iterator[Detections]:
    """Fuse image by image.

    Detections within ``radius_m`` of each other on the ground become one, never two of one result. With ``w`` the
    weight and ``s`` the score of each, its place on the ground, its box and its keypoints are the means by ``w s``,
    and its score is the mean of the scores by ``w`` over all results, where one without the athlete counts as 0. The
    keypoint on the ground is the image of the place in metres. (Weighted boxes fusion, Solovyev et al., 2021, with
    the ground in place of boxes.)

    Args:
        annotations: the images and their cameras.
        results: R results, with ``positions_pitch_m``; detections above the horizon are NaN there and stay alone.
        weights: (R,) positive.
        radius_m: largest distance between detections of one athlete.

    Yields:
        The detections of each annotated image, the best score first, at most 100: as many as the evaluation takes.
    """
    together = Detections.concatenate(list(results), "ensemble")
    source = np.repeat(np.arange(len(results)), [len(result) for result in results])
    image = annotations.find_images(together.image_ids)
    together, source, image = together[image >= 0], source[image >= 0], image[image >= 0]
    order = np.argsort(image, kind="stable")
    parts = np.split(order, np.searchsorted(image[order], np.arange(1, len(annotations))))
    share = np.asarray(weights, float) / np.max(weights)  # the sum of large ones would overflow
    share /= share.sum()
    for row, part in enumerate(parts):
        if len(part):
            yield _fuse_image(annotations, row, together[part], source[part], share[source[part]], radius_m)


def _fuse_image(
    annotations: Annotations, row: int, part: Detections, source: np.ndarray, share: np.ndarray, radius_m: float
) -> Detections:
    group = cluster_on_ground(_positions_m(part), source, radius_m)
    number = int(group.max()) + 1
    weight = share * np.maximum(part.scores, _LEAST_SCORE)
    weight = weight / np.bincount(group, weight)[group]

    def mean(column: np.ndarray) -> np.ndarray:
        fused = np.zeros((number, *column.shape[1:]))
        np.add.at(fused, group, column * weight.reshape(-1, *[1] * (column.ndim - 1)))
        return fused

    place = mean(_positions_m(part))
    keypoints = None if part.keypoints is None else mean(part.keypoints)
    if keypoints is not None:
        pixels = annotations.camera(row).pitch_to_pixel(place).points
        projected = (np.bincount(group) > 1) & np.isfinite(pixels).all(axis=1)
        keypoints[projected, -1, :2] = pixels[projected]
    fused = Detections(
        path=part.path,
        image_ids=np.repeat(part.image_ids[:1], number),
        category_ids=np.repeat(part.category_ids[:1], number),
        scores=np.bincount(group, share * part.scores),
        boxes_xywh=None if part.boxes_xywh is None else mean(part.boxes_xywh),
        keypoints=keypoints,
        positions_pitch_m=place if keypoints is None else None,
    )
    return fused[np.argsort(-fused.scores, kind="stable")[:MAX_DETECTIONS]]


def _positions_m(detections: Detections) -> np.ndarray:
    """Ground positions (D, 2), which :func:`fuse_detections` asks for."""
    if detections.positions_pitch_m is None:
        raise ValueError("the detections have no positions_pitch_m")
    return detections.positions_pitch_m
