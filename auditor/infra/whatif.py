"""What `az deployment … what-if --no-pretty-print` answers: resources as they will be, next to what is there already.

The answer tells what a deployment does. Of a resource that is there already it shows what the template names, and not
the lists of children that stay as they are: those are gaps.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.additions import DECLARABLE, KEPT, LATER, Draft, complete, computed, hidden_lists, with_principals
from auditor.infra.arm.copies import value_of
from auditor.infra.arm.deployment import Deployment, Source, World
from auditor.infra.arm.levels import TENANT
from auditor.infra.arm.nested import open_nested
from auditor.infra.arm.symbols import field_of
from auditor.infra.arm.values import symbol_of
from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.origins import origin
from auditor.infra.text import HINT
from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, resource_key
from auditor.model.types import (
    ACCOUNT,
    BY_NAME,
    PRIVATE_ENDPOINT,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
    owner_of,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.infra.arm.symbols import Symbols
    from auditor.infra.json_text import Pointer

_CHANGES: Final = frozenset({"create", "modify", "deploy"})
_NEW: Final = "create"
_STAYS: Final = "it is there already, and a what-if answer does not tell what stays as it is"
_PERHAPS: Final = Unread("whether it is changed is known only after deployment")
_TOLD_SINCE: Final = {
    STORAGE: (
        "2022-09-01",
        (
            "minimumTlsVersion",
            "allowBlobPublicAccess",
            "allowSharedKeyAccess",
            "allowCrossTenantReplication",
            "allowedCopyScope",
            "defaultToOAuthAuthentication",
            "immutableStorageWithVersioning",
            "isLocalUserEnabled",
            "isSftpEnabled",
            "keyPolicy",
            "publicNetworkAccess",
            "sasPolicy",
        ),
    ),
    ACCOUNT: (
        "2021-10-01",
        ("disableLocalAuth", "publicNetworkAccess", "restrictOutboundNetworkAccess", "allowedFqdnList"),
    ),
}
"""Properties that older versions of the APIs do not have, so that their answers lack them whatever they are: by type the
version in which all of them are (Azure/azure-rest-api-specs)."""
_READ: Final = "Microsoft.Resources/deployments/whatIf/action"
_NOT_TOLD: Final = "what becomes of it is known only after deployment"
_MASKED: Final = "*******"


def read(document: Document, inputs: Inputs) -> Declared:  # noqa: ARG001 - as all readers are called
    """The resources of the answer, and which of them a deployment would create or change."""
    source = Source(document.path, document.shown, document.text)
    view = Deployment({}, TENANT, source, World(document.shown, open_nested), given={}).view
    drafts: list[Draft] = []
    gaps: list[Gap] = []
    changed: set[str] = set()
    hidden = False
    for change, pointer, perhaps in _changes(document):
        kind = str(field_of(change, "changeType") or "").lower()
        target = _id(field_of(change, "resourceId"), view)
        if not target:
            continue  # of an extension, such as a user of Microsoft Graph
        if kind == "unsupported":
            hidden = hidden or _type_of(target).lower() == PRIVATE_ENDPOINT.lower() or "/providers/" not in target
            gaps += _unsupported(target, field_of(change, "unsupportedReason"))
        elif kind != "delete" or perhaps:
            draft = _draft(change, target, kind, view, perhaps=perhaps)
            if draft.type in KEPT:
                place = (*pointer, "after" if "after" in change else "before")
                draft.origin = origin(document.shown, draft.name, source, place)
                drafts.append(draft)
                gaps += _lists(draft)
        if kind in _CHANGES or kind == "delete":
            changed.add(resource_key(target))
    resources = complete(drafts, gaps, hidden=hidden)
    changed |= {resource.key for resource, draft in resources if draft.key in changed}
    return Declared(tuple(item for item, _ in resources), tuple(dict.fromkeys(gaps)), changed=frozenset(changed))


def _changes(document: Document) -> Iterator[tuple[dict[str, Any], Pointer, bool]]:
    """Each change with where it stands, and whether it may not come; raises `InfrastructureError` for an answer of an error."""
    value = document.value
    error = field_of(value, "error")
    if error:
        problem = f"the what-if failed: {field_of(error, 'message') or json.dumps(error)[:200]}"
        raise InfrastructureError((Mistake(document.shown, 1, 1, problem),), HINT)
    own = () if field_of(value, "changes") is not None else ("properties",)
    holder = field_of(value, "properties") if own else value
    for member, perhaps in (("changes", False), ("potentialChanges", True)):
        listed = field_of(holder, member)
        for number, change in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(change, dict):
                yield change, (*own, member, number), perhaps


def _id(written: Json, view: Symbols) -> str:
    """The id of a resource, as far as the answer knows it: `[resourceId(…)]` stands where it hangs on the deployment."""
    value = value_of(written, view) if isinstance(written, str) else None
    text = symbol_of(value) if isinstance(value, Unread) else "" if value is None else str(value)
    return text.rstrip("/")


def _draft(change: dict[str, Any], target: str, kind: str, view: Symbols, *, perhaps: bool) -> Draft:
    """A resource as it will be; as it is, where nothing tells how it will be."""
    after, before = field_of(change, "after"), field_of(change, "before")
    known = after if isinstance(after, dict) else before if isinstance(before, dict) else {}
    body: dict[str, Json] = {name: _plain(value_of(item, view)) for name, item in known.items() if name != "apiVersion"}
    type_name = field_of(known, "type")
    body["id"] = target
    body["type"] = _spelled(type_name if isinstance(type_name, str) else _type_of(target))
    body["name"] = target.rpartition("/")[2]
    if kind == "deploy" or not known:
        why = Unread(_NOT_TOLD)
        body |= dict.fromkeys({*body, "properties"} - {"id", "type", "name", "location"}, why)
    body.setdefault("properties", {})
    if kind == _NEW:
        body |= {} if "identity" not in body else {"identity": with_principals(target, body["identity"])}
        body = computed(body)
    else:
        body = _beyond_version(body, field_of(known, "apiVersion"))
    if body["type"] == ROLE_ASSIGNMENT and isinstance(body["properties"], dict):
        scope = target[: target.lower().rfind(f"/providers/{ROLE_ASSIGNMENT.lower()}/")]
        body["properties"] = {"scope": scope or "/", **body["properties"]}
    if perhaps:
        body["condition"] = _PERHAPS
    return Draft(body, existing=kind != _NEW, doubt=_PERHAPS if perhaps else None)


def _beyond_version(body: dict[str, Json], version: Json) -> dict[str, Json]:
    """The body of a resource that is there already, with what an old version of the API does not tell marked as unread."""
    since, names = _TOLD_SINCE.get(str(body["type"]), ("", ()))
    properties = body["properties"]
    if not isinstance(properties, dict) or (isinstance(version, str) and version >= since):
        return body
    why = Unread(f"API version {version} does not tell it")
    missing = [name for name in names if field_of(properties, name) is None]
    return {**body, "properties": {**properties, **dict.fromkeys(missing, why)}}


def _plain(value: Json) -> Json:
    """A value in which secrets, that the answer masks, are unread."""
    match value:
        case str() if value == _MASKED:
            return Unread("it is a secret, which a what-if answer masks")
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return [_plain(item) for item in value]
        case Unread():
            return Unread(LATER)
        case _:
            return value


def _lists(draft: Draft) -> Iterator[Gap]:
    """The lists of a resource that is there already."""
    if draft.existing:
        yield from hidden_lists(draft.id, str(draft.body["type"]), f"{draft.name}: {_STAYS}")


def _unsupported(target: str, reason: Json) -> Iterator[Gap]:
    """A resource of which the answer tells nothing: its own gap, and one in the list that it belongs to."""
    why = f"what-if does not support it{f': {reason}' if isinstance(reason, str) and reason else ''}"
    yield Gap(target, _READ, f"{target.rpartition('/')[2]}: {why}")
    kind = BY_NAME.get(_type_of(target).lower())
    for each in (kind,) if kind is not None else () if "/providers/" in target else DECLARABLE:
        owner = subscription_of(target) if each.owner == SUBSCRIPTION else owner_of(target, each.name)
        scope = owner if owner is not None and owner.startswith("/") else ""
        yield Gap(scope, each.operation, f"{target.rpartition('/')[2]}: {why}")


def _type_of(resource_id: str) -> str:
    """The type of a resource, by its id."""
    namespace, *pairs = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join([namespace, *pairs[::2]])


def _spelled(type_name: str) -> str:
    kind = BY_NAME.get(type_name.lower())
    return type_name if kind is None else kind.name
