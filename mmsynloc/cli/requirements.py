"""Print the path of the list of OpenMMLab packages, for pip install --no-deps -r."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import mmsynloc

__all__ = ["main"]


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    argparse.ArgumentParser(prog=prog, description=__doc__).parse_args(argv)
    print(Path(mmsynloc.__file__).parent / ".mim" / "requirements" / "openmmlab.txt")
