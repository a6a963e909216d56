"""Ages of blobs: what is counted in a list, what a list that cannot be read means, and that no name is ever kept."""

from __future__ import annotations

import asyncio
import copy
import http.client
import json
import os
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import COLLECTORS
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.collect import Request, collect
from auditor.collectors.recorder import Recorder
from auditor.collectors.surveys import Desk
from auditor.collectors.surveys import blobs as survey
from auditor.collectors.surveys.blobs import page_of
from auditor.model.reading import Unread, plain
from auditor.model.resource import Resource
from auditor.model.types import CONTAINER, INSPECTION
from tests.collectors.scans import Progress, Scan, Sink, every_store, hurried, scan
from tests.fakes import wires
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.fakes.azure.blobs import blob
from tests.fakes.azure.exchange import Answer, Call
from tests.fakes.azure.faults import Fault, Proceed, ServerError, Throttled
from tests.fakes.azurite import azurite, edit

DOCS = make.storage_account("docsstore")
LETTERS = make.container(DOCS, "letters")
SECRET = "Müller, Eva: Kündigung.pdf"

NOTHING_ELSE = {"uncommitted": 0, "uncommittedSince": None, "appendBlobs": 0, "pageBlobs": 0}
OLD, YOUNG, YOUNGER = "2026-03-01T09:00:00Z", "2026-11-20T10:00:00Z", "2026-11-23T11:30:05Z"


def azure(*listed: dict[str, Any], store: dict[str, Any] = DOCS, **options: Any) -> FakeAzure:
    return FakeAzure(Estate([store, LETTERS, *listed]), **options)


def inspected(fake: FakeAzure) -> Any:
    """The properties of the one inspection."""
    with fake:
        result = scan(fake, {INSPECTION})
    assert result.reasons() == set()
    assert SECRET not in everything(result)
    (found,) = result.snapshot.of_type(INSPECTION)
    assert found.read is not None
    address = "GET https://docsstore.blob.core.windows.net/letters?restype=container&comp=list"
    assert found.read.source == address
    return found.body["properties"]


def everything(result: Scan) -> str:
    """All that a scan leaves behind, as text."""
    sink = result.sink
    return json.dumps([plain(item.body) for item in sink.resources], ensure_ascii=False) + str([sink.gaps, sink.reads])


def test_blobs_and_what_is_left_of_others_are_counted_apart() -> None:
    listed = [
        blob(LETTERS, SECRET, YOUNG),
        blob(LETTERS, SECRET, YOUNGER),
        blob(LETTERS, SECRET, YOUNGER, version="2026-11-23T11:30:05.1Z", current=True),
        blob(LETTERS, SECRET, YOUNG, version="2026-11-20T10:00:00.1Z"),
        blob(LETTERS, SECRET, YOUNG, snapshot="2026-11-21T10:00:00.1Z"),
        blob(LETTERS, SECRET, YOUNG, snapshot="2026-11-22T10:00:00.1Z"),
        blob(LETTERS, SECRET, OLD, deleted=True),
        blob(LETTERS, SECRET, YOUNG, deleted=True, version="2026-11-20T10:00:00.1Z"),
        blob(LETTERS, SECRET, YOUNG, deleted=True, snapshot="2026-11-22T10:00:00.1Z"),
        blob(LETTERS, SECRET, YOUNGER, committed=False),
    ]
    assert inspected(azure(*listed)) == {
        **NOTHING_ELSE,
        "blobs": 3,
        "oldest": OLD,
        "deleted": 3,
        "versions": 1,
        "snapshots": 2,
        "uncommitted": 1,
        "words": (
            "3 current, 3 soft-deleted, 1 previous versions, 2 snapshots, 1 with uncommitted blocks only; the oldest of "
            "all is from 2026-03-01T09:00:00Z"
        ),
    }


def test_types_of_blobs_are_counted_apart() -> None:
    append, page = (blob(LETTERS, SECRET, YOUNG, blob_type=name) for name in ("AppendBlob", "PageBlob"))
    found = inspected(azure(append, page, blob(LETTERS, SECRET, YOUNG)))
    assert (found["blobs"], found["appendBlobs"], found["pageBlobs"]) == (3, 1, 1)


def test_uncommitted_blocks_without_a_date_leave_the_oldest_known_and_themselves_unknown() -> None:
    found = inspected(azure(blob(LETTERS, SECRET, OLD), blob(LETTERS, SECRET, None, committed=False)))
    assert (found["blobs"], found["uncommitted"], found["oldest"]) == (1, 1, OLD)
    assert found["uncommittedSince"] == Unread("the list does not say since when blocks lie there")


