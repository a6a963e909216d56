"""What is logged of accounts and stores, and where the logs go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.parts import all_of, any_of, elements_of, part_of
from auditor.facts.subjects import subjects, unseen_subjects
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import ACCOUNT, DIAGNOSTIC_SETTING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource
    from auditor.model.snapshot import Listing

_CATEGORIES: Final = {
    "audit": "audit",
    "requests": "requestresponse",
    "reads": "storageread",
    "writes": "storagewrite",
    "deletes": "storagedelete",
}
"""The category of logs that tells of each kind of request (azure-facts 2.8, 3f), in lower case."""
_OF_ACCOUNTS: Final = ("audit", "requests")
_DESTINATIONS: Final = {
    "workspaceId": ("workspace", "workspace"),
    "storageAccountId": ("storage", "storage account"),
    "eventHubAuthorizationRuleId": ("eventHub", "event hub namespace"),
    "serviceBusRuleId": ("eventHub", "event hub namespace"),
    "marketplacePartnerId": ("partner", "partner solution"),
}
"""The kind of destination that a property of a diagnostic setting names, and what it is called (azure-facts 2.8)."""


def logging_of(resource: Resource, estate: Estate) -> Json:
    """Which kinds of requests are logged, and where to; None for kinds that such a resource does not have."""
    is_account = resource.type_key == ACCOUNT.lower()
    listing = _settings_of(resource, estate)
    logged = {
        kind: any_of(_logged(listing, kind)) if is_account is (kind in _OF_ACCOUNTS) else None for kind in _CATEGORIES
    }
    return {**logged, "destinations": _destinations(listing, estate)}


def _settings_of(resource: Resource, estate: Estate) -> Listing:
    """The diagnostic settings; those for blobs hang on the blob service of a store (azure-facts 2.8)."""
    below = "" if resource.type_key == ACCOUNT.lower() else "/blobServices/default"
    return estate.snapshot.listing(f"{resource.id}{below}", DIAGNOSTIC_SETTING)


def _logged(listing: Listing, kind: str) -> Iterator[bool | Unread]:
    """Whether requests of a kind are logged, setting by setting."""
    for setting in listing.resources:
        properties = setting.body.get("properties")
        somewhere = any_of(_is_named(part_of(properties, name)) for name in _DESTINATIONS)
        for entry in _entries(properties):
            yield all_of((somewhere, _is_enabled(entry), _covers(entry, kind)))
    if listing.unread is not None:
        yield listing.unread


def _entries(properties: Json) -> list[Json]:
    return elements_of(part_of(properties, "logs"), "the logs of a diagnostic setting")


def _is_named(destination: Json) -> bool | Unread:
    return destination if isinstance(destination, Unread) else isinstance(destination, str) and destination != ""


def _is_enabled(entry: Json) -> bool | Unread:
    enabled = part_of(entry, "enabled")
    return (
        enabled if isinstance(enabled, bool | Unread) else Unread("a log of a diagnostic setting says not if it is on")
    )


def _covers(entry: Json, kind: str) -> bool | Unread:
    """Whether an entry stands for the requests of a kind: by its category, or by a group of categories.

    `allLogs` has all of them. The group `audit` of accounts has their category `Audit`; which others it has, and which
    of a store's, no page says (azure-facts 2.8).
    """
    category, group = part_of(entry, "category"), part_of(entry, "categoryGroup")
    if isinstance(category, str) and category:
        return category.lower() == _CATEGORIES[kind]
    for part in (category, group):
        if isinstance(part, Unread):
            return Unread(f"the category of a log was not read: {part.why}")
    named = group.lower() if isinstance(group, str) else ""
    if named == "audit" and kind != "audit":
        return Unread("the category group audit is logged, but which categories it has is not documented")
    return named in {"alllogs", "audit"}


def _destinations(listing: Listing, estate: Estate) -> list[Json]:
    found = [place for setting in listing.resources for place in _destinations_of(setting, estate)]
    return found if listing.unread is None else [*found, listing.unread]


def _destinations_of(setting: Resource, estate: Estate) -> Iterator[Json]:
    """Where a setting sends logs to; nothing if no log of it is on, as it is with metrics alone."""
    properties = setting.body.get("properties")
    sends = any_of(_is_enabled(entry) for entry in _entries(properties))
    if sends is False:
        return
    if isinstance(sends, Unread):
        yield Unread(f"whether diagnostic setting {setting.name} sends logs is not known: {sends.why}")
        return
    for name, (kind, label) in _DESTINATIONS.items():
        written = part_of(properties, name)
        if isinstance(written, Unread):
            yield Unread(f"a destination of diagnostic setting {setting.name} was not read: {written.why}")
        elif isinstance(written, str) and written:
            yield _destination(setting, kind, label, written, estate)


def _destination(setting: Resource, kind: str, label: str, written: str, estate: Estate) -> dict[str, Json]:
    target = estate.snapshot.get(written)
    # An event hub is named by a rule below its namespace: …/namespaces/NAME/authorizationRules/RULE
    name = written.lower().partition("/authorizationrules/")[0].rstrip("/").rpartition("/")[2]
    region = None if target is None else target.location
    return {
        "kind": kind,
        "to": written,
        "name": name if target is None else target.name,
        "region": region or Unread(f"the region of {label} {name} was not read"),
        "words": f"diagnostic setting {setting.name} sends logs to {label} {name} in {region or 'an unknown region'}",
    }


def receives_logs(workspace: Resource, estate: Estate) -> Json:
    """The accounts and documents stores whose logs a workspace receives; an `Unread` at the end for what is not known."""
    senders: dict[str, list[Json]] = estate.once("log senders", lambda: _senders(estate))
    doubt = estate.once("doubt about log senders", lambda: _doubt(estate))
    found = senders.get(workspace.key, [])
    return found if doubt is None else [*found, doubt]


def _senders(estate: Estate) -> dict[str, list[Json]]:
    """Accounts and stores by the key of the workspace that receives their logs."""
    found: dict[str, list[Json]] = {}
    for subject, unsure in subjects(estate):
        places = _destinations(_settings_of(subject, estate), estate)
        for key in sorted({resource_key(item["to"]) for item in places if isinstance(item, dict)}):
            if unsure is None:
                sender: Json = {"of": subject.id, "name": subject.name, "words": f"it receives logs of {subject.name}"}
            else:
                sender = Unread(f"whether {subject.name}, whose logs it receives, counts is not known: {unsure.why}")
            found.setdefault(key, []).append(sender)
    return found


def _doubt(estate: Estate) -> Unread | None:
    """Why a workspace may receive logs of more accounts and stores than are known."""
    for subject, _ in subjects(estate):
        for place in _destinations(_settings_of(subject, estate), estate):
            if isinstance(place, Unread):
                return Unread(f"where the logs of {subject.name} go was not read: {place.why}")
    return unseen_subjects(estate)
