"""The messages that the troubleshooting page explains are those of the package."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "troubleshooting.md"


def messages() -> list[str]:
    """What stands in the first column of the tables under "Messages"."""
    text = PAGE.read_text(encoding="utf-8").split("\n## Messages\n")[1]
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


@pytest.fixture(scope="module")
def constants() -> list[str]:
    """All string constants of the package, also the parts of formatted strings."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "mmsynloc").rglob("*.py")]
    nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
    return [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def test_messages__there_are_some():
    assert len(messages()) > 30


@pytest.mark.parametrize("message", messages())
def test_messages__are_in_the_package(message, constants):
    parts = [part.strip(" (),;:?") for part in message.split("...")]
    assert any(parts), "nothing to look for"
    missing = [part for part in parts if part and not any(part in constant for constant in constants)]
    assert not missing
