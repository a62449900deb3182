"""A hook of MkDocs: pages out of files of the repository, and links to files that are no pages."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

_ROOT = Path(__file__).parents[2]
_PAGES = {
    "project/changelog.md": "CHANGELOG.md",
    "project/contributing.md": "CONTRIBUTING.md",
    "project/configs.md": "configs/README.md",
}
_LINK = re.compile(r"\]\((?!\w+:|#|/)(?P<path>[^)\s#]+)(?P<rest>[^)]*)\)")


def on_config(config: Any) -> Any:
    """Leave out of the navigation what is not written yet."""
    config.nav = _present(config.nav)
    return config


def _present(nav: list[Any]) -> list[Any]:
    kept = []
    for entry in nav:
        ((title, part),) = entry.items()
        if isinstance(part, list):
            part = _present(part)
        elif part not in _PAGES and not (_ROOT / "docs" / part).is_file():
            continue
        kept.append({title: part})
    return kept


def on_files(files: Any, *, config: Any) -> Any:
    """Add the pages that are files of the repository."""
    for page, source in _PAGES.items():
        text = _relink((_ROOT / source).read_text(encoding="utf-8"), source, page, config.repo_url)
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, *, page: Any, config: Any, files: Any) -> str:
    """Rewrite the links of a page of docs/."""
    uri = page.file.src_uri
    return markdown if uri in _PAGES else _relink(markdown, f"docs/{uri}", uri, config.repo_url)


def _relink(markdown: str, source: str, page: str, repository: str) -> str:
    """Links of a file of the repository, seen from a page of the site: pages stay pages, others lead to the repository.

    Args:
        markdown: the text.
        source: the file, from the repository's root.
        page: the page, from the site's root.
        repository: its address.
    """
    pages = {source: page for page, source in _PAGES.items()}

    def replace(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(source), match["path"]))
        inside = pages.get(target, target.removeprefix("docs/") if target.startswith("docs/") else None)
        if inside is None:
            return f"]({repository}/blob/main/{target}{match['rest']})"
        return f"]({posixpath.relpath(inside, posixpath.dirname(page))}{match['rest']})"

    return _LINK.sub(replace, markdown)
