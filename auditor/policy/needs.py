"""Which types of resources a rule needs, so that collectors ask for nothing else and a gap can name its rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.model.types import (
    ACCOUNT_TLS,
    BLOB_LOGS,
    BY_NAME,
    CALL_METRICS,
    ERASURE_REQUEST,
    INSPECTION,
    REGISTERED_MODEL,
    REQUEST_LOGS,
    STORAGE_TLS,
    relations_of,
)
from auditor.policy.paths import PathSyntaxError, parse_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.model.reading import Json
    from auditor.policy.paths import Segment
    from auditor.policy.rule import Rule


def types_needed(rule: Rule, fact_reads: Mapping[tuple[str, str], tuple[str, ...]]) -> frozenset[str]:
    """The types that a rule reads: those it applies to, children and parents in its paths, and what its facts read.

    `fact_reads` tells by (type in lower case, fact's name in lower case) from which types a fact follows.
    """
    found: set[str] = set()
    for type_name in rule.applies_to:
        found.add(type_name)
        for text in (*_paths(rule.where), *_paths(rule.check)):
            try:
                found.update(_types_of(type_name, parse_path(text).segments, fact_reads))
            except PathSyntaxError:  # an operand that looks like a path; the loader has checked the real ones
                continue
    return frozenset(found)


def _paths(condition: Json) -> Iterator[str]:
    if isinstance(condition, dict):
        for key, value in condition.items():
            if key == "field" and isinstance(value, str):
                yield value
            else:
                yield from _paths(value)
    elif isinstance(condition, list):
        for item in condition:
            yield from _paths(item)


def _types_of(
    type_name: str, segments: tuple[Segment, ...], fact_reads: Mapping[tuple[str, str], tuple[str, ...]]
) -> Iterator[str]:
    first, rest = str(segments[0]).lower(), segments[1:]
    if first == "parent" and rest:
        owner = BY_NAME[type_name.lower()].owner
        if owner is not None:
            yield owner
            yield from _types_of(owner, rest, fact_reads)
    elif first == "children" and rest:
        for name, kind in relations_of(type_name).items():
            if name.lower() == str(rest[0]).lower():
                yield kind.name
    elif first == "facts" and rest:
        yield from fact_reads.get((type_name.lower(), str(rest[0]).lower()), ())


_LOOKED_AT: Final = {
    ACCOUNT_TLS.lower(): "wire",
    STORAGE_TLS.lower(): "wire",
    REQUEST_LOGS.lower(): "practice",
    BLOB_LOGS.lower(): "practice",
    CALL_METRICS.lower(): "practice",
    INSPECTION.lower(): "practice",
    REGISTERED_MODEL.lower(): "register",
    ERASURE_REQUEST.lower(): "register",
}
EVIDENCE: Final = ("configuration", "wire", "practice", "register")
"""Where a rule looks: what is set, what an endpoint answers, what logs, metrics and blobs show, what the customer says."""


def evidence_of(types: frozenset[str]) -> tuple[str, ...]:
    """The kinds of evidence that the types a rule reads stand for, in the order of `EVIDENCE`."""
    found = {_LOOKED_AT[name.lower()] for name in types if name.lower() in _LOOKED_AT}
    return tuple(kind for kind in EVIDENCE if kind in (found or {"configuration"}))
