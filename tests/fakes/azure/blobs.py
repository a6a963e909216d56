"""The blob endpoints of an estate's storage accounts: lists of containers, and what a stranger is told.

Blobs are resources below their container, see `blob`. Nothing can be read but lists.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from typing import Final
from xml.sax.saxutils import escape

from tests.fakes.azure.arm import page_start, page_token
from tests.fakes.azure.entra import STORAGE_AUDIENCES, Entra, Refused
from tests.fakes.azure.estate import Estate, Json
from tests.fakes.azure.exchange import Answer, Call
from tests.fakes.azure.grants import Grants
from tests.fakes.azure.tls import Floors, storage_at

BLOB: Final = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
ACTION: Final = f"{BLOB}/read"
_NUMBERS = itertools.count()


def blob(
    container: Json,
    name: str,
    created: str | None,
    *,
    deleted: bool = False,
    snapshot: str | None = None,
    version: str | None = None,
    current: bool = False,
    committed: bool = True,
    blob_type: str = "BlockBlob",
) -> Json:
    """An entry of a container's list; `created` is a time in ISO 8601, None for one that is not told."""
    properties = {
        "deleted": deleted,
        "snapshot": snapshot,
        "version": version,
        "current": current,
        "created": created,
        "committed": committed,
        "type": blob_type,
    }
    return {"id": f"{container['id']}/blobs/{next(_NUMBERS)}", "type": BLOB, "name": name, "properties": properties}


@dataclass(frozen=True, slots=True)
class Blobs:
    """All blob endpoints. `inside_network`: whether the accounts' firewalls let the caller through."""

    estate: Estate
    entra: Entra
    grants: Grants
    floors: Floors
    page_size: int = 2
    inside_network: bool = True

    def answer(self, call: Call) -> Answer:
        """Answer a call; the version of TLS is looked at first."""
        return replace(self._answer(call), route="blobs")

    def _answer(self, call: Call) -> Answer:
        account = storage_at(self.estate, call.host)
        assert account is not None
        if self.floors.turns_away(call.host, call.tls):
            return _error(400, "TlsVersionNotPermitted")
        if not self.inside_network and _closed(account):
            return _error(403, "AuthorizationFailure")
        if "Authorization" not in call.headers:
            told = account["properties"].get("allowBlobPublicAccess") is False
            return _error(409, "PublicAccessNotPermitted") if told else _error(400, "InvalidQueryParameterValue")
        if call.method != "GET":
            return _error(405, "UnsupportedHttpVerb")
        if (call.query.get("restype"), call.query.get("comp")) != ("container", "list"):
            return _error(400, "InvalidQueryParameterValue")
        if isinstance(self.entra.check(call, STORAGE_AUDIENCES), Refused):
            return _error(401, "InvalidAuthenticationInformation")
        container = self.estate.by_id.get(
            f"{account['id']}/blobServices/default/containers/{call.path.strip('/')}".lower()
        )
        if container is None or container["properties"].get("deleted"):
            return _error(404, "ContainerNotFound")
        if not self.grants.allow((ACTION,), container["id"], data=True):
            return _error(403, "AuthorizationPermissionMismatch")
        return self._list(call, container)

    def _list(self, call: Call, container: Json) -> Answer:
        include = call.query.get("include", "").split(",")
        listed = [item for item in self.estate.list_at(f"{container['id']}/blobs") if _wanted(item, include)]
        start = page_start(call.query["marker"]) if call.query.get("marker") else 0
        if start is None:
            return _error(400, "OutOfRangeInput")
        page = listed[start : start + self.page_size]
        rest = start + self.page_size < len(listed)
        return listing(page, page_token(start + self.page_size) if rest else "")


def listing(blobs: Sequence[Json], marker: str = "") -> Answer:
    """A page of a list, as the service writes it."""
    text = "".join(map(_entry, blobs))
    body = (
        '\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://docsstore/" '
        f'ContainerName="c"><Blobs>{text}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>'
    )
    return Answer(200, body.encode(), {"Content-Type": "application/xml"})


def _entry(blob: Json) -> str:
    about = blob["properties"]
    created = format_datetime(datetime.fromisoformat(about["created"]), usegmt=True) if about["created"] else ""
    modified = f"<Last-Modified>{created}</Last-Modified>" if created and about["committed"] else ""
    parts = [f"<Name>{escape(blob['name'])}</Name>"]
    parts += [f"<Deleted>{str(about['deleted']).lower()}</Deleted>"] if about["deleted"] else []
    parts += [f"<Snapshot>{about['snapshot']}</Snapshot>"] if about["snapshot"] else []
    parts += [f"<VersionId>{about['version']}</VersionId>"] if about["version"] else []
    parts += ["<IsCurrentVersion>true</IsCurrentVersion>"] if about["current"] else []
    creation = f"<Creation-Time>{created}</Creation-Time>" if created else ""
    etag = "<Etag>0x8D1</Etag>" if about["committed"] else ""
    kind = f"<BlobType>{about['type']}</BlobType>"
    return f"<Blob>{''.join(parts)}<Properties>{creation}{modified}{etag}{kind}</Properties></Blob>"


def _wanted(blob: Json, include: Sequence[str]) -> bool:
    about = blob["properties"]
    old = about["version"] and not about["current"]
    asked = [("deleted", about["deleted"]), ("snapshots", about["snapshot"]), ("versions", old)]
    asked.append(("uncommittedblobs", not about["committed"]))
    return all(name in include for name, needed in asked if needed)


def _closed(account: Json) -> bool:
    about = account["properties"]
    denied = (about.get("networkAcls") or {}).get("defaultAction") == "Deny"
    return denied or about.get("publicNetworkAccess") == "Disabled"


def _error(status: int, code: str) -> Answer:
    body = f'\ufeff<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>No.</Message></Error>'
    return Answer(status, body.encode(), {"Content-Type": "application/xml", "x-ms-error-code": code})
