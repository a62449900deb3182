"""Names of files that cannot be used."""

from __future__ import annotations

__all__ = ["undecodable"]


def undecodable(name: str) -> str | None:
    """Why a name is refused that no text can hold, neither a message nor a file of results; None for all others."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename it"
    return None
