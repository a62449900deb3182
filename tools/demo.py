"""Run the whole job in minutes on a CPU, as ``mmsynloc demo`` does."""

from mmsynloc.cli.demo import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
