"""Which storage belongs to Document Intelligence? Every signal that can be seen, with its strength (azure-facts 3e).

Strengths: `proof` (a model was trained from it), `grant` (the account's identity may read it), `intent` (a setting
names the account), `hint` (the Studio is let in, it is not known for which account), `declared` (the customer says so).
Not seen, and said so in the report: SAS without a model, ACLs of hierarchical namespaces, eligible roles, other tenants.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from auditor.facts.estate import hosts_document_intelligence
from auditor.model.reading import Found, Json, Unread, read_whole
from auditor.model.resource import resource_key
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    CLASSIFIER,
    DECLARED_STORAGE,
    MODEL,
    ROLE_ASSIGNMENT,
    STORAGE,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

BLOB_DATA_ROLES: Final = {
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": "Storage Blob Data Reader",
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
}
"""Built-in roles that read blobs, by the GUID at the end of `roleDefinitionId` (Azure built-in roles, Storage)."""
NO_BLOB_ROLES: Final = frozenset(
    {
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",  # Reader
        "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",  # User Access Administrator
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",  # Role Based Access Control Administrator
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",  # Storage Account Contributor
        "81a9662b-bebf-436f-a333-f67b29880f12",  # Storage Account Key Operator
        "e5e2a7ff-d759-4cd2-bb51-3152d37e2eb1",  # Storage Account Backup Contributor
        "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",  # Storage Blob Delegator
    }
)
"""Roles without a data action on blobs: no link. Those that list keys are for the rules about keys."""
STUDIO_ADDRESS: Final = "20.3.165.95"
"""The fixed address of the Studio's server (managed identities, secured access: Microsoft Learn)."""
STUDIO_HOSTS: Final = frozenset(
    {
        f"{studio}.{domain}"
        for studio in ("documentintelligence.ai", "formrecognizer.appliedai")
        for domain in ("azure.com", "azure.us", "azure.cn")
    }
)
_BLOB_HOST = re.compile(r"^([a-z0-9]{3,24})\.(?:z\d+\.)?(?:blob|dfs)\.", re.IGNORECASE)
_CONTAINER_SCOPE = re.compile(r"/blobservices/[^/]+/containers/([^/]+)$")


@dataclass(frozen=True, slots=True)
class Link:
    """One signal that connects a storage account (`storage`, its key) with an account, or with some account."""

    storage: str
    account: Resource | None
    signal: str
    strength: str
    words: str
    container: str | None = None

    def as_json(self) -> dict[str, Json]:
        """The link as rules and reports see it."""
        nameless = Unread("the signal does not tell which account")
        region = nameless if self.account is None else self.account.location or Unread("its region was not read")
        return {
            "account": nameless if self.account is None else self.account.id,
            "name": nameless if self.account is None else self.account.name,
            "region": region,
            "signal": self.signal,
            "strength": self.strength,
            "container": self.container,
            "words": self.words,
        }


def links_of(storage: Resource, estate: Estate) -> Json:
    """All links of a storage account; an `Unread` at the end when there may be more that could not be seen."""
    found: list[Json] = [link.as_json() for link in known_links(storage, estate)]
    doubt = doubt_about(storage, estate)
    return found if doubt is None else [*found, doubt]


def holds_documents(storage: Resource, estate: Estate) -> Json:
    """Whether a storage account is linked by any signal, or the user takes every account as one that holds documents.

    Document Intelligence reads and writes blobs, of which an account of kind FileStorage has none (storage account
    overview, Microsoft Learn).
    """
    if estate.all_documents:
        return True
    kind = storage.body.get("kind")
    if isinstance(kind, str) and kind.lower() == "filestorage":
        return False
    links = known_links(storage, estate)
    if links and isinstance(kind, Unread) and all(link.strength != "proof" for link in links):
        return Unread(f"its kind was not read: {kind.why}")
    return True if links else doubt_about(storage, estate) or False


