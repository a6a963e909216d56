from __future__ import annotations

import re
import unicodedata
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.report.formats import markdown
from tests.report import builders

REPORTS = {
    "mixed": builders.mixed(),
    "blind": builders.blind(),
    "empty": builders.empty(),
    "clean": builders.clean(),
    "large": builders.large(),
    "hostile": builders.hostile(),
}
TEXTS = {name: markdown.render(report) for name, report in REPORTS.items()}
PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
SECTIONS = [
    "The four questions",
    "Coverage",
    "What to do first",
    "Where documents go",
    "How long documents live",
    "Models",
    "Waivers",
    "All findings",
    "Method",
]
every = pytest.mark.parametrize("name", REPORTS)


def tokens(text: str) -> list[Token]:
    """Every token that a Markdown parser makes of a text, those inside lines too."""
    return [item for token in PARSER.parse(text) for item in (token, *(token.children or ()))]


def shown(text: str) -> str:
    """What a reader sees."""
    return " ".join(token.content for token in tokens(text) if token.type in {"text", "code_inline"})


@every
def test_the_same_report_gives_the_same_text(name: str) -> None:
    assert markdown.render(getattr(builders, name)()) == TEXTS[name]


@every
def test_its_sections_stand_in_the_order_of_the_page(name: str) -> None:
    assert re.findall(r"^## (.*)$", TEXTS[name], re.MULTILINE) == SECTIONS
    assert TEXTS[name].count("\n# ") == 0
    assert not re.search(r"\n{3}|[ \t]+$", TEXTS[name].removesuffix("\n"))


@every
def test_every_row_of_a_table_has_as_many_cells_as_its_head(name: str) -> None:
    for table in re.findall(r"(?:^\|.*\n)+", TEXTS[name], re.MULTILINE):
        rows = table.splitlines()
        assert len({len(split(row)) for row in rows}) == 1
        kinds = [token.type for token in PARSER.parse(table)]
        heads = kinds.count("th_open")
        assert kinds.count("td_open") == heads * (len(rows) - 2)


def split(line: str) -> list[str]:
    """The cells of a row as GitHub's scanner finds them: a backslash takes the next mark with it."""
    return re.findall(r"(?:\\[!-/:-@\[-`{-~]|[^|])+", line)


@every
def test_it_has_no_html_no_links_and_no_pictures(name: str) -> None:
    kinds = {token.type for token in tokens(TEXTS[name])}
    assert kinds.isdisjoint({"html_inline", "html_block", "link_open", "image", "s_open", "hr", "fence", "code_block"})


