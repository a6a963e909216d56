"""One row for each finding, gap and waiver, for spreadsheets: RFC 4180, in UTF-8 with a mark ahead by which Excel knows it.

No cell is a formula: a text that a spreadsheet could take for one has an apostrophe ahead, and so has what it could take
for one behind a semicolon, at which half of Europe's spreadsheets begin a new cell.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Final

from auditor.report.pipelines import UNFINISHED, blind_spot_told, path_of, shown, waiver_told
from auditor.report.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.model.waiver import Applied, Waiver
    from auditor.report.report import Line, Report

COLUMNS: Final = (
    *("kind", "status", "severity", "rule", "title", "resource", "type", "location", "id", "message", "advice"),
    *("file", "line", "column", "address", "operation", "fingerprint"),
    *("waiverReason", "waiverOwner", "waiverApprovedBy", "waiverTicket", "waiverExpires"),
)
BYTE_ORDER_MARK: Final = "\ufeff"
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - spreadsheets in East Asia take the wide ones, too
_BEHIND_SEMICOLON: Final = re.compile(rf"(?<=;)(?= *[{re.escape(''.join(_FORMULA))}])")
NOT_SEEN: Final = "not seen"


def render(report: Report) -> str:
    """Write the report; the same report gives the same text."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({name: safe(value) if isinstance(value, str) else value for name, value in row.items()})
    return BYTE_ORDER_MARK + stream.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet runs."""
    text = _BEHIND_SEMICOLON.sub("'", visible(shown(text)))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _rows(report: Report) -> Iterator[dict[str, str | int]]:
    for line in report.lines:
        yield _finding(line)
    if report.finished is None:
        yield {"kind": "gap", "status": NOT_SEEN, "message": UNFINISHED}
    for item in report.unseen:
        yield {
            "kind": "gap",
            "status": NOT_SEEN,
            "rule": " ".join(item.rules),
            "resource": item.name,
            "id": item.scope,
            "message": item.reason,
            "advice": item.advice,
            "operation": item.operation,
        }
    for spot in report.blind_spots:
        yield {"kind": "blindSpot", "status": NOT_SEEN, "title": spot.kind, "message": blind_spot_told(spot)}
    for granted in report.waivers:
        yield _waiver(granted)


def _finding(line: Line) -> dict[str, str | int]:
    finding, subject, place = line.finding, line.finding.subject, line.finding.place
    row: dict[str, str | int | None] = {
        "kind": "finding",
        "status": finding.status,
        "severity": line.rule.severity,
        "rule": line.rule.id,
        "title": line.rule.title,
        "resource": subject.name,
        "type": subject.type,
        "location": subject.location,
        "id": subject.id,
        "message": line.message,
        "advice": " ".join(line.rule.fix.told) if finding.status == "fail" else None,
        "fingerprint": finding.fingerprint,
    }
    if place is not None:
        row |= {"file": path_of(place.file), "line": place.line, "column": place.column, "address": place.address}
    if finding.waiver is not None:
        row |= _grant(finding.waiver)
    return {name: value for name, value in row.items() if value is not None}


def _waiver(item: Applied) -> dict[str, str | int]:
    waiver = item.waiver
    row: dict[str, str | int] = {
        "kind": "waiver",
        "status": item.state,
        "rule": waiver.rule,
        "id": waiver.resource,
        "message": waiver_told(item),
        **_grant(waiver),
    }
    if waiver.place is not None:
        row |= {"file": path_of(waiver.place.file), "line": waiver.place.line or ""}
    return row


def _grant(waiver: Waiver) -> dict[str, str]:
    return {
        "waiverReason": waiver.reason,
        "waiverOwner": waiver.owner,
        "waiverApprovedBy": waiver.approved_by,
        "waiverTicket": waiver.ticket,
        "waiverExpires": waiver.expires,
    }
