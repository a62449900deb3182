"""Shrink a checkpoint to its weights, as ``mmsynloc publish`` does."""

from mmsynloc.cli.publish import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
