"""The second stage as an ONNX file."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from mmpose.registry import MODELS

from mmsynloc.apis import load_config
from mmsynloc.apis.inferencer.engines import open_engine
from mmsynloc.cli.export import main

CONFIG = "mmsynloc::rtmpose_nano_synloc.py"


@pytest.mark.parametrize(("use_geometry", "flip_test"), [(False, True), (True, True), (True, False)])
def test_crop_graph__is_the_same_in_onnxruntime(use_geometry, flip_test, tmp_path, capsys):
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    settings = {"model.head.use_geometry": use_geometry, "model.test_cfg.flip_test": flip_test}
    cfg = load_config(CONFIG, settings)
    torch.manual_seed(0)
    model = MODELS.build(cfg.model).eval()
    torch.save({"state_dict": model.state_dict()}, tmp_path / "weights.pth")
    options = [f"{name}={value}" for name, value in settings.items()]
    out = tmp_path / "crops.onnx"
    main([CONFIG, str(tmp_path / "weights.pth"), "--out", str(out), "--cfg-options", *options])
    assert capsys.readouterr().out == f"{out}: crops, input 96x128\n"
    engine = open_engine("onnxruntime", out, threads=1)
    rng = np.random.default_rng(0)
    for count in (1, 5):
        crops = rng.integers(0, 256, (count, 128, 96, 3), dtype=np.uint8)
        given = {"crops": crops, "geometry": rng.normal(size=(count, 4)).astype(np.float32)}
        with torch.no_grad():
            expected = model.crop_points(*map(torch.from_numpy, given.values()))
        found = engine.run({name: value for name, value in given.items() if name in engine.input_shapes})
        for name, tensor in expected._asdict().items():
            # 1e-3 px, and of variances up to thousands of px² a millionth: float32 sums in another order
            np.testing.assert_allclose(found[name], tensor.numpy(), rtol=1e-5, atol=1e-3)
    assert ("geometry" in engine.input_shapes) == use_geometry
