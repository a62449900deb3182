"""The ablation: rows out of config files, runs that are kept, and the page."""

from __future__ import annotations

import json
import math
import os
import runpy
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from mmengine.config import Config
from mmengine.registry import DefaultScope

from mmsynloc.analysis import ablation
from mmsynloc.analysis.ablation import COUNTS, Job, Settings, load_results, restore_results, run_ablation, run_job
from mmsynloc.analysis.ablation_report import format_table, gains, save_chart, standard_error, verdict, write_page
from mmsynloc.analysis.ablation_rows import ROWS, Row, row_config, to_upstream_recipe
from mmsynloc.apis import load_config
from mmsynloc.apis.model_cost import model_cost
from mmsynloc.config_scope import config_path
from mmsynloc.utils import UserError

TOOL = Path(__file__).parents[2] / "tools" / "analysis" / "ablation.py"
SMALL = {f"{split}_dataloader.dataset.input_size": (128, 96) for split in ("train", "val", "test")} | {
    "train_dataloader.batch_size": 2,
    "model.data_preprocessor.batch_augments": None,
}


def test_rows__compare_with_rows_that_are_there():
    for name, row in ROWS.items():
        assert row.name == name
        assert row.against is None or row.against in ROWS
        assert row.weights_of is None or ROWS[row.weights_of].weights_of is None


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.name)
def test_row_config__has_the_ideas_of_the_config_files(row, tmp_path):
    cfg = row_config(row, tmp_path)
    assert cfg.model.backbone.widen_factor == 0.25
    usual = Config.fromfile(config_path("mmsynloc::yoloxpose_s_synloc.py").resolve())  # as the rows' files have it
    head: dict = {}  # of two ideas about one option the later one holds
    for idea in row.ideas:
        alone = Config.fromfile(config_path(f"mmsynloc::yoloxpose_s_synloc-{idea}.py").resolve())
        for key, value in alone.model.head.items():
            if key != "type" and value != usual.model.head.get(key) and key != "head_module_cfg":
                known = usual.model.head.get(key)
                if isinstance(value, dict) and isinstance(known, dict):
                    value = head.get(key, known) | {k: v for k, v in value.items() if v != known.get(k)}
                head[key] = value
        assert alone.model.test_cfg.items() <= cfg.model.test_cfg.items() or len(row.ideas) > 2
        if alone.train_dataloader.dataset.pipeline != usual.train_dataloader.dataset.pipeline:
            assert cfg.train_dataloader.dataset.pipeline == alone.train_dataloader.dataset.pipeline
        if alone.train_dataloader.dataset.get("with_ground_metric"):
            assert cfg.train_dataloader.dataset.with_ground_metric
    assert {key: cfg.model.head[key] for key in head} == head
    sizes = [tuple(cfg[f"{split}_dataloader"].dataset.input_size) for split in ("train", "val", "test")]
    frame = (1920, 1088) if row.on_windows else (864, 480) if "16x9" in row.ideas else (640, 640)
    assert sizes == [(256, 256) if row.on_windows else frame, frame, frame]


def test_rows__budgets(tmp_path):
    for row in ROWS.values():
        cfg = row_config(row, tmp_path / row.name)
        loader = cfg.train_dataloader
        width, height = loader.dataset.input_size
        steps = COUNTS["train"] * cfg.train_cfg.max_epochs / loader.batch_size
        if row.on_windows:
            assert (steps, loader.batch_size, width, height) == (360, 8, 256, 256)
        else:
            assert (steps, loader.batch_size) == (240, 4)
            assert width * height == pytest.approx(640 * 640, rel=0.02)  # 864x480 has 1.3 % more


def test_row_config__trained_rows_and_the_rows_that_take_them_over_differ_at_test_time_only(tmp_path):
    for row in ROWS.values():
        if row.weights_of:
            ours = row_config(row, tmp_path / "ours").model
            theirs = row_config(ROWS[row.weights_of], tmp_path / "theirs").model
            ours.pop("test_cfg")
            theirs.pop("test_cfg")
            assert ours == theirs


def test_to_upstream_recipe__takes_upstreams_pipeline(tmp_path):
    cfg = row_config(ROWS["upstream"], tmp_path)
    to_upstream_recipe(cfg, tmp_path, tmp_path / "train.json")
    names = [transform.type for transform in cfg.train_dataloader.dataset.pipeline]
    assert names[:4] == ["LoadImage", "Mosaic", "BottomupRandomAffine", "YOLOXMixUp"]
    assert cfg.train_dataloader.dataset.pipeline[1].img_scale == cfg.val_dataloader.dataset.input_size
    assert cfg.model.data_preprocessor.batch_augments[0].type == "BatchSyncRandomResize"


