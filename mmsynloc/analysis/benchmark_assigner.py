"""Targets and losses of a batch: seconds, launches and waits, ours and upstream's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from mmengine.registry import DefaultScope
from mmengine.structures import InstanceData
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample
from torch import Tensor

from mmsynloc.analysis.benchmark import compare, one_core, time_interleaved
from mmsynloc.analysis.launches import LaunchCounter
from mmsynloc.apis import load_config
from mmsynloc.models.structures import HeadOutputs, flatten_outputs, pad_truth

__all__ = ["benchmark_assigner", "random_athletes"]

_CONFIG = "mmsynloc::yoloxpose_s_synloc-window-assigner.py"


def random_athletes(count: int, size: tuple[int, int], rng: np.random.Generator) -> PoseDataSample:
    """A sample with athletes all over the image, most of them small as in a mosaic of frames.

    Args:
        count: number of athletes.
        size: ``(width, height)`` of the image in px.
        rng: random numbers.
    """
    middle = rng.uniform(0, size, (count, 2))
    half = np.exp(rng.uniform(np.log(4), np.log(30), (count, 1))) * [0.35, 1.0]
    below = middle + half * [0, 1]
    labels = InstanceData(
        bboxes=torch.tensor(np.concatenate([middle - half, middle + half], 1), dtype=torch.float32),
        labels=torch.zeros(count, dtype=torch.long),
        keypoints=torch.tensor(np.stack([middle, below], 1), dtype=torch.float32),
        keypoints_visible=torch.ones(count, 2),
        areas=torch.tensor(2 * half.prod(1), dtype=torch.float32),
    )
    return PoseDataSample(gt_instance_labels=labels)


def _heads(device: str) -> dict[str, Any]:
    """Our head with window assignment and with upstream's, and upstream's head; their networks are not used."""
    cfg = load_config(_CONFIG).model.head
    exact = dict(cfg.assigner, type="SimOTAAssigner")
    configs = {
        "ours": dict(cfg),
        "exact": dict(cfg, assigner=exact),
        "upstream": dict(cfg, assigner=exact, type="YOLOXPoseHead"),
    }
    with DefaultScope.overwrite_default_scope("mmpose"):
        return {name: MODELS.build(config).to(device) for name, config in configs.items()}


def _outputs(batch: int, size: tuple[int, int], strides: tuple[int, ...], device: str) -> HeadOutputs:
    """Outputs like those of a network early in training: boxes of a few strides, low scores."""
    generator = torch.Generator().manual_seed(0)

    def maps(channels: int, mean: float = 0.0) -> list[Tensor]:
        shapes = [(batch, channels, size[1] // stride, size[0] // stride) for stride in strides]
        return [(torch.randn(shape, generator=generator) + mean).to(device) for shape in shapes]

    return HeadOutputs(maps(1, -3.0), maps(1, -3.0), maps(4), maps(4), maps(2), maps(1))


def _our_targets(head: Any, outputs: HeadOutputs, samples: list[PoseDataSample]) -> Callable[[int], object]:
    predictions = flatten_outputs(outputs, head.grid_of(outputs))
    device = predictions.values.device

    def targets(_: int) -> object:
        truth = pad_truth(samples, head.num_keypoints, device)
        return truth.of(head.assigner(predictions, truth).flat().athlete_index)

    return targets


def _upstream_targets(head: Any, outputs: HeadOutputs, samples: list[PoseDataSample]) -> Callable[[int], object]:
    shapes = [level.shape[2:] for level in outputs.class_logits]
    device = outputs.class_logits[0].device
    priors = torch.cat(head.prior_generator.grid_priors(shapes, device=device, with_stride=True))
    classes, objectness, boxes, offsets, visibility = (head._flatten_predictions(maps) for maps in outputs[:5])

    def targets(_: int) -> object:
        decoded = head.decode_bbox(boxes, priors[:, :2], priors[:, 2])
        keypoints = head.decode_kpt_reg(offsets, priors[:, :2], priors[:, 2])
        return head._get_targets(priors, classes, objectness, decoded, keypoints, visibility, samples)

    return targets


def _counted(head: Any, outputs: HeadOutputs, samples: list[PoseDataSample]) -> LaunchCounter:
    """Targets and losses, from the network's outputs on."""
    is_ours = hasattr(head, "loss_terms")
    head.forward = lambda feats: outputs if is_ours else outputs[:5]
    head.loss((), samples)  # what is created once and cached
    with LaunchCounter() as counter:
        head.loss((), samples)
    return counter


def benchmark_assigner(
    rounds: int = 10, batch: int = 16, athletes: int = 20, size: tuple[int, int] = (640, 640)
) -> dict[str, dict]:
    """Compare the targets of a batch, on the GPU where there is one and else on one core.

    Args:
        rounds: batches that are timed.
        batch: images of a batch.
        athletes: in each image.
        size: ``(width, height)`` of the images.

    Returns:
        Cases as :func:`compare` gives them: ``seconds`` of the targets with each athlete's own window,
        ``exact_seconds`` of the same targets as upstream's, and ``launches`` and ``waits`` of targets and losses.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    rng = np.random.default_rng(0)
    samples = [random_athletes(athletes, size, rng) for _ in range(batch)]
    on_device = [PoseDataSample(gt_instance_labels=one.gt_instance_labels.to(device)) for one in samples]
    with one_core(), torch.no_grad():
        heads = _heads(device)
        outputs = _outputs(batch, size, tuple(heads["ours"].featmap_strides), device)
        upstream = _upstream_targets(heads["upstream"], outputs, on_device)
        functions = {name: _our_targets(heads[name], outputs, samples) for name in ("ours", "exact")}
        pairs = {
            name: time_interleaved({"ours": function, "upstream": upstream}, rounds, 2, device)
            for name, function in functions.items()
        }
        our_count, their_count = (
            _counted(heads[name], outputs, given) for name, given in (("ours", samples), ("upstream", on_device))
        )
    return {
        "seconds": compare(**pairs["ours"], unit="s", larger_is_better=False),
        "exact_seconds": compare(**pairs["exact"], unit="s", larger_is_better=False),
        "launches": compare(our_count.launches, their_count.launches, "launches", larger_is_better=False),
        "waits": compare(our_count.waits, their_count.waits, "waits", larger_is_better=False),
    }
