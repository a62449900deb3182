"""Score saved predictions, without a model, as ``mmsynloc evaluate`` does."""

from mmsynloc.cli.evaluate import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
