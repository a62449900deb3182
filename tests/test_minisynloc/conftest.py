"""A small generated data set, and one venue, shared by the tests of the generator."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmsynloc.minisynloc import generate
from mmsynloc.minisynloc.background import Background, render_background
from mmsynloc.minisynloc.randomisation import Randomisation
from mmsynloc.minisynloc.venue import Venue, sample_venue
from tests.test_minisynloc.photo_files import SIZE

COUNTS = (18, 4, 4, 2)
SMALL = (320, 180)
PLAIN = Randomisation(0.0)
"""Typical values only."""


@pytest.fixture(scope="session")
def mini_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """18 train, 4 val, 4 test and 2 challenge images of 320x180."""
    root = tmp_path_factory.mktemp("mini") / "data"
    generate(root, *COUNTS, seed=3, image_size=SMALL, workers=1, progress=False, num_venues=(6, 6, 2, 1))
    return root


@pytest.fixture(scope="session")
def mini_train(mini_root: Path) -> dict:
    """The parsed annotations/train.json."""
    return json.loads((mini_root / "annotations" / "train.json").read_text())


@pytest.fixture(scope="session")
def venue() -> Venue:
    """A venue."""
    return sample_venue((0, 4, 0), PLAIN)


@pytest.fixture(scope="session")
def own() -> Venue:
    """A venue of which a photograph was taken."""
    return sample_venue((0, 4, 0), Randomisation(0.0, {"onlookers": 0, "clutter": 0, "vignette": 0.0, "haze": 0.0}))


@pytest.fixture(scope="session")
def photo(own: Venue) -> np.ndarray:
    """The photograph of ``own``."""
    return render_background(own, SIZE).sunlit


@pytest.fixture
def black() -> Background:
    """A Full HD background of nothing, on which only what is drawn shows."""
    dark = np.zeros((1080, 1920, 3), np.uint8)
    return Background(dark, dark, np.ones((1080, 1920), np.float32))
