"""Prepare the SynLoc data set, as ``mmsynloc download``, ``extract``, ``resize`` and ``check`` do."""

from mmsynloc.cli import run_command
from mmsynloc.utils import run_tool

DESCRIPTION = "Prepare the SynLoc data set: download, extract, resize, check (see docs/data.md)."

if __name__ == "__main__":
    run_tool(lambda: run_command(("download", "extract", "resize", "check"), DESCRIPTION))
