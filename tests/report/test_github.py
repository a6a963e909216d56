"""Annotations as the runner of GitHub Actions reads them: `ActionCommand.TryParseV2` of actions/runner, written again here."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import pytest

from auditor.model.resource import Place
from auditor.report.formats.github import MOST, render
from auditor.report.report import Report
from tests.report import builders
from tests.report.test_formats import REPORTS


@dataclass(frozen=True)
class Command:
    name: str
    properties: dict[str, str]
    data: str


def unescaped(text: str, *codes: tuple[str, str]) -> str:
    for code, letter in codes:
        text = text.replace(code, letter)
    return text.replace("%25", "%")


def parse(line: str) -> Command:
    """As the runner does: the head ends at the second `::`, properties at commas, each at its first `=`."""
    assert line.lstrip().startswith("::")
    head, sign, data = line.lstrip()[2:].partition("::")
    assert sign
    name, _, rest = head.partition(" ")
    codes = (("%0D", "\r"), ("%0A", "\n"))
    properties = {}
    for pair in rest.strip().split(","):
        key, sign, value = pair.partition("=")
        assert sign
        properties[key.strip()] = unescaped(value, *codes, ("%3A", ":"), ("%2C", ","))
    return Command(name, properties, unescaped(data, *codes))


def commands(report: Report) -> list[Command]:
    return [parse(line) for line in render(report).splitlines()]


@pytest.mark.parametrize("name", REPORTS)
def test_every_line_is_a_command_and_no_more_than_github_shows(name: str) -> None:
    found = commands(REPORTS[name]())
    counted = Counter(command.name for command in found)
    assert set(counted) <= {"error", "warning", "notice"}
    assert max(counted.values()) <= MOST
    assert all(set(command.properties) <= {"file", "line", "col", "title"} for command in found)


def test_a_failure_stands_at_its_place_with_its_fix() -> None:
    about = replace(builders.subject("docs"), place=Place("./infra/a,b:c.json", 12, 9, "module.x"))
    (command, last) = commands(builders.report((builders.line(builders.TLS, "fail", about, "100% wrong."),)))
    assert command.name == "error"
    assert command.properties == {
        "file": "infra/a,b:c.json",
        "line": "12",
        "col": "9",
        "title": f"DI-TLS-001 (high): {builders.TLS.title}",
    }
    said, address, warning, fix = command.data.split("\n")
    assert (said, address) == ("docs: 100% wrong.", "Declared as module.x.")
    assert warning == f"Warning: {builders.TLS.fix.warning}"
    assert fix.startswith("Fix: Set the minimum TLS version to 1.2.")
    assert last.properties == {"title": "auditor"}


@pytest.mark.parametrize(
    ("place", "named"),
    [
        (Place("a.json"), {"file": "a.json"}),
        (Place("a.json", 3), {"file": "a.json", "line": "3"}),
        (None, {}),
    ],
)
def test_what_is_not_known_of_a_place_is_left_out(place: Place | None, named: dict[str, str]) -> None:
    about = replace(builders.subject("docs"), place=place)
    (command, _) = commands(builders.report((builders.line(builders.TLS, "fail", about, "Why."),)))
    assert {key: value for key, value in command.properties.items() if key != "title"} == named


@pytest.mark.parametrize(
    ("status", "severity", "name"),
    [
        ("fail", "critical", "error"),
        ("fail", "high", "error"),
        ("fail", "medium", "warning"),
        ("fail", "low", "notice"),
        ("unknown", "critical", "notice"),
    ],
)
def test_severity_decides_how_loud(status: str, severity: str, name: str) -> None:
    of = replace(builders.TLS, severity=severity)
    (command, _) = commands(builders.report((builders.line(of, status, builders.subject("docs"), "Why."),), (of,)))
    assert command.name == name
    assert ("Fix: " in command.data) is (status == "fail")


def test_what_is_no_trouble_is_only_counted() -> None:
    (last,) = commands(builders.report((builders.line(builders.TLS, "pass", builders.subject("docs"), "Why."),)))
    assert "1 pass" in last.data


def test_what_is_waived_is_one_notice_with_reason_and_expiry() -> None:
    lines = tuple(builders.waived(builders.TLS, builders.subject(f"s{number:02}"), "Why.") for number in range(12))
    waived, last = commands(builders.report(lines))
    assert (waived.name, waived.properties) == ("notice", {"title": "Waived"})
    told = waived.data.split("\n")
    assert told[0] == (
        "DI-TLS-001 s00: waived: Why. Waived until 2026-12-31 23:59 UTC: The scanners in the branch offices are replaced "
        "by then (owner Claims IT, approved by A. Lovelace, SEC-41)."
    )
    assert (len(told), told[-1]) == (11, "and 2 more findings")
    assert "12 waived" in last.data


def test_waivers_to_look_at_are_one_warning() -> None:
    warning, _ = commands(builders.report(waivers=builders.applied()))
    assert (warning.name, warning.properties) == ("warning", {"title": "Waivers to look at"})
    assert [told.partition(" on ")[0] for told in warning.data.split("\n")] == [
        "DI-TLS-001",
        "DI-LOG-001",
        "DI-TLS-002",
    ]
    assert "It expires in 7 days. It matches nothing" in warning.data


def test_the_worst_come_first_and_the_last_says_how_many_more() -> None:
    report = builders.large(300)
    found = commands(report)
    counted = Counter(command.name for command in found)
    shown = sum("DI-" in command.properties["title"] for command in found)
    hidden = report.counts["fail"] + report.counts["unknown"] - shown
    assert (counted["error"], counted["notice"]) == (10, 10)
    assert all("(critical)" in command.properties["title"] for command in found if command.name == "error")
    assert f"{hidden} more findings fail or are not decided" in found[-1].data
    unknown = [command.properties["title"] for command in found if command.name == "notice"][:-1]
    assert all("(critical)" in title for title in unknown)


def test_one_more_is_one() -> None:
    lines = tuple(builders.line(builders.TLS, "fail", builders.subject(f"s{number}"), "Why.") for number in range(11))
    assert "1 more finding fails or is not decided" in commands(builders.report(lines))[-1].data
    assert "more finding" not in commands(builders.report(lines[:10]))[-1].data


def test_what_was_not_seen_is_one_warning_ahead() -> None:
    first, last = commands(builders.blind())
    assert (first.name, first.properties) == ("warning", {"title": "Not seen"})
    assert "ended before all was read" in first.data
    assert "9 gaps, where something could not be read: Subscription 1 (" in first.data
    assert "Nothing could be checked" in last.data
    many = tuple(replace(builders.blind().unseen[0], name=f"n{number}") for number in range(12))
    (first, _) = commands(replace(builders.blind(), unseen=many, finished=builders.FINISHED))
    assert first.data.endswith("and 2 more.")
    (first, _) = commands(replace(builders.blind(), unseen=()))
    assert first.data == "The scan ended before all was read: whatever is missing here was not looked at."


def test_warnings_leave_room_for_what_was_not_seen() -> None:
    of = replace(builders.TLS, severity="medium")
    lines = tuple(builders.line(of, "fail", builders.subject(f"s{number}"), "Why.") for number in range(10))
    found = commands(builders.report(lines, (of,), unseen=builders.blind().unseen))
    assert [command.name for command in found] == ["warning"] * 10 + ["notice"]
    assert "1 more finding " in found[-1].data


@pytest.mark.parametrize(
    "name", ["%0A::error::x", "a::b", "x,file=y", "50%", "::stop-commands::t", "##[error]x", "\n::error::x"]
)
def test_no_name_is_a_command_of_its_own(name: str) -> None:
    about = replace(builders.named(name), place=Place(name, 1, 1, name))
    (command, _) = commands(builders.report((builders.line(builders.TLS, "fail", about, name),)))
    shown = name.replace("\n", "<U+000A>")
    assert command.properties["file"] == shown
    assert command.data.startswith(f"{shown}: {shown}\nDeclared as {shown}.\nWarning: ")


def test_a_message_is_not_endless() -> None:
    (command, _) = commands(builders.report((builders.line(builders.TLS, "fail", builders.subject("x"), "y" * 5000),)))
    assert len(command.data) < 2500
