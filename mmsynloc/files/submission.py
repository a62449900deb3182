"""The challenge's submission: a zip of ``results.json`` and ``metadata.json``."""

from __future__ import annotations

import math
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from mmsynloc.files.json_text import decode_json, read_bytes, strip_byte_order_mark, to_json
from mmsynloc.files.results import Detections, decode_results
from mmsynloc.utils import UserError, atomic_write
from mmsynloc.utils.zips import ZIP_ERRORS

__all__ = ["METADATA_NAME", "RESULTS_NAME", "Submission", "read_submission", "write_submission"]

RESULTS_NAME, METADATA_NAME = "results.json", "metadata.json"
MAX_MEMBER_BYTES = 2 << 30  # the test split's results are below 1 GB; more is a mistake or a zip bomb
_CHUNK_BYTES = 1 << 24


class _Metadata(msgspec.Struct):
    score_threshold: float
    position_from_keypoint_index: int | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True)
class Submission:
    """Content of a submission.

    Args:
        detections: all of them, in annotated pixels or metres.
        score_threshold: the one that validation chose.
        keypoint_index: the keypoint that is the position; None where ``position_on_pitch`` is.
        other_members: names of other files in the zip, which the server passes over.
    """

    detections: Detections
    score_threshold: float
    keypoint_index: int | None
    other_members: tuple[str, ...] = ()


def read_submission(path: str | Path) -> Submission:
    """Read a submission as the challenge's server does; nothing is unpacked to disk.

    Both official forms are understood: ``position_from_keypoint_index`` in the metadata and keypoints, or
    ``position_on_pitch`` in the results and the threshold alone.

    Raises:
        UserError: the zip is missing, damaged, encrypted or too large, a file in it is missing or breaks the rules of
            :func:`~mmsynloc.files.results.read_results`, or begins with a byte order mark.
    """
    if not os.path.isfile(path):
        raise UserError(f"{path}: no such file")
    try:
        with zipfile.ZipFile(path) as archive:
            members = {name: _member(archive, name, path) for name in (METADATA_NAME, RESULTS_NAME)}
            others = tuple(sorted(set(archive.namelist()) - set(members)))
    except (*ZIP_ERRORS, OSError) as error:
        raise UserError(f"{path}: cannot be read as a zip: {error}") from None
    metadata = decode_json(members[METADATA_NAME], _Metadata, f"{path}: {METADATA_NAME}")
    detections = decode_results(members.pop(RESULTS_NAME), f"{path}: {RESULTS_NAME}")
    index = metadata.position_from_keypoint_index
    if index is msgspec.UNSET:
        return Submission(detections, metadata.score_threshold, None, others)
    return Submission(detections, metadata.score_threshold, index, others)


def _member(archive: zipfile.ZipFile, name: str, path: str | Path) -> bytes:
    names = archive.namelist()
    if names.count(name) > 1:
        raise UserError(f"{path}: {name} is there {names.count(name)} times")
    if name not in names:
        inside = [n for n in names if n.endswith(f"/{name}")]
        hint = f"; it is in a folder ({inside[0]})" if inside else ""
        raise UserError(f"{path}: {name} is missing at the zip's top level{hint}")
    size = archive.getinfo(name).file_size
    if size > MAX_MEMBER_BYTES:
        raise UserError(f"{path}: {name} is {size >> 20} MiB unpacked, over the limit of {MAX_MEMBER_BYTES >> 20} MiB")
    content = bytearray()
    with archive.open(name) as file:
        while chunk := file.read(_CHUNK_BYTES):
            content += chunk
            if len(content) > size:
                raise UserError(f"{path}: {name} unpacks to more than it claims")
    return bytes(content)


def write_submission(
    results_file: str | Path, score_threshold: float, out: str | Path, keypoint_index: int | None = 1
) -> None:
    """Zip a results file together with what the server needs to score it.

    Args:
        results_file: predictions in annotated (4K) pixels, none left out: the threshold is for the server to apply.
        score_threshold: the one that validation chose.
        out: the zip.
        keypoint_index: the keypoint that is the position on the ground; None where ``position_on_pitch`` is.

    Raises:
        UserError: the results break a rule, the threshold is not finite, or a file cannot be read or written.
    """
    if not math.isfinite(score_threshold):
        raise UserError(f"{out}: score_threshold is {score_threshold}, not a finite number")
    results = strip_byte_order_mark(read_bytes(results_file))  # the server would stumble over it
    decode_results(results, str(results_file))
    metadata = _Metadata(float(score_threshold), msgspec.UNSET if keypoint_index is None else keypoint_index)
    with atomic_write(out) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(RESULTS_NAME, results)
        archive.writestr(METADATA_NAME, to_json(metadata))