def test_an_empty_container_has_no_oldest_blob() -> None:
    words = "0 current, 0 soft-deleted, 0 previous versions, 0 snapshots"
    assert inspected(azure()) == {
        **NOTHING_ELSE,
        "blobs": 0,
        "oldest": None,
        "deleted": 0,
        "versions": 0,
        "snapshots": 0,
        "words": words,
    }


def test_a_blob_without_a_date_may_be_of_any_age() -> None:
    found = inspected(azure(blob(LETTERS, SECRET, YOUNG), blob(LETTERS, SECRET, None)))
    assert found["blobs"] == 2
    assert found["oldest"] == Unread("there are blobs without a date")
    assert found["words"].endswith("the oldest of all is from 2026-11-20T10:00:00Z; 1 without a date")


def test_a_hierarchical_namespace_hides_what_is_soft_deleted() -> None:
    store = make.storage_account("docsstore", isHnsEnabled=True)
    fake = azure(blob(LETTERS, SECRET, YOUNG), blob(LETTERS, SECRET, OLD, deleted=True), store=store)
    found = inspected(fake)
    hidden = Unread("with a hierarchical namespace, what is soft-deleted stands in no list of blobs")
    assert found == {
        **NOTHING_ELSE,
        "blobs": 1,
        "oldest": YOUNG,
        "deleted": hidden,
        "versions": hidden,
        "snapshots": 0,
        "words": (
            "1 current, 0 soft-deleted, 0 previous versions, 0 snapshots; the oldest of all is from 2026-11-20T10:00:00Z; "
            f"{hidden.why}"
        ),
    }
    (call,) = fake.calls("blobs")
    assert "include=snapshots,uncommittedblobs" in call.url
    assert inspected(azure(store=store))["oldest"] == hidden


def test_every_page_is_read_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [blob(LETTERS, f"{SECRET}{index}", YOUNG) for index in range(5)]
    fake = azure(*listed, blob(LETTERS, SECRET, OLD), page_size=2)
    assert inspected(fake)["blobs"] == 6
    assert len(fake.calls("blobs")) == 3
    monkeypatch.setattr(survey, "PAGES", 2)
    found = inspected(azure(*listed, page_size=2))
    more = Unread("the list has more than 2 pages")
    assert found == {
        **dict.fromkeys((*NOTHING_ELSE, "blobs", "deleted", "versions", "snapshots"), more),
        "oldest": YOUNG,
        "words": (
            "the list has more than 2 pages; in these: 4 current, 0 soft-deleted, 0 previous versions, 0 snapshots; "
            "the oldest of all is from 2026-11-20T10:00:00Z"
        ),
    }


@dataclass(frozen=True)
class Rewritten(Fault):
    """One pattern of the answer becomes another text."""

    old: bytes = b""
    new: bytes = b""

    async def apply(self, call: Call, proceed: Proceed) -> Answer:  # noqa: ARG002  as every fault
        reply = await proceed()
        return replace(reply, content=re.sub(self.old, self.new, reply.content))


def gaps(fake: FakeAzure) -> Sequence[tuple[str, str]]:
    with fake:
        result = scan(fake, {INSPECTION})
    assert result.snapshot.of_type(INSPECTION) == ()
    operation = f"{CONTAINER}/blobs/read"
    assert SECRET not in everything(result)
    return [(gap.scope.rpartition("/")[2], gap.reason) for gap in result.snapshot.gaps if gap.operation == operation]


def test_what_may_not_be_listed_is_a_gap() -> None:
    entry = blob(LETTERS, SECRET, YOUNG)
    granted = ["*", "Microsoft.Storage/storageAccounts/blobServices/containers/read"]
    assert gaps(azure(entry, granted=granted)) == [("letters", "403 AuthorizationPermissionMismatch")]
    wall = make.storage_account("docsstore", network="Deny")
    assert gaps(azure(entry, store=wall, inside_network=False)) == [("letters", "403 AuthorizationFailure")]
    with azure(make.container(DOCS, "wiped", deleted=True), entry) as fake:
        result = scan(fake, {INSPECTION})
    assert result.reasons(INSPECTION) == {"the container is soft-deleted, so its blobs cannot be listed"}
    assert len(fake.calls("blobs")) == 1


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            Rewritten("comp=list", old=b"<NextMarker>.*</NextMarker>", new=b"<NextMarker>cGFnZToy</NextMarker>"),
            "the list leads back to a page that it had given",
        ),
        (Rewritten("comp=list", old=b"</Blobs>", new=b""), "the answer was not XML"),
        (Rewritten("comp=list.*marker", old=b"(?s).*", new=b""), "the answer was not XML"),
        (Rewritten("comp=list", old=b"EnumerationResults", new=b"Else"), "the answer was no list of blobs"),
        (
            Rewritten("comp=list", old=b"<Enum", new=b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><Enum'),
            "the answer declares a type of document; refused",
        ),
        (ServerError("comp=list", 503, times=None), "503 Service Unavailable"),
    ],
)
def test_a_list_that_cannot_be_read_to_its_end_is_a_gap(fault: Fault, reason: str) -> None:
    listed = [blob(LETTERS, SECRET, YOUNG) for _ in range(5)]
    assert gaps(azure(*listed, faults=[fault])) == [("letters", reason)]


