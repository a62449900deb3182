import mmsynloc  # noqa: F401  isort: skip  (closes the gaps before MMPose is imported)

import copy

import pytest
import torch
from mmpose.models.backbones import CSPDarknet
from mmpose.models.backbones.csp_darknet import Focus
from torch import nn

from mmsynloc.export.plain_stem import with_plain_stem


class Model(nn.Module):
    def __init__(self, backbone: nn.Module) -> None:
        super().__init__()
        self.backbone = backbone


def csp_darknet() -> CSPDarknet:
    torch.manual_seed(0)
    backbone = CSPDarknet(widen_factor=0.125, deepen_factor=0.33, out_indices=(2, 3, 4))
    for module in backbone.modules():
        if isinstance(module, nn.BatchNorm2d):  # statistics of a trained network are not 0 and 1
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2)
    backbone.double().eval()  # eval returns nothing
    return backbone


@pytest.mark.parametrize("size", [(64, 96), (32, 32), (96, 64)])
def test_with_plain_stem__computes_the_same(size):
    model = Model(csp_darknet())
    images = 255 * torch.rand(2, 3, *size, dtype=torch.float64)
    with torch.no_grad():
        expected, found = model.backbone(images), with_plain_stem(model).backbone(images)
    for one, other in zip(found, expected):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)  # float64 sums in another order


def test_with_plain_stem__no_focus_is_left_and_the_model_is_not_changed():
    model = Model(csp_darknet())
    before = copy.deepcopy(model.state_dict())

    plain = with_plain_stem(model)

    assert not any(isinstance(module, Focus) for module in plain.modules())
    assert isinstance(model.backbone.stem, Focus)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_with_plain_stem__convolution_with_a_bias():
    stem = Focus(3, 4, 3, conv_cfg=None, norm_cfg=None, act_cfg=None)
    model = Model(nn.Module())
    model.backbone.stem = stem
    images = torch.rand(1, 3, 8, 8)

    found = with_plain_stem(model).backbone.stem(images)

    torch.testing.assert_close(found, stem(images), rtol=1e-5, atol=1e-6)  # float32 sums in another order


def test_with_plain_stem__model_without_focus_stays():
    model = Model(nn.Conv2d(3, 4, 3))
    assert with_plain_stem(model) is model
