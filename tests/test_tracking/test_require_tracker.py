"""What is said where tracking cannot be."""

from __future__ import annotations

import sys

import pytest

from mmsynloc.tracking.link import require_tracker
from mmsynloc.utils import UserError


class _Norfair:
    """Finds norfair alone, whose import fails for lack of a package."""

    def __init__(self, missing: str) -> None:
        self.missing = missing

    def find_spec(self, name, path=None, target=None):
        if name == "norfair":
            raise ModuleNotFoundError(f"No module named {self.missing!r}", name=self.missing)


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("norfair", r"^tracking needs norfair: pip install --no-deps norfair filterpy$"),
        ("filterpy", r"^tracking needs norfair: pip install --no-deps norfair filterpy$"),
        ("rich", r"^tracking needs rich, which norfair imports: pip install rich$"),
    ],
)
def test_require_tracker__names_what_is_missing(missing, message, monkeypatch):
    monkeypatch.delitem(sys.modules, "norfair", raising=False)
    monkeypatch.setattr("sys.meta_path", [_Norfair(missing), *sys.meta_path])
    with pytest.raises(UserError, match=message):
        require_tracker()
