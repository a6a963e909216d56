"""Annotations for a step of GitHub Actions, as commands on stdout; the step's summary is the Markdown report.

GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest without a word, so the worst come first and
the last notice says how many more there are. Nothing else is written: a line that is no command could be taken for one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from auditor.model.finding import SEVERITIES
from auditor.report.pipelines import LEVELS, UNFINISHED, counted, path_of, shown, told, waiver_told
from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.report.report import Line, Report

Command: TypeAlias = Literal["error", "warning", "notice"]
MOST: Final = 10
"""Of each kind, in one step (actions/toolkit, docs/problem-matchers.md)."""
_COMMANDS: Final[Mapping[str, Command]] = {"error": "error", "warning": "warning", "note": "notice"}
_LONGEST: Final = 2000


def render(report: Report) -> str:
    """Write the annotations; the same report gives the same text."""
    failing = [line for group in report.first for line in group.lines]
    unknown = sorted(
        (line for line in report.notable if line.finding.status == "unknown"),
        key=lambda line: SEVERITIES.index(line.rule.severity),
    )
    queues: dict[Command, list[Line]] = {"error": [], "warning": [], "notice": []}
    for line in failing:
        if not line.known:
            queues[_COMMANDS[LEVELS[line.rule.severity]]].append(line)
    queues["notice"] += sorted([*unknown, *(line for line in failing if line.known)], key=lambda line: line.known)
    gaps = [*_not_seen(report), *_waivers_to_look_at(report)]
    waived = _waived(report)
    shown_of: dict[Command, list[Line]] = {
        "error": queues["error"][:MOST],
        "warning": queues["warning"][: MOST - len(gaps)],
        "notice": queues["notice"][: MOST - 1 - len(waived)],
    }
    left = len(failing) + len(unknown) - sum(len(lines) for lines in shown_of.values())
    commands = [_annotation(command, line) for command, lines in shown_of.items() for line in lines]
    return "".join(f"{command}\n" for command in [*gaps, *commands, *waived, _last(report, left)])


def _not_seen(report: Report) -> list[str]:
    """One warning for all that was not seen: the step's page must not look clean."""
    if report.complete:
        return []
    names = list(dict.fromkeys(f"{item.name} ({item.operation})" for item in report.unseen))
    parts = [UNFINISHED] if report.finished is None else []
    if names:
        more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
        parts.append(
            f"{plural(len(report.unseen), 'gap')}, where something could not be read: {', '.join(names[:MOST])}{more}."
        )
    return [_command("warning", {"title": "Not seen"}, [" ".join(parts)])]


def _waivers_to_look_at(report: Report) -> list[str]:
    """One warning for all waivers of which something is to be said."""
    found = [waiver_told(item) for item in report.waivers if item.remarks]
    return [_command("warning", {"title": "Waivers to look at"}, _first(found, "waiver"))] if found else []


def _waived(report: Report) -> list[str]:
    """One notice for all that is waived, with reason and expiry."""
    found = [f"{line.rule.id} {told(line)}" for line in report.notable if line.finding.status == "waived"]
    return [_command("notice", {"title": "Waived"}, _first(found, "finding"))] if found else []


def _first(told: Sequence[str], what: str) -> list[str]:
    more = [f"and {plural(len(told) - MOST, f'more {what}')}"] if len(told) > MOST else []
    return [*told[:MOST], *more]


def _annotation(command: Command, line: Line) -> str:
    place = line.finding.place
    properties: dict[str, str] = {}
    if place is not None:
        properties["file"] = path_of(place.file)
        if place.line is not None:
            properties["line"] = str(place.line)
            if place.column is not None:
                properties["col"] = str(place.column)
    properties["title"] = f"{line.rule.id} ({line.rule.severity}): {line.rule.title}"
    address = [f"Declared as {place.address}."] if place is not None and place.address else []
    fix = line.rule.fix.told if line.finding.status == "fail" else ()
    return _command(command, properties, [told(line), *address, *fix])


def _last(report: Report, left: int) -> str:
    words = "1 more finding fails or is not decided" if left == 1 else f"{left} more findings fail or are not decided"
    more = [f"{words}: see the summary of the step."] if left else []
    return _command("notice", {"title": "auditor"}, [report.headline, f"{counted(report)}.", *more])


def _command(command: Command, properties: Mapping[str, str], lines: Sequence[str]) -> str:
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{command} {named}::{'%0A'.join(_data(line) for line in lines)}"


def _data(text: str) -> str:
    text = shown(text)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
