"""Fuse the results of several models on the ground, as ``mmsynloc ensemble`` does."""

from mmsynloc.cli.ensemble import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