def known_links(storage: Resource, estate: Estate) -> tuple[Link, ...]:
    """The links of a storage account that were seen, strongest first."""
    return estate.once("links", lambda: _by_storage(estate)).get(storage.key, ())


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A container from which a model was trained, in a storage account that was not seen."""

    storage: str
    container: str
    model: Resource


def trained_elsewhere(estate: Estate) -> tuple[Elsewhere, ...]:
    """Training containers in storage accounts that are not in the snapshot: other subscriptions, tenants, or deleted."""
    return tuple(
        Elsewhere(name, container, model)
        for model, name, container in _training_sources(estate)
        if estate.storage(name) is None
    )


def doubt_about(storage: Resource, estate: Estate) -> Unread | None:
    """Why there may be links that could not be seen, or None."""
    everywhere = estate.once("doubt about links", lambda: _doubt_everywhere(estate))
    if everywhere is not None:
        return everywhere
    subscription = subscription_of(storage.key)
    if subscription is not None:
        assignments = estate.snapshot.listing(subscription, ROLE_ASSIGNMENT).unread
        if assignments is not None:
            return Unread(f"role assignments in {_short(subscription)} were not read: {assignments.why}")
    unread = estate.once("unread assignments", lambda: _unread_assignments(estate))
    if unread & {None, subscription}:
        return Unread("a part of a role assignment was not read")
    if any(_hidden(storage.body, "properties", "networkAcls", name) for name in ("resourceAccessRules", "ipRules")):
        return Unread("the rules of its firewall were not read")
    service = estate.snapshot.listing(storage.id, BLOB_SERVICE).only()
    if isinstance(service, Unread):
        return Unread(f"the CORS rules of its blob service were not read: {service.why}")
    if isinstance(service, Found) and _hidden(service.value, "properties", "cors"):
        return Unread("the CORS rules of its blob service were not read")
    return None


def _doubt_everywhere(estate: Estate) -> Unread | None:
    """What hides links to any storage account: accounts or models that could not be listed."""
    for scope, why in estate.snapshot.unlisted(BY_NAME[ACCOUNT.lower()]):
        return Unread(f"Document Intelligence accounts in {_short(scope)} were not read: {why.why}")
    for account in estate.snapshot.of_type(ACCOUNT):
        hosts = hosts_document_intelligence(account)
        if isinstance(hosts, Unread):
            return hosts
    for model in (*estate.snapshot.of_type(MODEL), *estate.snapshot.of_type(CLASSIFIER)):
        if _hidden(model.body, "properties"):
            return Unread(f"the training source of {model.name} was not read")
    for account in estate.accounts:
        if _hidden(account.body, "identity") or _hidden(account.body, "properties", "userOwnedStorage"):
            return Unread(f"the identity or the storage of {account.name} was not read")
        for kind in (MODEL, CLASSIFIER):
            unread = estate.snapshot.listing(account.id, kind).unread
            if unread is not None:
                label = BY_NAME[kind.lower()].label
                return Unread(f"the training sources of each {label} of {account.name} were not read: {unread.why}")
    return None


def _unread_assignments(estate: Estate) -> frozenset[str | None]:
    """The subscriptions (None: the tenant) in which a role assignment was read only in part."""
    return frozenset(
        item.owner for item in estate.snapshot.of_type(ROLE_ASSIGNMENT) if _is_unread_assignment(item, estate)
    )


def _is_unread_assignment(assignment: Resource, estate: Estate) -> bool:
    """Whether a role assignment may be a link although what was read of it does not show it."""
    principal = _object(assignment.body.get("properties")).get("principalId")
    if isinstance(principal, str) and principal.lower() not in _account_principals(estate):
        return False
    return any(_hidden(assignment.body, "properties", name) for name in ("principalId", "scope", "roleDefinitionId"))


def _hidden(value: Json, *names: str) -> bool:
    """Whether a part of what stands below nested names could not be read."""
    for name in names:
        if isinstance(value, Unread):
            return True
        value = value.get(name) if isinstance(value, dict) else None
    return not read_whole(value)


def _short(scope: str) -> str:
    return f"subscription {scope.rpartition('/')[2]}" if scope.startswith("/subscriptions/") else scope


_ORDER: Final = ("proof", "grant", "intent", "declared", "hint")


def _by_storage(estate: Estate) -> dict[str, tuple[Link, ...]]:
    found: dict[str, dict[tuple[str, str, str | None], Link]] = {}
    for links in (_from_models, _from_roles, _from_account_settings, _from_storage_settings, _from_declarations):
        for link in links(estate):
            account = "" if link.account is None else link.account.key
            found.setdefault(link.storage, {}).setdefault((account, link.signal, link.container), link)
    return {
        storage: tuple(sorted(links.values(), key=lambda link: (_ORDER.index(link.strength), link.words)))
        for storage, links in found.items()
    }


def _from_models(estate: Estate) -> Iterator[Link]:
    """A model's or classifier's training source is proof of use."""
    for model, name, container in _training_sources(estate):
        storage = estate.storage(name)
        if storage is not None:
            account = None if model.owner is None else estate.snapshot.get(model.owner)
            label = BY_NAME[model.type_key].label.removeprefix("custom ")
            words = f"{label} {model.name} was trained from its container {container}"
            yield Link(storage.key, account, "trainingSource", "proof", words, container)


def _training_sources(estate: Estate) -> list[tuple[Resource, str, str]]:
    """Model, storage account's name, container, for every training source that the data plane told."""
    found = []
    for model in (*estate.snapshot.of_type(MODEL), *estate.snapshot.of_type(CLASSIFIER)):
        properties = model.body.get("properties")
        for url in sorted(set(_container_urls(properties))):
            host, path = _host_and_path(url)
            store = _BLOB_HOST.match(host)
            if store is not None:
                found.append((model, store[1].lower(), path.strip("/").split("/")[0]))
    return found


