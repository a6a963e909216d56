"""CSV that spreadsheets open and never run."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from auditor.model.resource import Place
from auditor.report.formats.csv import BYTE_ORDER_MARK, COLUMNS, render, safe
from auditor.report.report import Report
from tests.report import builders
from tests.report.test_formats import REPORTS


def rows_of(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(report).removeprefix(BYTE_ORDER_MARK), newline="")))


def test_excel_knows_its_encoding_and_every_line_ends_as_the_rfc_says() -> None:
    text = render(builders.mixed())
    assert text.encode()[:3] == b"\xef\xbb\xbf"
    assert text.count("\r\n") == text.count("\n") == text.count("\r") == len(rows_of(builders.mixed())) + 1


def test_the_columns_are_these() -> None:
    """They are a promise: new ones come behind the last."""
    first = "kind,status,severity,rule,title,resource,type,location,id,message,advice,file,line,column,address,operation,fingerprint"
    first += ",waiverReason,waiverOwner,waiverApprovedBy,waiverTicket,waiverExpires"
    assert ",".join(COLUMNS) == first
    assert render(builders.empty()).splitlines()[0] == BYTE_ORDER_MARK + first


@pytest.mark.parametrize("name", REPORTS)
def test_no_cell_is_a_formula_and_every_row_is_whole(name: str) -> None:
    for row in rows_of(REPORTS[name]()):
        assert None not in row
        assert None not in row.values()
        assert not [
            cell for cell in row.values() if cell.lstrip(" \t\r\n").startswith(("=", "+", "-", "@", "\t", "\r"))
        ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ('=HYPERLINK("x")', '\'=HYPERLINK("x")'),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),  # noqa: RUF001
        ("\t=1", "<U+0009>=1"),
        ("\r=1", "<U+000D>=1"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("", ""),
    ],
)
def test_what_looks_like_a_formula_is_text(text: str, cell: str) -> None:
    assert safe(text) == cell


def test_a_finding_says_where_it_is_and_how_to_fix_it() -> None:
    about = replace(builders.subject("docs"), place=Place("./a, b.json", 3, 5, 'x["y"]'))
    (row, _) = rows_of(builders.report((builders.line(builders.TLS, "fail", about, "Why."),)))
    assert (row["kind"], row["status"], row["severity"], row["rule"]) == ("finding", "fail", "high", "DI-TLS-001")
    assert (row["file"], row["line"], row["column"], row["address"]) == ("a, b.json", "3", "5", 'x["y"]')
    assert row["advice"].startswith(f"Warning: {builders.TLS.fix.warning} Fix: Set the minimum TLS version to 1.2.")
    assert (row["resource"], row["id"], row["message"]) == ("docs", about.id, "Why.")
    (row, _) = rows_of(
        builders.report((builders.line(builders.TLS, "pass", replace(about, place=None, location=None), ""),))
    )
    assert (row["advice"], row["file"], row["line"], row["location"]) == ("", "", "", "")


def test_gaps_and_blind_spots_are_rows() -> None:
    rows = rows_of(builders.blind())
    assert [row["kind"] for row in rows] == ["gap"] * 10 + ["blindSpot"]
    assert {row["status"] for row in rows} == {"not seen"}
    assert "ended before all was read" in rows[0]["message"]
    assert (rows[1]["resource"], rows[1]["message"], rows[1]["rule"]) == (
        "Subscription 1",
        "403 AuthorizationFailed",
        "DI-TLS-001 DI-RET-001",
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [("a;=1+1", "a;'=1+1"), ("a; @x;-y", "a;' @x;'-y"), ("a;b=c", "a;b=c"), ("=1;+2", "'=1;'+2"), ("a,=1", "a,=1")],
)
def test_no_cell_is_a_formula_behind_a_semicolon_either(text: str, written: str) -> None:
    assert safe(text) == written
