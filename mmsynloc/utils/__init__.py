"""Small helpers that every part shares: clear errors and files that are never half-written."""

from mmsynloc.utils.errors import UserError, first_line, run_tool
from mmsynloc.utils.file_names import undecodable
from mmsynloc.utils.files import atomic_write, dump_json, file_sha256, refuse_overwriting, refuse_same_output
from mmsynloc.utils.known_settings import refuse_unknown
from mmsynloc.utils.parallel import parallel_map
from mmsynloc.utils.setup_env import register_all_modules
from mmsynloc.utils.writable import check_file, check_folder

__all__ = [
    "UserError",
    "atomic_write",
    "check_file",
    "check_folder",
    "dump_json",
    "file_sha256",
    "first_line",
    "parallel_map",
    "refuse_overwriting",
    "refuse_same_output",
    "refuse_unknown",
    "register_all_modules",
    "run_tool",
    "undecodable",
]
