"""Write a model as an ONNX file, as ``mmsynloc export`` does."""

from mmsynloc.cli.export import main
from mmsynloc.utils import run_tool

if __name__ == "__main__":
    run_tool(main)
