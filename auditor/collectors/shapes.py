"""Makes resources of what Azure sends: each gets an id and a type of the table, and nothing else is touched.

Most items are ARM resources already. Regions and soft-deleted accounts name types of their own making (`Region`),
subscriptions none; models and classifiers have neither id nor type (azure-facts 2.2, 3a).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.model.reading import Json
    from auditor.model.resource import Resource

Body: TypeAlias = dict[str, Any]
Shape: TypeAlias = "Callable[[Json, str, Resource | None], Body | None]"
"""Takes the item, the type, and the owner; None leaves the item out on purpose."""


class OddItemError(Exception):
    """An item that is no resource; the text ends a sentence that begins with "item 3 of the list"."""


def arm_resource(item: Json, type_name: str, _owner: Resource | None) -> Body:
    """An ARM resource; its type is the table's, in Azure's spelling where only the case differs."""
    body = _object(item)
    if not _text_of(body, "id").startswith("/"):
        raise OddItemError("has no id")
    own = body.get("type")
    same = isinstance(own, str) and own.lower() == type_name.lower()
    return {**body, "type": own if same else type_name}


def subscription(item: Json, type_name: str, _owner: Resource | None) -> Body:
    """A subscription: its JSON as it came stands in `properties`, its display name is the name."""
    body = _object(item)
    identity, name = _text_of(body, "id"), _text_of(body, "displayName")
    if not identity.lower().startswith("/subscriptions/"):
        raise OddItemError("has no id")
    return {"id": identity, "type": type_name, "name": name or identity.rpartition("/")[2], "properties": body}


def role_assignment(item: Json, type_name: str, owner: Resource | None) -> Body:
    """A role assignment; one that the subscription inherits from above gets an id below the subscription.

    Every subscription below a management group lists the same assignment under the same id. Kept under one id, it
    would no longer be known which subscriptions inherit it; `properties.scope` still says where it was made.
    """
    body = arm_resource(item, type_name, owner)
    if owner is None or body["id"].lower().startswith("/subscriptions/"):
        return body
    return {**body, "id": f"{owner.id}/providers/{type_name}/{body['id'].rpartition('/')[2]}"}


def custom_model(item: Json, type_name: str, owner: Resource | None) -> Body | None:
    """A model that the customer trained; Microsoft's own (`prebuilt-…`) are in the same list and left out."""
    body = _below_account(item, type_name, owner, "modelId")
    return None if body["name"].startswith("prebuilt-") else body


def classifier(item: Json, type_name: str, owner: Resource | None) -> Body:
    """A classifier; all are the customer's."""
    return _below_account(item, type_name, owner, "classifierId")


def operation(item: Json, type_name: str, owner: Resource | None) -> Body:
    """A build, compose or copy of a model, as the service remembers it for 24 hours (azure-facts 3a, D15)."""
    return _below_account(item, type_name, owner, "operationId")


_OF_INTEREST: Final = ("microsoft.cognitiveservices", "microsoft.storage")


def role_definition(item: Json, type_name: str, owner: Resource | None) -> Body | None:
    """A role; one that grants nothing on cognitive or storage accounts is left out, since hundreds do not."""
    body = arm_resource(item, type_name, owner)
    properties = body.get("properties")
    permissions = properties.get("permissions") if isinstance(properties, dict) else None
    if not isinstance(permissions, list):
        return body
    granted = [
        action
        for permission in permissions
        for name in ("actions", "dataActions")
        for action in _actions(permission, name)
    ]
    return body if any(_touches(action) for action in granted) else None


def _actions(permission: Json, name: str) -> list[Json]:
    """What a permission lists under a name; anything where it is not the list that it should be."""
    listed = permission.get(name, []) if isinstance(permission, dict) else ["*"]
    if listed is None:
        return []
    return listed if isinstance(listed, list) else ["*"]


def _touches(action: Json) -> bool:
    """Whether an action may be one on the providers of interest; what is no text may be anything."""
    if not isinstance(action, str):
        return True
    head = action.lower().partition("*")[0]
    return any(provider.startswith(head[: len(provider)]) for provider in _OF_INTEREST)


_LOG_TABLES: Final = frozenset({"azurediagnostics", "storagebloblogs"})


def log_table(item: Json, type_name: str, owner: Resource | None) -> Body | None:
    """A table of a workspace, if it is one that the logs of accounts and stores end in (azure-facts 3f)."""
    body = arm_resource(item, type_name, owner)
    return body if body["id"].rpartition("/")[2].lower() in _LOG_TABLES else None


def _below_account(item: Json, type_name: str, owner: Resource | None, id_field: str) -> Body:
    """An id below the account, as `docs/snapshot.md` defines it; `properties` is the JSON as the service sent it."""
    if owner is None:
        raise ValueError(f"{type_name} hangs on an account")
    body = _object(item)
    name = _text_of(body, id_field)
    if not name or "/" in name:
        raise OddItemError(f"has no {id_field}")
    identity = f"{owner.id}/{type_name.rpartition('/')[2]}/{name}"
    return {"id": identity, "type": type_name, "name": name, "location": owner.location, "properties": body}


def _object(item: Json) -> Body:
    if not isinstance(item, dict):
        raise OddItemError("is no object")
    return item


def _text_of(body: Body, name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
