"""The report about a period as one self-contained page, to be read on a screen and signed on paper.

As on the page of an audit, every name is hostile, and nothing is asked for from anywhere: there is no script at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from auditor.history.period import STATES
from auditor.model.finding import SEVERITIES
from auditor.policy.clauses import EDITIONS, PAGE
from auditor.policy.condition import say
from auditor.report.formats.html import asset, content_hash, environment
from auditor.report.period import pictures, words

if TYPE_CHECKING:
    from auditor.report.period.period_report import PeriodReport

MOST_NAMES: Final = 12


def render(report: PeriodReport) -> str:
    """Write the page. The same report gives the same bytes."""
    style = Markup(asset("style.css") + asset("quarter.css"))  # noqa: S704 - our own files
    policy = f"default-src 'none'; style-src {content_hash(style)}; img-src data:; base-uri 'none'; form-action 'none'"
    jinja = environment()
    jinja.filters.update(lasting=words.length, say=say)
    jinja.globals.update(
        states=STATES,
        state_words=words.STATE_WORDS,
        state_marks=words.STATE_MARKS,
        result_marks=words.RESULT_MARKS,
        ending_words=words.ENDING_WORDS,
        result_rank=list(words.RESULT_MARKS).index,
        severity_rank={name: number for number, name in enumerate(SEVERITIES)},
        strip=pictures.strip,
        most_names=MOST_NAMES,
        page=PAGE,
        editions=EDITIONS,
    )
    return jinja.get_template("quarter.html.j2").render(
        report=report,
        style=style,
        policy=policy,
        ticks=pictures.ticks(report.days),
        trend=pictures.trend(report.days),
        worst=pictures.strip([day.worst for day in report.days]),
        blank=[day.date for day in report.days if not day.audits],
        method=words.METHOD,
        unclaimed=[row for row in report.rules if not row.known],
    )
