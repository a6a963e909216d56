"""The report as one self-contained page: `reports/templates/report.html.j2`, filled.

Every name in it is hostile. Jinja escapes all that a template writes, and what would hide or reorder text is shown as its
code point on the way. The page's Content-Security-Policy allows the one style sheet and the one script that stand in it,
by their hashes, and nothing from anywhere else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup, escape

from auditor.data import templates_folder
from auditor.model.finding import SEVERITIES, STATUSES
from auditor.model.types import BY_NAME
from auditor.policy.rule import FAMILIES
from auditor.report import wording
from auditor.report.pictures import bars, lanes, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.finding import Status, Subject
    from auditor.report.report import Bar, Edge, Group, Line, Model, Report, Unseen

_DETAILED: Final = 1200
_MOST_IN_GROUP: Final = 100
_LEAST_IN_GROUP: Final = 10
_MOST_NAMES: Final = 10_000
MOST_PICTURED: Final = 60
"""How many stores and models are drawn; the worst come first, and the page says how many more there are."""
MOST_EDGES: Final = 400
LANGUAGES: Final = (("az", "Azure CLI"), ("bicep", "Bicep"), ("terraform", "Terraform"))
_WORST: Final[dict[Status | None, int]] = {"fail": 0, "unknown": 1, "waived": 2, "pass": 3, None: 4}
_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/]+)/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as the page shows it: rows with all their detail, names alone, and how many are only counted."""

    group: Group
    rows: tuple[Line, ...]
    names: tuple[Line, ...]
    left_out: int
    judged: int


