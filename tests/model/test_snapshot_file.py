"""The snapshot file: written and read again the same, whole or broken off; and what is wrong with a file, with its line."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auditor import audit
from auditor.errors import ExitCode, SnapshotFormatError, SourceError
from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, ListRead, Read, Resource
from auditor.model.snapshot import Asked, End, Header, Snapshot
from auditor.model.snapshot_file import (
    LONGEST_LINE,
    SCHEMA,
    open_writer,
    read_snapshot,
    read_with_calls,
    saving,
    write_snapshot,
)
from auditor.model.types import BLOB_SERVICE, BY_NAME
from tests.needs import PROJECT

NAMES = ("s.jsonl", "s.jsonl.gz", "s.jsonl.zst", "odd name")
HEADER = Header("1.2.3", "azure", ("/subscriptions/1",), "2026-11-01T06:00:00Z")
STORE = Resource(
    {
        "id": "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/größe",
        "type": "Microsoft.Storage/storageAccounts",
        "tags": {"straße": "ü\u2028\x07 \\ \" 'x'"},
        "properties": {"hidden": Unread("403"), "list": [1, 2.5, None, True, {"deep": Unread("x")}]},
    },
    Read("GET https://management.azure.com/x?api-version=1", "2026-11-01T06:00:05Z"),
)
PLAIN = Resource({"id": "/subscriptions/1", "type": "Microsoft.Resources/subscriptions"})
GAP = Gap(
    "/subscriptions/1", "Microsoft.Storage/storageAccounts/read", "403 AuthorizationFailed", "2026-11-01T06:00:06Z"
)
READ = ListRead(
    "/subscriptions/1", "Microsoft.CognitiveServices/accounts/read", "GET https://x", "2026-11-01T06:00:07Z"
)
END = End("2026-11-01T06:00:59Z", {"Microsoft.Storage/storageAccounts/read": 3})
WHOLE = Snapshot(HEADER, (PLAIN, STORE), (GAP,), (READ,), END)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("end", [END, None], ids=["whole", "partial"])
def test_what_is_written_is_read_again(name: str, end: End | None, tmp_path: Path) -> None:
    written = Snapshot(HEADER, WHOLE.resources, WHOLE.gaps, WHOLE.reads, end)
    write_snapshot(tmp_path / name, written)
    assert read_snapshot(tmp_path / name) == written
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_it_is_compressed_as_its_name_says(tmp_path: Path) -> None:
    for name in NAMES:
        write_snapshot(tmp_path / name, WHOLE)
    plain = (tmp_path / "s.jsonl").read_bytes()
    assert plain.startswith(b'{"schema":"auditor.snapshot/1"')
    assert gzip.decompress((tmp_path / "s.jsonl.gz").read_bytes()) == plain
    with zstandard.open(tmp_path / "s.jsonl.zst", "rb") as stream:
        assert stream.read() == plain


def test_its_lines_are_as_the_published_schema_says(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "s", WHOLE)
    schema = json.loads((PROJECT / "auditor/schemas/snapshot-1.schema.json").read_text(encoding="utf-8"))
    validator = Draft202012Validator(schema)
    for line in (tmp_path / "s").read_text(encoding="utf-8").split("\n")[:-1]:
        validator.validate(json.loads(line))


def test_what_a_scan_was_told_to_read_and_the_calls_so_far_stand_in_the_file(tmp_path: Path) -> None:
    """Each line tells how many calls there were, if there were more since a line before it told."""
    path, calls = tmp_path / "s", {"list/read": 2}
    asked = Asked("usgov", ("one",), "group")
    service = Resource({"id": "/s/blobServices/default", "type": BLOB_SERVICE}, Read("GET x", "2026-11-01T06:00:00Z"))
    operation = BY_NAME[BLOB_SERVICE.lower()].operation
    with saving(path) as file:
        writer = file.begin(replace(HEADER, asked=asked), calls)
        calls |= {operation: 3, GAP.operation: 1}
        writer.resource(service)
        writer.resource(service)
        writer.gap(GAP)
        calls[GAP.operation] = 4
        writer.list_read(ListRead("/", GAP.operation, "", ""))
    lines = [json.loads(text) for text in (tmp_path / "s.partial").read_text(encoding="utf-8").splitlines()]
    told = [next(iter(line.values())).get("calls") for line in lines[3:]]
    assert [line["read"].get("calls") for line in lines[1:3]] == [3, None]
    assert told == [1, 4]
    found, counted = read_with_calls(tmp_path / "s.partial")
    assert found.header.asked == asked
    assert counted == {"list/read": 2, operation: 3, GAP.operation: 4}
    schema = json.loads((PROJECT / "auditor/schemas/snapshot-1.schema.json").read_text(encoding="utf-8"))
    for line in lines:
        Draft202012Validator(schema).validate(line)


names = st.text(alphabet="abcXYZ .-äß\u2028\U0001f600", max_size=6)
leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names
bodies = st.recursive(
    leaves | st.builds(Unread, names),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(properties=bodies, end=st.none() | st.builds(End, st.just("2026-11-01"), st.dictionaries(names, st.integers(0))))
def test_any_body_comes_back_as_it_was(
    properties: Json, end: End | None, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.jsonl"
    written = Snapshot(HEADER, (Resource({"id": "/a", "type": "b", "properties": properties}),), (), (), end)
    write_snapshot(path, written)
    assert read_snapshot(path) == written


# Broken off


@pytest.mark.parametrize("name", NAMES)
def test_while_it_is_written_it_is_partial_and_can_be_read_as_that(name: str, tmp_path: Path) -> None:
    """As after `kill -9`: what was written before is there, compressed or not."""
    path = tmp_path / name
    with open_writer(path, HEADER) as writer:
        writer.resource(STORE)
        writer.gap(GAP)
        assert not path.exists()
        killed = tmp_path / "killed" / f"{name}.partial"
        killed.parent.mkdir()
        shutil.copyfile(tmp_path / f"{name}.partial", killed)
        writer.end(END)
    assert read_snapshot(killed) == Snapshot(HEADER, (STORE,), (GAP,), (), None)
    assert read_snapshot(path).end == END


@pytest.mark.parametrize("name", NAMES)
def test_a_scan_that_breaks_off_leaves_its_part_and_the_file_of_before(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write_snapshot(path, WHOLE)

    def scan() -> None:
        with open_writer(path, HEADER) as writer:
            writer.resource(PLAIN)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        scan()
    assert read_snapshot(path) == WHOLE
    assert read_snapshot(tmp_path / f"{name}.partial") == Snapshot(HEADER, (PLAIN,), (), (), None)


def test_a_file_torn_anywhere_is_what_was_written_before(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    write_snapshot(path, WHOLE)
    whole = path.read_bytes()
    ends = [at + 1 for at, byte in enumerate(whole) if byte == ord("\n")]
    for cut in range(ends[0], len(whole)):
        path.write_bytes(whole[:cut])
        lines = sum(end <= cut + 1 for end in ends) - 1  # a line without its line break is whole as well
        found = read_snapshot(path)
        told = (len(found.resources), len(found.gaps), len(found.reads))
        assert told == (min(lines, 2), int(lines > 2), int(lines > 3)), cut
        assert (found.end is not None) == (lines == 5)


@pytest.mark.parametrize("name", ["s.gz", "s.zst"])
def test_a_compressed_file_torn_anywhere_is_what_was_written_before_or_an_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    many = [Resource({"id": f"/{number}", "type": "t", "x": f"{number * 7919:x}" * 40}) for number in range(300)]
    with open_writer(path, HEADER) as writer:
        for resource in many:
            writer.resource(resource)
        writer.end(END)
    whole = path.read_bytes()
    read = 0
    for cut in range(0, len(whole), len(whole) // 37):
        path.write_bytes(whole[:cut])
        try:
            found = read_snapshot(path)
        except SnapshotFormatError:
            assert cut < len(whole) // 10
            continue
        assert list(found.resources) == many[: len(found.resources)]
        assert found.end is None or cut > len(whole) - 16, "only what closes the compressed stream is torn"
        read = max(read, len(found.resources))
    assert read > 200


def test_a_compressed_file_torn_before_its_header_ends_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "s.gz"
    write_snapshot(path, WHOLE)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(SnapshotFormatError, match="the file cannot be read"):
        read_snapshot(path)


# What is wrong with a file


def line(**changes: Any) -> str:
    return json.dumps(changes)


FIRST = line(schema=SCHEMA, source={"kind": "azure"}, started="2026-11-01T06:00:00Z")
SECOND = line(resource={"id": "/a", "type": "b"})


MISTAKES: list[tuple[str, int, str]] = [
    ("", 1, "the file is empty"),
    ("\n\n", 1, "the file is empty"),
    ("{", 1, "this is not JSON"),
    ("no json\n", 1, "this is not JSON"),
    ("[]", 1, "the first line is not the header of a snapshot"),
    (SECOND, 1, "the first line is not the header of a snapshot"),
    (line(schema="auditor.snapshot/2"), 1, "the schema is 'auditor.snapshot/2'; this version reads auditor.snapshot/1"),
    (line(schema=SCHEMA), 1, "the first line is not the header of a snapshot"),
    (line(schema=SCHEMA, source={}, started="2026-11-01"), 1, "the first line is not the header of a snapshot"),
    (
        line(schema=SCHEMA, source={"kind": "aws"}, started="2026-11-01"),
        1,
        "the source's kind is 'aws'; it can be azure or infrastructure",
    ),
    (
        line(schema=SCHEMA, source={"kind": "azure", "scope": "/"}, started="2026-11-01"),
        1,
        "the source's scope is a list of ids",
    ),
    (line(schema=SCHEMA, source={"kind": "azure"}, started="soon"), 1, "started is no time: 'soon'"),
    (f"{FIRST}\nno json\n", 2, "this is not JSON"),
    (f"{FIRST}\n\n\n[]\n", 4, "a line holds one of resource, gap, read or end"),
    (f"{FIRST}\n{line(resource=[])}\n", 2, "a line holds one of"),
    (f"{FIRST}\n{line(resources={})}\n", 2, "a line holds one of"),
    (f"{FIRST}\n{line(resource={'type': 'b'})}\n", 2, "the resource has no id"),
    (f"{FIRST}\n{line(resource={'id': '', 'type': 'b'})}\n", 2, "the resource has no id"),
    (f"{FIRST}\n{line(resource={'id': 7, 'type': 'b'})}\n", 2, "the resource has no id"),
    (f"{FIRST}\n{line(resource={'id': '/a'})}\n", 2, "the resource has no type"),
    (f"{FIRST}\n{line(resource={'id': '/a', 'type': 'b'}, read={})}\n", 2, "a resource's read holds from and at"),
    (f"{FIRST}\n{line(resource={'id': '/a', 'type': 'b'}, read=None)}\n", 2, "a resource's read holds from and at"),
    (f"{FIRST}\n{SECOND}\n{line(gap={'scope': '/a', 'operation': 'x'})}\n", 3, "reason is missing, or no text"),
    (f"{FIRST}\n{line(gap={'scope': 1, 'operation': 'x', 'reason': 'y'})}\n", 2, "scope is missing, or no text"),
    (f"{FIRST}\n{line(gap={'scope': '', 'operation': '', 'reason': '', 'at': 1})}\n", 2, "at is missing, or no text"),
    (f"{FIRST}\n{line(read={'of': '/a'})}\n", 2, "operation is missing, or no text"),
    (f"{FIRST}\n{line(read={'operation': 'x'})}\n", 2, "of is missing, or no text"),
    (f"{FIRST}\n{line(end={})}\n", 2, "finished is missing, or no text"),
    (f"{FIRST}\n{line(end={'finished': 'soon'})}\n", 2, "finished is no time: 'soon'"),
    (
        f"{FIRST}\n{line(end={'finished': '2026-11-01', 'resources': 1})}\n",
        2,
        "the end counts 1 resources, the file holds 0",
    ),
    (f"{FIRST}\n{line(end={'finished': '2026-11-01', 'gaps': 1})}\n", 2, "the end counts 1 gaps, the file holds 0"),
    (f"{FIRST}\n{line(end={'finished': '2026-11-01', 'calls': []})}\n", 2, "the end's calls are numbers by operation"),
    (
        f"{FIRST}\n{line(end={'finished': '2026-11-01', 'calls': {'x': '1'}})}\n",
        2,
        "the end's calls are numbers by operation",
    ),
    (f"{FIRST}\n{line(end={'finished': '2026-11-01'})}\n{SECOND}\n", 3, "there is something after the end"),
    (f'{FIRST}\n{{"resource": {{"id": NaN}}}}\n', 2, "this is not JSON (NaN is not a JSON value)"),
    (f'{FIRST}\n{{"resource": {{"id": -Infinity}}}}\n', 2, "this is not JSON (-Infinity is not a JSON value)"),
    (f'{FIRST}\n{{"resource": {{"id": "/a", "type": "b", "x": 1e999}}}}\n', 2, "this is not JSON (1e999 is too large)"),
    (f'{FIRST}\n{{"resource": {{"x": {"9" * 5000}}}}}\n', 2, "this is not JSON"),
    (f"{FIRST}\n{'[' * 100_000}\n", 2, "this is not JSON"),
    (
        f'{FIRST}\n{{"resource": {{"id": "/a", "type": "b", "x": {"[" * 300}{"]" * 300}}}}}\n',
        2,
        "the line is nested deeper than 200",
    ),
]


@pytest.mark.parametrize(("text", "number", "problem"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_told_with_its_line(text: str, number: int, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(path)
    assert caught.value.problem.startswith(f"{path}:{number}: {problem}")
    assert "--save-snapshot" in caught.value.hint
    assert caught.value.exit_code is ExitCode.USAGE


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda _path: None, "there is no such file"),
        (lambda path: path.mkdir(), "this is a folder"),
        (lambda path: path.write_bytes(b"\xff\xfe\x00"), "this is not JSON"),
    ],
    ids=["missing", "folder", "no text"],
)
@pytest.mark.parametrize("name", ["s", "s.gz", "s.zst"])
def test_a_file_that_cannot_be_read_is_an_error(
    name: str, make: Callable[[Path], object], problem: str, tmp_path: Path
) -> None:
    make(tmp_path / name)
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(tmp_path / name)
    told = (problem, "the file cannot be read", "the file is damaged")
    assert any(words in caught.value.problem for words in told[: 1 if name == "s" else 3])


def test_bytes_that_are_no_text_in_the_middle_are_an_error_with_their_line(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(f"{FIRST}\n".encode() + b"{\xff}\n" + SECOND.encode())
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(path)
    assert caught.value.problem.startswith(f"{path}:2: this is not JSON")


@pytest.mark.parametrize("name", ["s.gz", "s.zst"])
def test_a_damaged_file_is_an_error(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write_snapshot(path, Snapshot(HEADER, (STORE,) * 50, (), (), END))
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2 :] = b"\x00" * (len(whole) - len(whole) // 2)
    path.write_bytes(bytes(whole))
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(path)
    assert str(path) in caught.value.problem


def test_a_line_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", compresslevel=1) as stream:
        stream.write(f"{FIRST}\n".encode())
        for _ in range(70):
            stream.write(b"[" * (LONGEST_LINE // 64))
    with pytest.raises(SnapshotFormatError) as caught:
        read_snapshot(path)
    assert f":2: the line is longer than {LONGEST_LINE} characters" in caught.value.problem


@pytest.mark.parametrize("path", ["none/s.jsonl", "file/s.jsonl"])
def test_a_file_that_cannot_be_written_is_an_error(path: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        write_snapshot(tmp_path / path, WHOLE)
    assert caught.value.problem.startswith(f"cannot write the snapshot {tmp_path / path}: ")


# By hand


def test_the_least_that_a_hand_can_write_is_read(tmp_path: Path) -> None:
    path = tmp_path / "hand"
    lines = [
        line(schema=SCHEMA, tool="mine", source={"kind": "infrastructure"}, started="2026-11-01"),
        "",
        line(resource={"id": "/a", "type": "b"}, more=1),
        line(gap={"scope": "/a", "operation": "x/read", "reason": "403"}),
        line(read={"of": "/a", "operation": "y/read"}),
        line(end={"finished": "2026-11-01"}),
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert read_snapshot(path) == Snapshot(
        Header("", "infrastructure", (), "2026-11-01"),
        (Resource({"id": "/a", "type": "b"}),),
        (Gap("/a", "x/read", "403"),),
        (ListRead("/a", "y/read"),),
        End("2026-11-01"),
    )


def test_where_an_id_stands_twice_the_last_line_counts(tmp_path: Path) -> None:
    path = tmp_path / "s"
    again = line(resource={"id": "/A/", "type": "b", "x": 2})
    path.write_text(
        f"{FIRST}\n{SECOND}\n{again}\n{line(end={'finished': '2026-11-01', 'resources': 2})}\n", encoding="utf-8"
    )
    assert [resource.body.get("x") for resource in read_snapshot(path).resources] == [2]


def test_secrets_are_cut_out_of_what_a_stranger_wrote(tmp_path: Path) -> None:
    path = tmp_path / "s"
    url = "https://docs.blob.core.windows.net/scans"
    body = {"id": "/a", "type": "b", "properties": {"containerUrl": f"{url}?sig=abcdefghijklmnop", "adminKey": "x"}}
    path.write_text(f"{FIRST}\n{line(resource=body)}\n", encoding="utf-8")
    (resource,) = read_snapshot(path).resources
    assert resource.body["properties"] == {"containerUrl": url, "adminKey": "[secret removed]"}


@pytest.mark.parametrize("name", NAMES)
def test_half_a_surrogate_pair_is_no_text_and_breaks_nothing(name: str, tmp_path: Path) -> None:
    """JSON can hold one, and no encoding can: a report that names it would not be written."""
    half = "a\ud800b"
    write_snapshot(
        tmp_path / name, Snapshot(HEADER, (Resource({"id": f"/{half}", "type": "b", half: half}),), (), (), END)
    )
    (resource,) = read_snapshot(tmp_path / name).resources
    assert (resource.id, resource.body["a?b"]) == ("/a?b", "a?b")
    whole = Resource({"id": "/\U0001f600", "type": "b"})
    write_snapshot(tmp_path / name, Snapshot(HEADER, (whole,), (), (), END))
    assert read_snapshot(tmp_path / name).resources == (whole,)


def test_a_time_that_code_made_up_is_refused_when_it_is_judged() -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        audit.judge_snapshot(audit.prepare(audit.Choice()), Snapshot(Header("", "azure", (), "soon"), ()))