def test_a_server_that_asks_for_patience_gets_it() -> None:
    fake = azure(blob(LETTERS, SECRET, YOUNG), faults=[Throttled("comp=list", 2)])
    assert inspected(fake)["blobs"] == 1
    assert [call.status for call in fake.exchanges if "comp=list" in call.url] == [429, 200]


def test_unless_it_is_asked_for_no_token_for_storage_is_asked_for_either() -> None:
    unasked = {INSPECTION: "--inspect-blobs was not given"}
    request = Request(frozenset({INSPECTION}), (), None, "public", "environment", {}, "1.2.3", unasked)
    with azure(blob(LETTERS, SECRET, YOUNG)) as fake, fake.exported():
        snapshot = collect(request, Sink(), every_store, Progress(), patience=hurried())
    (found,) = snapshot.of_type(INSPECTION)
    assert found.body["properties"] == Unread("--inspect-blobs was not given")
    assert snapshot.gaps == ()
    assert fake.hosts == {"login.microsoftonline.com", "management.azure.com"}
    signed_in = [item for item in fake.exchanges if item.path.endswith("/token")]
    assert len(signed_in) == 1  # for the management API


# Pages by hand, after the examples of List Blobs (learn.microsoft.com/rest/api/storageservices/list-blobs).

HEAD = '<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://d/" ContainerName="c">'
PAGE = f"""{HEAD}<Prefix/><MaxResults>3</MaxResults><Blobs>
  <Blob><Name>a &amp; b</Name><Snapshot>2026-01-03T09:08:56.0000000Z</Snapshot><Properties>
    <Creation-Time>Thu, 01 Jan 2026 10:00:00 GMT</Creation-Time><Last-Modified>Fri, 02 Jan 2026 10:00:00 GMT</Last-Modified>
  </Properties></Blob>
  <Blob><Name>a</Name><Deleted>true</Deleted><Properties><Last-Modified>Fri, 02 Jan 2026 10:00:00 GMT</Last-Modified>
    <DeletedTime>Sat, 03 Jan 2026 10:00:00 GMT</DeletedTime></Properties></Blob>
  <Blob><Name>folder</Name><Properties><Creation-Time>Wed, 01 Jan 2025 10:00:00 GMT</Creation-Time>
    <ResourceType>directory</ResourceType></Properties></Blob>
  <Blob><Name>x</Name><Properties><ResourceType>file</ResourceType></Properties>
    <Metadata><Creation-Time>Wed, 01 Jan 2020 10:00:00 GMT</Creation-Time><Deleted>true</Deleted></Metadata></Blob>
  <BlobPrefix><Name>x/</Name><Deleted>true</Deleted></BlobPrefix>
</Blobs><NextMarker>2!MTA4 &amp; more</NextMarker></EnumerationResults>"""


def test_a_page_is_read_by_place_and_not_by_name_alone() -> None:
    tally = page_of(200, {}, PAGE.encode())
    assert tally.counts == {"snapshots": 1, "deleted": 1, "blobs": 1}
    assert tally.oldest == datetime(2026, 1, 1, 10, tzinfo=UTC)
    assert tally.undated == 1
    assert tally.marker == "2!MTA4 & more"


def in_encoding(name: str) -> str:
    return HEAD.replace("utf-8", name) + "<Blobs/><NextMarker/></EnumerationResults>"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (in_encoding("no-such-encoding"), "the answer was not XML"),
        (in_encoding("hex"), "the answer was not XML"),
        (in_encoding("utf-7"), "the answer was not XML"),
        (in_encoding("utf-16"), "the answer was not XML"),
        ("<EnumerationResults/>", "the answer was no list of blobs"),
        (f"{HEAD}<Blobs/></EnumerationResults>", "the answer was no list of blobs"),
        (f"{HEAD}<NextMarker/></EnumerationResults>", "the answer was no list of blobs"),
        (f"{HEAD}<Other><Blobs/><NextMarker/></Other></EnumerationResults>", "the answer was no list of blobs"),
        (f"{HEAD}{'<a>' * 50_000}", "the answer was no list of blobs"),
    ],
    ids=range(9),
)
def test_a_page_that_is_none_is_not_an_empty_one(page: str, reason: str) -> None:
    with pytest.raises(NotReadError) as raised:
        page_of(200, {}, page.encode())
    assert raised.value.reason == reason