def _host_and_path(url: str) -> tuple[str, str]:
    """The host of an address, in small letters, and the path there; empty for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def _container_urls(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "containerUrl" and isinstance(item, str):
                yield item
            else:
                yield from _container_urls(item)


def _from_roles(estate: Estate) -> Iterator[Link]:
    """A role assignment of an account's identity: at the storage account, above it, or on one of its containers."""
    principals = _account_principals(estate)
    for assignment in estate.snapshot.of_type(ROLE_ASSIGNMENT):
        if _is_unread_assignment(assignment, estate):
            continue
        properties = _object(assignment.body.get("properties"))
        account = principals.get(str(properties.get("principalId", "")).lower())
        if account is None:
            continue
        scope = resource_key(str(properties.get("scope", "")))
        role = str(properties.get("roleDefinitionId", "")).rpartition("/")[2].lower()
        for storage in estate.snapshot.of_type(STORAGE):
            if _is_inherited(scope) and assignment.owner not in {None, subscription_of(storage.key)}:
                continue  # a subscription's list tells what it inherits; others may not lie below that group
            link = _role_link(storage, account, scope, role, conditional=bool(properties.get("condition")))
            if link is not None:
                yield link


def _is_inherited(scope: str) -> bool:
    """Whether a scope lies above subscriptions: a management group, or the root (`/`, of which the key is empty)."""
    return scope == "" or scope.startswith("/providers/microsoft.management/")


def _role_link(storage: Resource, account: Resource, scope: str, role: str, *, conditional: bool) -> Link | None:
    at_or_below = scope == storage.key or scope.startswith(f"{storage.key}/")
    above = storage.key.startswith(f"{scope}/") or _is_inherited(scope)
    if role in NO_BLOB_ROLES or not (at_or_below or above):
        return None
    name = BLOB_DATA_ROLES.get(role)
    if name is None and not at_or_below:
        return None  # some role on a whole subscription says nothing about blobs
    match = _CONTAINER_SCOPE.search(scope)
    container = match[1] if match else None
    place = f"its container {container}" if container else "the account" if at_or_below else "a scope above the account"
    words = f"the identity of {account.name} has {name or 'a role that is not known here'} on {place}"
    if conditional:
        words += ", under a condition"
    return Link(storage.key, account, "roleAssignment", "grant" if name else "hint", words, container)


