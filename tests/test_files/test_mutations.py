"""Whatever is wrong with a file, its reader returns a result or raises a UserError."""

from __future__ import annotations

import copy
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmsynloc.evaluation import score_files
from mmsynloc.files import read_annotations, read_results, read_submission
from mmsynloc.utils import UserError
from tests.synloc_files import annotation, image_entry

_FAST = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_ANNOTATIONS = {
    "images": [image_entry(0), image_entry(1)],
    "annotations": [annotation(i, i % 2, (i, -i)) for i in range(4)],
    "categories": [{"id": 1, "name": "person"}],
}
_RESULTS = [
    {
        "image_id": i % 2,
        "category_id": 1,
        "score": i / 4,
        "bbox": [300.0, 200.0, 10.0, 20.0],
        "keypoints": [305.0, 210.0, 1.0, 305.0, 220.0, 1.0],
    }
    for i in range(4)
]
_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=True, allow_infinity=True),
    st.text(max_size=5),
    st.sampled_from([[], {}, [[]], [1, 2, 3], ["1"], "a\\b", "../x", "\ud800"]),
)


def _mutate(node: Any, chooser: random.Random, value: Any) -> Any:
    """A copy with one value somewhere replaced, removed or doubled."""
    node = copy.deepcopy(node)
    parent, key = None, None
    place = node
    while isinstance(place, (dict, list)) and place and (parent is None or chooser.random() < 0.8):
        parent = place
        key = chooser.choice(list(place) if isinstance(place, dict) else range(len(place)))
        place = parent[key]
    how = chooser.choice(["replace", "remove", "double"])
    if how == "remove":
        del parent[key]
    elif how == "double" and isinstance(parent, list):
        parent.append(copy.deepcopy(place))
    else:
        parent[key] = value
    return node


def _write(path: Path, content: Any) -> Path:
    path.write_bytes(json.dumps(content).encode())  # writes NaN and lone surrogates as other programs do
    return path


def _error_of(call: Callable[[], Any]) -> str | None:
    """What the user is told; None where the file is taken. Any other exception is a defect."""
    try:
        call()
    except UserError as error:
        return str(error)
    return None


@_FAST
@given(st.integers(0, 2**32), _VALUES)
def test_read_annotations__any_value_anywhere(tmp_path: Path, seed: int, value: Any) -> None:
    path = _write(tmp_path / "a.json", _mutate(_ANNOTATIONS, random.Random(seed), value))
    error = _error_of(lambda: read_annotations(path))
    assert error is None or (error.startswith(str(path)) and "\n" not in error)


@_FAST
@given(st.integers(0, 2**32), _VALUES)
@pytest.mark.filterwarnings("ignore::mmsynloc.evaluation.EvaluationWarning")
def test_score_files__any_value_anywhere(tmp_path: Path, seed: int, value: Any) -> None:
    truth = _write(tmp_path / "a.json", _ANNOTATIONS)
    results = _write(tmp_path / "r.json", _mutate(_RESULTS, random.Random(seed), value))
    error = _error_of(lambda: score_files(truth, results))
    assert error is None or str(results) in error


@_FAST
@given(st.integers(0, 2**32), st.integers(0, 255), st.sampled_from(["a.json", "r.json", "s.zip"]))
def test_readers__any_byte_anywhere(tmp_path: Path, seed: int, byte: int, name: str) -> None:
    _write(tmp_path / "a.json", _ANNOTATIONS)
    _write(tmp_path / "r.json", _RESULTS)
    with zipfile.ZipFile(tmp_path / "s.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(tmp_path / "r.json", "results.json")
        archive.writestr("metadata.json", '{"score_threshold": 0.5, "position_from_keypoint_index": 1}')
    raw = bytearray((tmp_path / name).read_bytes())
    chooser = random.Random(seed)
    raw[chooser.randrange(len(raw))] = byte
    raw = raw[: chooser.choice([len(raw), chooser.randrange(len(raw))])]
    (tmp_path / name).write_bytes(raw)
    reader = {"a.json": read_annotations, "r.json": read_results, "s.zip": read_submission}[name]
    error = _error_of(lambda: reader(tmp_path / name))
    assert error is None or name in error
