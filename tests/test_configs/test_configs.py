"""The configs: they inherit upstream, hold only what differs, and build the models they promise."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
import torch
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import load_checkpoint
from mmpose.registry import MODELS

from mmsynloc.config_scope import CONFIG_DIR, config_path
from mmsynloc.utils import UserError

ROOT = Path(__file__).parents[2]
FILES = sorted(path for path in (ROOT / "configs").rglob("*.py") if "_base_" not in path.parts)
UPSTREAM = {
    "tiny": "yoloxpose_tiny_4xb64-300e_coco-416.py",
    "s": "yoloxpose_s_8xb32-300e_coco-640.py",
    "m": "yoloxpose_m_8xb32-300e_coco-640.py",
    "l": "yoloxpose_l_8xb32-300e_coco-640.py",
}
PARAMETERS = {"nano": 2_686_724, "tiny": 6_032_244, "s": 10_712_548, "m": 29_270_148, "l": 61_236_644}


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope("mmpose")


def _model(cfg: Config):
    cfg.model.backbone.init_cfg = None
    return MODELS.build(cfg.model)


def _upstream(size: str) -> Config:
    text = f'_base_ = "mmpose::body_2d_keypoint/yoloxpose/coco/{UPSTREAM[size]}"\n'
    return Config.fromstring(text, ".py")


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_config__is_short(path):
    # more than about 30 lines of code: a base is missing
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith(("#", '"""'))]
    assert len(lines) <= (60 if path.stem in ("demo_synloc", "rtmpose_nano_synloc") else 32)


@pytest.mark.parametrize("size", UPSTREAM)
def test_config__inherits_the_upstream_definition(size):
    ours, theirs = Config.fromfile(ROOT / f"configs/yoloxpose_{size}_synloc.py"), _upstream(size)
    for part in ("backbone", "neck"):
        assert ours.model[part] == theirs.model[part]
    assert ours.model.head.head_module_cfg == theirs.model.head.head_module_cfg
    assert ours.optim_wrapper == theirs.optim_wrapper
    assert ours.train_cfg == theirs.train_cfg


@pytest.mark.parametrize("size", PARAMETERS)
def test_config__number_of_parameters(size):
    model = _model(Config.fromfile(ROOT / f"configs/yoloxpose_{size}_synloc.py"))
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[size]


@pytest.mark.parametrize("size", ["tiny", "s"])
def test_config__official_checkpoint_loads_strictly(size, tmp_path):
    # The official fork trains upstream's modules with two keypoints.
    official = _upstream(size)
    ours = Config.fromfile(ROOT / f"configs/yoloxpose_{size}_synloc.py")
    metainfo = ours.model.head.loss_oks.metainfo
    official.model.head.num_keypoints = 2
    official.model.head.loss_oks.metainfo = metainfo
    official.model.head.assigner.oks_calculator = dict(type="PoseOKS", metainfo=metainfo)
    state = _model(official).state_dict()
    state = {name: torch.randn_like(w) if w.is_floating_point() else w for name, w in state.items()}
    torch.save({"state_dict": state, "meta": {}}, tmp_path / "official.pth")
    model = _model(ours)
    load_checkpoint(model, str(tmp_path / "official.pth"), strict=True)
    for name, weight in model.state_dict().items():
        torch.testing.assert_close(weight, state[name])


@pytest.mark.parametrize(("size", "resolution"), [(s, r) for s in UPSTREAM for r in (960, 1280)])
def test_config__larger_inputs_reach_every_split(size, resolution):
    cfg = Config.fromfile(ROOT / f"configs/input_size/yoloxpose_{size}_synloc-{resolution}.py")
    for split in ("train", "val", "test"):
        assert cfg[f"{split}_dataloader"].dataset.input_size == (resolution, resolution)
    assert cfg.model.head.num_keypoints == 2


def test_config__data_root_comes_from_the_environment(monkeypatch):
    path = ROOT / "configs/yoloxpose_s_synloc.py"
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    assert Config.fromfile(path).train_dataloader.dataset.data_root == "data/SoccerNet/SpiideoSynLoc"
    monkeypatch.setenv("SYNLOC_ROOT", "/mnt/new synloc")
    cfg = Config.fromfile(path)
    assert cfg.train_dataloader.dataset.data_root == "/mnt/new synloc"
    assert cfg.val_evaluator.ann_file == "/mnt/new synloc/annotations/val.json"


def test_config_scope__others_inherit_ours(tmp_path):
    child = tmp_path / "mine.py"
    child.write_text('_base_ = "mmsynloc::yoloxpose_s_synloc.py"\ntrain_dataloader = dict(batch_size=3)\n')
    cfg = Config.fromfile(child)
    assert cfg.train_dataloader.batch_size == 3
    assert cfg.train_dataloader.dataset.type == "SynLocDataset"


def test_config_path__bare_name_finds_every_config_in_its_folder():
    assert len({path.name for path in FILES}) == len(FILES)
    for path in FILES:
        folder_name = path.relative_to(ROOT / "configs").as_posix()
        for name in (f"mmsynloc::{path.name}", f"mmsynloc::{folder_name}"):
            assert config_path(name) == CONFIG_DIR / folder_name


def test_config_path__page_of_the_folder_has_every_config():
    page = (ROOT / "configs" / "README.md").read_text(encoding="utf-8")
    for path in FILES:
        name = re.sub(r"_(nano|tiny|t|s|m|l|x)_synloc", "_{}_synloc", path.name)
        assert f"`{path.name}`" in page or f"`{name.format('*')}`" in page, path.name


def test_config_path__page_of_the_folder_has_no_others():
    page = (ROOT / "configs" / "README.md").read_text(encoding="utf-8")
    names = re.findall(r"`(\S+\.py)`", "".join(line for line in page.splitlines() if line.startswith("|")))
    for name in names:
        assert any(fnmatch(path.name, name) for path in FILES), name


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("mmsynloc::nothing.py", "mmsynloc::yoloxpose_s_synloc.py"),
        ("mmsynloc::", "mmsynloc::yoloxpose_s_synloc.py"),
        ("mmsynloc::../version.py", "mmsynloc::yoloxpose_s_synloc.py"),
        ("mmsynloc::demo_sinloc.py", "mmsynloc::demo_synloc.py"),
        ("configs/yoloxpose_l_synloc-1280.py", "mmsynloc::yoloxpose_l_synloc-1280.py"),
    ],
)
def test_config_path__unknown_name_lists_the_nearest(name, listed):
    with pytest.raises(UserError, match=r"no such config") as error:
        config_path(name)
    message = str(error.value)
    assert message.startswith(f"{name}: ")
    assert f"{listed}," in f"{message},"
    assert len(message) < 300