def test_a_page_without_blobs_is_an_empty_one() -> None:
    assert page_of(200, {}, in_encoding("utf-8").encode()).counts == {}


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Thu, 01 Jan 2026 10:00:00 GMT", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("Thu, 01 Jan 2026 12:00:00 +0200", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("Thu, 01 Jan 2026 10:00:00 -0000", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:30:00 -0100", None),
        ("2026-01-01T10:00:00Z", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(text: str, moment: datetime | None) -> None:
    entry = f"<Blob><Name>a</Name><Properties><Creation-Time>{text}</Creation-Time></Properties></Blob>"
    tally = page_of(200, {}, f"{HEAD}<Blobs>{entry}</Blobs><NextMarker/></EnumerationResults>".encode())
    assert (tally.oldest, tally.undated) == (moment, 0 if moment else 1)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"x-ms-error-code": "ContainerNotFound"}, "404 ContainerNotFound"),
        ({"x-ms-error-code": "<b>letters</b>"}, "404 Not Found"),
        ({}, "404 Not Found"),
    ],
)
def test_an_error_is_named_by_its_code(headers: dict[str, str], reason: str) -> None:
    with pytest.raises(NotReadError) as raised:
        page_of(404, headers, b"<Error><Code>Other</Code></Error>")
    assert raised.value.reason == reason


def test_a_container_whose_account_was_not_read_is_a_gap() -> None:
    record = next(item for item in COLLECTORS if item.type == INSPECTION)
    desk = Desk(CLOUDS["public"], None, Recorder(None, Sink()), record)  # type: ignore[arg-type]
    with pytest.raises(NotReadError, match="its storage account was not read"):
        asyncio.run(survey.inspect(Resource(LETTERS), desk))


# Microsoft's own stand-in lists; the token and the rest of Azure are the fake's.


def put(port: int, token: str, path: str, content: bytes = b"", **headers: str) -> None:
    context = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
    with wires.proxy({"docsstore.blob.core.windows.net": port}) as proxy:
        connection = http.client.HTTPSConnection("127.0.0.1", proxy, context=context, timeout=20)
        connection.set_tunnel("docsstore.blob.core.windows.net", 443)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        own = {"Authorization": f"Bearer {token}", "x-ms-version": "2021-12-02", **named}
        connection.request("PUT", path, content, own)
        response = connection.getresponse()
        response.read()
        connection.close()
    assert response.status == 201, (response.status, dict(response.headers))


class Detour(FakeAzure):
    """The fake behind another proxy, once there is one."""

    detour: int | None = None

    @property
    def proxy_url(self) -> str:
        return f"http://127.0.0.1:{self.detour or self.port}"


def test_azurites_own_lists_are_read(tmp_path: Path) -> None:
    """More blobs than a page holds, a snapshot, a blob that was never committed, and one date of last year."""
    with Detour(Estate([DOCS, LETTERS])) as fake, fake.exported():
        token = fake.entra.issue("https://storage.azure.com")
        with azurite(tmp_path, "docsstore") as port:
            put(port, token, "/letters?restype=container")
            for index in range(7):
                put(port, token, f"/letters/{quote(SECRET)}{index}", b"Dear Eva", x_ms_blob_type="BlockBlob")
            put(port, token, f"/letters/{quote(SECRET)}1?comp=snapshot")
            put(port, token, "/letters/upload.pdf?comp=block&blockid=YWFh", b"Dear")
        edit(tmp_path, grow)
        hosts = {"docsstore.blob.core.windows.net"}
        with azurite(tmp_path, "docsstore") as port, wires.proxy(dict.fromkeys(hosts, port), otherwise=fake.port) as at:
            fake.detour = at
            result = scan(fake, {INSPECTION})
    assert result.reasons() == set()
    (found,) = result.snapshot.of_type(INSPECTION)
    assert found.body["properties"] == {
        **NOTHING_ELSE,
        "blobs": 5008,
        "oldest": "2025-03-01T09:00:00Z",
        "deleted": 0,
        "versions": 0,
        "snapshots": 1,
        "words": (
            "5008 current, 0 soft-deleted, 0 previous versions, 1 snapshots; the oldest of all is from 2025-03-01T09:00:00Z"
        ),
    }
    assert SECRET not in everything(result)
    assert result.snapshot.end is not None
    assert result.snapshot.end.calls[f"{CONTAINER}/blobs/read"] == 2


def grow(records: list[dict[str, Any]]) -> None:
    """5000 more of one blob, and the last of them old."""
    one = next(record for record in records if record["name"].endswith("3"))
    records += [{**copy.deepcopy(one), "name": f"{SECRET}-{number}"} for number in range(5000)]
    records[-1]["properties"]["creationTime"] = records[-1]["properties"]["lastModified"] = "2025-03-01T09:00:00.000Z"
