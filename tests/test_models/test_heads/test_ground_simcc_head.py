"""The second stage's head: finite losses whatever the crops show, and points that can be decoded."""

from __future__ import annotations

import math

import pytest
import torch
from mmpose.registry import MODELS

from mmsynloc.models.heads import GroundSimCCHead
from mmsynloc.models.structures.crop_points import CropOutputs, crop_labels
from tests.test_models.crops import CROP_SIZE as SIZE
from tests.test_models.crops import labelled_crops


def make_head(**options) -> GroundSimCCHead:
    torch.manual_seed(0)
    codec = dict(type="SimCCLabel", input_size=SIZE, sigma=(3.0, 3.0), simcc_split_ratio=2.0, normalize=False)
    return MODELS.build(
        dict(
            type="GroundSimCCHead",
            in_channels=8,
            out_channels=2,
            input_size=SIZE,
            in_featuremap_size=(3, 4),
            final_layer_kernel_size=3,
            gau_cfg=dict(
                hidden_dims=16,
                s=8,
                expansion_factor=2,
                dropout_rate=0.0,
                drop_path=0.0,
                act_fn="SiLU",
                use_rel_bias=False,
                pos_enc=False,
            ),
            loss_locsim=dict(type="LocSimLoss"),
            decoder=codec,
            **options,
        )
    )


CASES = {
    "athletes": [labelled_crops(3), labelled_crops(2)],
    "none": [labelled_crops(4, is_athlete=False, visible=0.0, metric=0.0)],
    "hidden": [labelled_crops(4, visible=0.0)],
    "horizon": [labelled_crops(4, metric=0.0)],
    "mixed": [labelled_crops(2), labelled_crops(3, is_athlete=False, visible=0.0, metric=0.0)],
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("half", [False, True])
def test_loss__is_finite_and_reaches_every_parameter(name: str, half: bool) -> None:
    head = make_head(use_geometry=True)
    count = sum(len(sample.gt_instance_labels) for sample in CASES[name])
    with torch.autocast("cpu", torch.bfloat16, enabled=half):
        losses = head.loss((torch.rand(count, 8, 4, 3),), CASES[name])
    total = sum(value for key, value in losses.items() if "loss" in key)
    assert math.isfinite(float(total))
    total.backward()
    for parameter_name, parameter in head.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.isfinite().all(), parameter_name


def test_losses__fall_when_points_are_right() -> None:
    head = make_head(quality_weight=None)
    sample = labelled_crops(2)
    sample.gt_instance_labels.keypoints = torch.tensor([[[20.0, 30], [21, 50]], [[10, 20], [12, 40]]])
    right = _outputs(sample.gt_instance_labels.keypoints)
    wrong = _outputs(sample.gt_instance_labels.keypoints + 6)
    labels = crop_labels([sample], torch.device("cpu"))
    good, bad = head.losses(right, labels), head.losses(wrong, labels)
    assert float(good["loss_simcc"]) < 1e-3
    assert float(good["loss_simcc"]) < float(bad["loss_simcc"])
    assert float(good["loss_locsim"]) < float(bad["loss_locsim"])
    assert float(good["locsim"]) > 0.999


def _outputs(points_px: torch.Tensor, sigma: float = 3.0) -> CropOutputs:
    """Logits of Gaussians about points."""
    axes = []
    for axis, side in enumerate(SIZE):
        bins = torch.arange(2 * side, dtype=torch.float32)
        axes.append(-0.5 * ((bins - 2 * points_px[..., axis, None]) / sigma).square())
    return CropOutputs(axes[0], axes[1], None)


def test_decode__gaussians_come_out_at_their_middle_with_the_variance_beyond_the_labels() -> None:
    head = make_head()
    points = torch.tensor([[[20.3, 30.0], [21, 45.7]]])
    exact = head.decode_outputs(_outputs(points))
    assert torch.allclose(exact.points_px, points, atol=0.02)  # tails beyond 20 bins
    assert float(exact.variances_px2.max()) < 0.05
    wider = head.decode_outputs(_outputs(points, sigma=5.0))
    # (5² - 3²) bins² at two bins a px
    assert torch.allclose(wider.variances_px2, torch.tensor(4.0), rtol=0.1)
    assert (exact.quality == 1).all()


def test_forward__mirrored_outputs_are_averaged_in_place() -> None:
    points = torch.tensor([[[20.0, 30], [21, 45]]])
    mirrored = points.clone()
    mirrored[..., 0] = SIZE[0] - 1 - points[..., 0]  # as the pixels of a mirrored image
    head = make_head(quality_weight=None)
    mean = head.decode_outputs(head.average_mirrored(_outputs(points), _outputs(mirrored)))
    assert torch.allclose(mean.points_px, points, atol=0.02)


def test_head__needs_the_labels_sigma() -> None:
    with pytest.raises(ValueError, match="sigma"):
        MODELS.build(
            dict(type="GroundSimCCHead", in_channels=8, out_channels=2, input_size=SIZE, in_featuremap_size=(3, 4))
        )


def test_head__upstreams_weights_keep_their_names() -> None:
    names = set(make_head().state_dict())
    assert {"final_layer.weight", "mlp.1.weight", "cls_x.weight", "cls_y.weight", "gau.uv.weight"} <= names
