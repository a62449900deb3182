"""The positions that a submission's detections have."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mmsynloc.evaluation.tables import detection_table
from mmsynloc.files import read_annotations, read_results, write_results

__all__ = ["ensure_positions"]

_PELVIS_GROUND = 1


def ensure_positions(results_file: str | Path, annotations: str | Path, out: str | Path) -> tuple[Path, int | None]:
    """Say what of the detections is their position; those that are boxes alone get one on the pitch.

    The server takes a keypoint or ``position_on_pitch``, and no box: the middle of its lower edge is projected here, as
    ``LocSimMetric(position_from="bbox")`` does. Boxes whose lower edge lies above the horizon are nowhere and left out.

    Args:
        results_file: the predictions, in annotated pixels.
        annotations: annotation file of the split, with the cameras.
        out: file to write where positions are added.

    Returns:
        The file to submit, and the keypoint that is the position; None where ``position_on_pitch`` is.

    Raises:
        UserError: a file is missing or broken.
    """
    detections = read_results(results_file)
    if detections.positions_pitch_m is not None and detections.keypoints is None:
        return Path(results_file), None
    if detections.keypoints is not None or detections.boxes_xywh is None:
        return Path(results_file), _PELVIS_GROUND
    table = detection_table(detections, read_annotations(annotations), "bbox")[0]
    if (table.image < 0).any():  # of another split: for the check to report
        return Path(results_file), None
    positions = table.positions_pitch_m
    placed = replace(detections, positions_pitch_m=positions)[np.isfinite(positions).all(axis=1)]
    write_results([placed], out)
    return Path(out), None