@dataclass(frozen=True, slots=True)
class Hole:
    """All that could not be read for one and the same reason."""

    first: Unseen
    scopes: tuple[Unseen, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """The findings of one rule that stayed unknown for one kind of reason."""

    lines: tuple[Line, ...]
    unprovable: bool


def render(report: Report) -> str:
    """Write the page. The same report gives the same bytes."""
    style, script = (Markup(_asset(name)) for name in ("style.css", "script.js"))  # noqa: S704 - our own files
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    template = _environment().get_template("report.html.j2")
    return template.render(
        report=report,
        heading=heading(report.scope),
        style=style,
        script=script,
        policy=policy,
        data=_embedded(report),
        groups=_groups(report),
        holes=_holes(report.unseen),
        undecided=_undecided(report.lines),
        picture=lanes.draw(report.residency),
        places={place.id.lower(): place for place in report.residency.places},
        edges=sorted(report.residency.edges, key=_worst_edge),
        chart=bars.draw(_worst_bars(report.retention), report.limit_hours),
        line=timeline.draw(_worst_models(report.models), report.finished or report.started),
        by_rule=_by_rule(report.lines),
    )


def _asset(name: str) -> str:
    return (templates_folder() / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _environment() -> Environment:
    """Jinja, escaping always: its automatic choice does not see that `report.html.j2` is HTML."""
    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(
        moment=wording.moment,
        hours=wording.length,
        clause=wording.clause,
        sentence=wording.sentence,
        first_sentence=wording.first_sentence,
        snippet=_snippet,
        kind=_kind,
        where=where,
        link=_link,
        json=_json,
        words=wording.words,
        plural=wording.plural,
    )
    environment.globals.update(
        marks=wording.STATUS_MARKS,
        answer_marks=wording.ANSWER_MARKS,
        statuses=STATUSES,
        severities=SEVERITIES,
        families=FAMILIES,
        languages=LANGUAGES,
        was_read=wording.was_read,
        was_asked=wording.was_asked,
        lifetime=wording.lifetime,
        most_edges=MOST_EDGES,
    )
    return environment


def _finalize(value: object) -> object:
    """Every text that a template writes comes through here, before it is escaped."""
    if isinstance(value, Markup | Undefined) or not isinstance(value, str):
        return value
    return wording.visible(value)


def _snippet(text: str, language: str, subject: Subject) -> Markup:
    """A snippet with the resource's names filled in; only here do line breaks stay."""
    filled = wording.fill(text.strip("\n"), language, subject)  # type: ignore[arg-type]
    return escape(wording.visible(filled, keep="\n\t"))


def _kind(type_name: str) -> str:
    """What people call a type of resource."""
    known = BY_NAME.get(type_name.lower())
    return known.label if known else type_name


def where(subject: Subject) -> str:
    """Region and resource group, as far as they are known."""
    group = re.search(r"/resourceGroups/([^/]+)", subject.id, re.IGNORECASE)
    return ", ".join(part for part in (subject.location, group[1] if group else None) if part)


def _link(url: str) -> Markup | str:
    """A link, where the address is one that a page may point to; else its text."""
    if not url.startswith(("https://", "http://")):
        return url
    shown = escape(wording.visible(url))
    text = shown.split("://", 1)[1]
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(shown, Markup(text))  # noqa: S704 - escaped


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def heading(scope: Sequence[str]) -> str:
    """The name of what was audited."""
    if not scope:
        return "All that the auditor's identity can see"
    subscriptions = [match[1] for part in scope if (match := _SUBSCRIPTION.fullmatch(part))]
    if len(subscriptions) == len(scope) > 1:
        return wording.plural(len(scope), "subscription")
    first = f"Subscription {subscriptions[0]}" if subscriptions and scope[0].endswith(subscriptions[0]) else scope[0]
    return first if len(scope) == 1 else f"{first} and {len(scope) - 1} more"


def _groups(report: Report) -> tuple[Shown, ...]:
    """What to do first, with as much detail as a browser opens without a wait."""
    judged = Counter(line.rule.id for line in report.lines)
    room = max(_LEAST_IN_GROUP, min(_MOST_IN_GROUP, _DETAILED // max(len(report.first), 1)))
    names = _MOST_NAMES
    shown = []
    for group in report.first:
        rows, rest = group.lines[:room], group.lines[room:]
        named, names = rest[:names], max(names - len(rest), 0)
        shown.append(Shown(group, rows, named, len(rest) - len(named), judged[group.rule.id]))
    return tuple(shown)


def _holes(unseen: Iterable[Unseen]) -> tuple[Hole, ...]:
    """Gaps of one kind together, those that make most rules unknown first."""
    alike: defaultdict[tuple[Any, ...], list[Unseen]] = defaultdict(list)
    for item in unseen:
        alike[item.operation, item.reason, item.advice, item.rules].append(item)
    holes = [Hole(items[0], tuple(items)) for items in alike.values()]
    return tuple(sorted(holes, key=lambda hole: (-len(hole.first.rules), hole.first.operation, hole.first.reason)))


def _undecided(lines: Iterable[Line]) -> tuple[Undecided, ...]:
    """What stayed unknown, by rule; what no reading can settle apart from what was not seen."""
    alike: defaultdict[tuple[int, str, bool], list[Line]] = defaultdict(list)
    for line in lines:
        if line.finding.status == "unknown":
            alike[SEVERITIES.index(line.rule.severity), line.rule.id, line.unprovable].append(line)
    return tuple(Undecided(tuple(found), key[2]) for key, found in sorted(alike.items(), key=lambda item: item[0]))


def _by_rule(lines: Iterable[Line]) -> Mapping[str, Counter[Status]]:
    counted: defaultdict[str, Counter[Status]] = defaultdict(Counter)
    for line in lines:
        counted[line.rule.id][line.finding.status] += 1
    return counted


def _worst_edge(edge: Edge) -> tuple[int, str, str, str]:
    return ((True, None, False).index(edge.leaves_region), edge.source.lower(), edge.target.lower(), edge.via)


def _worst_bars(found: Sequence[Bar]) -> list[Bar]:
    return sorted(found, key=lambda bar: _WORST[bar.status])[:MOST_PICTURED]


def _worst_models(found: Sequence[Model]) -> list[Model]:
    worst = sorted(found, key=lambda model: min((_WORST[status] for status in model.statuses.values()), default=4))
    return worst[:MOST_PICTURED]


def _embedded(report: Report) -> Markup:
    """All findings as JSON for the script: texts that recur stand once, in `texts`, and are named by their number."""
    texts: dict[str, int] = {}
    subjects: dict[str, int] = {}
    rules = {rule: number for number, rule in enumerate(sorted(report.rules))}

    def text(value: str | None) -> int:
        return texts.setdefault(wording.visible(value or ""), len(texts))

    findings = []
    resources = []
    for line in report.lines:
        finding = line.finding
        subject = finding.subject
        if subject.id not in subjects:
            subjects[subject.id] = len(subjects)
            resources.append([text(subject.id), text(subject.name), text(subject.type), text(subject.location)])
        evidence = [
            [text(item.path), text(wording.was_read(item)), text(wording.was_asked(item)), text(item.source)]
            for item in finding.evidence
        ]
        row = [rules[line.rule.id], STATUSES.index(finding.status), subjects[subject.id], wording.visible(line.message)]
        findings.append([*row, finding.fingerprint, evidence])
    known = [report.rules[rule] for rule in rules]
    data = {
        "rules": [[rule.id, wording.visible(rule.title), rule.severity, rule.family] for rule in known],
        "first": [group.rule.id for group in report.first],
        "resources": resources,
        "findings": findings,
        "texts": list(texts),
    }
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 - no tag is left
