"""What is in a temporary file answers as what is in memory does, and takes no more memory the fatter it is."""

from __future__ import annotations

import json
import resource as limits
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import audit
from auditor.data import policies_folder
from auditor.errors import SourceError
from auditor.model.gathering import Gathering
from auditor.model.index import Resources
from auditor.model.reading import Unread
from auditor.model.resource import ListRead, Read, Resource
from auditor.model.snapshot import AZURE, End, Header, Snapshot
from auditor.model.snapshot_file import read_snapshot
from auditor.model.types import BY_NAME, CONTAINER, DECLARED_STORAGE, REGISTER_ID, STORAGE
from auditor.report.formats.json import render
from auditor.statements import Statement
from tests.builders import STARTED, storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ESTATE = Path(__file__).parents[2] / "samples" / "estate.jsonl"
HEADER, END = Header("test", AZURE, (), STARTED), End(STARTED)
STORE, OTHER = storage("docs"), storage("other")


def shelved(resources: Iterable[Resource], reads: Iterable[ListRead] = (), *, size: int = 1) -> Snapshot:
    """A snapshot of which nothing is in memory."""
    gathered = Gathering(most_in_memory=-1)
    for resource in resources:
        gathered.take(resource, size)
    for read in reads:
        gathered.take_read(read)
    return gathered.snapshot(HEADER, (), END)


def in_file(whole: Snapshot) -> Snapshot:
    """The same snapshot, of which nothing is in memory."""
    found = shelved(whole.resources, whole.reads)
    return Snapshot(whole.header, found.resources, whole.gaps, found.reads, whole.end)


def seen(resources: Iterable[Resource]) -> list[tuple[Any, ...]]:
    return [(item.key, item.type_key, item.owner, item.body, item.read, item.id, item.origin) for item in resources]


def told(snapshot: Snapshot) -> dict[str, Any]:
    """All that a snapshot tells."""
    owners = [item.key for item in snapshot.resources]
    listings = {(owner, kind.key): snapshot.listing(owner, kind.key) for owner in owners for kind in BY_NAME.values()}
    return {
        "all": seen(snapshot.resources),
        "each": [seen([found]) for owner in owners if (found := snapshot.get(owner)) is not None],
        "types": {key: (len(snapshot.of_type(key)), seen(snapshot.of_type(key))) for key in BY_NAME},
        "children": {at: (seen(found.resources), found.unread) for at, found in listings.items()},
        "only": {at: found.only() for at, found in listings.items() if BY_NAME[at[1]].single},
        "unlisted": {key: list(snapshot.unlisted(kind)) for key, kind in BY_NAME.items()},
        "subscriptions": snapshot.subscriptions,
        "reads": list(snapshot.reads),
    }


def test_the_sample_estate_tells_the_same_from_a_file() -> None:
    whole = read_snapshot(ESTATE)
    assert isinstance(in_file(whole).resources, Resources)
    assert told(in_file(whole)) == told(whole)


def test_the_sample_estate_is_judged_the_same_from_a_file() -> None:
    prepared, whole = audit.prepare(audit.Choice(profile="strict")), read_snapshot(ESTATE)
    statement = Statement((declared("docs"),), (ListRead(REGISTER_ID, BY_NAME[DECLARED_STORAGE.lower()].operation),))
    memory, file = (statement.added_to(item) for item in (whole, in_file(whole)))
    assert render(audit.judge_snapshot(prepared, file)) == render(audit.judge_snapshot(prepared, memory))


def declared(name: str) -> Resource:
    return Resource(
        {"id": f"{REGISTER_ID}/storage/{name}", "type": DECLARED_STORAGE, "name": name, "properties": {"storage": name}}
    )


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        {"properties": {"nothing": None, "number": 10**30, "part": 0.1, "yes": True, "list": [[], {}, ""]}},
        {"properties": {"sku": Unread("403"), "deep": [{"er": Unread("not \u2028 allowed")}]}},
        {"properties": Unread("nobody looked")},
        {"tags": {"$unread": 5, "more": {"$unread": "x", "and": 1}}},
        {"name": "\ud83d half of a pair, \x00 and \U0001f512 a whole one"},
        {"kind": "a" * 100_000},
    ],
)
def test_a_body_comes_back_as_it_was(body: dict[str, Any]) -> None:
    own = Resource({**STORE.body, **body}, Read("GET https://x", STARTED))
    (found,) = shelved([own]).resources
    assert seen([found]) == seen([own])


def test_an_id_may_be_anything() -> None:
    ids = ["/a\x00b", "/\ud800/x", "/ü/É", "/%_'\"; DROP TABLE resource", "x" * 5_000]
    resources = [Resource({"id": own, "type": "X/y"}) for own in ids]
    found = shelved(resources)
    assert [item.id for item in found.resources] == ids
    assert [getattr(found.get(own.upper()), "id", None) for own in ids] == ids
    assert found.get("/ab") is None


