"""The report about a period on paper: the page, printed by WeasyPrint."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from auditor.errors import UsageError, how_to_install
from auditor.report.period.formats import html

if TYPE_CHECKING:
    from auditor.report.period.period_report import PeriodReport

_HINT = (
    f"{how_to_install('pdf')} WeasyPrint needs the library Pango, too: apt-get install libpango-1.0-0 "
    "libpangoft2-1.0-0. Or write -o html=report.html and print that from a browser."
)


def render(report: PeriodReport) -> bytes:
    """Print the page. Raises `UsageError` where WeasyPrint, or a library that it needs, is not installed."""
    try:
        import weasyprint  # noqa: PLC0415 - an extra, loaded only when paper is asked for
    except ImportError as error:
        raise UsageError("the format pdf needs WeasyPrint, which is not installed", _HINT) from error
    except OSError as error:
        raise UsageError(f"WeasyPrint cannot load a library that it needs: {_first_line(error)}", _HINT) from error
    logging.getLogger("weasyprint").setLevel(
        logging.ERROR
    )  # it tells of each rule for screens that paper has no use for
    page = weasyprint.HTML(string=html.render(report), url_fetcher=_fetch_nothing)
    printed: bytes = page.write_pdf()
    return printed


def _first_line(error: OSError) -> str:
    return str(error).strip().split("\n", 1)[0]


def _fetch_nothing(url: str) -> dict[str, object]:
    """The page names no file and no address; if it did, paper would not get it either."""
    raise ValueError(f"nothing is fetched for a report: {url}")
