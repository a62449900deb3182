"""Train a model, as ``mmsynloc train`` does."""

from mmsynloc.cli.train import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
