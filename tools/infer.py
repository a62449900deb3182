"""Positions of athletes in images and video, as ``mmsynloc infer`` does."""

from mmsynloc.cli.infer import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
