"""The table of formats. To add one, add a row and the module that it names: `render(report) -> str`."""

from __future__ import annotations

from typing import Final

from auditor.lazy import Entry

FORMATS: Final = {
    "text": Entry("auditor.report.formats.text:render", "For a terminal; the default."),
    "html": Entry("auditor.report.formats.html:render", "One page to read in a browser, self-contained."),
    "markdown": Entry("auditor.report.formats.markdown:render", "For pull requests and wikis."),
    "json": Entry("auditor.report.formats.json:render", "auditor.assessment/1, for other programs."),
    "sarif": Entry("auditor.report.formats.sarif:render", "SARIF 2.1.0, for code scanning services."),
    "junit": Entry("auditor.report.formats.junit:render", "JUnit XML, for the test pages of pipelines."),
    "csv": Entry("auditor.report.formats.csv:render", "For spreadsheets: a row for each finding and each gap."),
    "github": Entry("auditor.report.formats.github:render", "Annotations for GitHub Actions, and the step's summary."),
    "gitlab": Entry("auditor.report.formats.gitlab:render", "Code quality for GitLab."),
}
CHARTED: Final = frozenset({"html", "markdown", "github"})
"""Formats that show charts or their tables; `github` writes Markdown as the summary of the step."""
EXPLAINED: Final = CHARTED | {"json", "junit", "csv"}
"""Formats that show the evidence of what passes."""
