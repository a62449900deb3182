"""Score a checkpoint with LocSim, as ``mmsynloc test`` does."""

from mmsynloc.cli.test import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
