"""Convert to and from other tools, as ``mmsynloc convert`` does."""

from mmsynloc.cli.convert import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
