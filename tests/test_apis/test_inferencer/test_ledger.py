"""The files in which a run keeps what it has found."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest

from mmsynloc.apis.inferencer.frames import Problem
from mmsynloc.apis.inferencer.ledger import Ledger, Parts, claim_parts, other_parts, parts_folder, release_parts
from mmsynloc.structures import FramePositions
from mmsynloc.utils import UserError
from tests.synloc_files import camera

RUN = {"input": ["a"], "--every": 1}


def positions(index: int, count: int = 1) -> FramePositions:
    boxes = np.arange(4.0) * np.ones((count, 1)) + index
    points = np.zeros((count, 2, 2))
    return FramePositions(index, index, f"{index}.jpg", boxes, points, points[:, 0], np.full(count, 0.5), camera())


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out" / "positions.csv"


def write(out, indices, shard=0, shards=1, run=RUN, resume=False, finish=True) -> set[int]:
    ledger = Ledger(out, shard, shards, run, resume)
    done = set(ledger.done)
    for index in indices:
        ledger.append(positions(index))
    if finish:
        ledger.finish([])
    ledger.close()
    return done


def test_ledger__empty_run(out):
    write(out, [])
    folder = claim_parts(out, 1, RUN)
    assert folder is not None
    assert list(Parts(folder, 1)) == []
    release_parts(out, keep=False)
    assert list(out.parent.iterdir()) == []


def test_parts__are_in_the_order_of_the_input(out):
    write(out, [0, 2, 4], 0, 2)
    assert claim_parts(out, 2, RUN) is None  # the other process has not begun
    write(out, [1, 5], 1, 2, finish=False)
    assert claim_parts(out, 2, RUN) is None  # nor is it through
    assert write(out, [3], 1, 2, resume=True) == {1, 5}
    folder = claim_parts(out, 2, RUN)
    assert folder is not None
    assert claim_parts(out, 2, RUN) is None  # only one process takes them over
    assert [frame.index for frame in Parts(folder, 2)] == [0, 1, 2, 3, 4, 5]
    assert len(Parts(folder, 2)) == 6


def test_ledger__killed_while_writing(out):
    write(out, [0, 1], finish=False)
    path = parts_folder(out) / "0-of-1.jsonl"
    os.truncate(path, path.stat().st_size - 10)
    assert write(out, [1, 2], resume=True) == {0}
    assert [frame.index for frame in Parts(parts_folder(out), 1)] == [0, 1, 2]


def test_ledger__killed_while_merging(out):
    write(out, [0])
    assert claim_parts(out, 1, RUN) is not None
    ledger = Ledger(out, 0, 1, RUN, resume=True)
    assert (ledger.done, ledger.complete) == ({0}, True)
    ledger.close()


def test_ledger__with_problems_is_not_complete(out):
    ledger = Ledger(out, 0, 1, RUN, resume=False)
    ledger.finish([Problem("a.jpg", "is broken")])
    ledger.close()
    assert claim_parts(out, 1, RUN) is not None
    release_parts(out, keep=True)
    ledger = Ledger(out, 0, 1, RUN, resume=True)
    assert not ledger.complete
    ledger.close()


def test_ledger__looks_unfinished_while_problems_are_tried_again(out):
    for shard in range(2):
        ledger = Ledger(out, shard, 2, RUN, resume=False)
        ledger.finish([Problem("a.jpg", "is broken")] if shard == 0 else [])
        ledger.close()
    again = Ledger(out, 0, 2, RUN, resume=True)
    assert claim_parts(out, 2, RUN) is None
    again.finish([])
    again.close()
    folder = claim_parts(out, 2, RUN)
    assert folder is not None
    assert Parts(folder, 2).problems == []


@pytest.mark.parametrize("resume", [True, False])
def test_ledger__killed_while_merging_and_begun_anew(out, resume):
    write(out, [0])
    assert claim_parts(out, 1, RUN) is not None
    write(out, [1])  # removes what was left
    assert write(out, [2], resume=resume) == ({1} if resume else set())
    folder = claim_parts(out, 1, RUN)
    assert folder is not None
    assert len(Parts(folder, 1)) == (2 if resume else 1)


def test_claim_parts__something_is_in_the_way(out):
    write(out, [0])
    out.with_name("positions.csv.merging").write_text("mine")
    with pytest.raises(UserError, match=r"positions\.csv\.merging: is in the way of the ledgers"):
        claim_parts(out, 1, RUN)
    assert parts_folder(out).is_dir()


def test_ledger__without_resume_starts_anew(out):
    write(out, [0, 1])
    assert write(out, [5]) == set()
    assert [frame.index for frame in Parts(parts_folder(out), 1)] == [5]


def test_ledger__of_another_run(out):
    write(out, [0])
    with pytest.raises(UserError, match=r"0-of-1.jsonl: it is of a run with another --every; leave out --resume"):
        Ledger(out, 0, 1, {**RUN, "--every": 2}, resume=True)
    write(out, [0], 0, 2)
    write(out, [1], 1, 2, run={**RUN, "--every": 2})
    assert claim_parts(out, 2, RUN) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "is damaged"),
        (b"{}", "is damaged"),
        (b"{}\n", "of a run"),
        (b"no JSON\n", "line 1 is damaged"),
        (b'{"run": {"\xff": 1}}\n', "line 1 is damaged"),
    ],
)
def test_ledger__damaged(out, text, reason):
    parts_folder(out).mkdir(parents=True)
    (parts_folder(out) / "0-of-1.jsonl").write_bytes(text)
    with pytest.raises(UserError, match=reason):
        Ledger(out, 0, 1, RUN, resume=True)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
@pytest.mark.parametrize("resume", [False, True])
def test_ledger__of_one_process_at_a_time(out, resume):
    first = Ledger(out, 0, 1, RUN, resume=False)
    first.append(positions(0))
    before = first.path.read_bytes()
    with pytest.raises(UserError, match=r"positions\.csv: another process is writing it"):
        Ledger(out, 0, 1, RUN, resume=resume)
    assert first.path.read_bytes() == before
    first.close()
    assert write(out, [1], resume=True) == {0}


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the device that is always full is Linux's")
def test_ledger__full_disk(out):
    ledger = Ledger(out, 0, 1, RUN, resume=False)
    ledger.close()
    ledger._file = open("/dev/full", "wb", buffering=0)  # noqa: SIM115
    with pytest.raises(UserError, match=r"0-of-1.jsonl: cannot be used: No space left on device"):
        ledger.append(positions(0))
    ledger.close()


def test_ledger__folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be used"):
        Ledger(tmp_path / "file" / "positions.csv", 0, 1, RUN, resume=False)


def test_other_parts__tells_what_a_shared_run_waits_for_in_vain(out):
    write(out, [0], 0, 2)
    assert other_parts(out, 2, RUN) == []
    write(out, [1], 1, 2, {**RUN, "--every": 2})
    write(out, [1], 1, 3)
    assert claim_parts(out, 2, RUN) is None
    different, number = other_parts(out, 2, RUN)
    assert different.endswith("1-of-2.jsonl: it is of a run with another --every")
    assert number.endswith("1-of-3.jsonl: is of a run in another number of parts")
    (parts_folder(out) / "1-of-2.jsonl").write_bytes(b"")  # only just begun
    assert len(other_parts(out, 2, RUN)) == 1
