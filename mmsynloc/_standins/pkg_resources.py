"""Stand-in for the part of ``pkg_resources`` that mmengine uses, on importlib.metadata."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

__all__ = ["DistributionNotFound", "get_distribution"]


class DistributionNotFound(Exception):
    """No distribution of that name is installed."""


class _Distribution:
    def __init__(self, distribution: metadata.Distribution) -> None:
        self._distribution = distribution
        self.version = distribution.version
        self.location = str(Path(str(distribution.locate_file(""))).resolve())

    def has_metadata(self, name: str) -> bool:
        return self._distribution.read_text(name) is not None

    def get_metadata(self, name: str) -> str:
        return self._distribution.read_text(name) or ""


def get_distribution(name: str) -> _Distribution:
    """The installed distribution ``name``.

    Raises:
        DistributionNotFound: it is not installed.
    """
    try:
        return _Distribution(metadata.distribution(name))
    except metadata.PackageNotFoundError as error:
        raise DistributionNotFound(name) from error
