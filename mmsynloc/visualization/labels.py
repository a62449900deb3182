"""Names of files as matplotlib's labels."""

from __future__ import annotations

__all__ = ["plain_label"]


def plain_label(text: str) -> str:
    """A text that is shown as it is: matplotlib hides labels that begin with ``_``, and ``$`` begins a formula."""
    return ("\u200b" if text.startswith("_") else "") + text.replace("$", r"\$")
