"""Names of what the package carries: ``mmsynloc::yoloxpose_s_synloc.py``, ``mmsynloc::demo_synloc.pth``.

Configs inherit ours from anywhere by ``_base_ = "mmsynloc::yoloxpose_s_synloc.py"``.

MMEngine resolves such names only for the packages on its own list, so ``mmsynloc::`` is answered before it.
"""

from __future__ import annotations

from pathlib import Path

from mmsynloc.utils import UserError

__all__ = ["CONFIG_DIR", "WEIGHTS_DIR", "checkpoint_path", "config_path", "register_config_names"]

CONFIG_DIR = Path(__file__).parent / ".mim" / "configs"
WEIGHTS_DIR = Path(__file__).parent / "weights"
_PREFIX = "mmsynloc::"


def config_path(name: str) -> Path:
    """Path of a config: a file, or the ``mmsynloc::`` name of one that the package carries.

    Raises:
        UserError: there is no such config; the message lists the package's own.
    """
    path = CONFIG_DIR / name.removeprefix(_PREFIX) if name.startswith(_PREFIX) else Path(name)
    if not path.is_file():
        ours = ", ".join(sorted(f"{_PREFIX}{p.name}" for p in CONFIG_DIR.glob("*.py")))
        raise UserError(f"{name}: no such config. The package carries {ours}")
    return path


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
    """Teach MMEngine's Config the ``mmsynloc::`` names; calling it again does nothing more."""
    from mmengine.config import Config

    upstream = Config._get_cfg_path
    if upstream.__module__ == __name__:
        return

    def get_cfg_path(cfg_path: str, filename: str) -> tuple[str, str | None]:
        if cfg_path.startswith(_PREFIX):
            return str(config_path(cfg_path)), None  # no scope: our configs use MMPose's default scope
        return upstream(cfg_path, filename)

    Config._get_cfg_path = staticmethod(get_cfg_path)
