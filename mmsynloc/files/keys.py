"""Keys of files that people edit: one that is there twice is a mistake, which readers would pass over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

__all__ = ["first_repeated"]


def first_repeated(names: Iterable[str]) -> str | None:
    """The first of the names that is there more than once; None where all differ."""
    return next((name for name, count in Counter(names).items() if count > 1), None)
