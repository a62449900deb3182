"""A process that no longer answers, though it still exists; one that is killed is in test_tools/test_distributed.py."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_FREEZES = """
import os, signal, time
import torch.distributed as dist
from mmsynloc.engine.peers import watch_peers

dist.init_process_group("gloo")
watch_peers(beat_s=0.2, silent_s=3)
if dist.get_rank() == 1:
    os.kill(os.getpid(), signal.SIGSTOP)
time.sleep(200)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="stops a process by a signal")
def test_watch_peers__a_frozen_process_ends_the_others():
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    shared = dict(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(27000 + os.getpid() % 900), WORLD_SIZE="2", PYTHONPATH=paths)
    ranks = []
    for rank in ("0", "1"):
        environment = {**os.environ, **shared, "RANK": rank}
        command = [sys.executable, "-W", "ignore", "-c", _FREEZES]
        ranks.append(subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True))
    try:
        _, errors = ranks[0].communicate(timeout=120)
    finally:
        for process in ranks:
            process.kill()
    assert ranks[0].returncode == 1
    lines = [line for line in errors.splitlines() if line.startswith("error:")]
    assert len(lines) == 1
    assert lines[0].startswith("error: process 1 of 2 has not answered for 3 s; ")
