"""The report for pull requests and wikis, in GitHub's Markdown: the order of the page, the worst rows of each section.

Every name in it is hostile: it must not end a table cell, open markup, make a link, call a person or an issue, or reorder
the text around it. What a template writes is escaped on the way; only `code` and `cell` write code spans.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from auditor.data import templates_folder
from auditor.model.finding import STATUSES
from auditor.policy.condition import say
from auditor.report import wording
from auditor.report.coverage import MOST_CONCERNED
from auditor.report.fixes.snippets import HIGHLIGHTED, first_of_each
from auditor.report.pictures import bars, tables

if TYPE_CHECKING:
    from auditor.report.fixes.snippets import Snippet
    from auditor.report.report import Report

MOST_ROWS: Final = 100
LONGEST: Final = 65_000
"""GitHub takes comments of up to 65,536 characters; a report that would be longer shows fewer rows."""
_FEWER: Final = (MOST_ROWS, 50, 25, 10, 5, 2)
_LONGEST_TEXT: Final = 2000
_LONGEST_CELL: Final = 240
_LONGEST_CODE: Final = 120
_SPECIAL: Final = re.compile(r"[\\`*\[\]#~|$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])")
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CALLS: Final = re.compile(r"@|#(?=\d)|(?<=:)(?=//)|(?<=www)(?=\.)", re.IGNORECASE)
_MARKER: Final = re.compile(r"^(\d+(?=[.)])|(?=[-+]))(.)(?=\s|$)")


def render(report: Report) -> str:
    """Write the report; the same report gives the same text."""
    template = environment().get_template("report.md.j2")
    text = ""
    for most in _FEWER:
        text = template.render(
            report=report,
            most=most,
            heading=tables.heading(report.scope),
            told=tables.told(report),
            holes=tables.holes(report.unseen),
            undecided=tables.undecided(report.notable),
            edges=[edge for edge in tables.worst_edges(report.residency.edges) if edge.leaves_region is not False],
            places={place.id.lower(): place for place in report.residency.places},
            stores=tables.worst_bars(report.retention),
            models=tables.worst_models(report.models),
            by_rule=tables.by_rule(report.lines),
            judged=tables.by_rule(tables.judged(report.lines)),
            unprovable={line.finding.subject.id.lower() for line in report.notable if line.unprovable},
        )
        if len(text) <= LONGEST:
            break
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def prose(text: str) -> str:
    """A text as it is, in one line: nothing in it is markup, a link, a mention or the start of a list."""
    text = _shorten(text, _LONGEST_TEXT)
    text = _CALLS.sub(lambda match: f"{match[0]}\u200b", text)
    text = "".join(_ENTITIES.get(letter, letter) for letter in text)
    return _MARKER.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))


def code(text: str, *, in_table: bool = False) -> str:
    r"""A text as a code span; inside a table a pipe is escaped even there.

    Behind a backslash it cannot be: GitHub takes `\\|` for an escaped backslash and the end of the cell.
    """
    text = _shorten(text, _LONGEST_CODE) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    padding = " " if text.startswith("`") or text.endswith("`") else ""
    if in_table:
        text = re.sub(r"(\\*)\|", lambda match: f"{match[1]}¦" if match[1] else "\\|", text)
    return f"{fence}{padding}{text}{padding}{fence}"


def block(snippet: Snippet) -> str:
    """A snippet as a block of code, which nothing in it can end."""
    text = wording.visible(snippet.text, keep="\n\t")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{HIGHLIGHTED[snippet.language]}\n{text}\n{fence}"


def _shorten(text: str, most: int) -> str:
    text = " ".join(wording.visible(" ".join(text.split())).split())
    return text if len(text) <= most else f"{text[:most]}…"


def environment() -> Environment:
    """Jinja with its own escaping: every text that a template writes is prose, unless a filter has made it ready."""
    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        code=lambda text: Markup(code(text)),  # noqa: S704 - escaped for Markdown
        cell=lambda text: Markup(code(text, in_table=True)),  # noqa: S704 - escaped for Markdown
        block=lambda snippet: Markup(block(snippet)),  # noqa: S704 - nothing ends a block of code but its fence
        first_of_each=first_of_each,
        brief=lambda text: _shorten(text, _LONGEST_CELL),
        moment=wording.moment,
        sentence=wording.sentence,
        first_sentence=wording.first_sentence,
        plural=wording.plural,
        standing=wording.standing,
        words=wording.words,
        say=say,
        hours=bars.length,
        where=tables.where,
        counted=tables.counted,
    )
    environment.globals.update(
        marks=wording.STATUS_MARKS,
        answer_marks=wording.ANSWER_MARKS,
        statuses=STATUSES,
        lifetime=bars.lifetime,
        most_concerned=MOST_CONCERNED,
    )
    return environment


def _finalize(value: Any) -> Any:
    if isinstance(value, Markup | Undefined) or not isinstance(value, str):
        return value
    before, after = (" " if end.isspace() else "" for end in (value[:1], value[1:][-1:]))
    return Markup(before + prose(value) + after)  # noqa: S704 - escaped for Markdown
