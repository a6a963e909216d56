"""Ids of resources that are not deployed yet: ARM ids as far as they are known.

What is not known stands in braces, by its own text: `/subscriptions/{subscription}/resourceGroups/{group}/…/{name}`. Such
an id is the same in every run, so that fingerprints, waivers and baselines find it again.
"""

from __future__ import annotations

import re
from typing import Final

UNKNOWN_SUBSCRIPTION: Final = "{subscription}"
UNKNOWN_GROUP: Final = "{group}"
_NOT_IN_NAMES: Final = re.compile(r"[/\s]+")


def unknown(text: str) -> str:
    """A part of an id of which only an expression is known: `{parameters('name')}`, without what would split the id."""
    return "{" + _NOT_IN_NAMES.sub(" ", text).strip(" {}[]") + "}"


def group_scope(subscription: str | None = None, group: str | None = None) -> str:
    """The id of a resource group, as far as it is known."""
    return f"/subscriptions/{subscription or UNKNOWN_SUBSCRIPTION}/resourceGroups/{group or UNKNOWN_GROUP}"


def resource_id(scope: str, type_name: str, *names: str) -> str:
    """The id of a resource of a type (`Microsoft.Storage/storageAccounts/blobServices`) at a scope, with its names.

    Raises `ValueError` where the names are not as many as the type has parts.
    """
    namespace, _, rest = type_name.partition("/")
    parts = rest.split("/")
    if len(parts) != len(names):
        raise ValueError(f"{type_name} takes {len(parts)} names, not {len(names)}")
    pairs = "".join(f"/{part}/{name}" for part, name in zip(parts, names, strict=True))
    return f"{scope.rstrip('/')}/providers/{namespace}{pairs}"


def principal_of(identity_id: str) -> str:
    """Stands for the principal of an identity that is known only after deployment.

    Whoever reads `identity.principalId` of a resource, and whoever gives a role to that resource's identity, writes this
    text, so that the two are found to be the same. `identity_id` is the id of the resource (system-assigned) or of the
    user-assigned identity.
    """
    return f"{{principal of {identity_id.lower()}}}"
