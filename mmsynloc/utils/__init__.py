"""Small helpers that every part shares: clear errors and files that are never half-written."""

from mmsynloc.utils.errors import UserError, run_tool
from mmsynloc.utils.files import atomic_write, dump_json, load_json

__all__ = ["UserError", "atomic_write", "dump_json", "load_json", "run_tool"]
