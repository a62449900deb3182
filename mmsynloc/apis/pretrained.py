"""The backbone's pretrained weights: from the network, a local file, or none."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlparse

import torch
from mmengine.config import Config
from mmengine.dist import broadcast_object_list, is_main_process

from mmsynloc.config_scope import checkpoint_path
from mmsynloc.engine.checkpoints import read_checkpoint, weights_of
from mmsynloc.utils import UserError

__all__ = ["resolve_pretrained"]

TIMEOUT_S = 10
_OPTION = "--cfg-options model.backbone.init_cfg"


def resolve_pretrained(cfg: Config) -> list[str]:
    """Make sure before the training that the backbone's weights are at hand.

    Weights from an address that cannot be reached within 10 seconds are left out with a warning that says so and
    how to start from a local file, so that a machine without a network neither hangs nor stops halfway.

    Args:
        cfg: the config; its ``model.backbone.init_cfg`` is set to None where the weights are left out.

    Returns:
        The warning, if there is one.

    Raises:
        UserError: ``init_cfg.checkpoint`` names a local file, or weights of the package, that are not there or hold no
            backbone.
    """
    init_cfg = cfg.model.get("backbone", {}).get("init_cfg")
    checkpoint = (init_cfg or {}).get("checkpoint")
    if not checkpoint or cfg.get("load_from") or cfg.get("resume"):
        if checkpoint:
            cfg.model.backbone.init_cfg = None  # the loaded checkpoint has the backbone
        return []
    if not checkpoint.startswith(("http://", "https://")):
        _check_file(checkpoint, init_cfg.get("prefix") or "")
        return []
    reason = [_why_unreachable(checkpoint) if is_main_process() else None]
    broadcast_object_list(reason)
    if reason[0] is None:
        return []
    cfg.model.backbone.init_cfg = None
    return [
        f"The pretrained backbone cannot be fetched ({reason[0]}): {checkpoint}\n"
        "TRAINING STARTS FROM SCRATCH. To start from a local copy of that file instead:\n"
        f"    {_OPTION}.checkpoint=FILE\nTo ask for training from scratch without this message:\n    {_OPTION}=None"
    ]


def _check_file(checkpoint: str, prefix: str) -> None:
    path = checkpoint_path(checkpoint)
    if not Path(path).is_file():
        raise UserError(f"{checkpoint}: no such file (backbone weights); to train from scratch: {_OPTION}=None")
    weights = weights_of(read_checkpoint(path), checkpoint)
    if not any(name.startswith(prefix) for name in weights):
        raise UserError(f"{checkpoint}: none of its weights is the {prefix.rstrip('.')}'s")


def _why_unreachable(url: str) -> str | None:
    """None where the file is cached or the server answers, else the reason."""
    cached = Path(torch.hub.get_dir()) / "checkpoints" / Path(urlparse(url).path).name
    if cached.is_file():
        return None
    try:
        request = urllib.request.Request(url, method="HEAD")
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):
            return None
    except (urllib.error.URLError, OSError, ValueError) as error:
        return str(getattr(error, "reason", error))
