"""What `reference` answers before a deployment: what is declared, what follows from an id, and unread all else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.additions import LATER, vault_uri
from auditor.infra.arm.children import Identified
from auditor.infra.arm.values import Open, Partly, Symbolic
from auditor.infra.ids import principal_of
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from auditor.infra.arm.deployment import Planned

_TOLD: Final = ("kind", "sku", "extendedLocation")
"""What a declaration tells of a resource, or tells that it has none; the rest may be changed at the deployment."""


def elsewhere(resource_id: str) -> Identified:
    """A resource that is not of this deployment, by its id."""
    namespace, *pairs = resource_id.rpartition("/providers/")[2].split("/")
    return Identified("/".join([namespace, *pairs[::2]]), tuple(pairs[1::2]), resource_id)


def properties_of(what: Identified, item: Planned | None, *, full: bool) -> Json:
    """What is known of a resource before it is deployed; `full` is all of it, otherwise its properties.

    `item` is its declaration, None where it exists already or is declared elsewhere.
    """
    nested = None if item is None else item.nested
    principal = Partly(principal_of(what.id))
    if isinstance(nested, Unread):
        properties = Open({}, nested.why)
    elif nested is not None:
        properties = Open({"outputs": nested.outputs()}, LATER)
    else:
        properties = Open(_known_properties(what), LATER)
    if not full:
        return properties
    name = what.names[-1] if what.names else what.id
    known = {
        "id": Partly(what.id) if "{" in what.id else what.id,
        "name": Symbolic(LATER, None, name) if "{" in name else name,
        "type": what.type,
        "location": location_of(what, item),
        "identity": Open({"principalId": principal}, LATER),
        "properties": properties,
    }
    declared = {} if item is None else {member: item.value(member) for member in _TOLD}
    return Open({**known, **declared}, LATER)


def _known_properties(what: Identified) -> dict[str, Json]:
    """The properties that follow from the id of a resource."""
    match what.type.lower():
        case "microsoft.managedidentity/userassignedidentities":
            return {"principalId": Partly(principal_of(what.id))}
        case "microsoft.keyvault/vaults" if what.names:
            uri = vault_uri(what.names[-1])
            return {"vaultUri": Partly(uri) if "{" in uri else uri}
        case _:
            return {}


def location_of(what: Identified, item: Planned | None) -> Json:
    """The region of a resource: as declared, or else a text that stands for it."""
    written = None if item is None or item.existing is not None else item.value("location")
    if written is not None:
        return written
    text = f"{{location of {what.id.strip('/').replace('/', ' ')}}}"
    return Symbolic(f"the location of {what.name} is not known", None, text)