def test_model_cost__of_a_second_stage_is_that_of_one_crop():
    cfg = load_config("mmsynloc::rtmpose_nano_synloc.py")
    assert cfg.model.test_cfg.flip_test
    cost = model_cost(cfg)
    assert cost.gflops == pytest.approx(0.077, abs=0.001)
    assert cost.parameters == 1_327_121


def test_model_cost__follows_the_pixels(tmp_path):
    square = model_cost(row_config(ROWS["exact"], tmp_path / "a"))
    wide = model_cost(row_config(ROWS["16x9"], tmp_path / "b"))
    full = model_cost(row_config(ROWS["windows"], tmp_path / "c"))
    with_simcc = model_cost(row_config(ROWS["simcc"], tmp_path / "d"))
    with_tta = model_cost(row_config(ROWS["tta"], tmp_path / "e"))
    assert square.parameters == wide.parameters == full.parameters < with_simcc.parameters
    assert wide.gflops / square.gflops == pytest.approx(864 * 480 / 640**2, rel=1e-3)  # padding aside
    assert with_simcc.gflops == full.gflops
    assert with_tta.gflops == 2 * full.gflops


@pytest.fixture
def small_rows(monkeypatch):
    rows = {
        "exact": Row("exact", "base", against=None),
        "ground-nms": Row("ground-nms", "ground NMS", ("ground-nms",), against="exact", weights_of="exact"),
    }
    monkeypatch.setattr(ablation, "ROWS", rows)
    with DefaultScope.overwrite_default_scope("mmpose"):
        yield rows


def test_run_ablation__trains_scores_and_keeps_what_is_done(small_rows, tmp_path, monkeypatch):
    counts = tuple({"train": 4, "val": 2, "test": 2, "challenge": 0}.items())
    monkeypatch.delenv("SYNLOC_ROOT", raising=False)
    settings = Settings(tmp_path / "out", 2, False, counts, (640, 360), tuple(SMALL.items()))
    rows = list(small_rows.values())
    run_ablation(rows, 1, settings, jobs=1)
    results = load_results(rows, settings)
    (base,), (nms,) = results["exact"], results["ground-nms"]
    assert len(base["stats"]) == len(nms["stats"]) == 17
    assert base["seconds"] > 0
    assert nms["seconds"] == 0
    assert base["parameters"] == nms["parameters"]

    monkeypatch.setattr(ablation, "train_only", lambda cfg: pytest.fail("trained again"))
    moved = replace(settings, out=settings.out.rename(tmp_path / "moved"))
    run_ablation(rows, 1, moved, jobs=1)
    assert load_results(rows, moved) == results
    assert "SYNLOC_ROOT" not in os.environ

    # nor where only the page's results are there
    page = tmp_path / "page.json"
    page.write_text(json.dumps(results))
    elsewhere = replace(settings, out=tmp_path / "elsewhere")
    restore_results(page, elsewhere)
    run_ablation(rows, 1, elsewhere, jobs=1)
    assert load_results(rows, elsewhere) == results

    # a row that takes over weights is scored anew when they are others
    trained = tmp_path / "moved" / "exact" / "seed0" / "result.json"
    trained.write_text(json.dumps(base | {"fingerprint": "another"}))
    scored = []
    monkeypatch.setattr(ablation, "_score", lambda cfg, checkpoint: scored.append(checkpoint) or {})
    run_job(Job(small_rows["ground-nms"], 0, moved))
    assert [path.parent.parent.name for path in scored] == ["ground-nms"]


def test_fingerprint__is_that_of_any_folder(tmp_path):
    """The text of a config is wrapped by the length of the paths in it."""
    seen = set()
    for folder in (tmp_path / "a", tmp_path / ("a" * 90) / ("b" * 90)):
        job = Job(ROWS["upstream"], 0, Settings(folder))
        seen.add(ablation._fingerprint(ablation._job_config(job), job))
    assert len(seen) == 1


@pytest.mark.parametrize("text", ["[]", '{"exact": 3}', '{"exact": [{}]}', "{"])
def test_restore_results__broken_file(tmp_path, text):
    (tmp_path / "page.json").write_text(text)
    with pytest.raises(UserError, match=r"page\.json"):
        restore_results(tmp_path / "page.json", Settings(tmp_path / "out"))


