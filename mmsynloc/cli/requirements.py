"""Print the path of a list of packages: those of OpenMMLab, for pip install --no-deps -r."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import mmsynloc

__all__ = ["main"]


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    text = "those that an exported model needs in mmsynloc infer, for pip install -r"
    parser.add_argument("--inference", action="store_true", help=text)
    name = "inference.txt" if parser.parse_args(argv).inference else "openmmlab.txt"
    print(Path(mmsynloc.__file__).parent / ".mim" / "requirements" / name)