def test_hostile_names_are_text() -> None:
    text = TEXTS["hostile"]
    plain = builders.hostile(tuple(f"name {number:02d}" for number in range(len(builders.HOSTILE))))
    marks = {
        "strong_open",
        "em_open",
        "heading_open",
        "bullet_list_open",
        "list_item_open",
        "table_open",
        "tr_open",
        "td_open",
    }
    wanted = [token.type for token in tokens(markdown.render(plain)) if token.type in marks]
    assert sorted(token.type for token in tokens(text) if token.type in marks) == sorted(wanted)
    for name in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "name<U+202E>gnp.exe<U+2066>",
        "half <U+D800>",
    ):
        assert name in shown(text)
    text.encode()
    letters = {letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
    assert letters == {"\n", "\u200b"}  # the blank of no width is ours: it keeps names from calling people


def test_prose_calls_nobody_and_links_nowhere() -> None:
    assert not re.search(r"@\w|#\d|://|www\.", shown(markdown.prose("@team #12 https://evil.example www.evil.example")))


@pytest.mark.parametrize(
    "text", [*builders.HOSTILE, "- item", "1. item", "+ item", "_a_ snake_case __b__", " ", "a ` b", "`", "$x$"]
)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    wanted = markdown._shorten(text, 10_000)
    for written in (f"{markdown.prose(text)}\n", f"- {markdown.prose(text)}\n"):
        found = "".join(token.content for token in tokens(written) if token.type in {"text", "text_special"})
        assert found.replace("\u200b", "") == wanted
        assert "bullet_list_open" not in {token.type for token in PARSER.parse(written)[1:]}
    written = markdown.code(text[:100])
    assert [token.content.strip() for token in tokens(written) if token.type == "code_inline"] == [
        markdown._shorten(text[:100], 10_000).strip()
    ]


def test_a_pipe_never_ends_a_cell() -> None:
    for text in ("a|b", "a\\|b", "a\\\\|b", "|", "\\"):
        for cell in (markdown.code(text, in_table=True), markdown.prose(text)):
            assert len(split(f"| {cell} | x |")) == 2


def test_status_is_a_shape_and_a_word() -> None:
    for words in (
        "● fail",
        "◐ unknown",
        "◇ waived",
        "○ pass",
        "◐ not provable",
        "● leaves the region",
        "○ nothing is kept",
    ):
        assert words in TEXTS["mixed"]


def test_its_numbers_add_up() -> None:
    for name in ("mixed", "clean", "large", "hostile"):
        report = REPORTS[name]
        counts = "".join(f" **{report.counts[status]}** |" for status in ("fail", "unknown", "waived", "pass"))
        assert f"| **All** | | |{counts} **{report.not_applicable}** |" in TEXTS[name]


def test_the_headline_is_whole() -> None:
    assert f"**● {REPORTS['mixed'].headline}**" in TEXTS["mixed"]


def test_a_large_report_shows_the_worst_rows_and_says_how_many_more() -> None:
    text = TEXTS["large"]
    failing = REPORTS["large"].counts["fail"]
    assert text.count("| ● `stdocuments") == markdown.MOST_ROWS
    assert f"…and {failing - markdown.MOST_ROWS} more failing findings, in the HTML and JSON reports." in text
    assert len(text) < markdown.LONGEST


def test_a_report_that_github_would_refuse_shows_fewer_rows() -> None:
    mixed = builders.mixed()
    lines = tuple(
        replace(
            line,
            finding=replace(line.finding, subject=builders.subject(f"{line.finding.subject.name}{number}")),
            message="long " * 60,
        )
        for number in range(60)
        for line in mixed.lines
    )
    text = markdown.render(
        builders.report(lines, models=mixed.models * 40, retention=mixed.retention * 40, unseen=mixed.unseen * 40)
    )
    assert len(text) <= markdown.LONGEST
    assert "more failing findings" in text
    assert "more models, in" in text


def test_even_the_shortest_report_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(markdown, "LONGEST", 1)
    text = markdown.render(builders.mixed())
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == SECTIONS
    assert text.count("| ● `st") < TEXTS["mixed"].count("| ● `st")


@pytest.mark.parametrize("change", [{"finished": None}, {"unseen": REPORTS["mixed"].unseen}])
def test_an_incomplete_report_never_looks_clean(change: dict[str, object]) -> None:
    text = markdown.render(replace(builders.clean(), **change))
    assert "**◐ Incomplete.**" in text
    assert "○ kept" not in text
    assert "nothing to check" not in text
    assert text.splitlines()[2].startswith("**◐")


def test_empty_states_are_sentences() -> None:
    for sentence in (
        "Nothing was judged",
        "so there is nothing to measure",
        "were found in 0 accounts.",
        "names no request",
    ):
        assert sentence in TEXTS["empty"]
    assert "so nothing can be said" in TEXTS["blind"]
    assert "No check fails." in TEXTS["clean"]


def test_blind_spots_name_those_that_they_concern_and_what_to_do() -> None:
    lines = [line for line in TEXTS["mixed"].splitlines() if line.startswith("- ") and "Here: " in line]
    keys, outside = lines[-2:]
    assert "Turn off shared key access. Here: `stteam00`, `stteam01`" in keys
    assert keys.endswith("`stteam11` and 3 more.")
    assert outside.endswith("Here: `stfar` (model claims-v3 was trained from it).")
    assert "Microsoft's own half is a contract. Keep its page with this report." in TEXTS["mixed"]
    assert "No blind spot was declared" in markdown.render(replace(builders.mixed(), blind_spots=()))
