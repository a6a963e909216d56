"""Sentences, composed from evidence. Rules carry none of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.model.reading import Found, Json, Missing, Unread
from auditor.policy.condition import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model.finding import Evidence, Finding

_MOST_PARTS: Final = 3
_LONGEST_VALUE: Final = 120


def message(finding: Finding, facts: Mapping[str, Json]) -> str:
    """Why a finding is what it is, in one or a few sentences; `facts` are those of its resource."""
    reasons = _unique(reason for item in finding.evidence if (reason := reason_of(item, facts)))
    parts = [*reasons, *_unique(describe(item, finding.status) for item in finding.evidence)]
    shown, more = parts[:_MOST_PARTS], len(parts) - _MOST_PARTS
    text = "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
    return text[:1].upper() + text[1:] + "."


def describe(item: Evidence, status: str) -> str:
    """One piece of evidence as a clause: what was read, and what was asked."""
    wish = f"must {'not ' if item.negated else ''}{item.wish}"
    match item.reading:
        case Unread(why=why, settled_by=None):
            return f"{item.path} could not be read: {why}"
        case Unread(why=why, settled_by=settled_by):
            return f"{item.path} cannot be proved: {why}; settled by {settled_by}"
        case Missing() if item.assumed is not None:
            state = f"{item.path} is absent, which means {shown(item.assumed.value)}"
        case Missing():
            state = f"{item.path} is absent"
            if status == "unknown":
                return f"{state}, and what that means is not known"
        case Found(value=value):
            state = f"{item.path} is {shown(value)}"
            if status == "unknown":
                return f"{state}, which does not tell whether it {wish}"
    return state if status == "pass" else f"{state}; it {wish}"


def reason_of(item: Evidence, facts: Mapping[str, Json]) -> str | None:
    """What a fact says for itself: the `words` nearest to the place that the evidence looked at."""
    steps = item.path.replace("[", ".").replace("]", "").split(".")
    if steps[0] != "facts":
        return None
    value: Any = facts
    found: str | None = None
    for step in steps[1:]:
        if isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            break
        found = _words(value) or found
    return found


def _words(value: Json) -> str | None:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("words"), str):
        return str(value["words"])
    reasons = value.get("reasons")
    if isinstance(reasons, list) and reasons:
        order = {"unbounded": 0, "hours": 1, "unknown": 2}
        ranked = sorted(reasons, key=lambda reason: (order[reason["kind"]], -(reason["hours"] or 0)))
        return "; ".join(_unique(str(reason["words"]) for reason in ranked[:_MOST_PARTS]))
    return None


def shown(value: Json) -> str:
    """A value in a sentence, shortened."""
    text = say(value)
    if text == "":
        return "empty"
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 store`, `3 stores`."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
