"""Waivers: reads `waivers.yaml` (schema auditor.waivers/1), and lets what it says count in what was judged.

A waiver turns a failure into `waived`, and nothing else: a pass stays a pass, and what is not known stays unknown.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import translate
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import WaiverError
from auditor.model.durations import parse_moment
from auditor.model.redaction import cut_text
from auditor.model.resource import Place as Spot
from auditor.model.resource import resource_key
from auditor.model.waiver import Applied, Remark, Waiver, WaiverState, shown, written
from auditor.policy.rule import Parameter
from auditor.yaml_source import Document, Place, nearest, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from auditor.model.finding import Finding, Subject

WAIVERS_SCHEMA: Final = "auditor.waivers/1"
MAX_WAIVER_DAYS: Final = Parameter(
    "maxWaiverDays", 90, about="The most days between the approval of a waiver, or now, and its expiry."
)
SOON: Final = timedelta(days=14)
"""How long ahead an expiry is told."""
_HINT: Final = "docs/waivers.md shows a whole waivers.yaml and what each key means."
_REQUIRED: Final = ("rule", "resource", "reason", "owner", "approvedBy", "ticket", "expires")
_OPTIONAL: Final = ("approvedAt",)
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
_ZONE: Final = re.compile(r"(Z|[+-]\d\d:\d\d)$", re.ASCII)
_WHOLE_DAY: Final = {"expires": "T23:59:59Z", "approvedAt": "T00:00:00Z"}
"""What a bare date means: the end of the day, or its beginning."""


def read_waivers(path: Path, now: datetime, max_days: float) -> tuple[Waiver, ...]:
    """Read `waivers.yaml`. Raises `WaiverError` with all mistakes, an expiry too far away among them.

    How far is counted from the approval, or from `now` where the entry does not tell when that was: the time of the
    clock, not of what is judged, since it is the file that is looked at here.
    """
    document = read_yaml(path)
    found: dict[Place, Waiver] = {}
    for index, entry in enumerate(_entries(document)):
        waiver = _waiver(document, entry, ("waivers", index))
        if waiver is not None:
            found["waivers", index] = waiver
    seen = set()
    for place, waiver in found.items():
        _check_length(document, waiver, (*place, "expires"), now, max_days)
        identity = (waiver.rule, waiver.resource.lower(), waiver.expires)
        if identity in seen:
            document.mistake(place, "this waiver stands here a second time")
        seen.add(identity)
    if document.mistakes:
        raise WaiverError(tuple(document.mistakes), _HINT)
    return tuple(found.values())


def _entries(document: Document) -> list[Any]:
    body = document.value
    if not isinstance(body, dict):
        if not document.mistakes:
            document.mistake((), f"a mapping is wanted here: schema: {WAIVERS_SCHEMA}, and waivers")
        return []
    known = ("schema", "waivers")
    for key in body:
        if key not in known:
            document.mistake((key,), f"{key} is no key here; {nearest(key, known)}")
    if body.get("schema") != WAIVERS_SCHEMA:
        document.mistake(("schema",), f"the schema is missing or not known; write schema: {WAIVERS_SCHEMA}")
    entries = [] if body.get("waivers") is None else body["waivers"]
    if not isinstance(entries, list):
        document.mistake(("waivers",), "a list is wanted here")
        return []
    return entries


def _waiver(document: Document, entry: Any, place: Place) -> Waiver | None:  # whatever stands in the file
    if not isinstance(entry, dict):
        document.mistake(place, f"an entry holds {', '.join(_REQUIRED)}")
        return None
    before = len(document.mistakes)
    known = (*_REQUIRED, *_OPTIONAL)
    texts: dict[str, str] = {}
    for name, value in entry.items():
        if name not in known:
            document.mistake((*place, name), f"{name} is no key here; {nearest(name, known)}")
        elif not isinstance(value, str) or not value.strip():
            document.mistake((*place, name), "a text is wanted here (put numbers in quotes)")
        elif name in _WHOLE_DAY:
            texts[name] = _moment(document, name, value.strip(), (*place, name))
        else:
            texts[name] = cut_text(" ".join(value.split()))
    for name in _REQUIRED:
        if name not in entry:
            document.mistake(place, f"{name} is missing")
    if len(document.mistakes) > before:
        return None
    return Waiver(
        rule=texts["rule"],
        resource=texts["resource"],
        reason=texts["reason"],
        owner=texts["owner"],
        approved_by=texts["approvedBy"],
        ticket=texts["ticket"],
        expires=texts["expires"],
        approved_at=texts.get("approvedAt"),
        place=Spot(document.file, *document.places[place]),
    )


def _moment(document: Document, name: str, text: str, place: Place) -> str:
    """A moment in UTC; a date is a whole day there, of which the expiry is the end and the approval the beginning."""
    if _MOMENT.fullmatch(text) and not _ZONE.search(text):
        document.mistake(place, f"{text} has no time zone: add Z, or +01:00")
        return ""
    whole = text + _WHOLE_DAY[name] if _DATE.fullmatch(text) else text
    moment = parse_moment(whole) if _MOMENT.fullmatch(whole) else None
    if moment is None:
        document.mistake(place, f"{text!r} is no date or time: 2026-12-31 or 2026-12-31T18:00:00+01:00")
        return ""
    return written(moment)


def _check_length(document: Document, waiver: Waiver, place: Place, now: datetime, max_days: float) -> None:
    """Only whole days count: a waiver approved on the first of a month and valid to the end of the 30th lasts 29."""
    length = datetime.fromisoformat(waiver.expires) - datetime.fromisoformat(waiver.approved_at or written(now))
    if waiver.approved_at is not None and length < timedelta():
        problem = f"it expires {waiver.until}, before it was approved, {shown(waiver.approved_at)}"
        document.mistake(place, problem)
    elif length.days > max_days:
        since = "now" if waiver.approved_at is None else "its approval"
        allowed = f"at most {max_days:g} are allowed ({MAX_WAIVER_DAYS.name})"
        document.mistake(place, f"it expires {_days(length)} from {since}, and {allowed}")


def _days(length: timedelta) -> str:
    return "1 day" if length.days == 1 else f"{length.days} days"


# What they do to what was judged


@dataclass(frozen=True, slots=True)
class Waived:
    """Findings as they are with the waivers, and what became of each waiver, in the order of rules and resources."""

    findings: tuple[Finding, ...]
    applied: tuple[Applied, ...]


@dataclass(slots=True)
class _Use:
    """A waiver while it is applied, and what it fitted: `back` fails all the same, `covered` another one waives."""

    waiver: Waiver
    state: WaiverState
    pattern: re.Pattern[str]
    folded: re.Pattern[str]
    waived: list[Subject] = field(default_factory=list)
    back: int = 0
    covered: int = 0
    unknown: int = 0
    passing: int = 0

    def fits(self, subject: Subject) -> bool:
        """Ids ignore case, as ARM does; addresses in infrastructure code do not."""
        if self.folded.match(subject.key):
            return True
        address = None if subject.place is None else subject.place.address
        return address is not None and self.pattern.match(address) is not None


def waive(
    findings: Sequence[Finding],
    waivers: Iterable[Waiver],
    now: datetime,
    rules: Mapping[str, bool] | None = None,
) -> Waived:
    """Let waivers count in findings, as of `now`. Pure; the order of the waivers does not matter.

    `rules` tells of each rule that is loaded whether it was applied, so that a waiver of none can be told.
    """
    uses = [_use(waiver, now) for waiver in sorted(waivers, key=_order)]
    by_rule: defaultdict[str, list[_Use]] = defaultdict(list)
    for use in uses:
        by_rule[use.waiver.rule].append(use)
    judged = tuple(
        _waived(finding, by_rule[finding.rule]) if finding.rule in by_rule else finding for finding in findings
    )
    applied = (Applied(use.waiver, use.state, tuple(use.waived), tuple(_remarks(use, now, rules))) for use in uses)
    return Waived(judged, tuple(applied))


def _use(waiver: Waiver, now: datetime) -> _Use:
    return _Use(waiver, waiver.state(now), _pattern(waiver.resource), _pattern(resource_key(waiver.resource)))


def _pattern(text: str) -> re.Pattern[str]:
    """`*` stands for anything, `?` for one character; brackets stand for themselves, as in `docs["a"]` of Terraform."""
    return re.compile(translate(text.replace("[", "[[]")))


def _order(waiver: Waiver) -> tuple[str, ...]:
    place = waiver.place or Spot("")
    return (
        *(waiver.rule, waiver.resource.lower(), waiver.resource, waiver.expires, waiver.approved_at or ""),
        *(waiver.ticket, waiver.owner, waiver.approved_by, waiver.reason, place.file, f"{place.line or 0:09}"),
    )


def _waived(finding: Finding, uses: Sequence[_Use]) -> Finding:
    fitting = [use for use in uses if use.fits(finding.subject)]
    in_force = [use for use in fitting if use.state == "inForce"]
    if finding.status == "fail":
        return _failing(finding, fitting, in_force)
    if finding.status == "unknown":
        for use in fitting:
            use.unknown += 1
        if not in_force:
            return finding
        tickets = ", ".join(dict.fromkeys(use.waiver.ticket for use in in_force))
        return replace(finding, note=f"A waiver ({tickets}) fits, but what is not known cannot be waived.")
    for use in fitting:
        use.passing += 1
    return finding


def _failing(finding: Finding, fitting: Sequence[_Use], in_force: Sequence[_Use]) -> Finding:
    """Waived by the one that lasts longest; else back, with a word about the one that expired last."""
    if in_force:
        for use in fitting:
            if use.state == "inForce":
                use.waived.append(finding.subject)
            else:
                use.covered += 1
        longest = max(in_force, key=lambda use: use.waiver.expires).waiver
        return replace(finding, status="waived", waiver=longest)
    if not fitting:
        return finding
    for use in fitting:
        use.back += 1
    last = max(fitting, key=lambda use: (use.state == "expired", use.waiver.expires))
    if last.state == "expired":
        return replace(finding, note=f"Its waiver ({last.waiver.ticket}) expired {last.waiver.until}.")
    return replace(finding, note=f"Its waiver ({last.waiver.ticket}) does not count yet.")


def _remarks(use: _Use, now: datetime, rules: Mapping[str, bool] | None) -> Iterator[Remark]:
    waiver = use.waiver
    if use.state == "expired":
        yield Remark("expired", f"It is over: {_after(use)}.")
        return
    if use.state == "notYet":
        yield Remark("notYet", f"It counts only from {shown(waiver.approved_at or '')} on.")
    elif (left := datetime.fromisoformat(waiver.expires) - now) <= SOON:
        soon = f"in {_days(left)}" if left.days else "within a day"
        yield Remark("expiring", f"It expires {soon}.")
    if use.unknown:
        many = f"{use.unknown} findings that it fits are unknown and stay so"
        told = "1 finding that it fits is unknown and stays so" if use.unknown == 1 else many
        yield Remark("unknown", f"{told}: what is not known cannot be waived.")
    if not (use.waived or use.back or use.covered or use.unknown):
        yield Remark("unmatched", _unmatched(use, rules))


def _after(use: _Use) -> str:
    if use.back:
        return f"{use.back} findings that it fits fail again" if use.back > 1 else "1 finding that it fits fails again"
    if use.covered:
        return "what it fits is waived by another, so it can be taken out"
    return "nothing that it fits fails, so it can be taken out"


def _unmatched(use: _Use, rules: Mapping[str, bool] | None) -> str:
    """Why a waiver matches nothing."""
    rule, resource = use.waiver.rule, use.waiver.resource
    if rules is not None and rule not in rules:
        return f"It matches nothing: no rule is called {rule}; {nearest(rule, rules)}"
    if rules is not None and not rules[rule]:
        return f"It matches nothing: {rule} is not in the profile that was applied."
    if use.passing:
        return "It matches nothing that fails: what it fits passes, so it can be taken out."
    hint = (
        ""
        if "/" in resource or "*" in resource
        else f" A resource is named by its whole id, or by a pattern: */{resource}."
    )
    return f"It matches nothing that {rule} judged.{hint}"
