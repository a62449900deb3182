"""The challenge's submission: a zip of ``results.json`` and ``metadata.json``."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from mmsynloc.utils import UserError, atomic_write

__all__ = ["METADATA_NAME", "RESULTS_NAME", "write_submission"]

RESULTS_NAME, METADATA_NAME = "results.json", "metadata.json"


def write_submission(
    results_file: str | Path, score_threshold: float, out: str | Path, keypoint_index: int = 1
) -> None:
    """Zip a results file together with what the server needs to score it.

    Args:
        results_file: predictions in annotated (4K) pixels, none left out: the threshold is for the server to apply.
        score_threshold: the one that validation chose.
        out: the zip.
        keypoint_index: the keypoint that is the position on the ground.

    Raises:
        UserError: a file cannot be read or written.
    """
    metadata = {"score_threshold": float(score_threshold), "position_from_keypoint_index": keypoint_index}
    if not Path(results_file).is_file():
        raise UserError(f"{results_file}: no such file")
    with atomic_write(out) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(results_file, RESULTS_NAME)
        archive.writestr(METADATA_NAME, json.dumps(metadata, allow_nan=False))
