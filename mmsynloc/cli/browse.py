"""Show augmented samples of a config, with their labels, as the network gets them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.cli.flags import add_config_options, positive, seed

__all__ = ["main"]


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument("config", help="a config file, or the name of one of ours: mmsynloc::yoloxpose_s_synloc.py")
    parser.add_argument("--out", type=Path, default=Path("work_dirs/browse"), help="folder (default: %(default)s)")
    parser.add_argument("--num", type=positive, default=12, help="number of samples (default: %(default)s)")
    parser.add_argument("--split", choices=["train", "val", "test"], default="train", help="default: %(default)s")
    parser.add_argument("--seed", type=seed, default=0, help="of the images and their augmentation")
    add_config_options(parser)
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    from mmsynloc.apis import load_config
    from mmsynloc.apis.samples import augmented_samples
    from mmsynloc.utils import check_folder

    cfg = load_config(args.config, args.cfg_options)
    check_folder(args.out, "--out")
    samples = augmented_samples(cfg, args.split, args.num, args.seed)
    from mmsynloc.visualization import draw_contact_sheet, save_overview

    name = Path(cfg.filename).stem
    height, width = samples[0].get("crops", samples[0]["img"][None]).shape[1:3]
    figure = draw_contact_sheet(samples, f"{name}: {len(samples)} samples of {args.split}, {width} x {height}")
    path = args.out / f"{name}_{args.split}.png"
    save_overview(figure, path, dpi=100)
    print(path)
