"""Upstream's SimOTA for a whole batch: the same targets as ``SimOTAAssigner`` gives image by image."""

from __future__ import annotations

import torch
from torch import Tensor

from mmsynloc.models.structures import Assignment, Grid
from mmsynloc.models.task_modules.costs import PairCosts

__all__ = ["assign_like_upstream", "compact", "inside_masks"]


def inside_masks(
    boxes_xyxy: Tensor, centres: Tensor, mask: Tensor, grid: Grid, center_radius: float
) -> tuple[Tensor, Tensor]:
    """Which priors lie in the athletes' boxes, and which in the areas around their centres.

    A cell is inside where its column and its row are: two short tests in place of one for every cell.

    Returns:
        Two masks (B, N, M), all false for padded athletes.
    """
    in_box, in_centre = [], []
    start = 0
    (x1, y1, x2, y2), (cx, cy) = boxes_xyxy[..., None].unbind(-2), centres[..., None].unbind(-2)
    for (height, width), stride in zip(grid.shapes, grid.strides):
        level = grid.priors[start : start + height * width].unflatten(0, (height, width))
        x, y = level[0, :, 0], level[:, 0, 1]
        start += height * width
        radius = center_radius * stride
        columns = (x - x1 > 0) & (x2 - x > 0) & mask[..., None]
        rows = (y - y1 > 0) & (y2 - y > 0)
        in_box.append((rows[..., None] & columns[..., None, :]).flatten(2))
        columns = (x - (cx - radius) > 0) & (cx + radius - x > 0) & mask[..., None]
        rows = (y - (cy - radius) > 0) & (cy + radius - y > 0)
        in_centre.append((rows[..., None] & columns[..., None, :]).flatten(2))
    return torch.cat(in_box, -1), torch.cat(in_centre, -1)


def compact(valid: Tensor) -> tuple[Tensor, Tensor]:
    """The numbers of the valid priors, in order. Waits for the device: it has to know how many there are.

    Args:
        valid: (B, M) bool.

    Returns:
        Numbers (B, V), padded by 0, and which of them are real (B, V). V is at least 1.
    """
    place = valid.cumsum(1) - 1
    size = max(int(place[:, -1].max()) + 1, 1)
    numbers = torch.arange(valid.shape[1], device=valid.device).expand_as(valid)
    index = numbers.new_zeros(len(valid), size + 1).scatter(1, torch.where(valid, place, size), numbers)[:, :size]
    return index, torch.arange(size, device=valid.device) <= place[:, -1:]


def assign_like_upstream(
    index: Tensor, exists: Tensor, pairs: PairCosts, mask: Tensor, topk: int, exact_ties: bool
) -> Assignment:
    """Upstream's ``dynamic_k_matching``.

    Args:
        index: (B, V) priors that lie in any athlete's box or near any centre.
        exists: (B, V) bool, false for padding.
        pairs: (B, N, V).
        mask: (B, N) which athletes are real.
        topk: how many overlaps are summed for the number of an athlete's priors.
        exact_ties: between priors of equal cost choose as ``torch.topk`` happens to do on a CPU, by one call for each
            athlete; otherwise the first one is taken, as on a GPU.
    """
    real = exists[:, None] & mask[..., None]
    cost = torch.where(real, pairs.cost, torch.inf)
    indicator = torch.where(real, pairs.indicator, 0.0)
    size = min(topk, cost.shape[-1])
    # summed over an outer dimension, as upstream, so that the last bit is the same
    counts = indicator.topk(size, -1).values.transpose(1, 2).contiguous().sum(1).int().clamp(min=1)
    choose = _cheapest_as_topk if exact_ties else _cheapest_first
    slot = choose(cost, counts, exists, size)
    wanted = (torch.arange(size, device=cost.device) < counts[..., None]) & (cost.gather(-1, slot) < torch.inf)
    athlete, won = _settle(cost, slot, wanted)
    overlap = pairs.overlap.flatten(1).gather(1, (athlete * cost.shape[-1] + slot).flatten(1)).view_as(slot)
    return Assignment(index.gather(1, slot.flatten(1)).view_as(slot), athlete, won.float(), overlap)


def _cheapest_first(cost: Tensor, counts: Tensor, exists: Tensor, size: int) -> Tensor:
    """The (B, N, k) cheapest candidates; of equals the one with the lower number."""
    bits = cost.view(torch.int32).long()
    ordered = torch.where(bits < 0, bits ^ 0x7FFFFFFF, bits)  # floats in the order of integers
    number = torch.arange(cost.shape[-1], device=cost.device)
    return ((ordered << 32) | number).topk(size, -1, largest=False).indices


def _cheapest_as_topk(cost: Tensor, counts: Tensor, exists: Tensor, size: int) -> Tensor:
    """The same as upstream chooses them: its result among equals depends on all that ``torch.topk`` is given."""
    chosen = torch.zeros(*cost.shape[:2], size, dtype=torch.long)
    for image, available, numbers, rows in zip(cost, exists.sum(1).tolist(), counts.tolist(), chosen):
        for athlete, count, row in zip(image, numbers, rows):
            count = min(count, available)
            row[:count] = athlete[:available].topk(count, largest=False).indices
    return chosen


def _settle(cost: Tensor, slot: Tensor, wanted: Tensor) -> tuple[Tensor, Tensor]:
    """Give a prior that several athletes chose to the athlete with the least cost, whether it chose the prior or not.

    Returns:
        The athletes (B, N, k) of the slots, and which slots count: of those with the same prior the first.
    """
    flat, is_wanted = slot.flatten(1), wanted.flatten(1)
    asked = torch.zeros_like(cost[:, 0]).scatter_add(1, flat, is_wanted.float())
    cheapest = cost.argmin(1)
    own = torch.arange(slot.shape[1], device=slot.device)[None, :, None].expand_as(slot).flatten(1)
    athlete = torch.where(asked.gather(1, flat) > 1, cheapest.gather(1, flat), own)
    place = torch.arange(flat.shape[1], device=slot.device).expand_as(flat)
    last = torch.full_like(asked, flat.shape[1], dtype=torch.long)
    first = last.scatter_reduce(1, flat, torch.where(is_wanted, place, flat.shape[1]), "amin")
    won = is_wanted & (place == first.gather(1, flat))
    return athlete.view_as(slot), won.view_as(slot)
