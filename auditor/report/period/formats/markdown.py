"""The report about a period in Markdown: everything that the page has but its pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.history.period import STATES
from auditor.policy.clauses import EDITIONS, PAGE
from auditor.report.formats.markdown import environment
from auditor.report.period import pictures, words

if TYPE_CHECKING:
    from auditor.report.period.period_report import PeriodReport

SHOWN: Final = ("pass", "waived", "fail", "unknown", "notSeen")
MOST_NAMES: Final = 8


def render(report: PeriodReport) -> str:
    """Write the report; the same report gives the same text."""
    jinja = environment()
    jinja.filters.update(lasting=words.length)
    jinja.globals.update(
        states=STATES,
        columns=SHOWN,
        state_words=words.STATE_WORDS,
        state_marks=words.STATE_MARKS,
        result_marks=words.RESULT_MARKS,
        ending_words=words.ENDING_WORDS,
        most_names=MOST_NAMES,
        strip=pictures.strip,
        page=PAGE,
        editions=EDITIONS,
    )
    text = jinja.get_template("quarter.md.j2").render(
        report=report,
        method=words.METHOD,
        steps=pictures.trend(report.days).steps,
        worst=pictures.strip([day.worst for day in report.days]),
        blank=[day.date for day in report.days if not day.audits],
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"
