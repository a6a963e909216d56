"""The table of formats of the report about a period: `render(report) -> str | bytes`. To add one, add a row."""

from __future__ import annotations

from typing import Final

from auditor.lazy import Entry

FORMATS: Final = {
    "markdown": Entry("auditor.report.period.formats.markdown:render", "For a wiki or a terminal; the default."),
    "html": Entry("auditor.report.period.formats.html:render", "One page, self-contained, to read or to print."),
    "pdf": Entry("auditor.report.period.formats.pdf:render", "The same on paper; needs the extra `pdf`."),
    "json": Entry("auditor.report.period.formats.json:render", "auditor.periodReport/1, for other programs."),
    "oscal": Entry("auditor.report.period.formats.oscal:render", "OSCAL assessment results, for GRC tools."),
}
