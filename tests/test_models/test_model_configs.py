"""Every config of a model builds it, and it trains and predicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS

from mmsynloc.config_scope import CONFIG_DIR, config_path
from tests.test_models.inputs import INPUT_SIZE, crowd

CONFIGS = sorted(path.name for path in CONFIG_DIR.rglob("yoloxpose_*.py"))
LARGE = ("yoloxpose_m_", "yoloxpose_l_")
# What differs from these is the data's size, not the model.
SAME_MODEL = ("-960.py", "-1280.py", "-1280x736.py", "-1536x864.py", "-16x9.py", "-no-mosaic.py")
OTHER_TRAINING_SIZE = ("-windows.py", "-tiles.py", "-tta-scales.py")
SMALL = [name for name in CONFIGS if not name.startswith(LARGE) and not name.endswith(SAME_MODEL)]
MAX_LINES = 30  # a longer one misses a base


@pytest.fixture(autouse=True)
def _mmpose_scope() -> Iterator[None]:
    with DefaultScope.overwrite_default_scope("mmpose"):
        yield


def _load(name: str) -> Config:
    return Config.fromfile(config_path(f"mmsynloc::{name}"))


def _build(config: Config) -> torch.nn.Module:
    torch.manual_seed(0)
    model_config = config.model.copy()
    model_config.backbone.init_cfg = None  # no download
    return MODELS.build(model_config)


def _batch() -> dict[str, Any]:
    width, height = INPUT_SIZE
    rng = np.random.default_rng(0)
    images = [torch.tensor(rng.integers(0, 256, (3, height, width), dtype=np.uint8)) for _ in range(2)]
    return dict(inputs=images, data_samples=[crowd(6), crowd(0)])


def test_configs__are_found():
    assert len(CONFIGS) > 20
    assert "yoloxpose_s_synloc-locsim.py" in SMALL


@pytest.mark.parametrize("name", CONFIGS)
def test_config__loads_and_is_short(name):
    config = _load(name)
    assert len(config_path(f"mmsynloc::{name}").read_text().splitlines()) <= MAX_LINES
    train, *tested = (tuple(config[f"{split}_dataloader"].dataset.input_size) for split in ("train", "val", "test"))
    assert tested[0] == tested[1]
    assert (train == tested[0]) == (not name.endswith(OTHER_TRAINING_SIZE))
    assert all(side % 32 == 0 for size in (train, *tested) for side in size)


@pytest.mark.parametrize("name", CONFIGS)
def test_config__carries_the_metric_where_the_model_needs_it(name):
    config = _load(name)
    head = config.model.head
    in_metres = head.assigner.dynamic_k_indicator == "locsim"
    wanted = bool(head.get("loss_locsim")) or head.get("quality") == "locsim" or in_metres
    assert config.train_dataloader.dataset.get("with_ground_metric", False) == wanted


@pytest.mark.parametrize("name", sorted(set(CONFIGS) - set(SMALL)))
def test_config__large_or_repeated_model_builds(name):
    with torch.device("meta"):  # without memory and time for its weights
        model = _build(_load(name))
    assert model.head.num_keypoints == 2


@pytest.mark.parametrize("name", SMALL)
def test_config__trains_a_step_and_predicts(name):
    model = _build(_load(name))
    model.data_preprocessor.batch_augments = None
    batch = model.data_preprocessor(_batch(), training=True)
    model.train()
    loss, log = model.parse_losses(model(**batch, mode="loss"))
    loss.backward()
    assert loss.isfinite(), log
    frozen = [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert not frozen
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)

    model.eval()
    model.tile_rule = None  # tiles need the frames' files
    model.test_cfg.score_thr = 1e-6  # untrained scores are low
    model.test_cfg.pitch_margin_m = None  # untrained points are anywhere, far from the pitch too
    with torch.no_grad():
        samples = model(**model.data_preprocessor(_batch(), training=False), mode="predict")
    for sample in samples:
        found = sample.pred_instances
        assert len(found) > 0
        assert found.keypoints.shape == (len(found.scores), 2, 2)
        assert np.isfinite(found.keypoints).all()
