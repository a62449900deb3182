"""The checkpoint that a run starts from: found, readable, and with the score threshold that a test needs."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlparse

import torch
from mmengine.config import Config

from mmsynloc.apis.settings import evaluators
from mmsynloc.config_scope import checkpoint_path
from mmsynloc.engine.checkpoints import (
    DETECTOR_PREFIX,
    check_resumable,
    find_resumable,
    is_address,
    read_checkpoint,
    weights_of,
)
from mmsynloc.engine.hooks.score_threshold_hook import (
    keeps_threshold,
    stored_thresholds,
    threshold_file,
    threshold_key,
)
from mmsynloc.utils import UserError, check_file

__all__ = ["local_checkpoint", "require_detector", "require_thresholds", "resolve_start"]


def local_checkpoint(name: str) -> str:
    """The file of a checkpoint, downloaded into torch's cache where it is named by a web address.

    Args:
        name: a file, a web address, or a ``mmsynloc::`` name; other addresses (``s3://``) pass as they are.

    Raises:
        UserError: there is no such checkpoint, or it cannot be downloaded.
    """
    if not str(name):
        raise UserError("the checkpoint has an empty name")
    path = checkpoint_path(str(name))
    if not path.startswith(("http://", "https://")):
        return path if is_address(path) else str(Path(path).expanduser())
    file = Path(torch.hub.get_dir()) / "checkpoints" / _cached_name(path)
    if not file.is_file():
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(path, str(file), progress=False)
        except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
            raise UserError(f"{path}: cannot be downloaded: {getattr(error, 'reason', error)}") from None
    return str(file)


def _cached_name(address: str) -> str:
    """A file name for each address: many servers end theirs in the same ``model.pth``.

    A name that ends in a digest, as OpenMMLab's and torch's do, stays, for it may be in torch's cache already.
    """
    name = PurePosixPath(urlparse(address).path)
    if re.search(r"-[0-9a-f]{8,}$", name.stem):
        return name.name
    return f"{name.stem}-{hashlib.sha256(address.encode()).hexdigest()[:8]}{name.suffix}"


def resolve_start(cfg: Config) -> tuple[dict[str, Any] | None, list[str]]:
    """Find and read the checkpoint that ``load_from`` names, or with ``resume`` alone the newest of the run's folder.

    Args:
        cfg: the config; its ``load_from`` is set to the file, and ``resume`` to False where there is none.

    Returns:
        What the checkpoint holds, with the weights left out of memory, None where there is none or it lies on a
        server; and what the user should know.

    Raises:
        UserError: the checkpoint is missing or cannot be used.
    """
    notes: list[str] = []
    if cfg.get("resume") and not cfg.get("load_from"):
        newest, problems = find_resumable(cfg.work_dir)
        if newest is None:
            cfg.resume = False
            return None, [f"{cfg.work_dir} has no checkpoint to go on from: the training starts anew"]
        if problems:
            notes = [f"{'; '.join(problems)}; going on from {newest}"]
        cfg.load_from = str(newest)
    if not cfg.get("load_from"):
        return None, notes
    cfg.load_from = local_checkpoint(cfg.load_from)
    if is_address(cfg.load_from):
        return None, notes
    held = check_resumable(cfg.load_from) if cfg.get("resume") else read_checkpoint(cfg.load_from)
    weights_of(held, cfg.load_from)
    return held, notes


def require_detector(cfg: Config, name: str, held: Any) -> None:
    """Make sure that a training of a two-stage model, of which the second stage learns, starts from a trained detector.

    Args:
        cfg: the config.
        name: its name, for the message.
        held: what the checkpoint holds that the training starts from.

    Raises:
        UserError: it has no detector's weights.
    """
    detector = cfg.model.get("detector")
    if detector is None or (held is None and cfg.get("load_from")):  # one on a server is not known yet
        return
    if held is None or not any(key.startswith(DETECTOR_PREFIX) for key in weights_of(held, cfg.load_from)):
        first = f" ({detector})" if isinstance(detector, str) else ""
        raise UserError(
            f"{name}: its detector{first} has no weights; train each stage by its own config and join them with "
            "mmsynloc publish --second-stage, or start from a joined checkpoint: --cfg-options load_from=FILE"
        )


def require_thresholds(cfg: Config, split: str, held: Any) -> None:
    """Make sure that a test has its score threshold, and that a validation can keep the one it chooses.

    Args:
        cfg: the config, with ``load_from`` set.
        split: ``"val"`` or ``"test"``.
        held: what the checkpoint holds.

    Raises:
        UserError: no validation has chosen a threshold, or the file beside the checkpoint cannot be written.
    """
    if split == "val":
        keeps = any(
            h.get("type") == "ScoreThresholdHook" and h.get("keep", True) for h in cfg.get("custom_hooks") or ()
        )
        if keeps and cfg.get("load_from") and keeps_threshold(cfg.load_from):
            check_file(threshold_file(cfg.load_from), "score threshold")
        return
    prefixes = [_prefix(metric) for metric in evaluators(cfg, split) if metric.get("score_threshold") == "val"]
    stored = stored_thresholds(cfg.get("load_from"), held) if prefixes else {}
    missing = next((prefix for prefix in prefixes if threshold_key(prefix) not in stored), None)
    if missing is not None:
        of = "" if missing == "locsim" else f" of the metric {missing}"
        raise UserError(
            f"{cfg.get('load_from')}: no validation has chosen a score threshold{of} yet; run mmsynloc test CONFIG "
            "CHECKPOINT --split val first, or pass a number: --cfg-options test_evaluator.score_threshold=0.4"
        )


def _prefix(metric: Mapping[str, Any]) -> str:
    """The prefix that ``LocSimMetric`` gives itself."""
    return metric.get("prefix") or metric.get("keypoints_3d") or "locsim"
