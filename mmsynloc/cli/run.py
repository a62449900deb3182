"""Run a tool that MMPose or MMDetection ships, with the modules and configs of this package known to it."""

from __future__ import annotations

import argparse
import difflib
import importlib.util
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path

from mmsynloc.utils import UserError

__all__ = ["main", "tool_path"]

_PACKAGES = ("mmpose", "mmdet")


def parse_args(argv: Sequence[str] | None, prog: str | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=__doc__)
    parser.add_argument(
        "tool", nargs="?", help="its name, as browse_dataset (MMPose's) or mmdet:browse_dataset; without one, list all"
    )
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="of the tool; --help shows them")
    return parser.parse_args(argv)


def _tools(package: str) -> dict[str, Path]:
    """The package's tools by their name and by their path below its folder of tools."""
    spec = importlib.util.find_spec(package)
    roots = [Path(root) for root in (spec.submodule_search_locations or ())] if spec else []
    # where an installed package carries them, and where a repository has them
    folders = [folder for root in roots for folder in (root / ".mim" / "tools", root.parent / "tools")]
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is None:
        raise UserError(f"{package}: not installed with its tools")
    found = sorted(folder.rglob("*.py"), key=lambda path: len(path.parts), reverse=True)  # of one name, the uppermost
    by_path = {path.relative_to(folder).with_suffix("").as_posix(): path for path in found}
    return {path.stem: path for path in found} | by_path


def tool_path(name: str) -> Path:
    """The file of a tool.

    Args:
        name: ``tool`` or ``package:tool``; the tool by its file name or by its path below the folder of tools.

    Raises:
        UserError: there is no such package or tool; the message lists the nearest.
    """
    package, _, tool = name.rpartition(":")
    package = package or _PACKAGES[0]
    if package not in _PACKAGES:
        raise UserError(f"{name}: tools are those of {' and '.join(_PACKAGES)}, not of {package!r}")
    tools = _tools(package)
    tool = tool.removesuffix(".py")
    if tool not in tools:
        near = difflib.get_close_matches(tool, {path.stem for path in tools.values()}, n=3)
        hint = f"do you mean {' or '.join(near)}?" if near else "`mmsynloc run` lists them all"
        raise UserError(f"{name}: {package} has no such tool; {hint}")
    return tools[tool]


def main(argv: Sequence[str] | None = None, prog: str | None = None) -> None:
    args = parse_args(argv, prog)
    if args.tool is None:
        for package in _PACKAGES:
            print(f"{package}: {', '.join(sorted({path.stem for path in _tools(package).values()}))}")
        return
    path = tool_path(args.tool)
    import mmsynloc  # noqa: F401  registries and configs know ours from now on

    sys.argv = [str(path), *args.arguments]
    runpy.run_path(str(path), run_name="__main__")
