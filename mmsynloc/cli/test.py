"""Score a checkpoint with LocSim, with the flags of MMPose's own tool."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmsynloc.cli.flags import add_common_flags, add_stage_flags, apply_show_flags, apply_stage_flags
from mmsynloc.utils import UserError, dump_json, refuse_overwriting, refuse_same_output

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("config", help="a config file, or the name of one of ours: mmsynloc::yoloxpose_s_synloc.py")
    parser.add_argument("checkpoint", help="checkpoint file, or ours: mmsynloc::demo_synloc.pth")
    parser.add_argument(
        "--split",
        choices=["val", "test"],
        default="test",
        help="val chooses the score threshold and keeps it beside the checkpoint; test uses it unchanged",
    )
    parser.add_argument(
        "--trial", action="store_true", help="with --split val: leave the threshold beside the checkpoint as it is"
    )
    parser.add_argument("--out", metavar="FILE", help="write the predictions as JSON, which `evaluate` reads")
    parser.add_argument("--stats", metavar="FILE", help="write the statistics as JSON")
    add_stage_flags(parser)
    add_common_flags(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmengine.dist import is_main_process

    from mmsynloc.apis import load_config
    from mmsynloc.apis.prediction import score_split
    from mmsynloc.apis.settings import annotation_files
    from mmsynloc.apis.test_options import keep_no_threshold
    from mmsynloc.utils import check_file

    cfg = load_config(args.config, args.cfg_options, args.work_dir)
    apply_show_flags(cfg, args)
    apply_stage_flags(cfg, args)
    if args.trial:
        if args.split != "val":
            raise UserError("--trial: only a validation (--split val) chooses a threshold")
        keep_no_threshold(cfg)
    _check_outputs(args, annotation_files(cfg))
    if args.stats is not None:
        check_file(args.stats, "--stats")
    stats, _ = score_split(cfg, args.split, args.checkpoint, args.out)
    if args.stats is not None and is_main_process():
        dump_json({"stats": stats}, args.stats, indent=1)


def _check_outputs(args: argparse.Namespace, annotations: Sequence[str]) -> None:
    """Refuse outputs that are inputs, or each other."""
    read = [args.config, args.checkpoint, args.detections, *annotations]
    for flag, written in (("--out", args.out), ("--stats", args.stats)):
        refuse_overwriting(flag, written, read)
    refuse_same_output("--stats", args.stats, "--out", args.out)
