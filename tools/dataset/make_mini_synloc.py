"""Generate a small stand-in data set, as ``mmsynloc mini`` does."""

from mmsynloc.cli.mini import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
