"""Names of files: those that cannot be used, and those that do not count."""

from __future__ import annotations

from pathlib import Path

__all__ = ["json_files", "undecodable"]


def json_files(folder: Path) -> list[Path]:
    """The JSON files of a folder by name, without hidden ones, such as macOS leaves on other disks (``._val.json``)."""
    return sorted(path for path in folder.glob("*.json") if not path.name.startswith("."))


def undecodable(name: str) -> str | None:
    """Why a name is refused that no text can hold, neither a message nor a file of results; None for all others."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return "its name is not UTF-8; rename it"
    return None
