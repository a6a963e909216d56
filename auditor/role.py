"""The least that an identity needs to audit, as Azure roles: made from what the collectors declare that they read.

Two roles, one for the control plane and one for models and operations on data planes: Azure may not let a role with
data actions be assigned at a management group, and whoever leaves models out needs the first alone (azure-facts 3h).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.collectors.catalogue import (
    COLLECTORS,
    MANAGEMENT_GROUP_ACTION,
    ON_REQUEST,
    PERMISSIONS_ACTION,
    permissions,
)
from auditor.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ANY_SCOPE: Final = "/subscriptions/00000000-0000-0000-0000-000000000000"
"""Stands where the user names no scope, to be replaced by hand."""

BLOBS_WARNING: Final = "Listing blobs takes a right that also reads their content: grant it only where `auditor scan --inspect-blobs` is wanted."

_SUBSCRIPTION: Final = re.compile(r"/subscriptions/[0-9a-f-]{36}(?:/resourceGroups/[\w.()-]+)?", re.IGNORECASE)
_GROUP: Final = re.compile(r"/providers/Microsoft\.Management/managementGroups/[\w.()-]+", re.IGNORECASE)
_DATA_BLOBS: Final = "/blobs/"


@dataclass(frozen=True, slots=True)
class Role:
    """A custom role; `scopes` are where it can be assigned. `plane` is `control` or `data`."""

    plane: str
    name: str
    description: str
    actions: tuple[str, ...]
    data_actions: tuple[str, ...]
    scopes: tuple[str, ...]

    @property
    def reads_content(self) -> bool:
        """Whether it grants a right that could read documents."""
        return any(_DATA_BLOBS in action for action in self.data_actions)

    @property
    def at_management_group(self) -> bool:
        """Whether it is to be assigned at a management group."""
        return any(_GROUP.fullmatch(scope) for scope in self.scopes)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the roles are for. `types`: only what these take (None: every type that a scan can read)."""

    types: frozenset[str] | None = None
    planes: tuple[str, ...] = ("control", "data")
    scopes: tuple[str, ...] = ()
    inspect_blobs: bool = False
    batch_results: bool = False
    management_group: bool = False


def roles(wish: Wish) -> tuple[Role, ...]:
    """The roles that were wished for, without those that would grant nothing; raises `UsageError` for an odd scope."""
    for scope in wish.scopes:
        if not (_SUBSCRIPTION.fullmatch(scope) or _GROUP.fullmatch(scope)):
            raise UsageError(
                f"--scope {scope}: a role cannot be assigned there",
                "A scope is /subscriptions/GUID, a resource group below it, or "
                "/providers/Microsoft.Management/managementGroups/NAME.",
            )
    types = frozenset(record.type for record in COLLECTORS) if wish.types is None else wish.types
    needed = permissions(types - {name for option, name in ON_REQUEST.items() if not getattr(wish, option)})
    scopes = wish.scopes or (ANY_SCOPE,)
    further = {PERMISSIONS_ACTION} | ({MANAGEMENT_GROUP_ACTION} if wish.management_group else set())
    made = (
        Role(
            "control",
            "Document Intelligence Privacy Auditor (control plane)",
            "Reads the settings that docintel-auditor judges. No keys, no documents, no changes.",
            tuple(sorted({*needed.actions, *further})),
            (),
            scopes,
        ),
        _data_role(needed.data_actions, scopes),
    )
    return tuple(role for role in made if role.plane in wish.planes and (role.actions or role.data_actions))


def _data_role(data_actions: tuple[str, ...], scopes: tuple[str, ...]) -> Role:
    if any(_DATA_BLOBS in action for action in data_actions):
        what = "models, and blobs with their content"
        text = f"Reads which models there are and how old blobs are. {BLOBS_WARNING}"
    else:
        what = "models, no content"
        text = "Reads which models, classifiers and operations there are. No documents, no results, no changes."
    return Role("data", f"Document Intelligence Privacy Auditor ({what})", text, (), data_actions, scopes)


def as_json(chosen: Sequence[Role]) -> str:
    """What `az role definition create --role-definition` takes: one role is an object, two are an array of them."""
    documents = [
        {
            "Name": role.name,
            "IsCustom": True,
            "Description": role.description,
            "Actions": list(role.actions),
            "NotActions": [],
            "DataActions": list(role.data_actions),
            "NotDataActions": [],
            "AssignableScopes": list(role.scopes),
        }
        for role in chosen
    ]
    return json.dumps(documents[0] if len(documents) == 1 else documents, indent=2)


def as_bicep(chosen: Sequence[Role]) -> str:
    """A Bicep file that defines the roles where it is deployed: at a subscription, or at a management group."""
    group = any(role.at_management_group for role in chosen)
    here = "managementGroup().id" if group else "subscription().id"
    lines = [f"targetScope = '{'managementGroup' if group else 'subscription'}'"]
    for role in chosen:
        scopes = [here] if role.scopes == (ANY_SCOPE,) else list(map(_bicep, role.scopes))
        lines += [
            "",
            *(f"// {BLOBS_WARNING}" for _ in range(role.reads_content)),
            f"resource {role.plane}Plane 'Microsoft.Authorization/roleDefinitions@2022-04-01' = {{",
            f"  name: guid({here}, {_bicep(role.name)})",
            "  properties: {",
            f"    roleName: {_bicep(role.name)}",
            f"    description: {_bicep(role.description)}",
            "    type: 'CustomRole'",
            "    permissions: [",
            "      {",
            *_bicep_list("actions", map(_bicep, role.actions), 8),
            "        notActions: []",
            *_bicep_list("dataActions", map(_bicep, role.data_actions), 8),
            "        notDataActions: []",
            "      }",
            "    ]",
            *_bicep_list("assignableScopes", scopes, 4),
            "  }",
            "}",
        ]
    return "\n".join(lines)


def _bicep(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${") + "'"


def _bicep_list(name: str, items: Iterable[str], indent: int) -> list[str]:
    blank, listed = " " * indent, list(items)
    if not listed:
        return [f"{blank}{name}: []"]
    return [f"{blank}{name}: [", *(f"{blank}  {item}" for item in listed), f"{blank}]"]


def as_terraform(chosen: Sequence[Role]) -> str:
    """Terraform resources (`azurerm_role_definition`) that define the roles."""
    lines: list[str] = []
    for role in chosen:
        lines += [
            *([""] if lines else []),
            *(f"# {BLOBS_WARNING}" for _ in range(role.reads_content)),
            f'resource "azurerm_role_definition" "document_intelligence_auditor_{role.plane}" {{',
            f"  name        = {_terraform(role.name)}",
            f"  scope       = {_terraform(role.scopes[0])}",
            f"  description = {_terraform(role.description)}",
            "",
            "  permissions {",
            *_terraform_list("actions", role.actions, 4),
            *_terraform_list("data_actions", role.data_actions, 4),
            "  }",
            "",
            *_terraform_list("assignable_scopes", role.scopes, 2),
            "}",
        ]
    return "\n".join(lines)


def _terraform(text: str) -> str:
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")


def _terraform_list(name: str, items: Sequence[str], indent: int) -> list[str]:
    blank = " " * indent
    if not items:
        return []
    return [f"{blank}{name} = [", *(f"{blank}  {_terraform(item)}," for item in items), f"{blank}]"]


FORMATS: Final[dict[str, Callable[[Sequence[Role]], str]]] = {
    "json": as_json,
    "bicep": as_bicep,
    "terraform": as_terraform,
}
