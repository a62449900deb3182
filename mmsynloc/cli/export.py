"""Write a model as ONNX: one file from images and cameras to positions on the pitch, or one for each of two stages."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from mmsynloc.cli.flags import add_config_options, image_size, positive
from mmsynloc.utils import UserError, refuse_overwriting

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("config", help="a config file, or the name of one of ours: mmsynloc::yoloxpose_s_synloc.py")
    parser.add_argument("checkpoint", help="checkpoint file, or ours: mmsynloc::demo_synloc.pth")
    parser.add_argument("--out", required=True, metavar="FILE", help="the file to write, for example model.onnx")
    parser.add_argument(
        "--image-size",
        type=image_size,
        metavar="WxH",
        help="the network's input, for example 1920x1088 (default: that of the config's test data set)",
    )
    parser.add_argument("--opset", type=positive, default=17, help="version of ONNX's operators (default: 17)")
    parser.add_argument(
        "--max-detections", type=positive, default=100, help="of an image (default: 100, as many as the metric counts)"
    )
    add_config_options(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.export import export_onnx
    from mmsynloc.utils import check_file

    check_file(args.out, "--out")
    if not args.out.endswith(".onnx"):
        raise UserError(f"--out {args.out}: name a file that ends in .onnx")
    refuse_overwriting("--out", args.out, [args.config, args.checkpoint])
    written = export_onnx(
        args.config, args.checkpoint, args.out, args.image_size, args.opset, args.max_detections, args.cfg_options
    )
    left_out = next(iter(written.values())).get("left_out")
    if left_out:
        print(
            f"WARNING  {left_out} of test_cfg are not exported; choose the score threshold without them (--tiles none, "
            "--cfg-options), with mmsynloc test --split val, and export again",
            file=sys.stderr,
        )
    for path, about in written.items():
        size = about["input_size"].strip("[]").replace(", ", "x")
        threshold = about.get("score_threshold")
        chosen = "" if threshold is None else f", score threshold {float(threshold):.4f}"
        print(f"{path}: {about['stage']}, input {size}{chosen}")