def _account_principals(estate: Estate) -> dict[str, Resource]:
    """The accounts by the identities that they have."""
    return estate.once(
        "principals",
        lambda: {principal: account for account in estate.accounts for principal in _principals(account)},
    )


def _principals(account: Resource) -> Iterator[str]:
    identity = _object(account.body.get("identity"))
    users = _object(identity.get("userAssignedIdentities"))
    for holder in (identity, *users.values()):
        principal = _object(holder).get("principalId")
        if isinstance(principal, str):
            yield principal.lower()


def _from_account_settings(estate: Estate) -> Iterator[Link]:
    """Storage that the account itself names as its own."""
    for account in estate.accounts:
        owned = _object(account.body.get("properties")).get("userOwnedStorage")
        for item in owned if isinstance(owned, list) else ():
            storage = estate.snapshot.get(str(_object(item).get("resourceId", "")))
            if storage is not None:
                words = f"account {account.name} names it as user-owned storage"
                yield Link(storage.key, account, "userOwnedStorage", "intent", words)


def _from_storage_settings(estate: Estate) -> Iterator[Link]:
    """Firewall and CORS rules of the storage account that let an account, or the Studio, in."""
    for storage in estate.snapshot.of_type(STORAGE):
        network = _object(_object(storage.body.get("properties")).get("networkAcls"))
        for rule in _objects(network.get("resourceAccessRules")):
            for account in _matching_accounts(str(rule.get("resourceId", "")), estate):
                words = f"a resource access rule of its firewall lets {account.name} in"
                yield Link(storage.key, account, "resourceAccessRule", "intent", words)
        if any(str(rule.get("value", "")).split("/")[0] == STUDIO_ADDRESS for rule in _objects(network.get("ipRules"))):
            yield Link(storage.key, None, "studioAddress", "hint", "its firewall lets Document Intelligence Studio in")
        if _cors_admits_studio(storage, estate):
            yield Link(storage.key, None, "studioCors", "hint", "its CORS rules let Document Intelligence Studio in")


def _matching_accounts(pattern: str, estate: Estate) -> Iterator[Resource]:
    """Accounts that a resource id names; `*` may stand for one part of it, as for a whole subscription."""
    parts = resource_key(pattern).split("/")
    for account in estate.accounts:
        own = account.key.split("/")
        if len(own) == len(parts) and all(part in {"*", mine} for part, mine in zip(parts, own, strict=True)):
            yield account


def _cors_admits_studio(storage: Resource, estate: Estate) -> bool:
    """Whether a CORS rule names the Studio's origin; `*` admits it too, but is no sign that it is used."""
    service = estate.snapshot.listing(storage.id, BLOB_SERVICE).only()
    if not isinstance(service, Found):
        return False
    cors = _object(_object(service.value.get("properties")).get("cors"))
    return any(
        _host_and_path(str(origin))[0] in STUDIO_HOSTS
        for rule in _objects(cors.get("corsRules"))
        for origin in _list(rule.get("allowedOrigins"))
    )


def _from_declarations(estate: Estate) -> Iterator[Link]:
    """Storage that the customer declares in `auditor.yaml`."""
    for declaration in estate.snapshot.of_type(DECLARED_STORAGE):
        stated = _object(declaration.body.get("properties"))
        storage = estate.storage(str(stated.get("storage", "")))
        named = str(stated.get("account") or "").lower()
        account = next((item for item in estate.accounts if named in {item.key, item.name.lower()}), None)
        if storage is not None:
            reason = stated.get("reason")
            words = f"declared in auditor.yaml: {reason}" if reason else "declared in auditor.yaml"
            yield Link(storage.key, account, "declared", "declared", words)


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []


def _objects(value: Json) -> list[dict[str, Any]]:
    return [_object(item) for item in _list(value)]
