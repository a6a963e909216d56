"""The report for a terminal, held against files that a person has read.

After a change that is meant, `python -m tests.report.test_text` writes the files anew; read what changed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.report.formats.text import Look, render
from auditor.report.report import Report
from auditor.report.wording import visible
from tests.report import builders

GOLDEN = Path(__file__).parent / "golden"
REPORTS = {
    "mixed": builders.mixed,
    "blind": builders.blind,
    "empty": builders.empty,
    "clean": builders.clean,
}


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_is_as_it_was_when_somebody_read_it(name: str) -> None:
    assert render(REPORTS[name]()) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [60, 100, 160])
@pytest.mark.parametrize("name", REPORTS)
def test_no_line_is_wider_than_the_terminal_and_none_ends_in_blanks(name: str, width: int) -> None:
    lines = render(REPORTS[name](), Look(width=width)).splitlines()
    assert all(len(line) <= width and line == line.rstrip() for line in lines)


@pytest.mark.parametrize("name", REPORTS)
def test_colours_change_nothing_but_colours(name: str) -> None:
    coloured = render(REPORTS[name](), Look(colour=True))
    bare = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert coloured != bare
    assert [line.rstrip() for line in bare.splitlines()] == render(REPORTS[name]()).splitlines()


def test_without_colours_no_escape_is_written() -> None:
    assert "\x1b" not in render(builders.mixed())


def test_what_was_not_seen_is_said_and_what_was_seen_is_not_doubted() -> None:
    blind, whole = render(builders.blind()), render(builders.clean())
    assert "Not seen (9)" in blind
    assert "The scan ended before all was read" in blind
    assert "Not seen" not in whole
    broken_off = replace(builders.clean(), finished=None)
    assert "Not seen (0)\n  The scan ended before all was read" in render(broken_off)


def test_every_count_is_in_the_last_line() -> None:
    report = builders.mixed()
    last = render(report).splitlines()[-1]
    for status, number in report.counts.items():
        assert f"{number} {status}" in last
    assert f"{report.not_applicable} not applicable" in last


def test_of_many_unknowns_the_first_ten_are_told_and_the_rest_is_counted() -> None:
    lines = tuple(
        builders.line(builders.TLS, "unknown", builders.subject(f"s{number:02}"), "Why.") for number in range(13)
    )
    text = render(builders.report(lines))
    assert text.count("Why.") == 10
    assert "13 checks could not be decided" in text
    assert "and 3 more; -o html=FILE or -o json=FILE lists all" in text
    assert "more;" not in render(builders.report(lines[:10]))


# Names from outside


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("größe ✓ 漢字", "größe ✓ 漢字"),
        ("a\x1b[31mb", "a<U+001B>[31mb"),
        ("line\nbreak\r\ttab\x00", "line<U+000A>break<U+000D><U+0009>tab<U+0000>"),
        ("\u202egnp.exe\u2066\u200b\ufeff\u00ad", "<U+202E>gnp.exe<U+2066><U+200B><U+FEFF><U+00AD>"),
        ("\u2028\u2029\x85", "<U+2028><U+2029><U+0085>"),
        ("half \ud800", "half <U+D800>"),
        ("[bold]x[/bold] :smile:", "[bold]x[/bold] :smile:"),
    ],
)
def test_letters_that_hide_or_reorder_text_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def flattened(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("name", builders.HOSTILE, ids=range(len(builders.HOSTILE)))
def test_no_name_can_do_harm_and_every_name_can_be_read(name: str) -> None:
    """One report for each name, in every place where a name from outside can stand."""
    report: Report = builders.hostile((name,) * 8)
    report = replace(
        report,
        headline=f"Not compliant: {name}.",
        started=name,
        finished=name,
        questions=tuple(replace(question, sentence=name) for question in report.questions),
    )
    text = render(report, Look(width=400, colour=False))
    assert not set(text) & set("\x1b\x00\r\x07\x7f\u202e\u2066\u200b\ufeff\u2028\ud800")
    assert flattened(visible(name)) in flattened(text)
    assert text.encode("utf-8")


def test_blind_spots_name_the_first_that_they_concern() -> None:
    text = " ".join(render(builders.mixed()).split())
    assert "Blind spots (3): what no audit can see" in text
    assert "sign a link to its documents. Here: stteam00, stteam01, stteam02 and 12 more." in text
    assert "leads to what was not. Here: stfar." in text
    assert "Microsoft's own half is a contract." in text
    assert "Blind spots" not in render(replace(builders.mixed(), blind_spots=()))


if __name__ == "__main__":
    for golden, make in REPORTS.items():
        (GOLDEN / f"{golden}.txt").write_text(render(make()), encoding="utf-8")
