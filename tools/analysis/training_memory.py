"""Estimate what a training needs of a GPU's memory, and the largest batches that fit; no GPU is needed for it."""

from __future__ import annotations

import argparse

from mmsynloc.cli.flags import positive_number
from mmsynloc.utils import run_tool


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("configs", nargs="+", metavar="CONFIG", help="config files, or names such as mmsynloc::NAME.py")
    parser.add_argument("--gpu-memory", nargs="+", type=positive_number, default=[16, 24, 40, 80], metavar="GB")
    args = parser.parse_args()
    from mmsynloc.apis import load_config
    from mmsynloc.apis.model_cost import model_cost
    from mmsynloc.apis.training import use_mixed_precision
    from mmsynloc.apis.training_memory import largest_input, training_memory

    print("| config | parameters | GFLOPs | largest input | precision | GiB an image | beside |", end="")
    print("".join(f" batch, {memory:g} GB |" for memory in args.gpu_memory))
    print("|---|---:|---:|---|---|---:|---:|" + "---:|" * len(args.gpu_memory))
    for name in args.configs:
        for precision in ("float32", "--amp"):
            cfg = load_config(name)
            if precision == "--amp":
                use_mixed_precision(cfg)
            cost, needs = model_cost(cfg), training_memory(cfg)
            size = "{} x {}".format(*largest_input(cfg))
            cells = [name.removeprefix("mmsynloc::"), f"{cost.parameters:,}", f"{cost.gflops:.1f}", size, precision]
            cells += [f"{needs.image:.2f}", f"{needs.fixed:.1f}"]
            cells += [str(needs.largest_batch(memory)) for memory in args.gpu_memory]
            print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    run_tool(main)
