"""The report for a terminal: the sentence, the four questions, what was not seen, what fails, what is unknown."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from auditor.model.finding import SEVERITIES, STATUSES
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.report.fixes.snippets import first_of_each
from auditor.report.wording import granted, plural, standing, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.model.finding import Status
    from auditor.report.report import Answer, Group, Line, Report

MARKS: Final[dict[Status, tuple[str, str]]] = {
    "fail": ("●", "red"),
    "unknown": ("◐", "yellow"),
    "pass": ("○", "green"),
    "waived": ("◇", "blue"),
}
_ANSWER_MARKS: Final[dict[Answer, tuple[str, str]]] = {
    "broken": ("●", "bold red"),
    "not seen": ("◐", "bold yellow"),
    "not provable": ("◐", "yellow"),
    "waived": ("◇", "blue"),
    "kept": ("○", "bold green"),
    "nothing to check": ("-", "dim"),
}
_MOST_UNKNOWN: Final = 10
_MOST_CONCERNED: Final = 3


@dataclass(frozen=True, slots=True)
class Look:
    """How wide the terminal is, and whether it shows colours."""

    width: int = 100
    colour: bool = False


PLAIN: Final = Look()


def render(report: Report, look: Look = PLAIN) -> str:
    """Write the report as text; with `look.colour` it holds ANSI colours."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=look.width,
        force_terminal=look.colour,
        color_system="standard" if look.colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    console.print(Text(visible(report.headline), style="bold"))
    console.print(_scope(report), style="dim")
    console.print()
    console.print(_questions(report))
    _unseen(console, report)
    _failing(console, report)
    _unknown(console, report)
    _waivers(console, report)
    _blind_spots(console, report)
    console.print()
    console.print(_summary(report))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def _scope(report: Report) -> Text:
    read = next((number for name, number in report.read.items() if name.endswith("/subscriptions")), 0)
    files = report.kind == INFRASTRUCTURE
    place = plural(len(report.scope), "file") if files else plural(read, "subscription")
    span = (
        f"begun {report.started}, never ended" if report.finished is None else f"{report.started} to {report.finished}"
    )
    return Text(
        f"{plural(report.resources, 'resource')} in {place}, {visible(span)}; "
        f"profile {report.profile}, {plural(len(report.rules), 'rule')}, policy {report.policy_hash[:12]}"
    )


def _questions(report: Report) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for question in report.questions:
        mark, style = _ANSWER_MARKS[question.answer]
        table.add_row(
            Text(mark, style=style), question.title, Text(question.answer, style=style), visible(question.sentence)
        )
    return table


def _unseen(console: Console, report: Report) -> None:
    if not report.unseen and report.finished is not None:
        return
    console.print()
    console.print(Text(f"Not seen ({len(report.unseen)})", style="bold yellow"))
    if report.finished is None:
        console.print(
            Text("  The scan ended before all was read: whatever is missing here was not looked at.", style="yellow")
        )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for heading in ("scope", "operation", "why", "what to do"):
        table.add_column(heading, overflow="fold")
    for item in report.unseen:
        table.add_row(*(visible(text) for text in (item.name, item.operation, item.reason, item.advice)))
    if report.unseen:
        console.print(table)


def _failing(console: Console, report: Report) -> None:
    for severity in SEVERITIES:
        groups = [group for group in report.first if group.rule.severity == severity]
        for group in groups:
            console.print()
            mark, style = MARKS["fail"]
            console.print(
                Text(f"{mark} {severity.upper()}  {group.rule.id}  {group.rule.title}", style=f"bold {style}")
            )
            _lines(console, group.lines)
            _fix(console, group)


def _fix(console: Console, group: Group) -> None:
    """How to mend a group; of what files declare, the lines for the first in each language."""
    fix = group.rule.fix
    if fix.warning is not None:
        console.print(Padding(Text(f"Warning: {fix.warning}", style="bold"), (0, 0, 0, 4)))
    console.print(Padding(Text(f"Fix: {fix.text}", style="italic"), (0, 0, 0, 4)))
    for name, snippet in first_of_each(group.lines):
        console.print(Padding(Text(visible(f"{snippet.label}, for {name}:"), style="dim"), (0, 0, 0, 4)))
        code = "\n".join(visible(row) for row in snippet.text.split("\n"))
        console.print(Padding(Text(code, no_wrap=True, overflow="ignore"), (0, 0, 0, 6)), crop=False, soft_wrap=True)


