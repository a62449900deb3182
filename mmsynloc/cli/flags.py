"""The flags that commands share, with the names of MMPose's own tools."""

from __future__ import annotations

import argparse
import math
import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mmsynloc.datasets.preparation.layout import SPLITS, default_root, parse_splits
from mmsynloc.utils import UserError

if TYPE_CHECKING:
    from mmengine.config import Config

__all__ = [
    "add_common_flags",
    "add_config_options",
    "add_dataset_flags",
    "add_stage_flags",
    "add_strength",
    "apply_show_flags",
    "apply_stage_flags",
    "chosen_splits",
    "finite",
    "hide_upstream_warnings",
    "image_size",
    "positive",
    "positive_number",
    "seed",
    "show_warnings_plainly",
]


class _ConfigOptions(argparse.Action):
    """``ConfigOptions``, whose base in MMEngine takes seconds to import, once there is an option to parse."""

    def __call__(self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *args: Any) -> None:
        from mmsynloc.apis.config_options import ConfigOptions

        ConfigOptions(self.option_strings, self.dest, nargs=self.nargs)(parser, namespace, *args)


def hide_upstream_warnings() -> None:
    """Hide warnings of upstream's packages at every start, meant for their developers."""
    for category in (FutureWarning, DeprecationWarning, UserWarning):
        warnings.filterwarnings(
            "ignore", category=category, module=r"(mmengine|mmcv|mmdet|mmpose|torch\.jit|importlib)"
        )
    warnings.filterwarnings("ignore", message="pkg_resources is deprecated")


def show_warnings_plainly() -> None:
    """Show each warning as one line, without the place in the code."""
    warnings.showwarning = lambda message, *_: print(f"WARNING: {message}", file=sys.stderr)


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--cfg-options``, for a command that reads a config."""
    hide_upstream_warnings()
    parser.add_argument(
        "--cfg-options",
        nargs="+",
        action=_ConfigOptions,
        help='settings that override the config, as key=value; lists as key="[a,b]" or key=a,b, without spaces',
    )


def add_common_flags(parser: argparse.ArgumentParser) -> None:
    """Add ``--work-dir, --cfg-options, --launcher, --show-dir, --interval`` and the related flags."""
    parser.add_argument("--work-dir", help="folder of logs and checkpoints")
    add_config_options(parser)
    parser.add_argument("--launcher", choices=["none", "pytorch", "slurm", "mpi"], default="none")
    parser.add_argument("--local_rank", "--local-rank", type=int, default=0, help="set by the launcher")
    parser.add_argument("--show-dir", help="write pictures of predictions (frame and pitch) to this folder")
    parser.add_argument("--show", action="store_true", help="needs a display; use --show-dir")
    parser.add_argument("--interval", type=positive, default=1, help="draw every so many images")
    parser.add_argument("--wait-time", type=float, default=1, help="seconds to show a window, with --show")


def apply_show_flags(cfg: Config, args: Any) -> None:
    """Switch on the pictures that ``--show`` and ``--show-dir`` ask for, and set the launcher."""
    os.environ.setdefault("LOCAL_RANK", str(args.local_rank))
    cfg.launcher = args.launcher
    if args.show or args.show_dir is not None:
        hooks = cfg.setdefault("default_hooks", {})
        hooks["visualization"] = dict(
            hooks.get("visualization") or dict(type="SynLocVisualizationHook"),
            enable=True,
            show=args.show,
            out_dir=args.show_dir,
            interval=args.interval,
            wait_time=args.wait_time,
        )


def add_stage_flags(parser: argparse.ArgumentParser) -> None:
    """Add ``--tiles`` and ``--detections``."""
    parser.add_argument(
        "--tiles",
        choices=["camera", "grown", "fixed", "none"],
        help="let the detector also look at windows: where the camera says that athletes are small, or all over the "
        "frame, grown until they cut no athlete or fixed",
    )
    parser.add_argument("--detections", metavar="FILE", help="place the boxes of this results file (second stage)")


def apply_stage_flags(cfg: Config, args: Any) -> None:
    """Change the config as ``--tiles`` and ``--detections`` say.

    Raises:
        UserError: the model has not what they need.
    """
    from mmsynloc.apis.test_options import use_detections, use_tiles

    if args.detections is not None and args.tiles is not None:
        raise UserError("--tiles: the detector's option; with --detections no detector is asked")
    if args.detections is not None:
        use_detections(cfg, args.detections)
    elif args.tiles is not None:
        use_tiles(cfg, args.tiles)


def add_dataset_flags(parser: argparse.ArgumentParser, splits: str = "all") -> None:
    """Add ``--root, --split, --no-progress``; ``splits`` describes the default in the help text."""
    parser.add_argument(
        "--root", type=Path, default=default_root(), help="the data set (default: SYNLOC_ROOT, else %(default)s)"
    )
    parser.add_argument("--split", nargs="+", metavar="SPLIT", help=f"some of {', '.join(SPLITS)} (default: {splits})")
    parser.add_argument("--no-progress", action="store_true", help="no progress bars")


def chosen_splits(args: argparse.Namespace) -> tuple[str, ...] | None:
    """What ``--split`` names, in official order; None without it.

    Raises:
        UserError: a name is no split.
    """
    return parse_splits(args.split) if args.split else None


def add_strength(parser: argparse.ArgumentParser, default: float) -> None:
    """How much the looks of rendered frames differ."""
    parser.add_argument(
        "--strength",
        type=float,
        default=default,
        help="of the randomisation of looks: 0 for typical ones only, 1 for the whole ranges (default: %(default)s)",
    )


def positive(text: str) -> int:
    """An argument that is a whole number of at least 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"not a whole number of at least 1: {text!r}")
    return number


def seed(text: str) -> int:
    """An argument that is a whole number that random generators take."""
    if not text.isascii() or not text.isdigit() or int(text) >= 2**32:
        raise argparse.ArgumentTypeError(f"not a whole number from 0 to 4294967295: {text!r}")
    return int(text)


def finite(text: str) -> float:
    """An argument that is a finite number."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"not a number: {text!r}")
    return number


def positive_number(text: str) -> float:
    """An argument that is a finite number over 0."""
    number = finite(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"not a number over 0: {text!r}")
    return number


def image_size(text: str) -> tuple[int, int]:
    """An argument such as ``1920x1080`` as ``(width, height)``."""
    try:
        width, height = (int(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a size like 1920x1080: {text!r}") from None
    if width < 1 or height < 1:
        raise argparse.ArgumentTypeError(f"{text!r} has no pixels")
    return width, height
