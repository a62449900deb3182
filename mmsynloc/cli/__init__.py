"""The ``mmsynloc`` command: a module for each sub-command, imported only when it is chosen.

Each module has ``main(argv, prog)``, which the scripts in ``tools/`` call too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module

from mmsynloc.utils import run_tool
from mmsynloc.version import __version__

__all__ = ["COMMANDS", "main", "run_command"]

COMMANDS = {
    "train": "train a model",
    "test": "score a checkpoint with LocSim",
    "infer": "positions of athletes in images and video",
    "evaluate": "score saved predictions, without a model",
    "report": "show where results lose points, as a page",
    "ensemble": "fuse the results of several models on the ground",
    "submit": "make a submission zip, or check one",
    "browse": "show augmented training samples with their labels",
    "check": "check that the data set is complete, readable and consistent",
    "download": "fetch the official zips and test them",
    "extract": "unpack the zips to the official layout",
    "resize": "write smaller copies of the images",
    "convert": "convert to and from YOLO-pose, COCO and other tools",
    "mini": "generate a small stand-in data set in the official layout",
    "camera": "draw the pitch over an image as a camera file says, and convert cameras",
    "venue": "make a labelled data set for your own venue from photographs of it",
    "demo": "the whole job in minutes on a CPU",
    "run": "run a tool of MMPose or MMDetection on our configs",
    "export": "write a model as an ONNX file, which runs without torch",
    "publish": "shrink a checkpoint to its weights",
    "requirements": "print the path of the list of OpenMMLab packages to install",
}


def run_command(
    names: Iterable[str], description: str, argv: Sequence[str] | None = None, prog: str | None = None
) -> int | None:
    """Run the sub-command that the first argument names.

    Args:
        names: those of :data:`COMMANDS` to choose from.
        description: of them together, for ``--help``.
        argv: the arguments; by default those of the process.
        prog: name of the program in messages; by default the script's.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(prog=prog, description=description)
    parser.add_argument("--version", action="version", version=f"mmsynloc {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name in names:
        commands.add_parser(name, help=COMMANDS[name], add_help=False)
    argv = sys.argv[1:] if argv is None else argv
    command = parser.parse_args(argv[:1]).command
    return import_module(f"mmsynloc.cli.{command}").main(argv[1:], f"{parser.prog} {command}")


def main() -> None:
    """The ``mmsynloc`` command; exits with the sub-command's status."""
    run_tool(lambda: run_command(COMMANDS, "Athletes' positions on the pitch, in metres.", prog="mmsynloc"))
