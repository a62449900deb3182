"""Score a checkpoint with LocSim, with the flags of MMPose's own tool."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmsynloc.cli.flags import add_common_flags, apply_show_flags
from mmsynloc.utils import UserError, dump_json

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
    parser.add_argument("--out", help="write the statistics to this JSON file")
    parser.add_argument("--dump", help="write the predictions to this pickle file, for offline evaluation")
    add_common_flags(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmengine.dist import is_main_process

    from mmsynloc.apis import build_runner, check_checkpoint, load_config
    from mmsynloc.apis.prediction import official_names
    from mmsynloc.config_scope import checkpoint_path

    cfg = load_config(args.config, args.cfg_options, args.work_dir)
    apply_show_flags(cfg, args)
    cfg.load_from = checkpoint_path(args.checkpoint)
    check_checkpoint(cfg.load_from)
    if args.dump is not None:
        if not args.dump.endswith((".pkl", ".pickle")):
            raise UserError(f"--dump {args.dump}: the file must end in .pkl or .pickle")
        evaluator = f"{args.split}_evaluator"
        cfg[evaluator] = [cfg[evaluator], dict(type="DumpResults", out_file_path=args.dump)]
    runner = build_runner(cfg)
    metrics = runner.val() if args.split == "val" else runner.test()
    if args.out and is_main_process():
        dump_json({"stats": official_names(metrics)}, args.out, indent=1)
