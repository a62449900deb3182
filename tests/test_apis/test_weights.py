"""Weights of the package, and checkpoints made small."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from mmsynloc.apis.weights import join_stages, slim_checkpoint
from mmsynloc.config_scope import WEIGHTS_DIR, checkpoint_path
from mmsynloc.utils import UserError


def test_checkpoint_path__files_and_addresses_pass():
    for name in ("work_dirs/epoch_1.pth", "https://example.org/model.pth"):
        assert checkpoint_path(name) == name


@pytest.mark.parametrize("name", ["mmsynloc::nothing.pth", "mmsynloc::../version.py", "mmsynloc::"])
def test_checkpoint_path__unknown_name_lists_ours(name):
    with pytest.raises(UserError, match=r"no such weights\. The package carries .*mmsynloc::demo_synloc\.pth"):
        checkpoint_path(name)


def test_checkpoint_path__ours_is_small_and_comes_with_its_threshold():
    path = WEIGHTS_DIR / "demo_synloc.pth"
    assert checkpoint_path("mmsynloc::demo_synloc.pth") == str(path)
    assert path.stat().st_size <= 10e6
    assert path.with_suffix(".locsim.json").is_file()


def _save(path, **weights):
    optimizer = {"state": torch.randn(1000)}
    torch.save({"state_dict": weights, "optimizer": optimizer, "meta": {"epoch": 3}}, path)
    return str(path)


def test_join_stages__one_model_of_two(tmp_path):
    detector = _save(tmp_path / "a.pth", **{"conv.weight": torch.ones(2, 2)})
    second = _save(tmp_path / "b.pth", **{"conv.weight": torch.zeros(2, 2), "detector.conv.weight": torch.rand(2, 2)})
    join_stages(detector, second, tmp_path / "c.pth")
    joined = torch.load(tmp_path / "c.pth", weights_only=True)["state_dict"]
    assert set(joined) == {"conv.weight", "detector.conv.weight"}
    assert float(joined["conv.weight"].sum()) == 0
    assert float(joined["detector.conv.weight"].sum()) == 4
    with pytest.raises(UserError, match="download the file first"):
        join_stages("https://example.org/a.pth", second, tmp_path / "c.pth")


def test_slim_checkpoint__keeps_what_needs_the_range(tmp_path):
    torch.manual_seed(0)
    weights = {
        "conv.weight": torch.randn(8, 4, 3, 3),
        "bn.running_var": torch.tensor([1e-8, 1e6]),  # beyond half precision on both sides
        "bn.num_batches_tracked": torch.tensor(70_000),
    }
    size = slim_checkpoint(_save(tmp_path / "epoch_1.pth", **weights), tmp_path / "slim.pth")
    slim = torch.load(tmp_path / "slim.pth", weights_only=True)
    assert set(slim) == {"state_dict", "meta"}
    assert size == (tmp_path / "slim.pth").stat().st_size < (tmp_path / "epoch_1.pth").stat().st_size
    assert slim["state_dict"]["conv.weight"].dtype == torch.float16
    # half precision has 11 bits
    torch.testing.assert_close(slim["state_dict"]["conv.weight"].float(), weights["conv.weight"], rtol=2**-11, atol=0)
    for name in ("bn.running_var", "bn.num_batches_tracked"):
        assert torch.equal(slim["state_dict"][name], weights[name])


def test_slim_checkpoint__a_former_threshold_does_not_stay(tmp_path):
    (tmp_path / "slim.locsim.json").write_text('{"score_threshold": 0.4}')
    slim_checkpoint(_save(tmp_path / "epoch_1.pth", weight=torch.ones(2, 2)), tmp_path / "slim.pth")
    assert not (tmp_path / "slim.locsim.json").exists()


def test_slim_checkpoint__bad_input_writes_nothing(tmp_path):
    out = tmp_path / "slim.pth"
    cases = {
        str(tmp_path / "none.pth"): "no such checkpoint",
        "https://example.org/model.pth": "an address; download the file first",
        _save(tmp_path / "empty.pth"): "no weights: its state_dict is empty",
        _save(
            tmp_path / "large.pth", weight=torch.full((2, 2), 1e9)
        ): r"large\.pth: weight: a weight is beyond the range",
        _save(tmp_path / "nan.pth", bias=torch.tensor([float("nan")])): r"nan\.pth: bias: .*not numbers \(NaN\)",
        _save(tmp_path / "sparse.pth", weight=torch.eye(2).to_sparse()): r"sparse\.pth: weight: a sparse tensor",
    }
    torch.save([1, 2], tmp_path / "list.pth")
    cases[str(tmp_path / "list.pth")] = "it holds a list"
    for checkpoint, message in cases.items():
        with pytest.raises(UserError, match=message):
            slim_checkpoint(checkpoint, out)
    assert not out.exists()


def test_slim_checkpoint__where_it_can_be_written(tmp_path):
    checkpoint = _save(tmp_path / "epoch_1.pth", weight=torch.ones(2, 2))
    slim_checkpoint(checkpoint, tmp_path / "w")  # without a suffix
    assert torch.load(tmp_path / "w", weights_only=True)["state_dict"]["weight"].shape == (2, 2)
    with pytest.raises(UserError, match="cannot be written: a folder, not a file"):
        slim_checkpoint(checkpoint, tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_slim_checkpoint__full_disk(tmp_path):
    with pytest.raises(UserError, match=r"^/dev/full: cannot be written: No space left"):
        slim_checkpoint(_save(tmp_path / "epoch_1.pth", weight=torch.ones(2, 2)), "/dev/full")


@pytest.mark.parametrize(
    ("weight", "message"),
    [(torch.tensor([1.0, float("inf")]), "infinite"), (torch.zeros(2, 2, device="meta"), "a shape but no numbers")],
)
def test_slim_checkpoint__weights_without_a_value(tmp_path, weight, message):
    path = _save(tmp_path / "a.pth", weight=weight)
    with pytest.raises(UserError, match=rf"a\.pth: weight: has .*{message}"):
        slim_checkpoint(path, tmp_path / "b.pth")
    assert not (tmp_path / "b.pth").exists()


def test_slim_checkpoint__numbers_of_8_bits(tmp_path):
    path = _save(tmp_path / "a.pth", weight=torch.zeros(2, 2).to(torch.float8_e4m3fn))
    with pytest.raises(UserError, match=r"a\.pth: weight: numbers of 8 bits"):
        slim_checkpoint(path, tmp_path / "b.pth")
