"""Hooks of MkDocs: what stands outside of `docs/`, and is linked from there, becomes part of the site.

On a page below `docs/`, `[text](../SECURITY.md)` is a link that works in the repository. For the site the file that it names
is taken in, below `repository/` with its own path, and the link leads there.
"""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath
from typing import TYPE_CHECKING, Final

from mkdocs.structure.files import File, Files, InclusionLevel

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).parents[1]
TAKEN_IN: Final = "repository"
_LINK: Final = re.compile(r"(\]\()([^)\s#:]+)([^)\s]*\))")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Take in every file outside of `docs/` that a page leads to, also from pages that are taken in themselves."""
    waiting = [file.src_uri for file in files.documentation_pages()]
    while waiting:
        source = waiting.pop()
        for wanted in _outside(source):
            uri = f"{TAKEN_IN}/{wanted}"
            if files.get_file_from_path(uri) is None:
                files.append(
                    File.generated(config, uri, abs_src_path=str(ROOT / wanted), inclusion=InclusionLevel.NOT_IN_NAV)
                )
                waiting += [uri] if uri.endswith(".md") else []
    return files


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Point the links of a page to where their files are in the site."""
    source = page.file.src_uri

    def moved(found: re.Match[str]) -> str:
        path = _in_repository(source, found[2])
        if path is None:
            return found[0]
        return f"{found[1]}{relpath(_in_site(path), str(PurePosixPath(source).parent))}{found[3]}"

    return _LINK.sub(moved, markdown)


def _outside(source: str) -> list[str]:
    """The files of the repository, outside of `docs/`, that a page leads to."""
    path = ROOT / (source.removeprefix(f"{TAKEN_IN}/") if source.startswith(f"{TAKEN_IN}/") else f"docs/{source}")
    found = (_in_repository(source, match[2]) for match in _LINK.finditer(path.read_text(encoding="utf-8")))
    return [item for item in found if item is not None and not item.startswith("docs/")]


def _in_repository(source: str, link: str) -> str | None:
    """Where a link of a page leads to in the repository; None where there is no such file, which MkDocs then says."""
    own = source.removeprefix(f"{TAKEN_IN}/") if source.startswith(f"{TAKEN_IN}/") else f"docs/{source}"
    path = normpath(f"{PurePosixPath(own).parent}/{link}")
    return path if not path.startswith("..") and (ROOT / path).is_file() else None


def _in_site(path: str) -> str:
    return path.removeprefix("docs/") if path.startswith("docs/") else f"{TAKEN_IN}/{path}"
