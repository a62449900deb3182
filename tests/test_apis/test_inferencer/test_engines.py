"""Exported models whose files say or hold something odd."""

from __future__ import annotations

import pytest

from mmsynloc.apis.inferencer import engines
from mmsynloc.apis.inferencer.engines import Engine, open_engine
from mmsynloc.apis.inferencer.exported_backend import ExportedBackend
from mmsynloc.utils import UserError


@pytest.fixture
def exported(tmp_path, monkeypatch):
    """Makes a file that opens as an engine with these inputs and metadata."""

    def make(shapes, metadata, outputs=("boxes_xyxy", "scores", "keypoints_px")):
        monkeypatch.setattr(engines, "require", lambda name: None)
        monkeypatch.setitem(engines.ENGINES, "onnxruntime", lambda *_: Engine(dict, shapes, outputs, metadata))
        (tmp_path / "a.onnx").write_bytes(b"")
        return tmp_path / "a.onnx"

    return make


@pytest.mark.parametrize(("metadata", "expected"), [({}, None), ({"score_threshold": "0.25"}, 0.25)])
def test_open_engine__threshold(exported, metadata, expected):
    assert open_engine("onnxruntime", exported({}, metadata)).score_threshold == expected


@pytest.mark.parametrize("threshold", ["abc", "nan", "inf", ""])
def test_open_engine__a_threshold_that_is_no_number(exported, threshold):
    path = exported({}, {"score_threshold": threshold})
    with pytest.raises(UserError, match=rf"a\.onnx: its score_threshold is '{threshold}', not a finite number"):
        open_engine("onnxruntime", path)


def test_exported_backend__other_outputs(exported):
    shapes = {"images": (None, 64, 64, 3), "camera_matrix": (None, 3, 4)}
    shapes |= dict.fromkeys(("to_frame", "frame_size", "undist_poly"), (None, 9))
    assert ExportedBackend(exported(shapes, {})).input_size == (64, 64)
    with pytest.raises(UserError, match=r"a\.onnx: not a detector .* its outputs \['other'\]"):
        ExportedBackend(exported(shapes, {}, outputs=("other",)))


def test_exported_backend__inputs_of_other_ranks(exported):
    shapes = dict.fromkeys(("images", "to_frame", "frame_size", "camera_matrix", "undist_poly"), (None,))
    with pytest.raises(UserError, match=r"a\.onnx: not a detector that mmsynloc export has written"):
        ExportedBackend(exported(shapes, {}))


def test_cause__is_no_place_in_sources():
    error = RuntimeError("Exception from src/core.cpp:84:\nException from src/onnx.cpp:12:\nthe model is broken\n")
    assert engines._cause(error) == "the model is broken"
    assert engines._cause(RuntimeError("Exception from src/core.cpp:84:")) == "Exception from src/core.cpp:84:"
