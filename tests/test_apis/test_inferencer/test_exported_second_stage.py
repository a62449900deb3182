"""Both stages exported find what they find in torch."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from mmpose.structures import PoseDataSample

from mmsynloc.apis import load_config
from mmsynloc.apis.inferencer import ExportedBackend, FrameDetections, SynLocInferencer
from mmsynloc.apis.inferencer.torch_backend import TorchBackend
from mmsynloc.apis.starting_point import local_checkpoint
from mmsynloc.files import read_annotations
from mmsynloc.minisynloc import generate
from mmsynloc.utils import UserError
from tests.exported_models import INPUT_SIZE, TWO_STAGES
from tests.synloc_files import camera

ENGINES = ["onnxruntime", "openvino"]
SCORE = 1e-3  # crops follow boxes, which agree to 1e-3 px


@pytest.fixture(scope="module")
def in_torch() -> TorchBackend:
    cfg = load_config(TWO_STAGES[0])
    cfg.test_dataloader.dataset.input_size = INPUT_SIZE
    return TorchBackend(cfg, local_checkpoint(TWO_STAGES[1]), "cpu")


@pytest.mark.parametrize("engine", ENGINES)
def test_predict__equals_torch(engine, two_files, in_torch, pictures):
    pytest.importorskip(engine)
    backend = ExportedBackend(two_files, engine, threads=1)
    half = pictures[0][::2, ::2].copy()  # a file of half the camera's resolution
    for picture in [*pictures, half]:
        (theirs,) = in_torch.predict([in_torch.prepare(picture, camera(), "picture")])
        (ours,) = backend.predict([backend.prepare(picture, camera(), "picture")])
        assert len(ours.scores) == len(theirs.scores)
        apart = []
        for box, score, points in zip(*theirs):
            distances = np.abs(ours.boxes_xyxy - box).max(1)
            at = int(distances.argmin())
            assert distances[at] < 1e-3
            np.testing.assert_allclose(ours.scores[at], score, atol=SCORE)
            apart.append(np.abs(ours.keypoints_px[at] - points).max())
        # In crops of noise two peaks of a distribution may be equally high
        assert not apart or np.quantile(apart, 0.9) < 2e-2


@pytest.mark.parametrize("engine", ENGINES)
def test_predict__equals_torch_on_a_match(engine, two_files, in_torch, tmp_path):
    """What is found with some certainty in a rendered frame: all of it, in the same order."""
    pytest.importorskip(engine)
    generate(tmp_path, 0, 0, 1, 0, seed=3)
    annotations = read_annotations(tmp_path / "annotations" / "test.json")
    backend = ExportedBackend(two_files, engine, threads=1)
    image, view = tmp_path / "test" / annotations.file_names[0], annotations.camera(0)
    (ours,), (theirs,) = (one.predict([one.prepare(image, view, str(image))]) for one in (backend, in_torch))
    athletes = theirs.scores > 0.05  # few are over the threshold, for the input is small
    assert athletes.sum() > 5
    assert len(ours.scores) == len(theirs.scores)
    np.testing.assert_allclose(ours.scores[athletes], theirs.scores[athletes], atol=SCORE)
    np.testing.assert_allclose(ours.boxes_xyxy[athletes], theirs.boxes_xyxy[athletes], atol=0.01)
    np.testing.assert_allclose(ours.keypoints_px[athletes], theirs.keypoints_px[athletes], atol=2e-2)


@pytest.mark.parametrize("engine", ENGINES)
def test_place__same_boxes_same_points(engine, two_files, in_torch, pictures):
    pytest.importorskip(engine)
    stage = ExportedBackend(two_files, engine, threads=1).second_stage
    assert stage is not None
    rng = np.random.default_rng(0)
    feet = camera().pitch_to_pixel(rng.uniform(-20, 20, (12, 2))).points
    boxes = np.column_stack([np.subtract(feet, [6, 36]), np.add(feet, [6, 0])])
    sample = PoseDataSample(metainfo=in_torch.prepare(pictures[0], camera(), "picture")["data_samples"].metainfo)
    scores = np.linspace(0.9, 0.2, 12)
    with torch.inference_mode():
        frame = torch.from_numpy(pictures[1])
        (theirs,) = in_torch.model.place_boxes([(boxes, scores)], [sample], [frame])
    (ours,) = stage.place([FrameDetections(boxes, scores, np.zeros((12, 2, 2)))], [pictures[1]], [camera()])
    np.testing.assert_allclose(ours.keypoints_px, theirs.keypoints, atol=2e-3)  # float32 sums in another order
    np.testing.assert_allclose(ours.scores, theirs.scores, atol=1e-5)
    np.testing.assert_allclose(ours.boxes_xyxy, theirs.bboxes, atol=1e-3)


def test_predict__people_and_nobody_in_one_batch(two_files, pictures):
    backend = ExportedBackend(two_files, threads=1)
    items = [backend.prepare(picture, camera(), "picture") for picture in (pictures[2], pictures[0])]
    nobody, somebody = backend.predict(items)
    assert nobody.keypoints_px.shape == (len(nobody.scores), 2, 2)
    assert len(somebody.scores) > len(nobody.scores)


def test_inferencer__runs_both(two_files, split):
    run = SynLocInferencer(checkpoint=two_files, score_threshold=0.01)
    frames = list(run(split / "val", cameras=split / "annotations" / "val.json"))
    assert len(frames) == 2


def test_threshold__is_that_of_both_stages(two_files):
    backend = ExportedBackend(two_files, threads=1)
    assert backend.second_stage is not None
    assert backend.score_threshold == backend.second_stage.score_threshold
    assert 0 < backend.score_threshold < 1


def test_half_precision__leaves_the_second_stage_exact(two_files, pictures):
    pytest.importorskip("openvino")
    backend = ExportedBackend(two_files, "openvino", threads=1, half=True)
    (found,) = backend.predict([backend.prepare(pictures[0], camera(), "picture")])
    assert np.isfinite(found.keypoints_px).all()


def test_open__second_file_is_missing(two_files, tmp_path):
    shutil.copy(two_files, tmp_path)
    with pytest.raises(UserError, match=r"model-crops\.onnx: no such file; model\.onnx is the first of two stages"):
        ExportedBackend(tmp_path / "model.onnx")


def test_open__second_file_is_of_another_export(two_files, tmp_path):
    shutil.copy(two_files, tmp_path)
    other = (two_files.with_name("model-crops.onnx")).read_bytes() + b"\0"
    (tmp_path / "model-crops.onnx").write_bytes(other)
    with pytest.raises(UserError, match=r"model-crops\.onnx: is of another export than model\.onnx"):
        ExportedBackend(tmp_path / "model.onnx")


@pytest.mark.parametrize("name", ["../model-crops.onnx", "/tmp/model-crops.onnx", "..", "", "..\\model-crops.onnx"])
def test_open__second_file_is_elsewhere(name, two_files, tmp_path):
    _with_metadata(two_files, tmp_path / "model.onnx", second_stage=name)
    with pytest.raises(UserError, match=r"model\.onnx: names a second stage outside of its folder"):
        ExportedBackend(tmp_path / "model.onnx")


@pytest.mark.parametrize("placer", ["", "{}", "[1]"])
def test_open__second_file_has_no_settings(placer, two_files, tmp_path):
    _with_metadata(two_files, tmp_path / "model.onnx", second_stage_sha256=None)
    crops = two_files.with_name("model-crops.onnx")
    _with_metadata(crops, tmp_path / crops.name, placer=placer)
    with pytest.raises(UserError, match=r"model-crops\.onnx: (?!is of another export)"):
        ExportedBackend(tmp_path / "model.onnx")


def test_open__second_file_is_a_detector(two_files, tmp_path):
    _with_metadata(two_files, tmp_path / "model.onnx", second_stage_sha256=None)
    shutil.copy(two_files, tmp_path / "model-crops.onnx")
    with pytest.raises(UserError, match=r"model-crops\.onnx: not a second stage that mmsynloc export has written"):
        ExportedBackend(tmp_path / "model.onnx")


def _with_metadata(source: Path, target: Path, **values: str | None) -> None:
    """Copy a file with other entries; None leaves one out, as earlier versions did."""
    import onnx

    model = onnx.load(source)
    held = {entry.key: entry.value for entry in model.metadata_props} | values
    del model.metadata_props[:]
    onnx.helper.set_model_props(model, {key: value for key, value in held.items() if value is not None})
    onnx.save(model, target)
