"""The report as one self-contained page: `reports/templates/report.html.j2`, filled.

Every name in it is hostile. Jinja escapes all that a template writes, and what would hide or reorder text is shown as its
code point on the way. The page's Content-Security-Policy allows the one style sheet and the one script that stand in it,
by their hashes, and nothing from anywhere else.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup, escape

from auditor.data import templates_folder
from auditor.model.finding import SEVERITIES, STATUSES
from auditor.policy.rule import FAMILIES
from auditor.report import wording
from auditor.report.coverage import MOST_CONCERNED
from auditor.report.fixes.snippets import of_line
from auditor.report.pictures import bars, lanes, tables, timeline

if TYPE_CHECKING:
    from auditor.report.report import Group, Line, Report

_DETAILED: Final = 300
"""How many failing findings are written out with all their detail. Each is some 150 nodes, and with many thousand of them
a browser has to be waited for; the list of all findings, which a script writes as it is needed, has the others."""
_LEAST_IN_GROUP: Final = 2
_MOST_NAMES: Final = 5_000
_MANY_GROUPS: Final = 12
MOST_PICTURED: Final = 60
"""How many stores and models are drawn; the worst come first, and the page says how many more there are."""
MOST_EDGES: Final = 400
_OPEN_EDGES: Final = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """A group as the page shows it: rows with all their detail, names alone, and how many are only counted."""

    group: Group
    rows: tuple[Line, ...]
    names: tuple[Line, ...]
    left_out: int
    judged: int


def render(report: Report) -> str:
    """Write the page. The same report gives the same bytes."""
    style, script = (Markup(asset(name)) for name in ("style.css", "script.js"))  # noqa: S704 - our own files
    policy = (
        f"default-src 'none'; style-src {content_hash(style)}; script-src {content_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    template = environment().get_template("report.html.j2")
    return template.render(
        report=report,
        heading=tables.heading(report.scope),
        told=tables.told(report),
        style=style,
        script=script,
        policy=policy,
        data=_embedded(report),
        groups=_groups(report),
        many_groups=_MANY_GROUPS,
        holes=tables.holes(report.unseen),
        undecided=tables.undecided(report.notable),
        picture=lanes.draw(report.residency),
        places={place.id.lower(): place for place in report.residency.places},
        edges=tables.worst_edges(report.residency.edges),
        chart=bars.draw(tables.worst_bars(report.retention)[:MOST_PICTURED], report.limit_hours),
        line=timeline.draw(tables.worst_models(report.models)[:MOST_PICTURED], report.finished or report.started),
        by_rule=tables.by_rule(report.lines),
        unprovable={line.finding.subject.id.lower() for line in report.notable if line.unprovable},
    )


def asset(name: str) -> str:
    """The text of a file beside the templates."""
    return (templates_folder() / name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """What a Content-Security-Policy calls a style sheet or script by."""
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def environment() -> Environment:
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
        hours=bars.length,
        clause=wording.clause,
        sentence=wording.sentence,
        first_sentence=wording.first_sentence,
        snippets=of_line,
        code=_code,
        counted=tables.counted,
        by_family=tables.by_family,
        where=tables.where,
        link=_link,
        json=_json,
        words=wording.words,
        plural=wording.plural,
        standing=wording.standing,
    )
    environment.globals.update(
        marks=wording.STATUS_MARKS,
        answer_marks=wording.ANSWER_MARKS,
        statuses=STATUSES,
        severities=SEVERITIES,
        families=FAMILIES,
        was_read=wording.was_read,
        was_asked=wording.was_asked,
        lifetime=bars.lifetime,
        most_edges=MOST_EDGES,
        open_edges=_OPEN_EDGES,
        most_concerned=MOST_CONCERNED,
    )
    return environment


def _finalize(value: object) -> object:
    """Every text that a template writes comes through here, before it is escaped."""
    if isinstance(value, Markup | Undefined) or not isinstance(value, str):
        return value
    return wording.visible(value)


def _code(text: str) -> Markup:
    """A snippet; only here do line breaks stay."""
    return escape(wording.visible(text, keep="\n\t"))


def _link(url: str) -> Markup | str:
    """A link, where the address is one that a page may point to; else its text."""
    if not url.startswith(("https://", "http://")):
        return url
    shown = escape(wording.visible(url))
    text = shown.split("://", 1)[1]
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(shown, Markup(text))  # noqa: S704 - escaped


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _groups(report: Report) -> tuple[Shown, ...]:
    """What to do first, with as much detail as a browser opens without a wait."""
    judged = Counter(line.rule.id for line in tables.judged(report.lines))
    room = _room([len(group.lines) for group in report.first])
    names = _MOST_NAMES
    shown = []
    for group in report.first:
        rows, rest = group.lines[:room], group.lines[room:]
        named, names = rest[:names], max(names - len(rest), 0)
        shown.append(Shown(group, rows, named, len(rest) - len(named), judged[group.rule.id]))
    return tuple(shown)


def _room(sizes: list[int]) -> int:
    """How many rows of each group there is room for: all, or as many as share the page evenly."""
    room, left = 0, _DETAILED
    for number, size in enumerate(sorted(sizes)):
        share = left // (len(sizes) - number)
        if size > share:
            return max(room, share, _LEAST_IN_GROUP)
        room, left = size, left - size
    return room


def _embedded(report: Report) -> Markup:
    """All findings as JSON for the script: texts that recur stand once, in `texts`, and are named by their number.

    An id is the number of what stands above its last part, and that part; a name that is the same is 0.
    """
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
            above, _, last = subject.id.rpartition("/")
            own = [text(above), wording.visible(last)] if above else [-1, wording.visible(subject.id)]
            name = 0 if subject.name == last else wording.visible(subject.name)
            resources.append([*own, name, text(subject.type), text(subject.location)])
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
