"""YOLOX's first layer as one convolution, for engines that are slow at taking every second pixel."""

from __future__ import annotations

import copy
from typing import Any

from mmpose.models.backbones.csp_darknet import Focus
from torch import nn

__all__ = ["with_plain_stem"]


def with_plain_stem(model: Any) -> Any:
    """A copy of a model that computes the same without ``Focus``, or the model itself where it has none.

    ``Focus`` puts every 2 x 2 pixels into the channels of one and convolves them (k x k). That is one convolution of
    the image (2k x 2k, stride 2) with the same weights in another order.

    Args:
        model: a detector.
    """
    stem = getattr(getattr(model, "backbone", None), "stem", None)
    if not isinstance(stem, Focus):
        return model
    model = copy.deepcopy(model)
    layer = model.backbone.stem.conv  # with its normalisation and activation
    layer.conv = _unfolded(layer.conv)
    model.backbone.stem = layer
    return model


def _unfolded(conv: nn.Conv2d) -> nn.Conv2d:
    """The convolution of the image that gives what ``conv`` gives of ``Focus``'s channels."""
    size, padding = conv.kernel_size[0], int(conv.padding[0])
    channels = conv.in_channels // 4
    plain = nn.Conv2d(channels, conv.out_channels, 2 * size, 2, 2 * padding, bias=conv.bias is not None)
    # Upstream's order: columns, then rows of the 2 x 2, then the image's channels
    parts = conv.weight.detach().reshape(-1, 2, 2, channels, size, size)
    plain.weight.data = parts.permute(0, 3, 4, 2, 5, 1).reshape(plain.weight.shape)
    if conv.bias is not None and plain.bias is not None:
        plain.bias.data = conv.bias.detach().clone()
    return plain
