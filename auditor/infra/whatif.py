"""What-if answers: resources as they will be, next to what is there already.

The CLI, PowerShell and the API name one thing differently, and deployment stacks have a form of their own: all become the
same changes. An answer tells what a deployment does. Of a resource that is there already it shows what the template names,
and not the lists of children that stay as they are: those are gaps, and so is what Azure says that it left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.additions import DECLARABLE, KEPT, LATER, Draft, complete, computed, hidden_lists, with_principals
from auditor.infra.arm.comparing import field_of, key_of
from auditor.infra.arm.copies import value_of
from auditor.infra.arm.deployment import DEPLOYMENTS, Deployment, Source, World
from auditor.infra.arm.levels import TENANT
from auditor.infra.arm.nested import open_nested
from auditor.infra.arm.values import symbol_of
from auditor.infra.detect import is_change
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
    from auditor.infra.declared import Declared, Document, Inputs
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
_NOT_TOLD: Final = Unread("what becomes of it is known only after deployment")
_NOT_DEPLOYED: Final = frozenset({"ignore", "detach"})
"""Kinds of change of what the template does not name, as far as Azure looked into it."""
_SKIPPED: Final = ("shortcircuit", "skipped", "stopped", "unevaluated", "expansion")
"""In codes of diagnostics (small letters): Azure did not look into something (https://aka.ms/WhatIfEvalStopped)."""
_APART: Final = frozenset({"apiversion", "id", "type", "name"})
_CUT_TEXTS: Final = ("@{", "System.")
_CUT: Final = "PowerShell cut it off: `ConvertTo-Json -Depth 100` writes all of it"
_MASKED: Final = "*******"


@dataclass(frozen=True, slots=True)
class _Change:
    """One change: `kind` in small letters, `place` is where the file has what will be, `perhaps` why it may not come."""

    target: str
    kind: str
    before: Json
    after: Json
    reason: Json
    place: Pointer
    perhaps: bool
    foreign: bool


def read(document: Document, inputs: Inputs) -> Declared:  # noqa: ARG001 - as all readers are called
    """The resources of the answer, and which of them a deployment would create or change."""
    source = Source(document.path, document.shown, document.text)
    view = Deployment({}, TENANT, source, World(document.shown, open_nested), given={}).view
    answer = _answer(document)
    skipped = [_skipped(item, view) for item in _diagnostics(answer)]
    drafts: list[Draft] = []
    gaps: list[Gap] = [gap for target, why in skipped for gap in _hidden(target, why)]
    changed: set[str] = set()
    hidden = bool(skipped)
    for change in _changes(answer, view):
        if not change.target:
            gaps += () if change.foreign else _hidden("", Unread("a change names no resource"))
            hidden = hidden or not change.foreign
        elif change.kind == "unsupported":
            hidden = hidden or _hides_endpoints(change.target)
            gaps += _unsupported(change.target, change.reason)
        elif change.kind != "delete" or change.perhaps:
            draft = _draft(change, view, _why_skipped(change.target, skipped))
            if draft.type in KEPT:
                draft.origin = origin(document.shown, draft.name, source, change.place)
                drafts.append(draft)
                gaps += _lists(draft)
        if change.target and change.kind in {*_CHANGES, "delete"}:
            changed.add(resource_key(change.target))
    return complete(drafts, gaps, changed, hidden=hidden)


def _answer(document: Document) -> tuple[Json, Pointer]:
    """What holds the changes, and where; raises `InfrastructureError` for an answer that tells of an error."""
    value = document.value
    properties = field_of(value, "properties")
    error = field_of(value, "error") or field_of(properties, "error")
    if error:
        problem = f"the what-if failed: {field_of(error, 'message') or json.dumps(error)[:200]}"
        raise InfrastructureError((Mistake(document.shown, 1, 1, problem),), HINT)
    own = isinstance(value, list) or any(key_of(value, name) for name in ("changes", "changeType"))
    if own or not isinstance(value, dict) or properties is None:
        return value, ()
    if field_of(properties, "changes") is None and field_of(properties, "diagnostics") is None:
        problem = "the what-if has no changes: its result is not there yet, or is no longer"
        raise InfrastructureError((Mistake(document.shown, 1, 1, problem),), HINT)
    return properties, (key_of(value, "properties") or "",)


def _changes(answer: tuple[Json, Pointer], view: Symbols) -> Iterator[_Change]:
    """All changes of an answer, whichever form it has."""
    for listed, pointer, perhaps in _lists_of_changes(*answer):
        for number, item in enumerate(listed):
            if isinstance(item, dict):
                yield _change(item, (*pointer, number), view, perhaps=perhaps)
    holder, pointer = answer
    if is_change(holder):
        yield _change(holder, pointer, view, perhaps=False)


def _lists_of_changes(holder: Json, pointer: Pointer) -> Iterator[tuple[list[Json], Pointer, bool]]:
    if isinstance(holder, list):
        yield holder, pointer, False
        return
    inner = field_of(holder, "changes")
    if isinstance(inner, dict):  # of a deployment stack
        yield from _lists_of_changes(inner, (*pointer, key_of(holder, "changes") or ""))
    for name, perhaps in (("changes", False), ("resourceChanges", False), ("potentialChanges", True)):
        listed = field_of(holder, name)
        if isinstance(listed, list):
            yield listed, (*pointer, key_of(holder, name) or name), perhaps


def _change(item: dict[str, Any], pointer: Pointer, view: Symbols, *, perhaps: bool) -> _Change:
    inner = field_of(item, "resourceConfigurationChanges")
    holder = inner if isinstance(inner, dict) else item
    before, after = field_of(holder, "before"), field_of(holder, "after")
    ids = [field_of(item, name) for name in ("resourceId", "fullyQualifiedResourceId", "id")]
    ids += [field_of(state, "id") for state in (after, before)]
    target = next((found for written in ids if (found := _id(written, view))), "")
    way = pointer if holder is item else (*pointer, key_of(item, "resourceConfigurationChanges") or "")
    key = key_of(holder, "after") if after is not None else key_of(holder, "before") or key_of(holder, "after")
    return _Change(
        target,
        _kind(field_of(item, "changeType"), before, after),
        before,
        after,
        field_of(item, "unsupportedReason"),
        way if key is None else (*way, key),
        perhaps or str(field_of(item, "changeCertainty")).lower() == "potential",
        any(field_of(item, name) for name in ("extension", "identifiers")),
    )


def _kind(written: Json, before: Json, after: Json) -> str:
    """The kind of a change; where PowerShell writes a number, what was before and will be after tells it."""
    if isinstance(written, str) and not written.isdecimal():
        return written.lower()
    if before is None and after is None:
        return "unsupported"
    return "delete" if after is None else _NEW if before is None else "modify"


def _diagnostics(answer: tuple[Json, Pointer]) -> Iterator[dict[str, Any]]:
    """What Azure warns of. Of what it only informs, what it skipped counts: other notes leave nothing out."""
    listed = field_of(answer[0], "diagnostics")
    for item in listed if isinstance(listed, list) else ():
        level, code = str(field_of(item, "level")).lower(), str(field_of(item, "code")).lower()
        if isinstance(item, dict) and (level != "info" or any(word in code for word in _SKIPPED)):
            yield item


def _skipped(diagnostic: dict[str, Any], view: Symbols) -> tuple[str, Unread]:
    """What a diagnostic is about, and its words."""
    code, message = (field_of(diagnostic, name) for name in ("code", "message"))
    words = ": ".join(item for item in (code, message) if isinstance(item, str) and item)
    return _id(field_of(diagnostic, "target"), view), Unread(
        f"what-if left something out: {words or 'it does not say why'}"
    )


def _hidden(target: str, why: Unread) -> Iterator[Gap]:
    """Everything that a deployment may declare which was not looked into: all lists of its subscription."""
    scope = _known(subscription_of(target))
    yield Gap(target, _READ, why.why)
    for kind in DECLARABLE:
        yield Gap(scope, kind.operation, why.why)


def _known(scope: str | None) -> str:
    """A scope; everything where nobody knows which it is."""
    return scope if scope is not None and scope.startswith("/") and "{" not in scope else ""


def _why_skipped(target: str, skipped: list[tuple[str, Unread]]) -> Unread | None:
    """Why a resource may be changed by what was skipped: it lies in the subscription that this was deployed to."""
    own = subscription_of(target)
    scopes = ((subscription_of(other), why) for other, why in skipped)
    return next((why for scope, why in scopes if scope in {None, own} or _known(scope) == ""), None)


def _id(written: Json, view: Symbols) -> str:
    """The id of a resource, as far as the answer knows it: `[resourceId(…)]` stands where it hangs on the deployment."""
    value = value_of(written, view) if isinstance(written, str) else None
    text = symbol_of(value) if isinstance(value, Unread) else "" if value is None else str(value)
    return text.rstrip("/")


def _draft(change: _Change, view: Symbols, skipped: Unread | None) -> Draft:
    """A resource as it will be; as it is, where nothing tells how it will be."""
    target, state = change.target, change.before if change.after is None else change.after
    known = state if isinstance(state, dict) else {}
    body: dict[str, Json] = {
        name: _plain(value_of(item, view)) for name, item in known.items() if name.lower() not in _APART
    }
    type_name = field_of(known, "type")
    body["id"] = target
    body["type"] = _spelled(type_name if isinstance(type_name, str) else _type_of(target))
    body["name"] = target.rpartition("/")[2]
    why = _NOT_TOLD if change.kind == "deploy" or not known else skipped if change.kind in _NOT_DEPLOYED else None
    if why is not None:
        fixed = {"kind"} if why is skipped else set()
        body |= dict.fromkeys({*body, "properties"} - {"id", "type", "name", "location"} - fixed, why)
    if not isinstance(body.setdefault("properties", {}), dict):
        body["properties"] = why or Unread(_CUT)
    if change.kind == _NEW:
        body |= {} if "identity" not in body else {"identity": with_principals(target, body["identity"])}
        body = computed(body)
    else:
        body = _beyond_version(body, field_of(known, "apiVersion"))
    if body["type"] == ROLE_ASSIGNMENT and isinstance(body["properties"], dict):
        scope = target[: target.lower().rfind(f"/providers/{ROLE_ASSIGNMENT.lower()}/")]
        body["properties"] = {"scope": scope or "/", **body["properties"]}
    if change.perhaps:
        body["condition"] = _PERHAPS
    return Draft(body, existing=change.kind != _NEW, doubt=_PERHAPS if change.perhaps else None)


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
        case str() if value.startswith(_CUT_TEXTS):
            return Unread(_CUT)
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


def _hides_endpoints(target: str) -> bool:
    """Whether what is not supported may be a private endpoint, or make one."""
    return _type_of(target).lower() in {PRIVATE_ENDPOINT.lower(), *DEPLOYMENTS} or "/providers/" not in target


def _unsupported(target: str, reason: Json) -> Iterator[Gap]:
    """A resource of which the answer tells nothing: its own gap, and one in the list that it belongs to.

    A deployment may declare anything.
    """
    why = f"what-if does not support it{f': {reason}' if isinstance(reason, str) and reason else ''}"
    if _type_of(target).lower() in DEPLOYMENTS:
        yield from _hidden(target, Unread(f"{target.rpartition('/')[2]}: {why}"))
        return
    yield Gap(target, _READ, f"{target.rpartition('/')[2]}: {why}")
    kind = BY_NAME.get(_type_of(target).lower())
    for each in (kind,) if kind is not None else () if "/providers/" in target else DECLARABLE:
        owner = subscription_of(target) if each.owner == SUBSCRIPTION else owner_of(target, each.name)
        yield Gap(_known(owner), each.operation, f"{target.rpartition('/')[2]}: {why}")


def _type_of(resource_id: str) -> str:
    """The type of a resource, by its id."""
    namespace, *pairs = resource_id.rpartition("/providers/")[2].split("/")
    return "/".join([namespace, *pairs[::2]])


def _spelled(type_name: str) -> str:
    kind = BY_NAME.get(type_name.lower())
    return type_name if kind is None else kind.name
