"""The table of formats. To add one, add a row and the module that it names: `render(report) -> str`."""

from __future__ import annotations

from typing import Final

from auditor.lazy import Entry

FORMATS: Final = {
    "text": Entry("auditor.report.formats.text:render", "For a terminal; the default."),
    "html": Entry("auditor.report.formats.html:render", "One page to read in a browser, self-contained."),
    "markdown": Entry("auditor.report.formats.markdown:render", "For pull requests and wikis."),
    "json": Entry("auditor.report.formats.json:render", "auditor.assessment/1, for other programs."),
}
