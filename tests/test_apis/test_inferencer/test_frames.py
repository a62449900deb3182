"""Which frames are taken."""

from __future__ import annotations

from mmsynloc.apis.inferencer.frames import Selection


def test_selection__shards_share_the_frames():
    parts = [Selection(every=2, max_frames=7, shard=i, shards=3) for i in range(3)]
    taken = [[i for i in range(20) if not part.ends_before(i) and part.wants(i)] for part in parts]
    assert sorted(index for indices in taken for index in indices) == [0, 2, 4, 6, 8, 10, 12]
    assert [part.count(20) for part in parts] == [len(indices) for indices in taken] == [3, 2, 2]
    assert Selection(max_frames=7).count(3) == 3
