"""The positions that a submission's detections have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmsynloc.evaluation.scoring import position_options
from mmsynloc.evaluation.tables import detection_table
from mmsynloc.files import read_annotations, read_results, write_results
from mmsynloc.utils import UserError

__all__ = ["ensure_positions"]

_PELVIS_GROUND = 1  # codecs.GROUND_INDEX, without torch


def ensure_positions(results_file: str | Path, annotations: str | Path, out: str | Path) -> tuple[Path, int | None]:
    """Say what of the detections is their position; those that are boxes alone get one on the pitch.

    What they have decides, as for :func:`~mmsynloc.evaluation.scoring.position_options`.
    The server takes a keypoint or ``position_on_pitch``, and no box: the middle of its lower edge is projected here, as
    ``LocSimMetric(position_from="bbox")`` does. Boxes whose lower edge lies above the horizon are nowhere and left out.

    Args:
        results_file: the predictions, in annotated pixels.
        annotations: annotation file of the split, with the cameras.
        out: file to write where positions are added.

    Returns:
        The file to submit, and the keypoint that is the position; None where ``position_on_pitch`` is.

    Raises:
        UserError: a file is missing or broken, or the detections have no position, or are of another split.
    """
    detections = read_results(results_file)
    if not len(detections):
        return Path(results_file), _PELVIS_GROUND
    found = position_options(detections, {})
    if found["position_from"] != "bbox":
        return Path(results_file), found.get("keypoint_index")
    truth = read_annotations(annotations)
    foreign = int((truth.find_images(detections.image_ids) < 0).sum())
    if foreign:
        raise UserError(f"{results_file}: {foreign} detections are of images that {annotations} lacks: another split?")
    table = detection_table(detections, truth, "bbox")[0]
    positions = table.positions_pitch_m
    placed = replace(detections, positions_pitch_m=positions)[np.isfinite(positions).all(axis=1)]
    write_results([placed], out)
    return Path(out), None
