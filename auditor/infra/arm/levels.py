"""Where a deployment puts its resources: ids of groups, subscriptions, management groups and the tenant.

A scope is an id (`auditor.infra.ids`), unknown parts in braces; the tenant's is the empty text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.values import Symbolic, symbol_of
from auditor.infra.ids import UNKNOWN_GROUP, UNKNOWN_SUBSCRIPTION, group_scope
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from auditor.model.reading import Json

TENANT: Final = ""
MANAGEMENT_GROUPS: Final = "/providers/Microsoft.Management/managementGroups"
UNKNOWN_MANAGEMENT_GROUP: Final = f"{MANAGEMENT_GROUPS}/{{managementGroup}}"
_GROUPS: Final = "/resourcegroups/"
_BY_SCHEMA: Final = (
    ("subscriptiondeploymenttemplate.json", f"/subscriptions/{UNKNOWN_SUBSCRIPTION}"),
    ("managementgroupdeploymenttemplate.json", UNKNOWN_MANAGEMENT_GROUP),
    ("tenantdeploymenttemplate.json", TENANT),
)


def scope_by_schema(schema: Json) -> str:
    """Where a template is deployed, by its `$schema`; a resource group if that does not tell."""
    text = schema.lower() if isinstance(schema, str) else ""
    return next((scope for name, scope in _BY_SCHEMA if name in text), group_scope())


def is_group(scope: str) -> bool:
    """Whether this is the scope of a resource group."""
    return scope.startswith("/subscriptions/") and _GROUPS in scope.lower()


def subscription_in(scope: str) -> str | None:
    """The name (GUID) of the subscription that a scope lies in, None above subscriptions."""
    return scope.split("/")[2] if scope.startswith("/subscriptions/") else None


def group_in(scope: str) -> str | None:
    """The name of the resource group that a scope lies in."""
    return scope.split("/")[4] if is_group(scope) else None


def moved(scope: str, *, to: Json, subscription: Json, group: Json) -> str:
    """The scope of a nested deployment, or of a resource that exists elsewhere, by what it says of it.

    `to` is its `scope`, which stands alone; None is what it does not say.
    """
    if to is not None:
        return _at(scope, _text(to))
    if subscription is None and group is None:
        return scope
    own = subscription_in(scope) if subscription is None else _text(subscription)
    if group is None:
        return f"/subscriptions/{own}"
    return group_scope(own, _text(group))


def _at(scope: str, written: str) -> str:
    """A scope as `scope:` names it: an id, or `Microsoft.Management/managementGroups/NAME` without its beginning."""
    if written == "/":
        return TENANT
    if written.startswith(("/", "{")):
        return written.rstrip("/")
    return (
        f"{TENANT}/providers/{written}"
        if written.lower().startswith("microsoft.management/")
        else below(scope, written)
    )


def below(scope: str, written: str) -> str:
    """The id of the resource that `scope:` of an extension names: whole, or as `TYPE/NAME` of the same deployment."""
    written = written.rstrip("/")
    if written.startswith(("/", "{")) or not written:
        return written
    return f"{scope}/providers/{written}"


def _text(value: Json) -> str:
    return symbol_of(value) if isinstance(value, Unread) else str(value)


def unknown_location(scope: str) -> Symbolic:
    """The region of the group of a scope, which the deployment alone knows: the same text for the same group."""
    group = group_in(scope) or UNKNOWN_GROUP
    own = "" if group == UNKNOWN_GROUP else f" {group}"
    return Symbolic("the location of the resource group is not known", None, f"{{location of the resource group{own}}}")
