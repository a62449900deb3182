"""The command that exports, and what its files say of themselves."""

from __future__ import annotations

import pytest

from mmsynloc import __version__
from mmsynloc.cli.export import main
from mmsynloc.config_scope import checkpoint_path
from mmsynloc.engine.hooks.score_threshold_hook import threshold_file
from mmsynloc.files import read_json
from mmsynloc.utils import UserError
from tests.exported_models import INPUT_SIZE, MODEL


def test_export__says_what_it_is(exported):
    import onnx

    held = onnx.load(exported)
    about = {entry.key: entry.value for entry in held.metadata_props}
    assert about["input_size"] == "[640, 384]"
    chosen = read_json(threshold_file(checkpoint_path(MODEL[1])))["score_threshold"]
    assert float(about["score_threshold"]) == pytest.approx(chosen, abs=1e-6)
    assert about["mmsynloc_version"] == __version__
    sizes = {
        value.name: [dim.dim_value or dim.dim_param for dim in value.type.tensor_type.shape.dim]
        for value in held.graph.input
    }
    assert sizes["images"] == ["batch", INPUT_SIZE[1], INPUT_SIZE[0], 3]


def test_export__without_onnx(monkeypatch, tmp_path):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"onnx is not installed: pip install mmsynloc\[onnx\]"):
        main([*MODEL, "--out", str(tmp_path / "model.onnx")])


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--opset", "9"], "--opset 9: not one of 14 to 20"),
        (["--image-size", "100x64"], "an input of 100x64: its sides must be multiples of 32"),
    ],
)
def test_export__mistakes_leave_no_file(flags, message, tmp_path):
    pytest.importorskip("onnx")
    with pytest.raises(UserError, match=message):
        main([*MODEL, "--out", str(tmp_path / "model.onnx"), *flags])
    assert not list(tmp_path.iterdir())


def test_export__says_what_is_left_out(tmp_path, capsys):
    onnx = pytest.importorskip("onnx")
    path = tmp_path / "model.onnx"
    options = ["--cfg-options", "model.test_cfg.flip_test=True", "model.test_cfg.tiles.mode=camera"]
    main([*MODEL, "--out", str(path), "--image-size", "64x32", *options])
    about = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert about["left_out"] == "tiles, flip_test"
    assert "WARNING  tiles, flip_test of test_cfg are not exported" in capsys.readouterr().err


def test_export__mirrored_crops_are_in_the_file(tmp_path, capsys):
    pytest.importorskip("onnx")
    config = "mmsynloc::rtmpose_nano_synloc.py"
    weights = "mmsynloc::demo_synloc-twostage.pth"
    sizes = []
    for flip in (False, True):
        out = tmp_path / f"{flip}.onnx"
        main([config, weights, "--out", str(out), "--cfg-options", f"model.test_cfg.flip_test={flip}"])
        sizes.append(_convolutions(out))
    assert sizes[1] == 2 * sizes[0] > 0
    assert "not exported" not in capsys.readouterr().err


def _convolutions(path):
    import onnx

    return sum(node.op_type == "Conv" for node in onnx.load(path).graph.node)


def test_export__name_of_another_kind(tmp_path):
    with pytest.raises(UserError, match=r"--out x\.txt: name a file that ends in \.onnx"):
        main([*MODEL, "--out", "x.txt"])
