"""The pages of the documentation: all are in the site's navigation, and their links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "configs" / "README.md"]
LINK = re.compile(r"\]\((?!\w+:)([^)\s]+)\)")


def site() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def entries(nav: list | dict | str) -> Iterator[str]:
    """The files of a navigation."""
    if isinstance(nav, str):
        yield nav
    else:
        for part in nav.values() if isinstance(nav, dict) else nav:
            yield from entries(part)


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub and MkDocs make them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_site__every_page_is_in_the_navigation_once():
    listed = list(entries(site()["nav"]))
    assert len(set(listed)) == len(listed)
    assert {path.relative_to(DOCS).as_posix() for path in PAGES} <= set(listed)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_site__links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for link in LINK.findall(text):
        name, _, anchor = link.partition("#")
        target = path if not name else path.parent / name
        assert target.exists(), link
        if anchor and not anchor.startswith("mmsynloc."):
            assert anchor in anchors(target.read_text(encoding="utf-8")), link


def test_site__one_address_of_the_repository():
    address = site()["repo_url"]
    texts = [*TEXTS, ROOT / "setup.cfg", ROOT / "CITATION.cff", *(ROOT / "notebooks").glob("*.ipynb")]
    found = {m for path in texts for m in re.findall(r"github(?:\.com)?/(\w+/mmsynloc)\b", path.read_text("utf-8"))}
    assert found == {address.removeprefix("https://github.com/")}


@pytest.mark.skipif(
    importlib.util.find_spec("mkdocs") is None or importlib.util.find_spec("mkdocstrings") is None,
    reason="MkDocs is not here; `make docs` has an environment of its own",
)
def test_site__builds_without_warnings(tmp_path):
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "score_files" in (tmp_path / "site" / "api" / "evaluation" / "index.html").read_text(encoding="utf-8")
