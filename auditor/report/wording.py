"""Sentences, composed from evidence. Rules carry none of their own."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final, assert_never

from auditor.model.reading import Found, Json, Missing, Reading, Unread
from auditor.policy.condition import COUNT_UNREAD, say
from auditor.report.json_text import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model.finding import Evidence, Finding, Status
    from auditor.model.waiver import Applied, Waiver
    from auditor.report.report import Answer

_MOST_PARTS: Final = 3
_LONGEST_VALUE: Final = 120


def message(finding: Finding, facts: Mapping[str, Json]) -> str:
    """Why a finding is what it is, in one or a few clauses; `facts` are those of its resource.

    Empty for a finding without evidence: one that passes and is not to be explained.
    """
    if not finding.evidence:
        return ""
    reasons = _unique(reason for item in finding.evidence if (reason := reason_of(item, facts)))
    read = [item for item in finding.evidence if not isinstance(item.reading, Unread)]
    if reasons:  # a fact that says why says more than its yes or no
        read = [item for item in read if not (item.path.startswith("facts.") and _is_truth(item.reading))]
    parts = [*reasons, *_unique(describe(item) for item in read), *_unread(finding.evidence)]
    shown, more = parts[:_MOST_PARTS], len(parts) - _MOST_PARTS
    text = "; ".join(shown) + (f"; and {more} more" if more > 0 else "")
    return f"{text}." if _is_path(text.split(" ", 1)[0]) else f"{text[:1].upper()}{text[1:]}."


def waiver_words(finding: Finding) -> str:
    """What is to be said of waivers about a finding: the one that waives it, or one that fits and does not count."""
    return finding.note if finding.waiver is None else f"Waived until {finding.waiver.until}: {granted(finding.waiver)}"


def granted(waiver: Waiver) -> str:
    """Why a waiver was given, and by whom, as a clause that ends a sentence."""
    reason = waiver.reason.rstrip(" .")
    return f"{reason} (owner {waiver.owner}, approved by {waiver.approved_by}, {waiver.ticket})."


def standing(item: Applied) -> str:
    """Whether a waiver counts, and for how many findings: `until 2026-12-31 23:59 UTC, waives 2 findings`."""
    match item.state:
        case "inForce":
            much = plural(len(item.waived), "finding") if item.waived else "nothing"
            return f"until {item.waiver.until}, waives {much}"
        case "expired":
            return f"expired {item.waiver.until}"
        case "notYet":
            return f"not in force yet, until {item.waiver.until}"
        case _:
            assert_never(item.state)


def _is_truth(reading: Reading) -> bool:
    return isinstance(reading, Found) and isinstance(reading.value, bool)


def _unread(evidence: Iterable[Evidence]) -> list[str]:
    """What could not be read, a clause for each reason, with the paths that it hides."""
    hidden: dict[Unread, list[str]] = {}
    for item in evidence:
        if isinstance(item.reading, Unread):
            hidden.setdefault(item.reading, []).append(item.path)
    counts = [reading for reading in hidden if reading.why.startswith(COUNT_UNREAD)]
    for reading in counts if len(counts) < len(hidden) else ():
        del hidden[reading]  # why the elements were not read says more than that they could not be counted
    return [_hides(reading, _unique(paths)) for reading, paths in hidden.items()]


def _hides(reading: Unread, paths: list[str]) -> str:
    names = ", ".join(paths[:_MOST_PARTS]) + (", …" if len(paths) > _MOST_PARTS else "")
    if reading.settled_by is not None:
        return f"not provable: {reading.why}; settled by {reading.settled_by}"
    return f"not known ({names}): {reading.why}"


def _is_path(word: str) -> bool:
    """Whether a clause begins with the name of a property, which keeps its spelling."""
    return "." in word or "[" in word or word in {"kind", "type", "name", "location"}


def describe(item: Evidence) -> str:
    """One piece of evidence as a clause: what was read, and what was asked where it is not so."""
    wish = f"must {'not ' if item.negated else ''}{item.wish}"
    counts = isinstance(item.asked, dict) and "count" in item.asked
    match item.reading:
        case Unread():
            return _hides(item.reading, [item.path])
        case Missing() if item.assumed is not None:
            state, doubt = f"{item.path} is absent, which means {shown(item.assumed.value)}", ""
        case Missing():
            state, doubt = f"{item.path} is absent", ", and what that means is not known"
        case Found(value=value):
            state = f"{item.path} {'numbers' if counts else 'is'} {shown(value)}"
            doubt = f", which does not tell whether it {wish}"
        case _:
            assert_never(item.reading)
    if not item.wish or item.holds is True:
        return state
    return f"{state}; it {wish}" if item.holds is False or not doubt else state + doubt


def reason_of(item: Evidence, facts: Mapping[str, Json]) -> str | None:
    """What a fact says for itself: the `words` nearest to the place that the evidence looked at."""
    steps = item.path.replace("[", ".").replace("]", "").split(".")
    if steps[0] != "facts" or len(steps) == 1:
        return None
    value: Any = facts.get(steps[1])
    found = _words(value)
    for step in steps[2:]:
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


# What follows is for those formats that show evidence in columns, and names as they are.

STATUS_MARKS: Final[dict[Status, str]] = {"fail": "●", "unknown": "◐", "waived": "◇", "pass": "○"}
ANSWER_MARKS: Final[dict[Answer, str]] = {
    "broken": "●",
    "not seen": "◐",
    "not provable": "◐",
    "waived": "◇",
    "kept": "○",
    "nothing to check": "–",  # noqa: RUF001 - a dash is meant
}
COMMAND: Final = re.compile(r"##(?=[A-Za-z]*\[)|::(?=[A-Za-z][\s\S]*?::)")
"""Azure Pipelines and TeamCity look for theirs anywhere in a line, GitHub where a line begins: texts are wrapped."""
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|\+00:00)")
_LONG_VALUE: Final = 400
_SENTENCE: Final = re.compile(r".{1,60}?[.!?]\s+[A-Z].*?[.!?](?=\s|$)|.+?[.!?](?=\s+[A-Z]|$)", re.DOTALL)


def visible(text: str, *, keep: str = "", commands: bool = False) -> str:
    """Show characters that hide or reorder text as code points, `<U+202E>`; those in `keep` stay.

    They are control, format and bidirectional characters, line separators, and halves of surrogate pairs. So that a name
    in a log is no command to the pipeline that reads the log, one sign of `##vso[` and `::error::` is shown like that,
    too; with `commands` it stays, for formats that have their own way with them.
    """
    if not commands and ("##" in text or "::" in text):
        text = COMMAND.sub(lambda match: f"{match[0][0]}<U+{ord(match[0][1]):04X}>", text)
    if text.isprintable():
        return text
    return "".join(
        f"<U+{ord(letter):04X}>" if unicodedata.category(letter) in HIDDEN and letter not in keep else letter
        for letter in text
    )


def was_read(item: Evidence) -> str:
    """What came of reading, for a column beside the path."""
    match item.reading:
        case Unread(why=why, settled_by=None):
            return f"not read: {why}"
        case Unread(why=why, settled_by=settled_by):
            return f"not provable: {why}; settled by {settled_by}"
        case Missing() if item.assumed is not None:
            return f"absent, which means {shown(item.assumed.value)}"
        case Missing():
            return "absent"
        case Found(value=value):
            text = say(value)
            return "empty" if text == "" else text if len(text) <= _LONG_VALUE else f"{text[:_LONG_VALUE]}…"
        case _:
            assert_never(item.reading)


def was_asked(item: Evidence) -> str:
    """What was asked of it, for a column beside what was read; nothing of an element that was only counted."""
    if not item.wish:
        return "counted"
    return f"must {'not ' if item.negated else ''}{item.wish}"


def moment(text: str) -> str:
    """A time as people read it, `2026-11-23 06:00 UTC`; what is no time stays as it is."""
    match = _MOMENT.fullmatch(text)
    return f"{match[1]} {match[2]} UTC" if match else text


def words(name: str) -> str:
    """A name in camelCase as words: `objectReplication` becomes `object replication`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower()


def clause(text: str) -> str:
    """A clause that ends a sentence."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def sentence(text: str) -> str:
    """A clause as a sentence: a capital at its head, a full stop at its end."""
    text = clause(text)
    return text[:1].upper() + text[1:]


def first_sentence(text: str) -> str:
    """The sentence at the head of a text; with the one after it, where it is very short."""
    match = _SENTENCE.match(text.strip())
    return match[0] if match else text.strip()
