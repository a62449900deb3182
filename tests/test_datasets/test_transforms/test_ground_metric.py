"""The pixel-to-metre matrix that arrives behind all augmentations is the camera's own derivative."""

from __future__ import annotations

import numpy as np
import pytest
from mmengine.registry import DefaultScope

from mmsynloc.apis import load_config
from mmsynloc.datasets import SynLocDataset
from tests.synloc_files import write_split

PEOPLE = [
    [(-20.0, 5.0), (0.0, -10.0), (25.0, 20.0)],
    [(-30.0, -3.0), (10.0, 0.0)],
    [],
    [(5.0, 15.0), (-10.0, 8.0), (30.0, -25.0), (0.0, 0.0)],
]
STEP_M = 0.05
SIZE = (864, 480)


def _pipeline() -> list[dict]:
    """Stage 1 of the configs up to the targets, with all people kept and no colours changed."""
    transforms = load_config("mmsynloc::yoloxpose_s_synloc.py").train_dataloader.dataset.pipeline
    kept = [dict(t) for t in transforms if t["type"] not in ("SynLocHSVRandomAug", "PackSynLocInputs")]
    render = next(t for t in kept if t["type"] == "RenderSynLocImage")
    render.update(min_visible=0.0, min_size_px=0.0, min_layer_share=0.0)
    return kept


def _dataset(root, shift_m) -> SynLocDataset:
    people = [[(x + shift_m[0], y + shift_m[1]) for x, y in positions] for positions in PEOPLE]
    ann_file = write_split(root, "train", people)
    with DefaultScope.overwrite_default_scope("mmpose"):
        return SynLocDataset(
            ann_file=str(ann_file),
            data_prefix=dict(img=str(root / "train")),
            pipeline=_pipeline(),
            input_size=SIZE,
            with_ground_metric=True,
        )


def _sample(dataset: SynLocDataset, seed: int) -> dict:
    np.random.seed(seed)
    with DefaultScope.overwrite_default_scope("mmpose"):
        return dataset[seed % len(dataset)]


@pytest.fixture(scope="module")
def datasets(tmp_path_factory) -> dict:
    """The same frames with all people moved a small step along each axis of the pitch, to both sides."""
    root = tmp_path_factory.mktemp("steps")
    shifts = {"here": (0, 0), "x+": (STEP_M, 0), "x-": (-STEP_M, 0), "y+": (0, STEP_M), "y-": (0, -STEP_M)}
    return {name: _dataset(root / name, shift) for name, shift in shifts.items()}


@pytest.mark.parametrize("seed", range(8))
def test_metric__is_the_camera_s_derivative_after_mosaic_affine_mixup_and_flip(datasets, seed):
    samples = {name: _sample(dataset, seed) for name, dataset in datasets.items()}
    here = samples["here"]
    assert all(np.array_equal(sample["id"], here["id"]) for sample in samples.values())
    assert here["pixel_to_metre"].shape == (len(here["id"]), 2, 2)
    ground = {name: sample["keypoints"][:, 1].astype(np.float64) for name, sample in samples.items()}
    columns = [(ground[f"{axis}+"] - ground[f"{axis}-"]) / (2 * STEP_M) for axis in "xy"]
    metre_to_pixel = np.stack(columns, -1)
    product = here["pixel_to_metre"] @ metre_to_pixel
    # set by the project: 2 %
    np.testing.assert_allclose(product, np.broadcast_to(np.eye(2), product.shape), atol=0.02)


def test_metric__the_samples_show_people_and_mirror_images(datasets):
    samples = [_sample(datasets["here"], seed) for seed in range(8)]
    assert sum(len(sample["id"]) for sample in samples) > 20
    assert {sample["flip"] for sample in samples} == {True, False}
    determinants = np.concatenate([np.linalg.det(sample["pixel_to_metre"]) for sample in samples])
    assert (determinants > 0).any()
    assert (determinants < 0).any()