# Of several with one key the last counts, at the place of the first


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([STORAGE, CONTAINER]), st.integers(0, 3)), max_size=12),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([STORAGE, CONTAINER]), st.integers(0, 3)), max_size=4),
    st.sets(st.sampled_from([STORAGE.lower(), CONTAINER.lower()])),
    st.integers(-1, 3),
)
def test_any_estate_tells_the_same_from_a_file(
    own: list[tuple[str, str, int]], more: list[tuple[str, str, int]], without: set[str], most: int
) -> None:
    def made(drawn: list[tuple[str, str, int]]) -> list[Resource]:
        return [
            Resource({"id": f"{STORE.id}/blobServices/default/containers/{name}", "type": kind, "properties": number})
            for name, kind, number in drawn
        ]

    def reads(drawn: list[tuple[str, str, int]]) -> list[ListRead]:
        return [ListRead(STORE.id.upper(), BY_NAME[kind.lower()].operation, name) for name, kind, _ in drawn]

    gathered, first = Gathering(most), {}
    for item, read in zip(made(own), reads(own), strict=True):
        first[item.key] = item
        assert seen([gathered.take(item, 1)]) == seen([item])
        gathered.take_read(read)
        assert seen(filter(None, [gathered.get(item.key)])) == seen([item])
        assert gathered.was_listed(STORE.key, read.operation.lower())
        assert not gathered.was_listed(OTHER.key, read.operation.lower())
    for kind in (STORAGE.lower(), CONTAINER.lower()):
        assert seen(gathered.of_type(kind)) == seen(item for item in first.values() if item.type_key == kind)
    operations = frozenset(BY_NAME[key].operation.lower() for key in without)
    memory = Snapshot(HEADER, tuple(first.values()), (), tuple(reads(own)), END)
    answers = [
        told(item.restated(made(more), reads(more), frozenset(without), operations))
        for item in (memory, gathered.snapshot(HEADER, (), END))
    ]
    assert answers[0] == answers[1]
    assert told(memory) == told(gathered.snapshot(HEADER, (), END))


def test_all_are_found_by_their_place() -> None:
    own = [storage(f"s{number}") for number in range(1_100)]  # more than are fetched at once
    found = shelved(own).resources
    assert [item.id for item in found] == [item.id for item in own]
    assert [found[at].id for at in (0, 501, -1)] == [own[at].id for at in (0, 501, -1)]
    assert seen(found[998:]) == seen(own[998:])
    with pytest.raises(IndexError):
        found[1_100]


def test_more_may_come_while_somebody_walks() -> None:
    gathered = Gathering(most_in_memory=-1)
    gathered.take(STORE, 1)
    names = []
    for item in gathered.of_type(STORAGE.lower()):
        names.append(item.name)
        if len(names) < 4:
            gathered.take(storage(f"s{len(names)}"), 1)
    assert names[0] == "docs"
    assert len(list(gathered.of_type(STORAGE.lower()))) >= len(names)


def test_what_takes_the_place_of_another_is_what_is_seen() -> None:
    gathered = Gathering(most_in_memory=-1)
    gathered.take(STORE, 1)
    (held,) = gathered.of_type(STORAGE.lower())
    assert held.location == "westeurope"
    gathered.take(Resource({**STORE.body, "location": "northeurope"}), 1)
    assert held.location == "northeurope"


# Memory


def peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def estate_file(path: Path, fat: int) -> Path:
    """A snapshot of storage accounts whose bodies have about so many bytes that nothing reads."""
    internal = [f"{at:05}" for at in range(fat // 8)]  # as Python's own, small values take most room
    stores = [storage(f"s{number}", minimumTlsVersion="TLS1_2") for number in range(20)]
    head = {"schema": "auditor.snapshot/1", "source": {"kind": "azure", "scope": []}, "started": STARTED}
    lines = [head, *({"resource": {**store.body, "internal": internal}} for store in stores)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def test_memory_does_not_grow_with_what_nobody_reads(tmp_path: Path) -> None:
    """Bodies that are ten times as fat take about as much memory; those that are kept there take many times as much."""
    prepared = audit.prepare(audit.Choice((policies_folder() / "retention",)))
    thin, fat = (estate_file(tmp_path / f"{size}.jsonl", size) for size in (2_000, 20_000))

    def judged(path: Path, gathered: Gathering) -> int:
        return peak(lambda: audit.judge_snapshot(prepared, read_snapshot(path, gathered), explain_passes=False))

    assert judged(fat, Gathering()) > 2 * judged(thin, Gathering())
    assert judged(fat, Gathering(10_000, 10_000)) < 1.5 * judged(thin, Gathering(10_000, 10_000))


def test_a_full_disk_is_an_error_with_a_hint() -> None:
    """As a limit on the size of files has it, which needs no disk to be filled."""
    before = limits.getrlimit(limits.RLIMIT_FSIZE)
    limits.setrlimit(limits.RLIMIT_FSIZE, (1_000_000, before[1]))
    try:
        with pytest.raises(SourceError, match="cannot be kept in a temporary file") as caught:
            shelved(storage(f"s{number}", internal="x" * 1_000_000) for number in range(40))
    finally:
        limits.setrlimit(limits.RLIMIT_FSIZE, before)
    assert "TMPDIR" in caught.value.hint
