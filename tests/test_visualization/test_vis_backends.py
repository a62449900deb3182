"""Names of figures in other tools."""

from __future__ import annotations

import re

import numpy as np
from mmengine.visualization import MLflowVisBackend
from mmpose.registry import VISBACKENDS

from mmsynloc.evaluation.functional import STAT_NAMES


def test_mlflow__takes_the_names_of_all_statistics(monkeypatch, tmp_path):
    logged = {}
    monkeypatch.setattr(MLflowVisBackend, "add_scalars", lambda self, scalars, step=0: logged.update(scalars))
    monkeypatch.setattr(MLflowVisBackend, "add_scalar", lambda self, name, value, step=0: logged.update({name: value}))
    backend = VISBACKENDS.build(dict(type="SynLocMLflowVisBackend", save_dir=str(tmp_path)))
    backend.add_scalars({f"locsim/{name}": i for i, name in enumerate(STAT_NAMES)}, step=1)
    assert len(logged) == len(STAT_NAMES)
    backend.add_scalar("a (b)", 1.0)
    # What MLflow allows, by its error message.
    assert all(re.fullmatch(r"[\w\-./: ]+", name) for name in logged)


def test_mlflow__pictures_have_a_format_and_a_step(monkeypatch, tmp_path):
    logged = []
    monkeypatch.setattr(MLflowVisBackend, "add_image", lambda self, name, image, step=0: logged.append(name))
    backend = VISBACKENDS.build(dict(type="SynLocMLflowVisBackend", save_dir=str(tmp_path)))
    for step in (10, 20):
        backend.add_image("val_000012", np.zeros((4, 4, 3), np.uint8), step)
    assert logged == ["val_000012_10.png", "val_000012_20.png"]
