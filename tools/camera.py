"""Look at a camera file: draw the pitch over an image, and convert it, as ``mmsynloc camera`` does."""

from mmsynloc.cli.camera import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
