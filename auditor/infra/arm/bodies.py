"""Resources of a template in the shape in which Azure answers for them, and what stands for those of which less is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from auditor.infra.additions import computed, with_principals
from auditor.infra.arm.comparing import field_of
from auditor.infra.arm.declarations import together
from auditor.infra.arm.references import location_of
from auditor.infra.arm.values import Symbolic
from auditor.model.reading import Json, Unread
from auditor.model.types import ROLE_ASSIGNMENT, STORAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.infra.arm.deployment import Planned

_MEMBERS: Final = ("kind", "sku", "identity", "tags", "zones", "extendedLocation", "managedBy", "properties")
_HTTPS_SINCE: Final = "2019-04-01"
"""Since this version of its API a storage account takes only HTTPS if nothing is said (azure-facts 2.3)."""
_BEFORE_SKU: Final = "2016-01-01"
"""The first version of the storage API in which accounts have `sku` and `kind`."""
_VERSION: Final = re.compile(r"\d{4}-\d\d-\d\d")


def body_of(group: Sequence[Planned]) -> dict[str, Json]:
    """A resource as Azure would answer for it, by all its declarations, in order.

    `condition` is there, and unread, if nobody knows whether it will be.
    """
    planned = group[0]
    what = planned.what
    if planned.existing is not None:
        body: dict[str, Json] = {"id": what.id, "type": what.type, "name": what.names[-1] if what.names else what.id}
        location = {"location": _region(location_of(what, planned), planned)}
        return body | location | dict.fromkeys(_MEMBERS, planned.existing)
    body = together(group, [_said(item) for item in group])
    body.setdefault("properties", {})
    if "identity" in body:
        body["identity"] = with_principals(what.id, body["identity"])
    _complete(planned, body)
    if all(item.doubt is not None for item in group):
        body["condition"] = planned.doubt
    return computed(body)


def _said(planned: Planned) -> dict[str, Json]:
    """What one declaration says."""
    what = planned.what
    body: dict[str, Any] = {"id": what.id, "type": what.type, "name": what.names[-1] if what.names else what.id}
    if field_of(planned.written.raw, "location") is not None:
        body["location"] = _region(planned.value("location"), planned)
    for name in _MEMBERS:
        value = planned.value(name)
        if value is not None:
            body[name] = value
    return body


def _region(value: Json, planned: Planned) -> Json:
    """A region, or a text that stands for one that is not known: it is the same for the same region of one file.

    That of a loop of unknown length stands for many.
    """
    if not isinstance(value, Symbolic) or "copyIndex" in value.text:
        return value
    file = planned.deployment.root_name
    return f"{{{value.text[1:-1] if value.text.startswith('{') else value.text} in {file}}}"


def _complete(planned: Planned, body: dict[str, Json]) -> None:
    """What an answer of Azure has beyond what the template says."""
    properties = body["properties"]
    if not isinstance(properties, dict):
        return
    if planned.what.type == STORAGE:
        _complete_storage(planned, body, properties)
    if planned.what.type == ROLE_ASSIGNMENT:
        scope = planned.what.id.rpartition(f"/providers/{ROLE_ASSIGNMENT}/")[0]
        body["properties"] = {**properties, "scope": scope or "/"}


def _complete_storage(planned: Planned, body: dict[str, Json], properties: dict[str, Json]) -> None:
    """What older versions of the API say differently."""
    version = planned.value("apiVersion")
    found = _VERSION.match(version) if isinstance(version, str) else None
    if field_of(properties, "supportsHttpsTrafficOnly") is None:
        if found is None:
            why = Unread("what holds where nothing is said hangs on the API version, which is not known")
            body["properties"] = {**properties, "supportsHttpsTrafficOnly": why}
        elif found[0] < _HTTPS_SINCE:
            body["properties"] = {**properties, "supportsHttpsTrafficOnly": False}
    if found is not None and found[0] < _BEFORE_SKU:
        body.setdefault("kind", "Storage")
        if "sku" not in body and (kind := field_of(properties, "accountType")) is not None:
            body["sku"] = {"name": kind}
