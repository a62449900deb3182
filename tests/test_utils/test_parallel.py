from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmsynloc.utils import UserError, parallel_map


def _square(number: int) -> int:
    return number * number


def _die_at_30(number: int) -> int:
    if number == 30:
        os._exit(1)  # as the system does to a process that takes too much memory
    return number


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 50])
def test_parallel_map__keeps_the_order(workers, count):
    assert list(parallel_map(_square, range(count), workers)) == [n * n for n in range(count)]


def test_parallel_map__a_dead_worker_is_one_line():
    with pytest.raises(UserError, match="a worker process died"):
        list(parallel_map(_die_at_30, range(50), 2))


_SCRIPT = """
import sys, time
from contextlib import closing
from pathlib import Path
from mmsynloc.utils import atomic_write, parallel_map, run_tool

def write(path):
    with atomic_write(path) as temporary:
        temporary.write_text("half")
        time.sleep(0.3)
        temporary.write_text("whole")

def main():
    with closing(parallel_map(write, [Path(sys.argv[1]) / f"{i}.txt" for i in range(400)], 2, chunk_size=4)) as results:
        for _ in results:
            pass

if __name__ == "__main__":
    run_tool(main)
"""


def _start_script(folder: Path) -> tuple[subprocess.Popen, Path]:
    """The script at work, in a process group of its own, and the folder that it writes."""
    (folder / "script.py").write_text(_SCRIPT)
    out = folder / "out"
    out.mkdir()
    environment = dict(os.environ, PYTHONPATH=str(Path(__file__).parents[2]))
    process = subprocess.Popen(
        [sys.executable, str(folder / "script.py"), str(out)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        start_new_session=True,
    )
    while not (list(out.glob("[0-9]*.txt")) or process.poll() is not None):
        time.sleep(0.05)
    return process, out


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX's")
@pytest.mark.parametrize("to_all", [True, False])
def test_parallel_map__interrupt_is_one_line_and_leaves_nothing_half_written(tmp_path, to_all):
    process, out = _start_script(tmp_path)
    # Ctrl-C on a terminal reaches the whole group, a scheduler's signal the process alone
    (os.killpg if to_all else os.kill)(process.pid, signal.SIGINT)
    error = process.communicate(timeout=100)[1]
    assert (process.returncode, error) == (130, "interrupted\n")
    assert {path.read_text() for path in out.iterdir()} == {"whole"}
    assert len(list(out.iterdir())) < 400


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX's")
def test_parallel_map__processes_end_with_one_that_was_killed(tmp_path):
    process, out = _start_script(tmp_path)
    process.kill()
    # The pipe is open as long as a worker has it; 400 files would take them a minute
    error = process.communicate(timeout=30)[1]
    assert "Traceback" not in error
    assert {path.read_text() for path in out.iterdir()} == {"whole"}
    assert len(list(out.iterdir())) < 400