def _lines(console: Console, lines: Sequence[Line]) -> None:
    """What fails. There may be very many lines: those that need no wrapping are written as they are."""
    bold, plain = ("\x1b[1m", "\x1b[0m") if console.is_terminal else ("", "")
    width = console.width - 4
    for line in lines:
        name = visible(line.finding.subject.name)
        place = f" ({visible(line.finding.subject.location)})" if line.finding.subject.location else ""
        rest = f"{place}{_at(line)}: {visible(line.message)}"
        if len(name) + len(rest) <= width and name.isascii() and rest.isascii():
            console.file.write(f"    {bold}{name}{plain}{rest}\n")
        else:
            console.print(Padding(Text.assemble((name, "bold"), rest), (0, 0, 0, 4)))


def _at(line: Line) -> str:
    """Where infrastructure code decides it, as editors and terminals jump to it; empty for live Azure."""
    place = line.finding.place
    if place is None:
        return ""
    return " at " + visible(":".join(str(part) for part in (place.file, place.line, place.column) if part is not None))


def _unknown(console: Console, report: Report) -> None:
    unknown = [line for line in report.notable if line.finding.status == "unknown"]
    if not unknown:
        return
    mark, style = MARKS["unknown"]
    console.print()
    console.print(Text(f"{mark} UNKNOWN  {plural(len(unknown), 'check')} could not be decided", style=f"bold {style}"))
    for line in unknown[:_MOST_UNKNOWN]:
        text = Text.assemble(
            (line.rule.id, "bold"), "  ", visible(line.finding.subject.name), _at(line), ": ", visible(line.message)
        )
        console.print(Padding(text, (0, 0, 0, 4)))
    if len(unknown) > _MOST_UNKNOWN:
        rest = len(unknown) - _MOST_UNKNOWN
        console.print(
            Padding(Text(f"and {rest} more; -o html=FILE or -o json=FILE lists all", style="dim"), (0, 0, 0, 4))
        )


def _waivers(console: Console, report: Report) -> None:
    """Every waiver, with what it waives and what is to be said of it."""
    if not report.waivers:
        return
    mark, style = MARKS["waived"]
    heading = (
        f"{mark} WAIVERS  {plural(len(report.waivers), 'waiver')}, {plural(report.counts['waived'], 'finding')} waived"
    )
    console.print()
    console.print(Text(heading, style=f"bold {style}"))
    for item in report.waivers:
        words = f" on {visible(item.waiver.resource)}: {standing(item)}: {visible(granted(item.waiver))}"
        console.print(Padding(Text.assemble((visible(item.waiver.rule), "bold"), words), (0, 0, 0, 4)))
        for remark in item.remarks:
            console.print(Padding(Text(visible(remark.words), style="yellow"), (0, 0, 0, 8)))


def _blind_spots(console: Console, report: Report) -> None:
    """What nobody sees from the outside, each with the first that it concerns."""
    if not report.blind_spots:
        return
    console.print()
    heading = f"Blind spots ({len(report.blind_spots)}): what no audit can see; -o html=FILE says what to do"
    console.print(Text(heading, style="bold"))
    for spot in report.blind_spots:
        names = [visible(item.name) for item in spot.resources[:_MOST_CONCERNED]]
        rest = len(spot.resources) - len(names)
        ending = f" Here: {', '.join(names)}{f' and {rest} more' if rest else ''}." if names else ""
        console.print(Padding(Text(f"{visible(spot.words)}{ending}"), (0, 0, 0, 4)))


def _summary(report: Report) -> Text:
    counts = report.counts
    text = Text()
    for status in STATUSES:
        mark, style = MARKS[status]
        text.append(f"{mark} {counts[status]} {status}   ", style=style)
    text.append(f"{report.not_applicable} not applicable", style="dim")
    return text
