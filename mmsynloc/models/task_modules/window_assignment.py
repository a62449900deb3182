"""Assignment of fixed shape: every athlete chooses among the cells of its own window."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from mmsynloc.models.structures import Assignment, Grid
from mmsynloc.models.task_modules.costs import PairCosts

__all__ = ["Candidates", "assign_in_windows", "window_candidates"]


class Candidates(NamedTuple):
    """The cells of the athletes' windows on all levels.

    - V: number of cells of an athlete's windows, ``window² * L``

    Args:
        prior_index: (B, N, V) int64, their priors; beyond the edge of the feature map, the nearest one.
        priors: (B, N, V, 3): x, y, stride in px.
        exists: (B, N, V) bool, false beyond the edge of the feature map and for padded athletes.
        is_inside: (B, N, V) bool, which lie in the athlete's box and near its centre.
    """

    prior_index: Tensor
    priors: Tensor
    exists: Tensor
    is_inside: Tensor


def window_candidates(
    boxes_xyxy: Tensor, centres: Tensor, mask: Tensor, grid: Grid, window: int, center_radius: float
) -> Candidates:
    """The ``window`` x ``window`` cells of each level around each athlete's centre, found by arithmetic.

    Args:
        boxes_xyxy: (B, N, 4) px.
        centres: (B, N, 2) px.
        mask: (B, N) bool, which athletes are real.
        grid: the priors.
        window: cells on a side.
        center_radius: the area around the centre reaches so many strides to each side.
    """
    start, width, _, stride = grid.levels.unbind(1)  # each (L,)
    position = centres[:, :, None] / stride[:, None]  # (B, N, L, 2) in cells
    position = position - grid.offset if grid.offset else position
    limit = float(max(max(shape) for shape in grid.shapes) + window)
    first = (position.clamp(-limit, limit) - window / 2).floor()
    nearby = torch.arange(1, window + 1, device=first.device)
    cells = first[..., None] + nearby  # (B, N, L, 2, window), whole numbers that float32 holds exactly
    points = (cells + grid.offset if grid.offset else cells) * stride[:, None, None]
    within = cells.clamp(min=0).minimum(grid.last_cells[..., None])
    exists = _both_axes((within == cells) & mask[:, :, None, None, None])
    near = (cells - position[..., None]).abs() < center_radius
    is_inside = _both_axes(_is_in_box(points, boxes_xyxy) & near)
    index = within[..., 1, :, None] * width[:, None, None] + within[..., 0, None, :] + start[:, None, None]
    x, y, sides = torch.broadcast_tensors(points[..., 0, None, :], points[..., 1, :, None], stride[:, None, None])
    priors = torch.stack([x, y, sides], 2).flatten(3).movedim(2, -1)
    return Candidates(index.long().flatten(2), priors, exists.flatten(2), is_inside.flatten(2))


def _both_axes(along: Tensor) -> Tensor:
    """Whether something holds along x and y of cells, (..., window, window) of (..., 2, window)."""
    return along[..., 1, :, None] & along[..., 0, None, :]


def _is_in_box(points: Tensor, boxes_xyxy: Tensor) -> Tensor:
    """Which coordinates (B, N, L, 2, window) lie in the box of their athlete."""
    low, high = (corner[:, :, None, :, None] for corner in boxes_xyxy.split(2, -1))
    return (points > low) & (points < high)


def assign_in_windows(candidates: Candidates, pairs: PairCosts, num_priors: int, topk: int) -> Assignment:
    """SimOTA's choice (dynamic k, cheapest first, disputed priors to the athlete with the least cost) in fixed shapes.

    Cells outside of the athlete's box come after those inside, by their cost; nothing outside of the window does. An
    athlete whose window lies outside of the image gets no prior. Of athletes with equal cost for a prior, the
    first one gets it.

    Args:
        candidates: (B, N, V).
        pairs: (B, N, V).
        num_priors: M.
        topk: largest number of priors of an athlete, and how many overlaps are summed for the number.
    """
    topk = min(topk, candidates.prior_index.shape[-1])
    missing = ~candidates.exists
    counts = pairs.indicator.masked_fill(missing, 0.0).topk(topk, -1).values.sum(-1).clamp(min=1)
    cost, slot = pairs.cost.masked_fill(missing, torch.inf).topk(topk, -1, largest=False)
    place = torch.arange(1, topk + 1, device=cost.device)
    wanted = (place <= counts[..., None]) & (cost < torch.inf)
    prior = candidates.prior_index.gather(-1, slot)
    won = wanted & _is_first(cost, wanted, prior, num_priors)
    athlete = torch.arange(cost.shape[1], device=cost.device)[None, :, None].expand_as(prior)
    return Assignment(prior, athlete, won.float(), pairs.overlap.gather(-1, slot))


def _is_first(cost: Tensor, wanted: Tensor, prior: Tensor, num_priors: int) -> Tensor:
    """Which slots (B, N, k) have the lowest cost of all that want the same prior; of equal ones the first athlete's.

    Cost and number of the slot are compared as one integer: the bits of floats over 0 are in the order of the floats.
    """
    number = prior.flatten(1)
    bits = cost.flatten(1).view(torch.int32).long() << 32
    last = torch.iinfo(torch.long).max
    rank = torch.where(wanted.flatten(1), bits + torch.arange(number.shape[1], device=number.device), last)
    least = rank.new_full((len(rank), num_priors), last).scatter_reduce(1, number, rank, "amin")
    return (rank == least.gather(1, number)).view_as(wanted)
