"""Make a submission zip, or check one, as ``mmsynloc submit`` does."""

from mmsynloc.cli.submit import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
