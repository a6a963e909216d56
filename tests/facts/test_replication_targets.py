"""What receives copies of documents holds documents: expected answers were written down before the code was run."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, Resource
from auditor.model.types import OBJECT_REPLICATION
from tests.builders import account, blob_service, child, facts, gap, grant, storage
from tests.facts.estates import estate

DOCS, COPY, THIRD, OTHER = storage(), storage("copy", "northeurope"), storage("third"), storage("other")
LINKED = (account("forms"), grant(DOCS.id), DOCS)
VERSIONED = (blob_service(COPY, isVersioningEnabled=True), blob_service(OTHER, isVersioningEnabled=True))
HIDDEN = Unread("known only after deployment")


def policy(
    source: Resource, target: Resource, *, of: Resource | None = None, pairs: Json = (("scans", "kept"),), **ends: Json
) -> Resource:
    """A policy as it stands on one of its accounts: the source unless another is named."""
    rules = (
        [{"sourceContainer": box, "destinationContainer": copy} for box, copy in pairs]
        if isinstance(pairs, tuple)
        else pairs
    )
    given = {"sourceAccount": source.id, "destinationAccount": target.id, **ends}
    return child(of or source, OBJECT_REPLICATION, "p", rules=rules, **given)


def holds(store: Resource, *parts: Resource, gaps: tuple[Gap, ...] = (), unread: Any = ()) -> Json:
    return facts(estate(*parts, gaps=gaps, unread=unread)).of(store)["holdsDocuments"]


def links(store: Resource, *parts: Resource) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = facts(estate(*parts)).of(store)["links"]
    return found


def told(store: Resource, *parts: Resource) -> list[tuple[Json, ...]]:
    names = ("signal", "strength", "name", "container")
    return [tuple(link[name] for name in names) for link in links(store, *parts)]


ARRIVED = [("replicationTarget", "grant", "forms", "kept")]


@pytest.mark.parametrize(
    "read",
    [
        policy(DOCS, COPY),
        policy(DOCS, COPY, of=COPY),
        policy(DOCS, COPY, sourceAccount="docs", destinationAccount="Copy"),
        policy(DOCS, COPY, destinationAccount=COPY.id.upper()),
        policy(DOCS, COPY, sourceAccount=None),
    ],
    ids=["at the source", "at the destination", "by name", "by id in capitals", "the source is the owner"],
)
def test_the_destination_has_the_links_of_the_source(read: Resource) -> None:
    assert told(COPY, *LINKED, COPY, read) == ARRIVED
    assert holds(COPY, *LINKED, COPY, read) is True
    (link,) = links(COPY, *LINKED, COPY, read)
    assert link["words"] == "object replication copies documents of docs to its container kept"
    assert link["region"] == "westeurope"


@pytest.mark.parametrize(
    ("pairs", "containers"),
    [
        ((("scans", "kept"), ("more", "extra")), ["extra", "kept"]),
        ((("scans", "kept"), ("more", "kept")), ["kept"]),
        (HIDDEN, [None]),
        ([], [None]),
        ([{"sourceContainer": "scans", "destinationContainer": HIDDEN}], [None]),
    ],
)
def test_each_container_that_receives_copies(pairs: Json, containers: list[str | None]) -> None:
    found = told(COPY, *LINKED, COPY, policy(DOCS, COPY, pairs=pairs))
    assert [container for *_, container in found] == containers


def test_copies_of_copies_and_circles() -> None:
    chain = (policy(DOCS, COPY), policy(COPY, THIRD, pairs=(("kept", "last"),)), policy(THIRD, DOCS))
    parts = (*LINKED, COPY, THIRD, OTHER, *chain)
    assert told(THIRD, *parts) == [("replicationTarget", "grant", "forms", "last")]
    assert [link["signal"] for link in links(DOCS, *parts)] == ["replicationTarget", "roleAssignment"]
    assert holds(OTHER, *parts) is False


def test_a_source_that_holds_none_passes_none_on() -> None:
    assert holds(COPY, account("forms"), DOCS, COPY, policy(DOCS, COPY)) is False


def test_no_account_works_on_the_copies() -> None:
    found = facts(estate(*LINKED, COPY, policy(DOCS, COPY))).of(COPY)["residency"]["edges"]
    assert [edge["via"] for edge in found] == []


UNSEEN = storage("elsewhere")


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (policy(UNSEEN, COPY, of=COPY), "the source elsewhere was not seen"),
        (policy(UNSEEN, COPY, of=COPY, sourceAccount=HIDDEN), "the source of a replication policy was not read"),
        (
            policy(UNSEEN, COPY, of=COPY, sourceAccount=HIDDEN, destinationAccount=HIDDEN),
            "the source of a replication policy was not read",
        ),
    ],
)
def test_copies_of_who_knows_what(read: Resource, why: str) -> None:
    found = holds(COPY, account("forms"), COPY, read)
    assert isinstance(found, Unread)
    assert why in found.why


def test_a_source_in_doubt_puts_its_copies_in_doubt() -> None:
    hidden = Resource({**DOCS.body, "properties": {"networkAcls": {"ipRules": HIDDEN}}})
    chain = (policy(DOCS, COPY), policy(COPY, THIRD), policy(THIRD, COPY))
    for store in (COPY, THIRD):
        found = holds(store, account("forms"), hidden, COPY, THIRD, *chain)
        assert isinstance(found, Unread)
        assert "the rules of its firewall were not read" in found.why


@pytest.mark.parametrize(
    ("parts", "unread", "doubtful"),
    [
        (VERSIONED, ((OTHER.id, OBJECT_REPLICATION),), True),
        (VERSIONED, (), False),  # the destination has the policy too
        (
            (blob_service(COPY), blob_service(OTHER, isVersioningEnabled=False)),
            ((OTHER.id, OBJECT_REPLICATION),),
            False,
        ),
    ],
    ids=["may receive copies", "its own policies were read", "without versioning"],
)
def test_policies_of_the_source_that_were_not_read(
    parts: tuple[Resource, ...], unread: tuple[tuple[str, str], ...], *, doubtful: bool
) -> None:
    sent = blob_service(DOCS, isVersioningEnabled=True)
    found = holds(OTHER, *LINKED, OTHER, sent, *parts, gaps=(gap(DOCS.id, OBJECT_REPLICATION),), unread=unread)
    why = Unread("object replication policies of docs were not read: 403 AuthorizationFailed")
    assert found == (why if doubtful else False)


def test_a_policy_that_does_not_tell_where_to() -> None:
    sent = (blob_service(DOCS, isVersioningEnabled=True), policy(DOCS, COPY, destinationAccount=HIDDEN))
    unread = ((OTHER.id, OBJECT_REPLICATION),)
    assert holds(OTHER, *LINKED, OTHER, *sent, *VERSIONED, unread=unread) == Unread(
        "where object replication of docs copies to was not read"
    )
    flat = Resource({**OTHER.body, "properties": {"isHnsEnabled": True}})
    assert holds(flat, *LINKED, flat, *sent, *VERSIONED, unread=unread) is False
