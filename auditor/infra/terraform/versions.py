"""Versions of a provider: which ones a constraint allows, and which default they have in common."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Version: TypeAlias = tuple[int, ...]
_LAST: Final[Version] = (1_000_000,)
_PART: Final = re.compile(r"(~>|>=|<=|!=|=|>|<)?\s*v?(\d+(?:\.\d+)*)[-+\w.]*")


@dataclass(frozen=True, slots=True)
class Span:
    """The versions that may be in use: from `low` to below `high`."""

    low: Version = ()
    high: Version = _LAST


ANY: Final = Span()


@dataclass(frozen=True, slots=True)
class Default:
    """What a provider sends for an argument that is not set, from a version on; None where it sends nothing."""

    since: Version
    value: Json


def span_of(constraints: Iterable[str]) -> Span:
    """The versions that all constraints allow (`~> 3.50`, `>= 3.36.0, < 4.0`); what is not understood allows all."""
    low, high = ANY.low, ANY.high
    for constraint in constraints:
        for part in constraint.split(","):
            match = _PART.fullmatch(part.strip())
            if match is None:
                continue
            version = tuple(int(number) for number in match[2].split("."))
            span = _allowed(match[1] or "=", version)
            low, high = max(low, span.low), min(high, span.high)
    return Span(low, high) if low < high else ANY


def _allowed(operator: str, version: Version) -> Span:
    match operator:
        case "=":
            return Span(version, (*version, 0))
        case "~>":
            head = version[:-1] or version
            return Span(version, (*head[:-1], head[-1] + 1))
        case ">=" | ">":
            return Span(low=version)
        case "<=":
            return Span(high=(*version, 0))
        case "<":
            return Span(high=version)
        case _:
            return ANY


def default_for(defaults: Sequence[Default], span: Span) -> Json:
    """The default of all versions that may be in use; None where nothing is sent, unread where they differ.

    `defaults` are in the order of their versions; before the first of them nothing is sent.
    """
    bounds = [Default((), None), *defaults]
    ends = [*(item.since for item in defaults), _LAST]
    found: list[Json] = []
    for item, end in zip(bounds, ends, strict=True):
        overlaps = max(item.since, span.low) < min(end, span.high)
        if overlaps and item.value not in found:
            found.append(item.value)
    if len(found) == 1:
        return found[0]
    return Unread("it is not set, and versions of the provider that may be in use differ in what they send then")
