"""What the tables of the page and of Markdown show: rows put together and in order, worst first."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.model.finding import SEVERITIES
from auditor.model.types import BY_NAME
from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.finding import Status, Subject
    from auditor.report.report import Answer, Bar, Edge, Line, Model, Report, Unseen

_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/]+)/?", re.IGNORECASE)
WORST: Final[dict[Status | None, int]] = {"fail": 0, "unknown": 1, "waived": 2, "pass": 3, None: 4}


@dataclass(frozen=True, slots=True)
class Hole:
    """What could not be read for one reason: the places, the rights that are missing there, and what would help."""

    places: tuple[Unseen, ...]
    operations: tuple[str, ...]
    advice: tuple[str, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The findings of one rule that stayed unknown for one kind of reason."""

    lines: tuple[Line, ...]
    unprovable: bool


def told(report: Report) -> Answer:
    """The answer on top. Nothing looks clean as long as something was not seen, whoever made the report."""
    seen_enough = report.complete or report.answer in {"broken", "not seen"}
    return report.answer if seen_enough else "not seen"


def heading(scope: Sequence[str]) -> str:
    """The name of what was audited."""
    if not scope:
        return "All that the auditor's identity can see"
    subscriptions = [match[1] for part in scope if (match := _SUBSCRIPTION.fullmatch(part))]
    if len(subscriptions) == len(scope) > 1:
        return plural(len(scope), "subscription")
    first = f"Subscription {subscriptions[0]}" if subscriptions and scope[0].endswith(subscriptions[0]) else scope[0]
    return first if len(scope) == 1 else f"{first} and {len(scope) - 1} more"


def kind_of(type_name: str) -> str:
    """What people call a type of resource."""
    known = BY_NAME.get(type_name.lower())
    return known.label if known else type_name


def counted(read: Mapping[str, int]) -> list[str]:
    """How many resources of each type were read: `3 storage accounts`."""
    return [numbered(number, name) for name, number in read.items() if number]


def numbered(number: int, type_name: str) -> str:
    """A number of resources of a type: `3 storage accounts`."""
    kind = kind_of(type_name)
    return plural(number, kind, _many(kind))


def _many(kind: str) -> str:
    """`TLS probes of an account`: it is the noun in front that there are many of."""
    head, link, rest = re.split(r"( (?:of|at|on) |$)", kind, maxsplit=1)
    many = head if head.endswith("s") else f"{head[:-1]}ies" if head.endswith("y") else f"{head}s"
    return f"{many}{link}{rest}"


def where(subject: Subject) -> str:
    """Region and resource group, as far as they are known."""
    group = re.search(r"/resourceGroups/([^/]+)", subject.id, re.IGNORECASE)
    return ", ".join(part for part in (subject.location, group[1] if group else None) if part)


def holes(unseen: Iterable[Unseen]) -> tuple[Hole, ...]:
    """Gaps at one place together, then places with the same gaps; those that make most rules unknown first."""
    at_place: defaultdict[tuple[str, str], list[Unseen]] = defaultdict(list)
    for item in unseen:
        at_place[item.scope.lower(), item.reason].append(item)
    alike: defaultdict[tuple[Any, ...], list[Unseen]] = defaultdict(list)
    for gaps in at_place.values():
        operations, advice = (
            tuple(dict.fromkeys(texts)) for texts in zip(*((gap.operation, gap.advice) for gap in gaps), strict=True)
        )
        rules = tuple(sorted({rule for gap in gaps for rule in gap.rules}))
        alike[gaps[0].reason, operations, advice, rules].append(gaps[0])
    found = [Hole(tuple(places), *key[1:]) for key, places in alike.items()]
    return tuple(sorted(found, key=lambda hole: (-len(hole.rules), hole.operations, hole.places[0].scope.lower())))


def by_family(rules: Iterable[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Ids of rules by what they begin with: `DI-RET-` with `001`, `002`."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for rule in rules:
        head, dash, tail = rule.rpartition("-")
        found[head + dash].append((rule, tail))
    return list(found.items())


def undecided(lines: Iterable[Line]) -> tuple[Undecided, ...]:
    """What stayed unknown, by rule; what no reading can settle apart from what was not seen."""
    alike: defaultdict[tuple[int, str, bool], list[Line]] = defaultdict(list)
    for line in lines:
        if line.finding.status == "unknown":
            alike[SEVERITIES.index(line.rule.severity), line.rule.id, line.unprovable].append(line)
    return tuple(Undecided(tuple(found), key[2]) for key, found in sorted(alike.items(), key=lambda item: item[0]))


def by_rule(lines: Iterable[Line]) -> Mapping[str, Counter[Status]]:
    """How many findings each rule has of each status."""
    counted: defaultdict[str, Counter[Status]] = defaultdict(Counter)
    for line in lines:
        counted[line.rule.id][line.finding.status] += 1
    return counted


def judged(lines: Iterable[Line]) -> list[Line]:
    """Findings about resources that were seen: not those about an owner whose list, of models say, was not read."""
    return [line for line in lines if line.finding.status != "unknown" or _was_seen(line)]


def _was_seen(line: Line) -> bool:
    return line.finding.subject.type.lower() in {name.lower() for name in line.rule.applies_to}


def worst_edges(edges: Iterable[Edge]) -> list[Edge]:
    """Ways that leave their region first, then those of which that is not known."""
    return sorted(
        edges,
        key=lambda edge: (
            (True, None, False).index(edge.leaves_region),
            edge.source.lower(),
            edge.target.lower(),
            edge.via,
        ),
    )


def worst_bars(bars: Iterable[Bar]) -> list[Bar]:
    """Stores that fail a rule about retention first, then by status; in each the longest first, as they came."""
    return sorted(bars, key=lambda bar: 0 if any("-RET-" in rule for rule in bar.failing) else WORST[bar.status])


def worst_models(models: Iterable[Model]) -> list[Model]:
    """Models by their worst status, in each the oldest first, as they came."""
    return sorted(models, key=lambda model: min((WORST[status] for status in model.statuses.values()), default=4))
