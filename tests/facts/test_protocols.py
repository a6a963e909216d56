"""Ways to blobs that settings of the storage account do not govern: SFTP, custom domains, the static website."""

from __future__ import annotations

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import BLOB_SERVICE, CONTAINER
from tests.builders import blob_service, container, facts, gap, snapshot, storage

HIDDEN = Unread("hidden")
UNKNOWN = "unknown"


def said(value: Json) -> Json:
    return UNKNOWN if isinstance(value, Unread) else value


@pytest.mark.parametrize(
    ("properties", "wanted"),
    [
        ({}, True),
        ({"isSftpEnabled": None, "customDomain": None}, True),
        ({"isSftpEnabled": False, "customDomain": {"name": ""}}, True),
        ({"customDomain": {"name": None}}, True),
        ({"isSftpEnabled": True}, "SFTP is enabled, and secure transfer does not govern it"),
        ({"isSftpEnabled": HIDDEN}, "whether SFTP is enabled was not read: hidden"),
        ({"isSftpEnabled": "true"}, "whether SFTP is enabled is not known: true"),
        (
            {"customDomain": {"name": "docs.contoso.com"}},
            "the account has the custom domain docs.contoso.com, to which secure transfer is not applied",
        ),
        ({"customDomain": HIDDEN}, "whether the account has a custom domain was not read: hidden"),
        ({"customDomain": {"name": HIDDEN}}, "whether the account has a custom domain was not read: hidden"),
    ],
)
def test_secure_transfer_does_not_decide_over_sftp_and_custom_domains(
    properties: dict[str, Json], wanted: bool | str
) -> None:
    store = storage(**properties)
    found = facts(snapshot(store)).of(store)["secureTransferApplies"]
    assert (found.why if isinstance(found, Unread) else found) == wanted


@pytest.mark.parametrize(
    ("website", "web", "wanted"),
    [
        ({"enabled": True}, None, True),
        ({"enabled": True}, {"publicAccess": "None"}, True),
        ({"enabled": False}, {"publicAccess": "None"}, False),
        ({"enabled": HIDDEN}, None, UNKNOWN),
        ({"enabled": "true"}, None, UNKNOWN),
        (HIDDEN, None, UNKNOWN),
        (None, None, False),
        ({}, None, False),
        (None, {"publicAccess": "None"}, UNKNOWN),
        (None, {}, UNKNOWN),
        (None, {"deleted": False}, UNKNOWN),
        (None, {"deleted": HIDDEN}, UNKNOWN),
        (None, {"deleted": True}, False),
    ],
)
def test_a_static_website_is_known_by_its_setting_or_suspected_by_its_container(
    website: Json, web: dict[str, Json] | None, wanted: Json
) -> None:
    store = storage(primaryEndpoints={"web": "https://docs.z6.web.core.windows.net/"})
    others: list[Resource] = [] if web is None else [container(store, "$web", **web)]
    service = blob_service(store) if website is None else blob_service(store, staticWebsite=website)
    assert said(facts(snapshot(store, service, container(store), *others)).of(store)["staticWebsite"]) == wanted


def test_a_static_website_is_unknown_where_its_setting_was_not_read() -> None:
    store = storage()
    service, hidden = gap(store, BLOB_SERVICE), gap(store, CONTAINER)
    assert isinstance(facts(snapshot(store, gaps=(service,))).of(store)["staticWebsite"], Unread)
    assert facts(snapshot(store, blob_service(store), gaps=(hidden,))).of(store)["staticWebsite"] is False
