"""Ways to blobs that settings of the storage account do not govern: SFTP, custom domains, the static website."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.parts import all_of, part_of
from auditor.model.reading import Found, Json, Unread
from auditor.model.types import BLOB_SERVICE, CONTAINER

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

WEB: Final = "$web"
"""The container of the static website, which Azure makes when the website is enabled."""


def secure_transfer_applies(storage: Resource, estate: Estate) -> bool | Unread:  # noqa: ARG001
    """Whether "secure transfer required" decides over all requests to the account; unread where some go past it.

    It is about requests over HTTP. SFTP is another protocol, and the setting is not applied to a custom domain
    (azure-docs, storage/common/storage-require-secure-transfer). NFS 3.0 has a rule of its own (DI-TLS-006).
    """
    properties = storage.body.get("properties")
    return all_of((_without_sftp(properties), _without_domain(properties)))


def _without_sftp(properties: Json) -> bool | Unread:
    on = part_of(properties, "isSftpEnabled")
    if isinstance(on, Unread):
        return Unread(f"whether SFTP is enabled was not read: {on.why}", on.settled_by)
    if on is None or on is False:  # off where nothing is set (`policies/defaults.yaml`)
        return True
    why = "SFTP is enabled, and secure transfer does not govern it"
    return Unread(why if on is True else f"whether SFTP is enabled is not known: {on}")


def _without_domain(properties: Json) -> bool | Unread:
    name = part_of(properties, "customDomain", "name")
    if isinstance(name, Unread):
        return Unread(f"whether the account has a custom domain was not read: {name.why}", name.settled_by)
    if name is None or name == "":  # none until one is assigned; an empty name removes it
        return True
    return Unread(f"the account has the custom domain {name}, to which secure transfer is not applied")


def static_website(storage: Resource, estate: Estate) -> bool | Unread:
    """Whether the account publishes the container `$web` as a website, which anybody can read.

    No setting of the account or of the container closes it (azure-docs, storage/blobs/storage-blob-static-website). API
    versions before `staticWebsite` do not say whether it is on. The endpoint `web` proves nothing: every account has it.
    """
    service = estate.snapshot.listing(storage.id, BLOB_SERVICE).only()
    properties = service.value.get("properties") if isinstance(service, Found) else None
    on = part_of(properties, "staticWebsite", "enabled") if isinstance(properties, dict) else None
    if on is None:  # Terraform sets it on the account
        on = part_of(storage.body.get("properties"), "staticWebsite", "enabled")
    if isinstance(on, bool):
        return on
    if on is not None:
        return Unread(f"whether the static website is enabled is not known: {on.why if isinstance(on, Unread) else on}")
    for container in estate.snapshot.listing(storage.id, CONTAINER).resources:
        if container.name.lower() == WEB and part_of(container.body, "properties", "deleted") is not True:
            return Unread("the container $web is there, and whether the static website is enabled was not read")
    if isinstance(service, Unread):
        return Unread(f"whether the static website is enabled was not read: {service.why}", service.settled_by)
    return False
