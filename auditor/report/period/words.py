"""Sentences of the report about a period, composed from its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.history.period import State
    from auditor.report.period.period_report import Day, LapseEnding, Result, RuleRow, Tally
    from auditor.report.period.shares import Shares

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400
_LONG: Final = 2 * _DAY

STATE_WORDS: Final[dict[State | None, str]] = {
    "fail": "failing",
    "unknown": "not decided",
    "notSeen": "not seen",
    "waived": "waived",
    "pass": "compliant",
    None: "no audit",
}
STATE_MARKS: Final[dict[State | None, str]] = {
    "fail": "●",
    "unknown": "◐",
    "notSeen": "◌",
    "waived": "◇",
    "pass": "○",
    None: "·",
}
RESULT_MARKS: Final[dict[Result, str]] = {
    "failing": "●",
    "lapsed": "●",
    "not known": "◐",
    "kept where seen": "◐",
    "kept": "○",
    "nothing to check": "–",  # noqa: RUF001 - a dash is meant
}
ENDING_WORDS: Final[dict[LapseEnding, str]] = {
    "open": "still open",
    "fixed": "fixed",
    "waived": "waived",
    "gone": "gone with the resource",
    "not applicable": "no longer asked of it",
    "rule gone": "rule dropped",
}


def length(seconds: int) -> str:
    """A length of time as people think of it: `45 min`, `26 h`, `6 days 3 h`; cut, not rounded up."""
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < _LONG:
        hours, rest = divmod(seconds, _HOUR)
        minutes = rest // _MINUTE
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, rest = divmod(seconds, _DAY)
    hours = rest // _HOUR
    return f"{plural(days, 'day')} {hours} h" if hours else plural(days, "day")


def result_of(shares: Shares, lapses: Tally, *, always: bool) -> Result:
    """What came of some rules over the period, the worst first.

    Only what was seen at all times, by rules that `always` were asked, counts as kept.
    """
    if lapses.endings["open"]:
        return "failing"
    if lapses.all:
        return "lapsed"
    if shares.total == 0:
        return "nothing to check"
    if shares.not_known == 0 and always:
        return "kept"
    return "kept where seen" if shares.not_known < shares.total else "not known"


def result_words(shares: Shares, lapses: Tally) -> str:
    """The result of a clause in a sentence or two."""
    if shares.total == 0:
        return "Nothing was there to check."
    told = [f"Compliant for {shares.text('pass')} of resource-time"]
    if shares.seconds["waived"]:
        told.append(f"waived for {shares.text('waived')}")
    if shares.seconds["fail"]:
        told.append(f"failing for {shares.text('fail')}")
    if shares.not_known:
        told.append(f"not known for {shares.text('unknown', 'notSeen')}")
    return f"{', '.join(told)}. {lapse_words(lapses)}"


def asked_words(rows: Sequence[RuleRow], audits: int) -> str:
    """Which rules were not asked by all audits: before they were there, nothing was judged by them."""
    late = [f"{row.rule} in {row.audits}" for row in rows if not row.always]
    return f" Not asked by all of {plural(audits, 'audit')}: {', '.join(late)}." if late else ""


def lapse_words(lapses: Tally) -> str:
    """How many lapses, and what came of them."""
    if not lapses.all:
        return "No lapse was seen."
    ended = [f"{number} {ENDING_WORDS[ending]}" for ending, number in lapses.endings.items() if number]
    return f"{plural(lapses.all, 'lapse')}: {', '.join(ended)}."


def headline(period: str, days: Sequence[Day], shares: Shares, lapses: Tally) -> str:
    """The sentence that a manager can repeat; what was not looked at is part of it."""
    audited = sum(day.audits > 0 for day in days)
    whole = "on each of" if audited == len(days) else f"on {audited} of"
    seen = f"{period} was audited {whole} {plural(len(days), 'day')}"
    if shares.total == 0:
        return f"{seen}; nothing was there to check."
    known = f", and for {shares.text('unknown', 'notSeen')} nobody can say" if shares.not_known else ""
    waived = f", waived for {shares.text('waived')}" if shares.seconds["waived"] else ""
    return (
        f"{seen}. The rules were kept for {shares.text('pass')} of resource-time{waived}, "
        f"broken for {shares.text('fail')}{known}. {lapse_words(lapses)}"
    )


METHOD: Final = (
    "What an audit saw holds until the next audit that looks at the same subscription by the same rule begins.",
    (
        "A day (UTC) on which no such audit began is time without an audit, all of it, and counts as not seen, never as "
        "compliant. So does the time before the first audit of the period, and the time after the day of the last."
    ),
    (
        "Where an audit could not look, the time is not seen; where it looked and could not decide, not decided. Both together "
        "are not known: neither compliant nor failing."
    ),
    "Waived is failing that somebody has accepted until a day; it is told apart from compliant.",
    "A resource counts from the audit that first saw it to the first that found it gone; one that comes back counts again.",
    (
        "A lapse begins with the audit that first saw the rule broken. It ends only when an audit sees the rule kept, when a "
        "waiver takes it, or when the resource or the rule is gone or no longer applies: an outage of the audits does not end it."
    ),
    (
        "Time to repair is that of lapses that an audit saw repaired, from first sight to then, also where they began before "
        "the period. What happened after the period is not looked at."
    ),
    (
        "Shares are rounded to 0.01 % so that they add up to 100 %; nothing that is there is shown as 0, and nothing short of "
        "all as 100."
    ),
)
"""How time is counted, for the report's method; `auditor.report.period.watch` and `lapses` do what is written here."""
