"""Python entry points: what the tools call."""

from mmsynloc.apis.run_config import build_runner, check_checkpoint, load_config

__all__ = ["build_runner", "check_checkpoint", "load_config"]
