"""Batches that real data has now and then: losses stay finite and every parameter has a gradient, as DDP needs it."""

from __future__ import annotations

import pytest
import torch
from mmengine.dist import get_rank
from mmpose.structures import PoseDataSample
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from tests.ranks import run_on_ranks
from tests.test_models.inputs import CHANNELS, INPUT_SIZE, all_options, build_head, crowd, data_sample, total

BATCHES = {
    "an image without athletes": (0, 3),
    "no athlete in the whole batch": (0, 0),
    "300 athletes": (300, 0),
}
# The athletes of two images on each of two ranks.
ON_RANKS = {name: [counts, counts] for name, counts in BATCHES.items()} | {
    "no athlete on one rank": [(0, 0), (3, 4)],
    "300 athletes on one rank": [(300, 2), (1, 0)],
}


class Model(nn.Module):
    """A backbone of one layer and the head with all of its options, whose forward pass gives the losses."""

    def __init__(self) -> None:
        super().__init__()
        self.head = build_head(**all_options())
        self.head.use_aux_loss = True
        self.stems = nn.ModuleList(nn.Conv2d(3, CHANNELS, 1, stride=stride) for stride in (8, 16, 32))

    def forward(self, images: Tensor, samples: list[PoseDataSample]) -> dict[str, Tensor]:
        return self.head.loss(tuple(stem(images) for stem in self.stems), samples)


def _batch(counts: tuple[int, ...]) -> tuple[Tensor, list[PoseDataSample]]:
    """Images, the first of them black, and their athletes."""
    images = torch.rand(len(counts), 3, INPUT_SIZE[1], INPUT_SIZE[0], generator=torch.Generator().manual_seed(0))
    images[0] = 0
    return images, [crowd(count) if count else data_sample([]) for count in counts]


def _step(model: nn.Module, counts: tuple[int, ...]) -> tuple[list[str], list[Tensor]]:
    """What is wrong after a step, and the gradients."""
    model.zero_grad()
    losses = model(*_batch(counts))
    total(losses).backward()
    wrong = [name for name, loss in losses.items() if not loss.isfinite().all()]
    named = list(model.named_parameters())
    wrong += [name for name, weight in named if weight.grad is None or not weight.grad.isfinite().all()]
    return wrong, [weight.grad.clone() for _, weight in named if weight.grad is not None]


def steps_on_rank() -> dict[str, tuple[list[str], list[Tensor]]]:
    model = DistributedDataParallel(Model())  # which stops at the step after one that leaves a gradient out
    return {name: _step(model, counts[get_rank()]) for name, counts in ON_RANKS.items()}


@pytest.mark.parametrize("name", BATCHES)
def test_loss__bad_batch_in_one_process(name):
    wrong, _ = _step(Model(), BATCHES[name])
    assert wrong == []


def test_loss__bad_batches_in_two_processes(tmp_path):
    first, second = run_on_ranks(steps_on_rank, 2, tmp_path)
    for name in ON_RANKS:
        assert first[name][0] == second[name][0] == []
        assert len(first[name][1]) == len(list(Model().parameters()))
        assert all(torch.equal(one, other) for one, other in zip(first[name][1], second[name][1]))
