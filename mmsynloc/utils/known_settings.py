"""Settings that nothing reads are mistakes in writing: a typing error must not pass for a setting."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["refuse_unknown"]


def refuse_unknown(given: Iterable[str], known: Iterable[str], group: str, owner: str) -> None:
    """Make sure that each setting of a group is one that its owner knows.

    Args:
        given: the settings' names.
        known: all that there are.
        group: where they stand, ``test_cfg``.
        owner: who reads them, for the message.

    Raises:
        ValueError: some are not known.
    """
    known = set(known)
    unknown = sorted(set(given) - known)
    if unknown:
        raise ValueError(f"{group} has {', '.join(unknown)}; {owner} knows {', '.join(sorted(known))}")
