"""The shipped KQL before Microsoft's own parser, and values that try to get out of their quotes."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.collectors.surveys import logs, queries
from auditor.collectors.surveys.queries import literal, query_text
from tests.judges.kusto import TABLES, the_judge

FOLDER = Path(queries.__file__).parent / "kql"
NAMES = sorted(path.stem for path in FOLDER.glob("*.kql"))
WINDOW = {"From": datetime(2026, 10, 24, tzinfo=UTC), "To": datetime(2026, 11, 23, 12, 30, tzinfo=UTC)}
ACCOUNT = "/subscriptions/1/resourcegroups/g/providers/microsoft.storage/storageaccounts/docs"
PRINCIPALS = ["11111111-aaaa-4bbb-8ccc-000000000001", "22222222-aaaa-4bbb-8ccc-000000000002"]
READERS = {
    "access": logs._ACCESS,
    "documents": logs._DOCUMENTS,
    "lifecycle": logs._LIFECYCLE,
    "operations": logs._OPERATIONS,
    "requests": logs._REQUESTS,
}
KINDS = {queries.text: "string", queries.count: "long", queries.moment: "datetime", queries.hours: "real"}
LETS = {"access": 3, "documents": 4, "lifecycle": 3, "operations": 3, "requests": 3}


def whole(name: str, value: str = ACCOUNT) -> str:
    given = {"Principals": [value, *PRINCIPALS]} if name == "access" else {"Account": value}
    return query_text(name, {**WINDOW, **given})


def strict(query: str) -> str:
    """The query over its table alone: the empty one beside it would lend its columns to a name that the table lacks."""
    alone, count = re.subn(r"union isfuzzy=true (\w+),\s*\(datatable\([^)]*\)\[\]\)", r"\1", query)
    assert count == 1
    return alone


def test_these_are_all() -> None:
    assert list(READERS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_parser_has_nothing_against_it_and_finds_the_columns_that_are_read(name: str) -> None:
    found = the_judge().judge(whole(name))
    assert found.errors == ()
    assert found.columns == {column: KINDS[reader] for column, reader in READERS[name].items()}


@pytest.mark.parametrize("name", NAMES)
def test_the_table_itself_has_every_column_that_it_names(name: str) -> None:
    found = the_judge().judge(strict(whole(name)))
    assert found.errors == ()
    assert found.columns == {column: KINDS[reader] for column, reader in READERS[name].items()}


@pytest.mark.parametrize("name", NAMES)
def test_a_workspace_without_the_table_answers_without_rows(name: str) -> None:
    query = whole(name)
    without = re.sub(r"union isfuzzy=true \w+,", "union isfuzzy=true", query)
    assert without != query
    assert the_judge().judge(without, {}).errors == ()
    assert the_judge().judge(strict(query), {}).errors


@pytest.mark.parametrize("name", NAMES)
def test_a_workspace_that_wrote_every_column_is_no_other(name: str) -> None:
    tables = {**TABLES, "AzureDiagnostics": {**TABLES["AzureDiagnostics"], "ResultSignature": "string"}}
    assert the_judge().judge(whole(name), tables).errors == ()


@pytest.mark.parametrize("name", NAMES)
def test_only_counts_times_and_what_requests_are_called_leave_the_workspace(name: str) -> None:
    columns = the_judge().judge(whole(name)).columns
    assert not {"ObjectKey", "Uri", "CallerIpAddress", "Document", "AuthenticationHash"} & set(columns)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("TlsVersion", "TlsVersoin"),
        ("StorageBlobLogs", "StorageBlobLog"),
        ("| summarize", "| sumarize"),
        ("count()", "count("),
        ("strcat(Account,", "strcat(Acount,"),
        ("dcount(", "dcounts("),
        ("(From .. To)", "(From .. )"),
    ],
)
def test_a_broken_query_is_caught(old: str, new: str) -> None:
    good = strict(whole("requests"))
    assert old in good
    assert the_judge().judge(good).errors == ()
    assert the_judge().judge(good.replace(old, new)).errors


def test_a_broken_type_is_caught() -> None:
    good = whole("documents")
    assert the_judge().judge(good.replace("(coalesce(End, To) - Begin)", "(coalesce(End, To) - Container)")).errors


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", '"plain"'),
        ('a"b', r'"a\"b"'),
        ("a\\", '"a\\\\"'),
        ("a\nb\r\t", r'"a\nb\r\t"'),
        ("\u2028ü", r'"\u2028\u00fc"'),
        (["a", 'b"'], r'dynamic(["a", "b\""])'),
        ([], "dynamic([])"),
        (datetime(2026, 11, 23, 12, 30, tzinfo=UTC), "datetime(2026-11-23T12:30:00Z)"),
    ],
)
def test_values_as_kql_writes_them(value: queries.Value, text: str) -> None:
    assert literal(value) == text


HOSTILE = [
    '"; StorageBlobLogs | take 10 //',
    "\\",
    '\\"',
    "\n// x\n",
    "'",
    "```",
    "\u2028",
    "{0}",
    "\x00",
    "h@'\"",
    '"])',
]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_text_gets_out_of_its_quotes(value: str) -> None:
    text = literal(value)
    assert "\n" not in text
    assert text.isascii()
    found = the_judge().judge(f"print {text}")
    assert (found.errors, found.strings) == ((), (value,))


@given(st.sampled_from(NAMES), st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example("access", '"]); StorageBlobLogs | project ObjectKey //')
@settings(max_examples=60, deadline=None)
def test_no_id_changes_the_query(name: str, value: str) -> None:
    found = the_judge().judge(whole(name, value))
    assert found.errors == ()
    assert value in found.strings
    assert found.statements == ("LetStatement",) * LETS[name] + ("ExpressionStatement",)
    assert found.columns == {column: KINDS[reader] for column, reader in READERS[name].items()}


@pytest.mark.parametrize("value", HOSTILE)
def test_known_tricks(value: str) -> None:
    plain, tricked = (the_judge().judge(whole("requests", given)) for given in ("plain", value))
    assert tricked.strings == tuple(value if item == "plain" else item for item in plain.strings)
    assert (tricked.errors, tricked.statements, tricked.columns) == ((), plain.statements, plain.columns)
