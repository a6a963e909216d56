"""Whatever a resource is called, it stays a name: in every format, in the history, in a log and on a terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt

from auditor.cli import main
from auditor.report.formats import FORMATS
from auditor.report.period.formats import FORMATS as PERIOD_FORMATS
from tests.hostile.names import PAIRS, PLAIN, commands, hidden, write_estate, write_statements

pytestmark = pytest.mark.xdist_group("names")
LETTERS_OF_OURS = {"csv": {"\ufeff", "\r"}, "markdown": {"\u200b"}, "period markdown": {"\u200b"}}
_PERIOD = [name for name in PERIOD_FORMATS if name != "pdf"]
_HISTORY = ("list", "show", "diff", "verify")
WRITTEN = (
    *FORMATS,
    "summary",
    *(f"period {name}" for name in _PERIOD),
    *(f"history {word} {form}" for word in _HISTORY for form in ("text", "json")),
    "stderr",
)


def audited(folder: Path, names: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """All that the auditor writes about an estate, by what wrote it."""
    told: dict[str, str] = {}

    def run(*words: str, code: int = 0) -> str:
        assert main(words) == code
        printed = capsys.readouterr()
        told["stderr"] = told.get("stderr", "") + printed.err
        return printed.out

    write_statements(folder, names)
    common = ("--profile", "strict", "--scope", "all", "--history", "h.db")
    outputs = [word for name in FORMATS for word in ("-o", f"{name}=out.{name}")]
    for day, more in ((1, ["-o", "json=first"]), (2, ["-vv", *outputs])):
        write_estate(folder / "s.jsonl", names, day)
        run("scan", "--snapshot", "s.jsonl", *common, *more, code=1)
    told |= {name: (folder / f"out.{name}").read_bytes().decode() for name in FORMATS}
    told["summary"] = (folder / "summary.md").read_text(encoding="utf-8")
    for name in _PERIOD:
        span = ("--from", "2026-11-01", "--to", "2026-11-03")
        told[f"period {name}"] = run("report", *span, "--history", "h.db", "-o", name)
    for word in _HISTORY:
        for form in ("text", "json"):
            told[f"history {word} {form}"] = run("history", word, "--history", "h.db", "-o", form)
    return told


@pytest.fixture(scope="module")
def twins() -> dict[str, dict[str, str]]:
    return {}


@pytest.fixture
def told(
    twins: dict[str, dict[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> dict[str, dict[str, str]]:
    for which, names in {"hostile": PAIRS, "plain": PLAIN}.items():
        if which not in twins:
            folder = tmp_path / which
            folder.mkdir()
            monkeypatch.chdir(folder)
            monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
            twins[which] = audited(folder, names, capsys)
    return twins


@pytest.mark.parametrize("name", WRITTEN)
def test_no_name_hides_reorders_or_commands(name: str, told: dict[str, dict[str, str]]) -> None:
    text = told["hostile"][name]
    ours = LETTERS_OF_OURS.get("markdown" if name == "summary" else name, set())
    assert hidden(text) <= ours
    if name != "github":
        assert commands(text) == []
    assert text.encode()


def keys_of(value: Any, path: str = "") -> set[str]:
    """The paths of all keys in a JSON value; those that are names from outside count as one."""
    match value:
        case dict():
            below = {f"{path}.{key if re.fullmatch(r'[$A-Za-z][A-Za-z0-9_-]*', key) else '*'}": key for key in value}
            return set(below).union(*(keys_of(value[key], place) for place, key in below.items()))
        case list():
            return set().union(*(keys_of(item, f"{path}[]") for item in value))
        case _:
            return set()


def json_parts(text: str) -> set[Any]:
    return {path for path in keys_of(json.loads(text)) if ".evidence" not in path and ".parameters" not in path}


class Elements(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: set[Any] = set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        address = (values.get("href") or "#").partition(":")[0] if tag == "a" else ""
        self.found.add((tag, *sorted(values), "#" if address.startswith("#") else address))


def html_parts(text: str) -> set[Any]:
    return Elements(text).found


def xml_parts(text: str) -> set[Any]:
    return {(item.tag, *sorted(item.attrib)) for item in ET.fromstring(text).iter()}  # noqa: S314 - we wrote it


def csv_parts(text: str) -> set[Any]:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if re.search(r"(?:^|;)\s*[=+\-@\t\r]", cell)] == []
    return {(len(row), row[0]) for row in rows}


def markdown_parts(text: str) -> set[Any]:
    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return {item.type for token in parser.parse(text) for item in (token, *(token.children or ()))}


def command_parts(text: str) -> set[Any]:
    found = [re.fullmatch(r"::(error|warning|notice) ([^:]*)::.*", line) for line in text.splitlines()]
    return {match and (match[1], *re.findall(r"(?:^|,)(\w+)=", match[2])) for match in found}


PARTS: dict[str, Callable[[str], set[Any]]] = {
    **dict.fromkeys(("json", "sarif", "gitlab", "period json", "period oscal"), json_parts),
    **{f"history {word} json": json_parts for word in _HISTORY},
    **dict.fromkeys(("html", "period html"), html_parts),
    **dict.fromkeys(("markdown", "summary", "period markdown"), markdown_parts),
    "junit": xml_parts,
    "csv": csv_parts,
    "github": command_parts,
}


def test_every_format_with_a_parser_is_held_against_its_twin() -> None:
    assert set(WRITTEN) - set(PARTS) == {"text", "stderr", *(f"history {word} text" for word in _HISTORY)}


@pytest.mark.parametrize("name", PARTS)
def test_hostile_names_make_nothing_that_plain_names_do_not_make(name: str, told: dict[str, dict[str, str]]) -> None:
    """Exact counts are for the tests of each format, where both reports say the same."""
    parts = PARTS[name](told["hostile"][name])
    assert parts
    assert parts - PARTS[name](told["plain"][name]) == set()
