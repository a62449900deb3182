"""Show augmented samples with their labels, as ``mmsynloc browse`` does."""

from mmsynloc.cli.browse import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
