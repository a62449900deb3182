"""Make a labelled data set for your own venue, as ``mmsynloc venue`` does."""

from mmsynloc.cli.venue import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
