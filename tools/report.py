"""Show where results lose points, as ``mmsynloc report`` does."""

from mmsynloc.cli.report import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
