"""Exported models find what the model finds in torch."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from mmsynloc.apis import load_config
from mmsynloc.apis.inferencer import ExportedBackend, SynLocInferencer
from mmsynloc.apis.inferencer.engines import open_engine
from mmsynloc.apis.inferencer.torch_backend import TorchBackend
from mmsynloc.apis.starting_point import local_checkpoint
from mmsynloc.files.images import BrokenImageError
from mmsynloc.utils import UserError
from tests.exported_models import INPUT_SIZE, MODEL
from tests.synloc_files import camera
from tests.test_export.same import assert_same

ENGINES = ["onnxruntime", "openvino"]


@pytest.fixture(scope="module")
def torch_detections(pictures):
    cfg = load_config(MODEL[0])
    cfg.test_dataloader.dataset.input_size = INPUT_SIZE
    backend = TorchBackend(cfg, local_checkpoint(MODEL[1]), "cpu")
    return backend.predict([backend.prepare(picture, camera(), "picture") for picture in pictures])


@pytest.mark.parametrize("engine", ENGINES)
def test_predict__equals_torch(engine, exported, pictures, torch_detections):
    pytest.importorskip(engine)
    backend = ExportedBackend(exported, engine, threads=1)
    items = [backend.prepare(picture, camera(), "picture") for picture in pictures]
    found = [*backend.predict(items[:1]), *backend.predict(items[1:])]  # batches of one and two
    for ours, theirs in zip(found, torch_detections):
        assert_same(ours, tuple(column[:40] for column in theirs))
    assert min(len(one.scores) for one in torch_detections[:2]) > 20


def test_half_precision__is_near(exported, pictures, torch_detections):
    pytest.importorskip("openvino")
    backend = ExportedBackend(exported, "openvino", threads=1, half=True)
    (found,) = backend.predict([backend.prepare(pictures[1], camera(), "picture")])
    # bfloat16 has 8 bits: scores to a few hundredths (float32, where the processor has no bfloat16)
    np.testing.assert_allclose(found.scores[:5], torch_detections[1].scores[:5], atol=0.05)


def test_inferencer__runs_on_it(exported, split):
    backend = ExportedBackend(exported, threads=1)
    assert 0 < backend.score_threshold < 1
    run = SynLocInferencer(backend=backend, score_threshold=0.05)
    frames = list(run(split / "val", cameras=split / "annotations" / "val.json"))
    assert len(frames) == 2
    assert all(len(frame.points_pitch_m) == len(frame) for frame in frames)


def test_prepare__wrong_shape(exported):
    with pytest.raises(BrokenImageError, match="not the same shape"):
        ExportedBackend(exported).prepare(np.zeros((100, 100, 3), np.uint8), camera(), "picture")


def test_prepare__lens_of_too_many_coefficients_is_that_frames_own_fault(exported):
    lens = camera()
    long = dataclasses.replace(lens, undist_poly=np.pad(np.asarray(lens.undist_poly), (40, 0)))
    with pytest.raises(BrokenImageError, match="the exported model takes"):
        ExportedBackend(exported).prepare(np.zeros((1080, 1920, 3), np.uint8), long, "picture")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tensorrt", "absent.onnx"), "tensorrt: no such engine; there are onnxruntime, openvino"),
        (("onnxruntime", "absent.onnx"), "absent.onnx: no such file"),
    ],
)
def test_open_engine__mistakes(arguments, message, exported):
    with pytest.raises(UserError, match=message):
        open_engine(*arguments)


@pytest.mark.parametrize("engine", ENGINES)
def test_open_engine__damaged_file(engine, exported, tmp_path):
    pytest.importorskip(engine)
    (tmp_path / "cut.onnx").write_bytes(exported.read_bytes()[:5000])
    with pytest.raises(UserError, match=r"cut\.onnx: .* cannot load it: "):
        open_engine(engine, tmp_path / "cut.onnx")


def test_open_engine__half_precision_is_openvinos(exported):
    with pytest.raises(UserError, match="half precision needs openvino"):
        open_engine("onnxruntime", exported, half=True)
