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
IN_NAV: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
_LINK: Final = re.compile(r"(\]\()([^)\s#:]+)([^)\s]*\))")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Take in every file outside of `docs/` that a page leads to, also from pages that are taken in themselves."""
    waiting = [*IN_NAV, *(path for file in files.documentation_pages() for path in _outside(file.src_uri))]
    while waiting:
        path = waiting.pop()
        uri = f"{TAKEN_IN}/{path}"
        if files.get_file_from_path(uri) is None:
            level = InclusionLevel.INCLUDED if path in IN_NAV else InclusionLevel.NOT_IN_NAV
            files.append(File.generated(config, uri, abs_src_path=str(ROOT / path), inclusion=level))
            waiting += _outside(uri) if uri.endswith(".md") else []
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
    text = (ROOT / _own(source)).read_text(encoding="utf-8")
    found = (_in_repository(source, match[2]) for match in _LINK.finditer(text))
    return [path for path in found if path is not None and not path.startswith("docs/")]


def _in_repository(source: str, link: str) -> str | None:
    """Where a link of a page leads to in the repository; None where there is no such file, which MkDocs then says."""
    path = normpath(f"{PurePosixPath(_own(source)).parent}/{link}")
    return path if not path.startswith("..") and (ROOT / path).is_file() else None


def _own(source: str) -> str:
    """The path in the repository of a page of the site."""
    inside = source.removeprefix(f"{TAKEN_IN}/")
    return f"docs/{source}" if inside == source else inside


def _in_site(path: str) -> str:
    inside = path.removeprefix("docs/")
    return f"{TAKEN_IN}/{path}" if inside == path else inside
