"""--tiles and --detections change a config as they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from mmsynloc.apis import load_config
from mmsynloc.apis.test_options import keep_no_threshold, require_boxes, require_frames, use_detections, use_tiles
from mmsynloc.cli.test import main
from mmsynloc.engine.config_errors import config_errors
from mmsynloc.utils import UserError


def _steps(cfg, split: str = "test") -> list[str]:
    return [step["type"] for step in cfg[f"{split}_dataloader"].dataset.pipeline]


def test_use_tiles__single_stage() -> None:
    cfg = load_config("mmsynloc::yoloxpose_s_synloc.py")
    use_tiles(cfg, "camera")
    use_tiles(cfg, "grown")
    assert cfg.model.test_cfg.tiles.mode == "grown"
    assert _steps(cfg).count("LoadSynLocFrame") == 1
    assert _steps(cfg)[0] == _steps(cfg, "val")[0] == "LoadSynLocFrame"
    assert "LoadSynLocFrame" not in _steps(cfg, "train")
    use_tiles(cfg, "none")
    assert cfg.model.test_cfg.tiles is None


def test_use_tiles__detector_of_two_stages() -> None:
    cfg = load_config("mmsynloc::demo_synloc-twostage.py")
    use_tiles(cfg, "fixed")
    assert cfg.model.detector.test_cfg.tiles.mode == "fixed"
    assert _steps(cfg).count("LoadSynLocFrame") == 1


def test_use_tiles__second_stage_alone_has_no_detector() -> None:
    with pytest.raises(UserError, match="cannot look at tiles"):
        use_tiles(load_config("mmsynloc::rtmpose_nano_synloc.py"), "camera")


def test_use_detections(tmp_path) -> None:
    (tmp_path / "found.json").write_text("[]")
    cfg = load_config("mmsynloc::demo_synloc-twostage.py")
    use_detections(cfg, str(tmp_path / "found.json"))
    assert cfg.model.detector is None
    assert _steps(cfg) == ["LoadSynLocFrame", "PackSynLocInputs"]
    assert cfg.test_dataloader.dataset.detections.endswith("found.json")
    assert "detections" not in cfg.train_dataloader.dataset


def test_use_detections__wrong(tmp_path) -> None:
    with pytest.raises(UserError, match="no second stage"):
        use_detections(load_config("mmsynloc::demo_synloc.py"), "found.json")
    with pytest.raises(UserError, match="no such file"):
        use_detections(load_config("mmsynloc::rtmpose_nano_synloc.py"), str(tmp_path / "none.json"))


def test_require_boxes__a_second_stage_alone(tmp_path: Path) -> None:
    require_boxes(load_config("mmsynloc::yoloxpose_s_synloc.py"), saved=True)
    require_boxes(load_config("mmsynloc::demo_synloc-twostage.py"), saved=False)
    cfg = load_config("mmsynloc::rtmpose_nano_synloc.py")
    with pytest.raises(UserError, match=r"rtmpose_nano_synloc\.py: a second stage without a detector"):
        require_boxes(cfg, saved=True)
    (tmp_path / "found.json").write_text("[]")
    use_detections(cfg, str(tmp_path / "found.json"))
    require_boxes(cfg, saved=True)


def test_require_frames__tiles_as_a_config_line() -> None:
    tiles = {"model.test_cfg.tiles.mode": "camera"}
    require_frames(load_config("mmsynloc::demo_synloc.py"))
    require_frames(load_config("mmsynloc::demo_synloc-twostage.py"))
    cfg = load_config("mmsynloc::demo_synloc.py", tiles)
    with pytest.raises(UserError, match=r"demo_synloc\.py: val_dataloader: .* put dict\(type='LoadSynLocFrame'\)"):
        require_frames(cfg)
    use_tiles(cfg, "camera")
    require_frames(cfg)


def test_tiles_of_two_stages_are_the_detector_s() -> None:
    """Its settings can be changed although the config only names it; under ``model.test_cfg`` they would do nothing."""
    cfg = load_config("mmsynloc::demo_synloc-twostage.py", {"model.detector.test_cfg.tiles.scale": 0.5})
    use_tiles(cfg, "grown")
    assert cfg.model.detector.test_cfg.tiles == dict(scale=0.5, mode="grown")
    init_default_scope("mmpose")
    cfg = load_config("mmsynloc::demo_synloc-twostage.py", {"model.test_cfg.tiles.scale": 0.5})
    with (
        pytest.raises(UserError, match=r"tiles are the detector's: model\.detector\.test_cfg\.tiles"),
        config_errors("x"),
    ):
        MODELS.build(cfg.model)


def test_main__tiles_beside_detections() -> None:
    with pytest.raises(UserError, match="with --detections no detector is asked"):
        main(["mmsynloc::demo_synloc-twostage.py", "x.pth", "--tiles", "grown", "--detections", "found.json"])


def test_main__a_trial_is_of_a_validation() -> None:
    with pytest.raises(UserError, match="--trial: only a validation"):
        main(["mmsynloc::demo_synloc.py", "x.pth", "--trial"])
    cfg = load_config("mmsynloc::demo_synloc.py")
    keep_no_threshold(cfg)
    assert [hook["keep"] for hook in cfg.custom_hooks if hook["type"] == "ScoreThresholdHook"] == [False]


def test_use_tiles_and_detections__of_a_data_set_that_is_wrapped(tmp_path: Path) -> None:
    (tmp_path / "found.json").write_text("[]")
    cfg = load_config("mmsynloc::demo_synloc-twostage.py")
    inner = cfg.test_dataloader.dataset
    cfg.test_dataloader.dataset = dict(type="RepeatDataset", times=1, dataset=inner)
    use_tiles(cfg, "camera")
    use_detections(cfg, str(tmp_path / "found.json"))
    wrapped = cfg.test_dataloader.dataset.dataset
    assert wrapped.detections.endswith("found.json")
    assert [step["type"] for step in wrapped.pipeline] == ["LoadSynLocFrame", "PackSynLocInputs"]


def test_use_tiles__no_model() -> None:
    with pytest.raises(UserError, match="it has no model"):
        use_tiles(Config(dict(model=None)), "camera")


def test_require_boxes__for_new_images_a_detector_is_needed(tmp_path: Path) -> None:
    (tmp_path / "found.json").write_text("[]")
    cfg = load_config("mmsynloc::demo_synloc-twostage.py")
    use_detections(cfg, str(tmp_path / "found.json"))
    with pytest.raises(UserError, match="a second stage without a detector"):
        require_boxes(cfg, saved=False)


@pytest.mark.parametrize("flags", [["--out", "found.json"], ["--stats", "found.json"]])
def test_main__outputs_that_are_inputs(flags, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("found.json").write_text("[]")
    arguments = ["mmsynloc::demo_synloc-twostage.py", "mmsynloc::demo_synloc-twostage.pth"]
    with pytest.raises(UserError, match=r"found\.json: is read by this command"):
        main([*arguments, "--detections", "found.json", *flags])
    with pytest.raises(UserError, match="is the file of --out too"):
        main([*arguments, "--out", "a.json", "--stats", "./a.json"])


@pytest.mark.parametrize("text", ["x = undefined_name", "_base_ = 'absent.py'", "model = dict("])
def test_detector__config_that_cannot_be_read(text, tmp_path) -> None:
    (tmp_path / "detector.py").write_text(text)
    options = {"model.detector": str(tmp_path / "detector.py")}
    with pytest.raises(UserError, match=r"detector\.py: not a usable config"):
        use_tiles(load_config("mmsynloc::demo_synloc-twostage.py", options), "camera")
