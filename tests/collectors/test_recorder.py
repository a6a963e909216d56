from __future__ import annotations

import pytest

from auditor.collectors.recorder import Recorder
from auditor.model.gathering import Gathering
from auditor.model.reading import Unread
from auditor.model.snapshot import AZURE, End, Header
from tests.collectors.scans import Sink

HEADER = Header("0", AZURE, ("/subscriptions/a",), "2026-11-01T06:00:00Z")
BODY = {"id": "/subscriptions/A/x", "type": "X/y"}


def test_what_comes_twice_is_kept_once() -> None:
    sink = Sink()
    recorder = Recorder(HEADER, sink)
    assert recorder.resource(BODY, "GET https://x") is not None
    assert recorder.resource({**BODY, "id": "/subscriptions/a/X/"}, "GET https://x") is None
    recorder.gap("/subscriptions/A", "x/read", "403 Forbidden")
    recorder.gap("/subscriptions/a/", "x/read", "403 Forbidden")
    recorder.gap("/subscriptions/a", "x/read", "500 Error")
    assert len(sink.resources) == 1
    assert [gap.reason for gap in sink.gaps] == ["403 Forbidden", "500 Error"]
    assert recorder.get("/SUBSCRIPTIONS/a/x") is sink.resources[0]
    assert recorder.get("/other") is None
    assert recorder.of_type("x/Y") == sink.resources


def test_a_snapshot_is_what_was_read_so_far() -> None:
    recorder = Recorder(HEADER, Sink())
    before = recorder.snapshot()
    recorder.resource(BODY, "GET https://x")
    recorder.list_read("/subscriptions/a", "x/read", "GET https://x")
    end = End("2026-11-01T06:01:00Z", {"x/read": 1})
    after = recorder.snapshot(end)
    assert (before.resources, before.reads, before.end) == ((), (), None)
    assert (len(after.resources), len(after.reads), after.end) == (1, 1, end)


def test_it_knows_which_lists_were_read() -> None:
    recorder = Recorder(HEADER, Sink())
    recorder.list_read("/subscriptions/A/", "x/read", "GET https://x")
    assert recorder.was_listed("/subscriptions/a", "x/read")
    assert not recorder.was_listed("/subscriptions/a", "y/read")
    assert not recorder.was_listed("/subscriptions/b", "x/read")


def test_secrets_do_not_get_in() -> None:
    sink = Sink()
    recorder = Recorder(HEADER, sink)
    recorder.resource({**BODY, "properties": {"migrationToken": "secret"}}, "GET https://x")
    assert "secret" not in str(sink.resources[0].body).replace("[secret removed]", "")


@pytest.mark.parametrize("most", [1_000_000, -1], ids=["in memory", "on the shelf"])
def test_what_belongs_to_a_resource_is_found_by_its_owner(most: int) -> None:
    recorder = Recorder(HEADER, Sink(), gathered=Gathering(most_in_memory=most))
    store = "/subscriptions/a/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/docs"
    kind = "Microsoft.Storage/storageAccounts/blobServices/containers"
    recorder.resource({"id": f"{store}/blobServices/default/containers/b", "type": kind}, "GET https://x")
    recorder.resource({"id": f"{store}2/blobServices/default/containers/c", "type": kind}, "GET https://x")
    (found,) = recorder.below(store.upper(), kind.upper())
    assert found.name == "b"
    assert list(recorder.below(store, "Microsoft.Storage/storageAccounts/localUsers")) == []


def test_what_no_longer_fits_into_memory_is_let_go_once_it_was_handed_on() -> None:
    sink = Sink()
    recorder = Recorder(HEADER, sink, gathered=Gathering(most_in_memory=-1, most_at_hand=0))
    kept = recorder.resource({**BODY, "properties": Unread("not asked")}, "GET https://x")
    recorder.list_read("/subscriptions/A/", "x/READ", "GET https://y")
    assert recorder.resource({**BODY, "id": "/subscriptions/a/X/"}, "GET https://x") is None
    (handed_on,) = sink.resources
    assert kept is not None
    assert kept is not handed_on
    assert (kept.body, kept.read) == (handed_on.body, handed_on.read)
    assert [item.body for item in recorder.of_type("x/Y")] == [handed_on.body]
    assert getattr(recorder.get("/SUBSCRIPTIONS/a/x"), "body", None) == handed_on.body
    assert recorder.was_listed("/subscriptions/a", "x/read")
    assert not recorder.was_listed("/subscriptions/a", "y/read")
    found = recorder.snapshot()
    assert [item.body for item in found.resources] == [handed_on.body]
    assert list(found.reads) == sink.reads
