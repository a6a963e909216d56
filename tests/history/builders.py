"""Assessments in a few letters: days, subscriptions, and how each pair was."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from auditor.history.assessment import Assessment, Judged
from auditor.history.period import Interval
from auditor.model.finding import STATUSES
from auditor.model.types import CONTAINER, STORAGE

A, B = "/subscriptions/aaaaaaaa", "/subscriptions/bbbbbbbb"
TLS, RET, REG = "DI-TLS-001", "DI-RET-001", "DI-REG-001"
STATUS = {"P": "pass", "F": "fail", "U": "unknown", "W": "waived"}
LETTER = {**{status: letter for letter, status in STATUS.items()}, "notSeen": "?"}


def day(number: int, hour: int = 6) -> str:
    """Six in the morning of a day in November."""
    return f"2026-11-{number:02d}T{hour:02d}:00:00Z"


def store_id(name: str, subscription: str = A) -> str:
    return f"{subscription}/resourceGroups/rg/providers/{STORAGE}/{name}"


def container_id(store: str, name: str, subscription: str = A) -> str:
    return f"{store_id(store, subscription)}/blobServices/default/containers/{name}"


def judged(rule: str, resource_id: str, letter: str, type_name: str | None = None, **changes: object) -> Judged:
    """A finding; what lies in a container's place is a container."""
    kind = type_name or (CONTAINER if "/containers/" in resource_id else STORAGE)
    given = {"location": "westeurope", "severity": "high", "message": f"It is {STATUS[letter]}."} | changes
    name = resource_id.rpartition("/")[2]
    return Judged(rule, resource_id, kind, name, status=STATUS[letter], **given)


def assessment(
    number: int | str,
    findings: Iterable[Judged] | Mapping[str, str] = (),
    *,
    scope: tuple[str, ...] = (A, B),
    **changes: object,
) -> Assessment:
    """An audit of a day. Findings as a mapping are of one rule: the store's name (in the first subscription) and a letter."""
    if isinstance(findings, Mapping):
        findings = [judged(TLS, store_id(name), letter) for name, letter in findings.items()]
    found = tuple(findings)
    started = day(number) if isinstance(number, int) else number
    counted = Counter(item.status for item in found)
    given: dict[str, object] = {
        "finished": started.replace(":00:00Z", ":20:00Z"),
        "rules": (RET, TLS),
        "present": frozenset(),
        "complete": not changes.get("unseen"),
    }
    return Assessment(
        started=started,
        kind="azure",
        tool="0.1.0",
        scope=scope,
        profile=str(changes.pop("profile", "baseline")),
        parameters={"maxRetentionHours": 24},
        policy_hash="9f" * 32,
        counts={status: counted[status] for status in STATUSES},
        findings=found,
        **(given | changes),
    )


def gap(scope: str, operation: str = f"{STORAGE}/read") -> tuple[tuple[str, str, str], ...]:
    return ((scope, operation, "403 AuthorizationFailed"),)


def drawn(intervals: Iterable[Interval], rule: str = TLS) -> dict[str, str]:
    """The intervals of a rule by name of the resource, drawn: `F1-2>3 P3-` failed in runs 1 to 2, not so in 3, passes since."""
    found: dict[str, str] = {}
    for item in intervals:
        if item.rule != rule:
            continue
        letter = LETTER[item.state] + (LETTER[item.last_known] if item.last_known else "")
        how = {None: "", "changed": "", "gone": " gone", "notApplicable": " n/a", "ruleGone": " rule"}[item.ending]
        until = "" if item.until_run is None else f">{item.until_run}"
        words = f"{letter}{item.first_run}-{item.last_run}{until}{how}"
        found[item.resource_name] = f"{found[item.resource_name]} {words}" if item.resource_name in found else words
    return found
