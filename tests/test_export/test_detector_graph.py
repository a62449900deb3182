"""A small model's graph, exported with each way to remove duplicates and to find keypoints."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from mmsynloc.export.detector_graph import DetectorGraph, DetectorInputs, DetectorOutputs
from mmsynloc.models import SynLocDataPreprocessor
from mmsynloc.utils import UserError
from tests.synloc_files import ANNOTATED_SIZE, camera
from tests.test_export.same import assert_same
from tests.test_models.inputs import CHANNELS, INPUT_SIZE, build_head, metainfo

STRIDES = (8, 16, 32)


class Toy(nn.Module):
    """A detector with one random convolution for each level, whose scores differ widely."""

    def __init__(self, **test_cfg: object) -> None:
        super().__init__()
        self.head = build_head(simcc=dict()).eval()
        torch.manual_seed(1)
        self.levels = nn.ModuleList(nn.Conv2d(3, CHANNELS, stride, stride) for stride in STRIDES)
        for conv in (*self.head.head_module.out_cls, *self.head.head_module.out_obj):
            nn.init.normal_(conv.weight, std=0.7)
        for conv in self.head.head_module.out_kpt:  # points that differ, so that some are duplicates and some are not
            nn.init.normal_(conv.weight, std=0.5)
        self.data_preprocessor = SynLocDataPreprocessor(mean=[100.0] * 3, std=[50.0] * 3, bgr_to_rgb=True)
        self.test_cfg = dict(test_cfg, nms_thr=0.65)

    def extract_feat(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(level(inputs) for level in self.levels)


def inputs(batch: int, seed: int = 0) -> DetectorInputs:
    """Noise in a frame of ``tests.synloc_files``."""
    width, height = INPUT_SIZE
    info, lens = metainfo(), camera()
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (batch, height, width, 3), dtype=torch.uint8, generator=generator)
    scale = info["input_scale"] / info["input_size"]
    shift = info["input_center"] - 0.5 * info["input_scale"]
    poly = np.pad(lens.undist_poly, (9 - len(lens.undist_poly), 0))
    arrays = (np.concatenate([scale, shift]), ANNOTATED_SIZE, lens.camera_matrix, poly)
    return DetectorInputs(images, *(torch.tensor(np.float32([array] * batch)) for array in arrays))


def export(graph: DetectorGraph, path: Path) -> dict:
    pytest.importorskip("onnx")
    from mmsynloc.apis.inferencer.engines import open_engine
    from mmsynloc.export.onnx_file import Export, trace_to_onnx

    pytest.importorskip("onnxruntime")
    trace_to_onnx(Export(path, graph, inputs(2), DetectorOutputs._fields, ("batch", "detections"), {}), path, 17)
    return open_engine("onnxruntime", path, threads=1)


@pytest.mark.parametrize("mode", ["box", "ground", "both"])
@pytest.mark.parametrize("simcc", [False, True])
def test_graph__is_the_same_in_onnxruntime(mode, simcc, tmp_path):
    graph = DetectorGraph(Toy(nms_mode=mode, simcc=simcc), INPUT_SIZE).eval()
    engine = export(graph, tmp_path / "toy.onnx")
    for batch in (1, 3):  # neither is the example's
        given = inputs(batch, seed=batch)
        with torch.no_grad():
            expected = graph(*given)
        found = engine.run({name: value.numpy() for name, value in given._asdict().items()})
        for i in range(batch):
            real = expected.scores[i] > 0
            assert real.sum() > 3
            assert (found["scores"][i] > 0).sum() == real.sum()
            ours = tuple(found[name][i] for name in DetectorOutputs._fields[:3])
            assert_same(ours, tuple(field[i][real].numpy() for field in expected[:3]))


def test_graph__positions_are_the_cameras():
    graph = DetectorGraph(Toy(nms_mode="ground"), INPUT_SIZE).eval()
    with torch.no_grad():
        found = graph(*inputs(2))
    positions = camera().pixel_to_pitch(found.keypoints_px[..., 1, :].numpy().reshape(-1, 2)).points
    is_near = np.linalg.norm(positions, axis=1) < 100
    assert 0 < is_near.sum() < len(is_near)
    # 5 mm: float32 in the graph, float64 in the camera
    np.testing.assert_allclose(found.points_pitch_m.numpy().reshape(-1, 2)[is_near], positions[is_near], atol=5e-3)
    over = np.isnan(positions).any(1)
    assert over.any()
    assert np.isnan(found.points_pitch_m.numpy().reshape(-1, 2)[over]).all()


def test_graph__nobody():
    graph = DetectorGraph(Toy(nms_mode="ground", score_thr=1.0), INPUT_SIZE).eval()
    with torch.no_grad():
        found = graph(*inputs(2))
    assert found.scores.tolist() == [[0.0], [0.0]]


def test_graph__limits_the_number_and_keeps_the_best():
    everybody = DetectorGraph(Toy(nms_mode="box"), INPUT_SIZE).eval()
    three = DetectorGraph(Toy(nms_mode="box"), INPUT_SIZE, max_detections=3).eval()
    with torch.no_grad():
        assert three(*inputs(1)).scores.tolist() == everybody(*inputs(1)).scores[:, :3].tolist()


def test_graph__refuses_what_it_cannot_export():
    with pytest.raises(UserError, match="must be multiples of 32"):
        DetectorGraph(Toy(), (320, 180))
    with pytest.raises(UserError, match="only models with YOLOXPoseGroundHead"):
        DetectorGraph(nn.Linear(1, 1), (320, 192))
