"""The tools as a user runs them, on a data set of a few small images."""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import mmengine.runner  # noqa: F401  from now on torch.load knows what MMEngine's checkpoints hold
import pytest
import torch

from mmsynloc.apis.submission_check import check_submission
from mmsynloc.evaluation import score_files
from tests.synloc_files import write_split

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "configs/demo/demo_synloc.py"
SMALL = [
    "train_dataloader.batch_size=2",
    "train_dataloader.num_workers=0",
    "train_dataloader.persistent_workers=False",
    "train_dataloader.dataset.input_size=64,64",
    "val_dataloader.num_workers=0",
    "val_dataloader.persistent_workers=False",
    "val_dataloader.dataset.input_size=192,128",
    "test_dataloader.num_workers=0",
    "test_dataloader.persistent_workers=False",
    "test_dataloader.dataset.input_size=192,128",
    "train_cfg.max_epochs=2",
    "train_cfg.val_interval=1",
    "default_hooks.checkpoint.interval=1",
]


def run(arguments: list, root: Path, cwd: Path, launcher: tuple = ()) -> subprocess.CompletedProcess:
    environment = {**os.environ, "SYNLOC_ROOT": str(root), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-W", "ignore", *launcher, *map(str, arguments)]
    done = subprocess.run(command, env=environment, cwd=cwd, capture_output=True, text=True, timeout=600)
    # without onedl-mmdetection's greeting
    done.stdout = "".join(line for line in done.stdout.splitlines(keepends=True) if "OneDL" not in line)
    return done


@pytest.fixture(scope="module")
def data_root(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("synloc")
    people = [[(0, 0), (5, 10)], [(-5, -8)], [], [(3, 3), (-3, 3), (0, -10)], [(8, 0)]]
    for split, count in {"train": 5, "val": 4, "test": 3, "challenge": 2}.items():
        write_split(root, split, people[:count])
    return root


@pytest.fixture(scope="module")
def trained(data_root, tmp_path_factory) -> Path:
    """Work dir of a short training."""
    folder = tmp_path_factory.mktemp("run")
    done = run(
        [ROOT / "tools/train.py", DEMO, "--work-dir", "out", "--cfg-options", *SMALL],
        data_root,
        folder,
    )
    assert done.returncode == 0, done.stderr
    (folder / "console.txt").write_text(done.stdout + done.stderr)
    return folder / "out"


def _threshold(checkpoint: Path) -> float:
    return json.loads(checkpoint.with_suffix(".locsim.json").read_text())["score_threshold"]


def test_train__is_brief_on_the_console_and_complete_in_the_log(trained):
    lines = (trained.parent / "console.txt").read_text().splitlines()
    expected = ["config", "model", "device", "log", "warning:", "data", "train"]
    assert [line.split()[0] for line in lines[:7]] == expected
    assert "the learning rate is for 8: --gpu-memory" in lines[4]
    assert "5 train images, 4 val images" in lines[5]
    assert lines[-1].startswith("done")
    # without the lines of progress, of which a slow machine has more
    assert len([line for line in lines if not line.endswith((" batches", " left"))]) <= 14
    log = next(trained.glob("*/*.log")).read_text()
    for text in ("System environment", "Config:", *lines):
        assert text.removeprefix("warning: ") in log  # the log file has the level in its own column


def test_train__validates_and_keeps_the_threshold(trained):
    assert (trained / "epoch_2.pth").is_file()
    best = list(trained.glob("best_locsim_AP_*.pth"))
    assert len(best) == 1
    hub = torch.load(best[0], weights_only=True)["message_hub"]["runtime_info"]
    assert hub["locsim_score_threshold"] in {_threshold(trained / f"epoch_{i}.pth") for i in (1, 2)}


def test_train__resumes_in_a_copied_folder_from_the_newest_that_can_be_read(trained, data_root, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in trained.glob("*.pth")}
    copied = shutil.copytree(trained, tmp_path / "copied")
    (copied / "epoch_2.pth").write_bytes((copied / "epoch_2.pth").read_bytes()[:1000])
    # By "less" every later checkpoint is the best, and the former best is removed.
    options = [*SMALL, "default_hooks.checkpoint.rule=less"]
    arguments = [ROOT / "tools/train.py", DEMO, "--work-dir", copied, "--resume"]
    done = run([*arguments, "--cfg-options", *options], data_root, copied)
    assert done.returncode == 0, done.stderr
    assert f"epoch_2.pth: cannot be loaded as a checkpoint: the file is cut off; going on from {copied}" in done.stdout
    log = max(copied.glob("*/*.log")).read_text()
    assert "resumed epoch: 1, iter: 3" in log
    assert torch.load(copied / "epoch_2.pth", weights_only=True)["meta"]["epoch"] == 2
    assert {path: path.stat().st_mtime_ns for path in trained.glob("*.pth")} == before


def test_train__starts_from_a_part_of_a_checkpoint(trained, data_root, tmp_path):
    held = torch.load(trained / "epoch_2.pth", weights_only=True)
    part = {name: weight for name, weight in held["state_dict"].items() if not name.startswith("head.")}
    torch.save({"state_dict": {**part, "other.weight": torch.ones(1)}}, tmp_path / "part.pth")
    arguments = [ROOT / "tools/train.py", DEMO, "--work-dir", "out", "--no-validate"]
    options = [*SMALL, f"load_from={tmp_path / 'part.pth'}", "train_cfg.max_epochs=1"]
    done = run([*arguments, "--cfg-options", *options], data_root, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "of the model's" in done.stdout
    assert "(0 have another shape, " in done.stdout
    assert len(done.stdout.splitlines()) <= 12


def test_test__uses_the_threshold_of_the_validation(trained, data_root):
    out, results = trained / "stats.json", trained / "results.json"
    arguments = [ROOT / "tools/test.py", DEMO, trained / "epoch_2.pth", "--stats", out]
    done = run(
        [*arguments, "--out", results, "--show-dir", trained / "vis", "--cfg-options", *SMALL], data_root, trained
    )
    assert done.returncode == 0, done.stderr
    stats = json.loads(out.read_text())["stats"]
    assert stats["score_threshold"] == pytest.approx(_threshold(trained / "epoch_2.pth"))
    assert len(stats) == 17
    assert len(list((trained / "vis").glob("*.png"))) == 3
    threshold = stats["score_threshold"]
    scored = score_files(data_root / "annotations" / "test.json", results, score_threshold=threshold).stats
    assert scored == pytest.approx(stats)


def test_test__a_checkpoint_of_another_model(trained, data_root):
    arguments = [ROOT / "tools/test.py", ROOT / "configs/yoloxpose_tiny_synloc.py", trained / "epoch_2.pth"]
    done = run(arguments, data_root, trained)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "does not fit the model of" in done.stderr
    assert "weights fit (" in done.stderr
    assert done.stdout == ""


def test_test__before_any_validation(trained, data_root, tmp_path):
    weights = tmp_path / "weights.pth"
    torch.save({"state_dict": torch.load(trained / "epoch_2.pth", weights_only=True)["state_dict"]}, weights)
    arguments = [ROOT / "tools/test.py", DEMO, weights]
    done = run([*arguments, "--cfg-options", *SMALL], data_root, tmp_path)
    assert done.returncode == 1
    assert f"error: {weights}: no validation has chosen a score threshold yet" in done.stderr
    assert "Traceback" not in done.stderr
    done = run([*arguments, "--split", "val", "--cfg-options", *SMALL], data_root, tmp_path)
    assert done.returncode == 0, done.stderr
    assert f"chosen on val, is kept in {weights.with_suffix('.locsim.json')}" in done.stdout
    assert _threshold(weights) == pytest.approx(_threshold(trained / "epoch_2.pth"))


def test_test__two_processes_give_the_same_as_one(trained, data_root):
    # 3 images on 2 processes: the shards are uneven.
    results = []
    launchers = [(), ("-m", "torch.distributed.run", "--nproc_per_node=2", "--master_port=29617")]
    for number, launcher in enumerate(launchers):
        out = trained / f"stats_{number}.json"
        arguments = [ROOT / "tools/test.py", DEMO, trained / "epoch_2.pth", "--stats", out]
        flags = ["--launcher", "pytorch" if launcher else "none", "--cfg-options", *SMALL]
        done = run([*arguments, *flags], data_root, trained, launcher)
        assert done.returncode == 0, done.stderr
        results.append(json.loads(out.read_text())["stats"])
    assert results[0] == pytest.approx(results[1])


def test_submit__makes_a_valid_zip(trained, data_root):
    out = trained / "submission.zip"
    arguments = [ROOT / "tools/submit.py", DEMO, trained / "epoch_2.pth", "--out", out]
    done = run([*arguments, "--cfg-options", *SMALL], data_root, trained)
    assert done.returncode == 0, done.stdout + done.stderr
    annotations = data_root / "annotations" / "challenge_public.json"
    assert check_submission(out, annotations).problems == []
    done = run([ROOT / "tools/submit.py", "--check", out, "--ann-file", annotations], data_root, trained)
    assert done.returncode == 0
    assert "submission.zip: valid (2 images" in done.stdout


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("train.py", ["no_config.py"], "error: no_config.py: no such config. The package carries"),
        ("train.py", ["mmsynloc::demo_synloc.py", "--resume", "none.pth"], "error: none.pth: no such checkpoint"),
        ("test.py", ["mmsynloc::demo_synloc.py", "none.pth"], "error: none.pth: no such checkpoint"),
        ("test.py", ["mmsynloc::demo_synloc.py", "broken.pth"], "error: broken.pth: cannot be loaded as a checkpoint"),
        (
            "submit.py",
            ["mmsynloc::demo_synloc.py", "broken.pth"],
            "error: broken.pth: cannot be loaded as a checkpoint",
        ),
        ("submit.py", ["mmsynloc::demo_synloc.py", "mmsynloc::demo_synloc.pth"], "challenge_public.json: no such file"),
        ("train.py", ["mmsynloc::demo_synloc.py", "--cfg-options", "foo"], "error: --cfg-options 'foo': not KEY=VALUE"),
        ("train.py", ["mmsynloc::demo_synloc.py", "--work-dir", "broken.pth"], "broken.pth is a file, not a folder"),
        ("submit.py", ["--check", "none.zip", "--ann-file", "a.json"], "error: a.json: no such file"),
        ("train.py", ["mmsynloc::demo_synloc.py"], "annotations/train.json: no such file"),
    ],
)
def test_tools__bad_input_is_one_line(tool, arguments, message, tmp_path, monkeypatch, capsys):
    (tmp_path / "broken.pth").write_bytes(b"PK not a checkpoint")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SYNLOC_ROOT", str(tmp_path / "absent"))
    monkeypatch.setattr(sys, "argv", [tool, *arguments])
    with pytest.raises(SystemExit) as stopped:  # in this process, for it takes long to start one
        runpy.run_path(str(ROOT / "tools" / tool), run_name="__main__")
    assert stopped.value.code == 1
    errors = capsys.readouterr().err
    assert message in errors
    assert len(errors.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["broken.pth"]


@pytest.mark.parametrize(("script", "arguments"), [("dist_train", ["a", "x"]), ("dist_test", ["a", "b"])])
def test_dist_scripts__say_how_they_are_called(script, arguments):
    for given in ([], arguments):
        done = subprocess.run(["bash", ROOT / f"tools/{script}.sh", *given], capture_output=True, text=True)
        assert done.returncode == 2
        assert done.stderr.startswith("usage: ")
        assert len(done.stderr.splitlines()) == 1
