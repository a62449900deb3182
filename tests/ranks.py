"""Functions run on several processes that are connected by gloo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch


def run_on_ranks(function: Callable[..., Any], world_size: int, folder: Path, *arguments: Any) -> list[Any]:
    """What ``function(*arguments)`` returns on each rank; it must be importable and return what torch.load takes."""
    torch.multiprocessing.spawn(_run, (function, world_size, str(folder), arguments), nprocs=world_size)
    return [torch.load(folder / f"rank_{rank}.pt", weights_only=False) for rank in range(world_size)]


def _run(rank: int, function: Callable[..., Any], world_size: int, folder: str, arguments: tuple) -> None:
    torch.set_num_threads(1)
    store = f"file://{folder}/store"
    torch.distributed.init_process_group("gloo", init_method=store, rank=rank, world_size=world_size)
    torch.save(function(*arguments), f"{folder}/rank_{rank}.pt")
    torch.distributed.destroy_process_group()
