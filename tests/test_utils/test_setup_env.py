"""Registries know our modules, in whatever order the packages are imported; each order has its own interpreter."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOOK_UP = """
import mmdet.registry as det, mmpose.registry as pose
wanted = [
    (det.METRICS, "LocSimMetric"), (pose.METRICS, "LocSimMetric"), (pose.HOOKS, "ScoreThresholdHook"),
    (pose.OPTIM_WRAPPERS, "CPUAmpOptimWrapper"), (pose.TASK_UTILS, "LocSimAssigner"), (pose.TRANSFORMS, "SynLocMosaic"),
    (pose.KEYPOINT_CODECS, "PelvisGroundCodec"), (pose.DATASETS, "SynLocDataset"), (pose.MODELS, "YOLOXPoseGroundHead"),
    (det.DATASETS, "SynLocDataset"), (det.TRANSFORMS, "SynLocMosaic"), (det.TRANSFORMS, "PackSynLocDetInputs"),
    (det.HOOKS, "ScoreThresholdHook"), (det.HOOKS, "SynLocVisualizationHook"), (det.LOOPS, "ResumableTrainLoop"),
]
for registry, name in wanted[::ORDER]:
    assert registry.get(name).__module__.startswith("mmsynloc."), name
"""


def run(code: str, **variables: object) -> subprocess.CompletedProcess:
    prelude = "".join(f"{name} = {value!r}\n" for name, value in variables.items())
    command = [sys.executable, "-W", "ignore", "-c", prelude + code]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("imports", "order"),
    [
        ("import mmsynloc", 1),
        ("import mmsynloc", -1),
        ("import mmpose, mmengine.runner, mmsynloc", 1),
        ("import mmsynloc, mmpose.apis", -1),
        ("import mmsynloc.datasets.transforms.packing", 1),
        ("import mmsynloc.evaluation.metrics", -1),
        ("import mmsynloc, mmdet.datasets", 1),
    ],
)
def test_registries__know_our_modules(imports, order):
    done = run(imports + LOOK_UP, ORDER=order)
    assert done.returncode == 0, done.stderr


def test_register_all_modules__registers_at_once_and_sets_the_scope():
    code = (
        "import mmsynloc; mmsynloc.register_all_modules()\n"
        "from mmengine.registry import DefaultScope; from mmpose.registry import MODELS, DATASETS\n"
        "assert 'YOLOXPoseGroundHead' in MODELS.module_dict and 'SynLocDataset' in DATASETS.module_dict\n"
        "assert DefaultScope.get_current_instance().scope_name == 'mmpose'"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_register_all_modules__leaves_the_scope_alone_on_request():
    code = (
        "import mmsynloc; mmsynloc.register_all_modules(init_default_scope=False)\n"
        "from mmengine.registry import DefaultScope; assert DefaultScope.get_current_instance() is None"
    )
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_custom_imports__in_a_foreign_config(tmp_path):
    # The config is read after mmsynloc was imported, so that its custom_imports imports nothing any more.
    (tmp_path / "mine.py").write_text(
        "custom_imports = dict(imports=['mmsynloc'])\ndefault_scope = 'mmpose'\nmetric = dict(type='LocSimMetric')\n"
    )
    code = (
        "from mmengine.config import Config; from mmengine.registry import METRICS, init_default_scope\n"
        "cfg = Config.fromfile(FILE); init_default_scope(cfg.default_scope)\n"
        "assert type(METRICS.build(dict(**cfg.metric, ann_file='', format_only=True, outfile_prefix='x'))).__module__"
        " == 'mmsynloc.evaluation.metrics.locsim_metric'"
    )
    for imports in ("import mmsynloc\n", ""):
        done = run(imports + code, FILE=str(tmp_path / "mine.py"))
        assert done.returncode == 0, done.stderr
