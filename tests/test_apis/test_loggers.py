"""Where curves go."""

from __future__ import annotations

import pytest

from mmsynloc.apis import load_config
from mmsynloc.apis.loggers import add_loggers
from mmsynloc.utils import UserError


@pytest.fixture
def installed(monkeypatch):
    packages = {"tensorboard", "wandb", "mlflow", "clearml"}
    monkeypatch.setattr("mmsynloc.apis.loggers.find_spec", lambda name: name if name in packages else None)
    return packages


def _types(cfg) -> list[str]:
    return [backend["type"] for backend in cfg.visualizer.vis_backends]


def test_add_loggers__tensorboard_where_it_is_installed(installed):
    cfg = load_config("mmsynloc::demo_synloc.py")
    add_loggers(cfg, [])
    assert _types(cfg) == ["LocalVisBackend", "TensorboardVisBackend"]
    installed.remove("tensorboard")
    cfg = load_config("mmsynloc::demo_synloc.py")
    add_loggers(cfg, [])
    assert _types(cfg) == ["LocalVisBackend"]


def test_add_loggers__named_after_the_run_and_added_once(installed):
    cfg = load_config("mmsynloc::demo_synloc.py", work_dir="runs/first")
    cfg.visualizer.vis_backends = [dict(type="LocalVisBackend"), dict(type="ClearMLVisBackend", init_kwargs=dict(a=1))]
    add_loggers(cfg, ["wandb", "mlflow", "clearml", "wandb"])
    backends = {backend["type"]: dict(backend) for backend in cfg.visualizer.vis_backends}
    assert len(backends) == len(cfg.visualizer.vis_backends) == 5
    assert backends["WandbVisBackend"]["init_kwargs"] == dict(project="mmsynloc", name="first")
    assert backends["SynLocMLflowVisBackend"]["run_name"] == "first"
    assert backends["SynLocMLflowVisBackend"]["tracking_uri"].endswith("runs/first/mlflow.db")
    assert backends["ClearMLVisBackend"]["init_kwargs"] == dict(a=1)  # the config's own options


def test_add_loggers__package_missing(installed):
    installed.remove("wandb")
    with pytest.raises(UserError, match="--log wandb: its package is not installed: pip install wandb"):
        add_loggers(load_config("mmsynloc::demo_synloc.py"), ["mlflow", "wandb"])
