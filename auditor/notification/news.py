"""What of an audit is news: what fails since the last one, what is fixed, what nobody sees any more, what runs out.

An audit that changed nothing is no news, however much fails in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from auditor.model.durations import parse_moment
from auditor.model.waiver import shown, written
from auditor.report.wording import visible
from auditor.waivers import SOON

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.history.drift import Change
    from auditor.history.record import Recorded
    from auditor.model.waiver import Waiver
    from auditor.report.report import Report

_MOST: Final = 10
"""How many resources of a rule, and how many waivers, are named."""
_RULES: Final = 15
"""How many rules of a group are named: a message is to be read on a telephone."""
_MARKUP: Final = str.maketrans({"<": "(", ">": ")", "[": "(", "]": ")", "@": "(at)", "`": "'", "*": "…", "&": "+"})
"""What chats and mail take for markup or for a mention of somebody, and what stands for it: names are not ours."""

Group: TypeAlias = Literal["fails", "unseen", "fixed", "gone"]
_GROUPS: Final[dict[Group, tuple[str, str]]] = {
    "fails": ("now failing", "FAILS NOW"),
    "unseen": ("no longer seen or not decided", "NO LONGER SEEN, OR NOT DECIDED"),
    "fixed": ("fixed", "FIXED"),
    "gone": ("gone", "GONE, WITH THE RESOURCE OR THE RULE"),
}
"""What a group is called in the title and above its lines, in the order in which they are told."""


@dataclass(frozen=True, slots=True)
class News:
    """A message in plain text: its title is one line."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class _Section:
    """A part of the news: how many, what they are called in the title, and the lines."""

    number: int
    called: str
    text: str


def news_of(report: Report, recorded: Recorded, link: str | None = None) -> News | None:
    """The news of an audit that was recorded; None where there is none. `link` leads to the whole report."""
    sections = [section for section in _sections(report, recorded) if section.number]
    if not sections:
        return None
    told = ", ".join(f"{section.number} {section.called}" for section in sections)
    first = "" if recorded.before is not None else " (first audit)"
    parts = [*(section.text for section in sections), _as_it_is(report, recorded)]
    parts += [f"Report: {link}"] if link else []
    return News(f"Document Intelligence privacy: {told}{first}", "\n\n".join(parts))


def _sections(report: Report, recorded: Recorded) -> Iterator[_Section]:
    titles = {rule.id: rule.title for rule in report.rules.values()}
    for name, (called, heading) in _GROUPS.items():
        changes = [item for item in recorded.changes if _group_of(item) == name]
        yield _Section(len(changes), called, _changes(heading, changes, titles))
    waivers = [item.waiver for item in report.waivers]
    for ahead, called in ((timedelta(), "expired"), (SOON, "about to expire")):
        found = _crossed(waivers, recorded.before, report.started, ahead)
        plural = "" if len(found) == 1 else "s"
        yield _Section(len(found), f"waiver{plural} {called}", _waivers(f"WAIVERS {called.upper()}", found))
    left_out = f"NOT LOOKED AT ANY MORE\n{_names(recorded.left_out)}"
    yield _Section(len(recorded.left_out), "not looked at any more", left_out)


def _as_it_is(report: Report, recorded: Recorded) -> str:
    counts = report.counts
    whole = "" if report.complete else " Not everything could be read."
    return (
        f"As it is now: {counts['fail']} fail, {counts['unknown']} unknown, {counts['waived']} waived, "
        f"{counts['pass']} pass; {shown(report.started)}, run {recorded.run.number}.{whole}"
    )


def _group_of(change: Change) -> Group | None:
    """Which group tells of a change; None for what is no news: somebody waived it, or it passes and may always have."""
    if change.kind == "gone":
        return "gone"
    if change.after == "fail":
        return "fails"
    if change.after in {"notSeen", "unknown"}:
        return "unseen"
    return "fixed" if change.kind == "fixed" else None


def _crossed(waivers: Iterable[Waiver], before: str | None, now: str, ahead: timedelta) -> list[Waiver]:
    """Waivers whose expiry came within reach since the audit before, so that each is told once."""
    moment = parse_moment(now)
    if moment is None:
        raise ValueError("a report has a time that can be read")
    limit = written(moment + ahead)
    earlier = None if before is None else parse_moment(before)
    known = "" if earlier is None else written(earlier + ahead)
    return [
        item for item in waivers if known < item.expires <= limit and not (ahead and item.expires <= written(moment))
    ]


def _changes(heading: str, changes: Sequence[Change], titles: dict[str, str]) -> str:
    """A group, a line a rule: changes come sorted by severity and rule."""
    rules = [list(found) for _, found in groupby(sorted(changes, key=_order), key=lambda item: item.rule)]
    lines = [
        f"{found[0].severity} {found[0].rule} {titles.get(found[0].rule, '')}".rstrip()
        + f": {_names([item.resource_name for item in found])}"
        for found in rules[:_RULES]
    ]
    return "\n".join([heading, *lines, *_more(len(rules) - _RULES, "rules")])


def _order(change: Change) -> tuple[int, str]:
    return ("critical", "high", "medium", "low").index(change.severity), change.rule


def _names(names: Sequence[str]) -> str:
    return ", ".join([*(plain(name) for name in names[:_MOST]), *_more(len(names) - _MOST, "")])


def _waivers(heading: str, waivers: Sequence[Waiver]) -> str:
    lines = [
        f"{item.rule} for {plain(item.resource)}, {item.until}: {plain(item.owner)}, {plain(item.ticket)}"
        for item in waivers[:_MOST]
    ]
    return "\n".join([heading, *lines, *_more(len(waivers) - _MOST, "waivers")])


def _more(number: int, what: str) -> list[str]:
    return [f"and {number} more {what}".rstrip()] if number > 0 else []


def plain(text: str) -> str:
    """A name from outside, in which nothing hides, links, mentions somebody or is markup."""
    return visible(" ".join(text.split())).translate(_MARKUP).replace("://", ":/ /")
