"""Names of what the package carries: ``mmsynloc::yoloxpose_s_synloc.py``, ``mmsynloc::demo_synloc.pth``.

Configs inherit ours from anywhere by ``_base_ = "mmsynloc::yoloxpose_s_synloc.py"``; ``Config.fromfile``, upstream's
inferencers and its loader of checkpoints take the names too.

MMEngine resolves such names only for the packages on its own list, so ``mmsynloc::`` is answered before it.
"""

from __future__ import annotations

import difflib
import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmsynloc.utils import UserError

__all__ = [
    "CONFIG_DIR",
    "WEIGHTS_DIR",
    "checkpoint_path",
    "config_path",
    "register_config_names",
    "register_inferencer_names",
    "register_weights_names",
]

CONFIG_DIR = Path(__file__).parent / ".mim" / "configs"
WEIGHTS_DIR = Path(__file__).parent / "weights"
_PREFIX = "mmsynloc::"


def config_path(name: str) -> Path:
    """Path of a config: a file, or the ``mmsynloc::`` name of one that the package carries.

    Args:
        name: path, or ``mmsynloc::name.py`` in whichever folder, or ``mmsynloc::folder/name.py``.

    Raises:
        UserError: there is no such config; the message lists those of the package that come nearest.
    """
    path = _carried_config(name.removeprefix(_PREFIX)) if name.startswith(_PREFIX) else Path(name)
    if path is None or not os.path.isfile(path):
        raise UserError(f"{name}: no such config. {_nearest_configs(name)}")
    return path


def _carried_config(name: str) -> Path | None:
    """The package's config of that bare file name, or of that path below the folder of configs."""
    inside = {path.relative_to(CONFIG_DIR).as_posix(): path for path in CONFIG_DIR.rglob("*.py")}
    bare = {path.name: path for path in inside.values() if "_base_" not in path.parts}
    return inside.get(name) or bare.get(name)


def _nearest_configs(name: str) -> str:
    """The part of an error message that lists the nearest configs."""
    carried = [path.name for path in CONFIG_DIR.rglob("*.py") if "_base_" not in path.parts]
    near = difflib.get_close_matches(name.replace("::", "/").rpartition("/")[2], carried, n=3)
    names = near or sorted(path.name for path in CONFIG_DIR.glob("*.py"))
    return f"The package carries {len(carried)}, among them {', '.join(_PREFIX + name for name in names)}"


def checkpoint_path(name: str) -> str:
    """A checkpoint's file; ``mmsynloc::demo_synloc.pth`` names one that the package carries.

    Files and addresses pass as they are.

    Raises:
        UserError: the package carries no such weights; the message lists its own.
    """
    if not name.startswith(_PREFIX):
        return name
    path = WEIGHTS_DIR / name.removeprefix(_PREFIX)
    if path.parent != WEIGHTS_DIR or not path.is_file():
        ours = ", ".join(sorted(f"{_PREFIX}{p.name}" for p in WEIGHTS_DIR.glob("*.pth"))) or "none"
        raise UserError(f"{name}: no such weights. The package carries {ours}")
    return str(path)


def register_config_names() -> None:
    """Make MMEngine's Config resolve the ``mmsynloc::`` names; calling it again does nothing more."""
    from mmengine.config import Config

    find, load, merge = Config._get_cfg_path, Config.fromfile, Config.merge_from_dict
    if find.__module__ == __name__:
        return

    def get_cfg_path(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(_PREFIX):
            return str(config_path(cfg_path)), None  # no scope: our configs use MMPose's default scope
        return find(cfg_path, filename)

    @functools.wraps(load)
    def fromfile(filename: str | Path, *args: Any, **kwargs: Any) -> Config:
        name = str(filename)
        cfg = load(config_path(name) if name.startswith(_PREFIX) else filename, *args, **kwargs)
        _set_default_size(cfg)
        return cfg

    @functools.wraps(merge)
    def merge_from_dict(self: Config, *args: Any, **kwargs: Any) -> None:
        merge(self, *args, **kwargs)
        _set_default_size(self)

    Config._get_cfg_path = staticmethod(get_cfg_path)
    Config.fromfile = staticmethod(fromfile)
    Config.merge_from_dict = merge_from_dict


def _set_default_size(cfg: Any) -> None:
    """Tell the test's transforms the data set's ``input_size``, for upstream's inferencers, which have no data set."""
    loader = cfg.get("test_dataloader")
    dataset = loader.get("dataset") if isinstance(loader, Mapping) else None
    if not isinstance(dataset, Mapping) or not dataset.get("input_size"):
        return
    for transform in dataset.get("pipeline") or ():
        if isinstance(transform, dict) and transform.get("type") == "SynLocFitResize":
            transform["default_size"] = dataset["input_size"]


def register_weights_names() -> None:
    """Make MMEngine's loader of checkpoints take the ``mmsynloc::`` names."""
    from mmengine.runner.checkpoint import CheckpointLoader, load_from_local

    def load_from_mmsynloc(filename: str, map_location: Any) -> Any:  # upstream's log has the name's last part
        return load_from_local(checkpoint_path(filename), map_location)

    CheckpointLoader.register_scheme(_PREFIX, load_from_mmsynloc, force=True)


def register_inferencer_names() -> None:
    """Make MMEngine's inferencers take the ``mmsynloc::`` names of configs."""
    from mmengine.config import Config
    from mmengine.infer import infer

    upstream = infer.BaseInferencer._load_model_from_metafile

    @functools.wraps(upstream)
    def load_model_from_metafile(self: Any, model: str) -> tuple[Any, str | None]:
        return (Config.fromfile(model), None) if model.startswith(_PREFIX) else upstream(self, model)

    infer.BaseInferencer._load_model_from_metafile = load_model_from_metafile
