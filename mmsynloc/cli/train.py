"""Train a model, with the flags of MMPose's own tool."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mmsynloc.cli.flags import add_common_flags, apply_show_flags, positive, positive_number

__all__ = ["main"]

LOGGERS = ("wandb", "mlflow", "clearml")


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("config", help="a config file, or the name of one of ours: mmsynloc::yoloxpose_s_synloc.py")
    parser.add_argument(
        "--resume",
        nargs="?",
        const="auto",
        help="go on from this checkpoint, or without a value from the newest one of the work dir",
    )
    parser.add_argument(
        "--checkpoint-minutes",
        type=positive_number,
        metavar="MINUTES",
        help="write a checkpoint at least every so many minutes too, for sessions that may end at any time",
    )
    parser.add_argument(
        "--epochs", type=positive, metavar="N", help="train so many, with the whole schedule stretched to them"
    )
    parser.add_argument("--amp", action="store_true", help="automatic mixed precision")
    parser.add_argument("--no-validate", action="store_true", help="do not validate during training")
    parser.add_argument(
        "--auto-scale-lr", action="store_true", help="scale the learning rate to the real total batch size"
    )
    parser.add_argument(
        "--gpu-memory",
        type=positive_number,
        metavar="GB",
        help="set batch size, gradient accumulation and learning rate for GPUs of this memory: 8, 16, 24, 80 ...",
    )
    parser.add_argument(
        "--log",
        nargs="+",
        choices=LOGGERS,
        metavar="TOOL",
        help=f"also log to {', '.join(LOGGERS)}; TensorBoard files are written in any case",
    )
    add_common_flags(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.apis import build_runner, load_config
    from mmsynloc.apis.gpu_memory import fit_to_gpu_memory, learning_rate_notes, scale_learning_rate
    from mmsynloc.apis.loggers import add_loggers
    from mmsynloc.apis.schedule import stretch_schedule
    from mmsynloc.apis.training import add_timed_checkpoints, use_mixed_precision

    cfg = load_config(args.config, args.cfg_options, args.work_dir)
    apply_show_flags(cfg, args)
    if args.epochs is not None:
        stretch_schedule(cfg, args.epochs)
    if args.no_validate:
        cfg.val_cfg = cfg.val_dataloader = cfg.val_evaluator = None
    if args.amp:
        use_mixed_precision(cfg)
    if args.resume is not None:
        cfg.resume = True
        cfg.load_from = None if args.resume == "auto" else args.resume
    if args.checkpoint_minutes is not None:
        add_timed_checkpoints(cfg, args.checkpoint_minutes)
    add_loggers(cfg, args.log or ())
    if args.auto_scale_lr:
        scale_learning_rate(cfg)
    notes = learning_rate_notes(cfg) if args.gpu_memory is None else fit_to_gpu_memory(cfg, args.gpu_memory)
    build_runner(cfg, training=True, notes=notes).train()
