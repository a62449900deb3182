"""Where the threshold of a checkpoint is kept and found."""

from __future__ import annotations

import json

import pytest

from mmsynloc.engine.hooks.score_threshold_hook import THRESHOLD_KEY, stored_threshold, threshold_file
from mmsynloc.utils import UserError

HUB = {"message_hub": {"runtime_info": {THRESHOLD_KEY: 0.3}}}


@pytest.mark.parametrize("checkpoint", [None, {}, {"state_dict": {}}, {"message_hub": {"runtime_info": {}}}, [1]])
def test_stored_threshold__nowhere(tmp_path, checkpoint):
    assert stored_threshold(tmp_path / "a.pth", checkpoint) is None


def test_stored_threshold__in_the_checkpoint(tmp_path):
    assert stored_threshold(tmp_path / "a.pth", HUB) == 0.3
    assert stored_threshold(None, HUB) == 0.3


def test_stored_threshold__the_file_beside_it_is_newer(tmp_path):
    # A periodic checkpoint is saved before its own validation, so it still holds the threshold of the one before.
    threshold_file(tmp_path / "a.pth").write_text(json.dumps({"score_threshold": 0.7}))
    assert stored_threshold(tmp_path / "a.pth", HUB) == 0.7
    assert stored_threshold(tmp_path / "b.pth", HUB) == 0.3


@pytest.mark.parametrize("text", ["{}", '{"score_threshold": "x"}', "[1]", "{"])
def test_stored_threshold__broken_file_is_named(tmp_path, text):
    threshold_file(tmp_path / "a.pth").write_text(text)
    with pytest.raises(UserError, match=r"a\.locsim\.json"):
        stored_threshold(tmp_path / "a.pth", HUB)
