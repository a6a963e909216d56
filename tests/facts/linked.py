"""An estate with one account and one store, and what links them: for the tests of links."""

from __future__ import annotations

from typing import Any

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import ACCOUNT, DOCUMENT_ACCESS, MODEL, STORAGE, WORKSPACE
from tests.builders import GROUP, account, blob_service, child, facts, read, snapshot, storage

DOCS = storage()
FORMS = account("forms")
SERVICE = blob_service(DOCS)
OTHER_SUBSCRIPTION = "/subscriptions/22222222-2222-2222-2222-222222222222"
URL = "https://docs.blob.core.windows.net/scans"
HIDDEN = Unread("known only after deployment")
USER = "bbbbbbbb-0000-0000-0000-000000000002"


def changed(resource: Resource, **changes: Json) -> Resource:
    return Resource({**resource.body, **changes})


def links(*parts: Resource, store: Resource = DOCS, about: str = "docs", **how: Any) -> list[Json]:
    """The links of the store `about` in an estate with one account `forms`, unless the parts hold their own."""
    given = {part.key for part in parts}
    basic = [item for item in (store, FORMS, SERVICE) if item.key not in given]
    found = snapshot(*basic, *parts, **how).extended((), [read(OTHER_SUBSCRIPTION, ACCOUNT)])
    named = next(item for item in found.of_type(STORAGE) if item.name == about)
    return list(facts(found).of(named)["links"])


def told(found: list[Json]) -> list[tuple[str, str, str | None]]:
    """Signal, strength and container of each link."""
    assert all(isinstance(link, dict) for link in found), found
    return [(link["signal"], link["strength"], link["container"]) for link in found]


def trained(source: Json, type_name: str = MODEL, owner: Resource = FORMS) -> Resource:
    return child(owner, type_name, "invoices", **source)


def document_access(use: Json, workspace: str = "logs") -> Resource:
    """What the logs of a workspace tell of an identity at a container."""
    owner = Resource({"id": f"{GROUP}/providers/{WORKSPACE}/{workspace}", "type": WORKSPACE, "name": workspace})
    return child(owner, DOCUMENT_ACCESS, "default", uses=[use])