def test_run_job__an_error_names_the_row(small_rows, tmp_path):
    with pytest.raises(UserError, match=r"^ground NMS, seed 3: .*last_checkpoint: no such file"):
        run_job(Job(small_rows["ground-nms"], 3, Settings(tmp_path)))


def _results(**aps):
    """Results by row: one AP for each seed."""
    stats = {"f1": 0.5, "frame_accuracy": 0.0}
    costs = {"median_m": None, "paired": 0.0, "parameters": 1000, "gflops": 1.5, "seconds": 60.0}
    return {
        name: [{"seed": seed, "stats": {"AP": ap, **stats}, **costs} for seed, ap in enumerate(values)]
        for name, values in aps.items()
    }


def test_gains__seed_by_seed():
    results = _results(upstream=[0.1, 0.2, 0.3], exact=[0.15, 0.1])
    assert gains(ROWS["exact"], results) == pytest.approx([0.05, -0.1])
    assert gains(ROWS["upstream"], results) == []
    assert gains(ROWS["16x9"], _results(**{"16x9": [0.1]})) == []


def test_standard_error__by_hand():
    assert standard_error([0.1]) is None
    assert standard_error([0.0, 0.2, 0.0, 0.2]) == pytest.approx(math.sqrt(0.04 / 3) / 2)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], ""),
        ([0.02, 0.03, 0.02, 0.03], "pays"),
        ([-0.02, -0.03, -0.02, -0.03], "does not pay"),
        ([0.05, -0.03, 0.05, 0.02], "open"),  # 1.2 standard errors
        ([0.004, 0.005, 0.005, 0.004], "open"),
        ([0.01, 0.01, 0.01, 0.01], "pays"),
        ([0.2, 0.3, 0.2], "too few seeds"),
    ],
)
def test_verdict(values, expected):
    assert verdict(values) == expected


def test_format_table__leaves_out_rows_without_a_result(tmp_path):
    rows = list(ROWS.values())
    table = format_table(rows, _results(upstream=[0.1, 0.2], exact=[0.2, 0.3]) | {"simcc": []})
    lines = table.splitlines()
    assert len(lines) == 4
    assert len({line.count("|") for line in lines}) == 1
    assert "| **0.150** | 0.100 0.200 |" in lines[2]
    assert "| +0.100 ± 0.000 | too few seeds |" in lines[3]
    save_chart(rows, _results(upstream=[0.1], exact=[0.2, 0.3]), tmp_path / "chart.png")
    assert (tmp_path / "chart.png").stat().st_size > 1000


def test_write_page__between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    write_page(page, "first")
    page.write_text("before\n" + page.read_text() + "after\n")
    write_page(page, "second")
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "second" in text
    assert "first" not in text
    page.write_text("somebody's own text")
    with pytest.raises(UserError, match=r"page\.md: it has no lines"):
        write_page(page, "third")
    assert page.read_text() == "somebody's own text"


def _run_tool(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["ablation.py", *map(str, arguments)])
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(TOOL), run_name="__main__")
    return stopped.value.code


def test_tool__report_of_nothing(monkeypatch, tmp_path, capsys):
    assert _run_tool(monkeypatch, "--out", tmp_path, "--report-only") == 1
    assert "no run has a result yet" in capsys.readouterr().err


def test_tool__report_of_what_is_there(monkeypatch, tmp_path):
    for name, (run,) in _results(upstream=[0.1], exact=[0.2]).items():
        folder = tmp_path / "out" / name / "seed0"
        folder.mkdir(parents=True)
        (folder / "result.json").write_text(json.dumps(run))
    doc = tmp_path / "doc" / "ablation.md"
    assert not _run_tool(monkeypatch, "--out", tmp_path / "out", "--report-only", "--doc", doc)
    assert "| +0.100 | too few seeds |" in doc.read_text()
    assert (doc.parent / "images" / "ablation.png").is_file()
    assert json.loads((doc.parent / "ablation.json").read_text())["upstream"][0]["stats"]["AP"] == 0.1
    shutil.rmtree(tmp_path / "out")  # the page keeps its runs
    assert not _run_tool(monkeypatch, "--out", tmp_path / "out", "--report-only", "--doc", doc)
    assert "| +0.100 | too few seeds |" in doc.read_text()
