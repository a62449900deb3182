"""Shared fixtures: the folders with official examples, and one simple camera."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import torch

import mmsynloc  # noqa: F401  registers the modules and closes the gaps before MMPose is imported
from mmsynloc.structures import Camera

if "PYTEST_XDIST_WORKER" in os.environ:
    # Processes that share the cores; also those that the tests start.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def _seed() -> None:
    np.random.seed(0)


@pytest.fixture
def real_frame() -> Path:
    """Folder of the real frame; the test is skipped where it is absent."""
    folder = SHARED / "real_frame"
    if not folder.is_dir():
        pytest.skip("the real frame is not here")
    return folder


@pytest.fixture
def golden() -> Path:
    """Folder of the official evaluator's figures; the test is skipped where it is absent."""
    folder = SHARED / "golden"
    if not folder.is_dir():
        pytest.skip("the official figures are not here")
    return folder


@pytest.fixture
def simple_camera() -> Camera:
    """A camera 10 m above the pitch's centre that looks straight down, without distortion.

    ``dist_poly`` is the Taylor series of tan to the 7th power and ``undist_poly`` that of arctan, so near the axis
    the normalised coordinate of a ground point is its distance divided by 10 m. The image is 1001 x 501 pixels, its
    optical axis is pixel (500, 250), and x on the pitch is x in the image, 100.1 px a metre.
    """
    matrix = np.array([[1.0, 0, 0, 0], [0, -1.0, 0, 0], [0, 0, -1.0, 10.0]])
    tan_series = np.array([17 / 315, 0, 2 / 15, 0, 1 / 3, 0, 1, 0])
    arctan_series = np.array([-1 / 7, 0, 1 / 5, 0, -1 / 3, 0, 1, 0])
    return Camera(matrix, tan_series, arctan_series, (1001, 501))
