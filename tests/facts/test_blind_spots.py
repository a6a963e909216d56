"""What no audit can see: each blind spot of azure-facts 3e where it applies, and only there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from auditor import audit
from auditor.facts.blind_spots import blind_spots
from auditor.facts.estate import Estate
from auditor.model.blind_spot import BlindSpot
from auditor.model.reading import Json
from auditor.model.resource import Resource
from auditor.model.types import (
    ACCOUNT,
    CLASSIFIER,
    CONNECTION,
    CONTAINER,
    OBJECT_REPLICATION,
    ROLE_DEFINITION,
    STORAGE,
    SUBSCRIPTION,
)
from tests.builders import (
    BLOB_READER,
    GROUP,
    PRINCIPAL,
    SUBSCRIPTION_ID,
    account,
    child,
    container,
    gap,
    grant,
    now,
    snapshot,
    storage,
)
from tests.facts.linked import DOCS, FORMS, HIDDEN, SERVICE, URL, USER, changed, document_access, trained
from tests.needs import PROJECT

SAFE: dict[str, Json] = {"allowSharedKeyAccess": False, "allowBlobPublicAccess": False}
LOCKED = storage(**SAFE)
ALWAYS = ["otherTenants", "leftovers", "uncommittedBlocks", "microsoft"]


def spots(*parts: Resource, **how: Any) -> dict[str, BlindSpot]:
    return {spot.kind: spot for spot in blind_spots(Estate(snapshot(*parts, **how), now()))}


def concerned(spot: BlindSpot | None) -> list[tuple[str, str]]:
    return [] if spot is None else [(item.name, item.words) for item in spot.resources]


def test_an_estate_that_leaves_traces_has_only_those_that_every_estate_has() -> None:
    found = spots(LOCKED, FORMS, SERVICE, trained({"azureBlobSource": {"containerUrl": URL}}))
    assert list(found) == ALWAYS
    assert list(spots(FORMS)) == ["sharedAccessSignatures", "otherTenants", "microsoft"]


def test_all_stand_in_one_order_whatever_the_order_of_the_snapshot() -> None:
    parts = (
        DOCS,
        FORMS,
        SERVICE,
        storage("second", isHnsEnabled=True),
        account("alone", amlWorkspace={"resourceId": "/x"}),
        grant(DOCS.id, principal=USER, principalType="Group"),
        container(DOCS, publicAccess="Blob"),
        trained({"description": "x"}),
        trained({"docTypes": {"a": {"azureBlobSource": {"containerUrl": "https://far.blob.x/one"}}}}, CLASSIFIER),
    )
    found = spots(*parts)
    assert list(found) == [
        "sharedAccessSignatures",
        "sharedKeys",
        "accessControlLists",
        "anonymousContainers",
        "eligibleRoles",
        "groupMemberships",
        "silentModels",
        "machineLearningWorkspaces",
        "outside",
        *ALWAYS,
    ]
    assert found == spots(*reversed(parts))
    schema = json.loads((PROJECT / "auditor/schemas/assessment-1.schema.json").read_text(encoding="utf-8"))
    told = schema["properties"]["blindSpots"]["items"]["properties"]["kind"]["enum"]
    assert [kind for kind in told if kind not in {"otherFiles", "onlyLive"}] == list(found)  # of files alone
    documented = (PROJECT / "docs/links.md").read_text(encoding="utf-8").partition("## Blind spots")[2]
    assert re.findall(r"^\| `(\w+)` \|", documented, re.MULTILINE) == ["kind", *found]
    for spot in found.values():
        assert spot.words.endswith(".")
        assert spot.advice.endswith(".")


# Shared access signatures


@pytest.mark.parametrize(
    ("own", "parts", "words"),
    [
        (FORMS, (), "nothing links it to any storage account that was read"),
        (FORMS, (grant(DOCS.id),), None),
        (changed(FORMS, identity=None), (), "nothing links it to any storage account that was read"),
        (
            changed(FORMS, identity=None),
            (trained({"azureBlobSource": {"containerUrl": URL}}),),
            "it has no system-assigned managed identity",
        ),
        (
            changed(FORMS, identity={"type": "None"}),
            (trained({"azureBlobSource": {"containerUrl": URL}}),),
            "it has no system-assigned managed identity",
        ),
        (
            changed(FORMS, identity={"type": "UserAssigned"}),
            (trained({"azureBlobSource": {"containerUrl": URL}}),),
            "it has no system-assigned managed identity",
        ),
        (changed(FORMS, identity=HIDDEN), (trained({"azureBlobSource": {"containerUrl": URL}}),), None),
        (
            changed(FORMS, identity={"type": "SystemAssigned"}),
            (trained({"azureBlobSource": {"containerUrl": URL}}),),
            None,
        ),
        (changed(FORMS, kind="OpenAI"), (), None),
    ],
    ids=range(9),
)
def test_accounts_that_may_use_signatures_alone(own: Resource, parts: tuple[Resource, ...], words: str | None) -> None:
    found = spots(LOCKED, SERVICE, own, *parts).get("sharedAccessSignatures")
    assert concerned(found) == ([] if words is None else [("forms", words)])


@pytest.mark.parametrize(
    ("store", "parts", "named"),
    [
        (storage(), (FORMS,), True),
        (storage(allowSharedKeyAccess=True), (FORMS,), True),
        (storage(allowSharedKeyAccess=HIDDEN), (FORMS,), True),
        (storage(allowSharedKeyAccess=False), (FORMS,), False),
        (storage(), (FORMS, grant(DOCS.id)), False),
        (storage(), (), False),
        (changed(storage(), kind="FileStorage"), (FORMS,), False),
    ],
    ids=range(7),
)
def test_stores_for_which_anybody_with_a_key_can_sign(
    store: Resource, parts: tuple[Resource, ...], named: bool
) -> None:
    assert concerned(spots(store, *parts).get("sharedKeys")) == ([("docs", "")] if named else [])


# What stands beside roles


@pytest.mark.parametrize(
    ("value", "words"),
    [(True, [""]), (HIDDEN, ["whether it has such a namespace was not read"]), (False, []), (None, [])],
)
def test_access_control_lists_of_a_hierarchical_namespace(value: Json, words: list[str]) -> None:
    found = spots(storage(isHnsEnabled=value)).get("accessControlLists")
    assert concerned(found) == [("docs", word) for word in words]


@pytest.mark.parametrize(
    ("allowed", "access", "listed", "expected"),
    [
        (True, "Blob", True, [("scans", "a container of docs")]),
        (None, "container", True, [("scans", "a container of docs")]),
        (True, "None", True, []),
        (True, None, True, []),
        (False, "Blob", True, []),
        (False, None, False, []),
        (True, None, False, [("docs", "it may have anonymous containers, since its containers were not listed")]),
        (None, None, False, [("docs", "it may have anonymous containers, since its containers were not listed")]),
    ],
)
def test_anonymous_containers(allowed: Json, access: Json, listed: bool, expected: list[tuple[str, str]]) -> None:
    store = storage(allowBlobPublicAccess=allowed)
    hidden = () if listed else (gap(store, CONTAINER),)
    found = spots(store, container(store, publicAccess=access), gaps=hidden).get("anonymousContainers")
    assert concerned(found) == expected


def test_eligible_roles_are_named_wherever_roles_were_read_from_azure() -> None:
    assert "eligibleRoles" not in spots(LOCKED)
    assert "eligibleRoles" not in spots(LOCKED, grant(DOCS.id), kind="infrastructure")
    found = spots(LOCKED, grant(DOCS.id))
    assert found["eligibleRoles"].resources == found["groupMemberships"].resources == ()


READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
DATA_READER = "b59867f0-fa02-499b-be73-45a86b5b3e1c"
CUSTOM = "cccccccc-0000-0000-0000-000000000003"


def with_scope(assignment: Resource, scope: Json) -> Resource:
    return changed(assignment, properties={**assignment.body["properties"], "scope": scope})


@pytest.mark.parametrize(
    ("assignment", "scope"),
    [
        (grant(GROUP, BLOB_READER, USER, principalType="Group"), GROUP),
        (grant(GROUP, BLOB_READER, USER, principalType="ForeignGroup"), GROUP),
        (grant(GROUP, CUSTOM, USER, principalType="Group"), GROUP),
        (with_scope(grant(GROUP, BLOB_READER, USER, principalType="Group"), HIDDEN), "a scope that was not read"),
        (grant(GROUP, DATA_READER, USER, principalType="Group"), GROUP),
        (grant(GROUP, READER, USER, principalType="Group"), None),
        (grant(GROUP, BLOB_READER, USER, principalType="User"), None),
        (grant(GROUP, BLOB_READER, USER, principalType=HIDDEN), None),
    ],
    ids=range(8),
)
def test_groups_whose_members_may_be_let_at_blobs(assignment: Resource, scope: str | None) -> None:
    found = spots(LOCKED, assignment, gaps=(gap(SUBSCRIPTION_ID, ROLE_DEFINITION),))["groupMemberships"]
    words = f"its role at {scope} may let its members at blobs or results"
    assert concerned(found) == ([] if scope is None else [(f"group {USER}", words)])


# Models and accounts that do not tell


@pytest.mark.parametrize(
    ("properties", "silent"),
    [
        ({"description": "built long ago"}, True),
        ({"docTypes": {"a": {"fieldSchema": {}}}}, True),
        ({"azureBlobSource": {"containerUrl": URL}}, False),
        ({"azureBlobSource": {"containerUrl": "no address"}}, False),
        ({"azureBlobSource": HIDDEN}, False),
        ({"docTypes": {"a": {"azureBlobSource": {"containerUrl": URL}}}}, False),
        ({"docTypes": {"a": {"modelId": "part"}}}, False),
        ({"classifierId": "mail"}, False),
    ],
)
def test_models_that_do_not_tell_their_source(properties: Json, silent: bool) -> None:
    found = spots(LOCKED, FORMS, trained(properties)).get("silentModels")
    assert concerned(found) == ([("invoices", "")] if silent else [])


@pytest.mark.parametrize(("named", "told"), [({"resourceId": "/x"}, True), ({"resourceId": HIDDEN}, True), ({}, False)])
def test_a_machine_learning_workspace_has_storage_of_its_own(named: Json, told: bool) -> None:
    found = spots(account("forms", amlWorkspace=named)).get("machineLearningWorkspaces")
    assert concerned(found) == ([("forms", "")] if told else [])


# What lies outside

FAR = f"/subscriptions/9/resourceGroups/x/providers/{STORAGE}/far"
FAR_ACCOUNT = f"/subscriptions/9/resourceGroups/x/providers/{ACCOUNT}/far"
FOUNDRY = account("forms", kind="AIServices")


def connected(target: str) -> Resource:
    return Resource(
        {
            "id": f"{FOUNDRY.id}/connections/inbox",
            "type": CONNECTION,
            "name": "inbox",
            "properties": {"category": "AzureBlob", "target": target},
        }
    )


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (
            (FORMS, trained({"azureBlobSource": {"containerUrl": "https://far.blob.x/one"}})),
            [("far", "model invoices was trained from it")],
        ),
        (
            (FORMS, document_access({"principal": PRINCIPAL, "storage": "far", "container": "c", "reads": 1})),
            [("far", "logs show the identity of forms reading blobs of its container c")],
        ),
        (
            (account("forms", userOwnedStorage=[{"resourceId": FAR}, {"resourceId": DOCS.id}]),),
            [("forms", f"its userOwnedStorage names {FAR}")],
        ),
        (
            (account("forms", raiMonitorConfig={"adxStorageResourceId": "odd"}),),
            [("forms", "its raiMonitorConfig names odd")],
        ),
        ((FOUNDRY, connected(FAR)), [("inbox", "a connection of forms leads to storage account far")]),
        ((FOUNDRY, connected(URL)), []),
        ((FOUNDRY, connected("odd")), []),
        (
            (storage(**SAFE, networkAcls={"resourceAccessRules": [{"resourceId": FAR_ACCOUNT}]}),),
            [("docs", f"a resource access rule of its firewall lets in {FAR_ACCOUNT}")],
        ),
        (
            (storage(**SAFE, networkAcls={"resourceAccessRules": [{"resourceId": FORMS.id}]}), FORMS),
            [],
        ),
        (
            (LOCKED, child(LOCKED, OBJECT_REPLICATION, "p", sourceAccount="docs", destinationAccount=FAR)),
            [("docs", f"object replication names {FAR} as its destinationAccount")],
        ),
        (
            (LOCKED, child(LOCKED, OBJECT_REPLICATION, "p", sourceAccount="far", destinationAccount=DOCS.id.upper())),
            [("docs", "object replication names far as its sourceAccount")],
        ),
        ((LOCKED, child(LOCKED, OBJECT_REPLICATION, "p", sourceAccount="docs", destinationAccount=None)), []),
        ((LOCKED, child(storage("gone"), OBJECT_REPLICATION, "p", destinationAccount=FAR)), []),
    ],
    ids=range(13),
)
def test_what_leads_outside_of_what_was_read(parts: tuple[Resource, ...], expected: list[tuple[str, str]]) -> None:
    given = {part.key for part in parts}
    basic = [item for item in (LOCKED,) if item.key not in given]
    assert concerned(spots(*basic, *parts).get("outside")) == expected


def test_a_store_that_an_audit_adds_because_it_is_used_stays_outside() -> None:
    parts = (LOCKED, FORMS, trained({"azureBlobSource": {"containerUrl": "https://far.blob.core.windows.net/one"}}))
    before = spots(*parts)["outside"]
    report = audit.judge_snapshot(audit.prepare(audit.Choice()), snapshot(*parts))
    after = {spot.kind: spot for spot in report.blind_spots}
    assert [(item.name, item.id) for item in before.resources] == [
        (item.name, item.id) for item in after["outside"].resources
    ]
    assert [item.name for item in after["outside"].resources] == ["far"]
    assert list(after) == ["sharedAccessSignatures", "outside", *ALWAYS]


TENANT = "72f988bf-0000-0000-0000-000000000001"
OTHER_TENANT = "72f988bf-0000-0000-0000-000000000002"


@pytest.mark.parametrize(
    ("tenant", "own", "told"),
    [(OTHER_TENANT, TENANT, True), (TENANT.upper(), TENANT, False), (None, TENANT, False), (OTHER_TENANT, None, False)],
)
def test_other_tenants_are_never_seen(tenant: Json, own: Json, told: bool) -> None:
    rules = {"resourceAccessRules": [{"tenantId": tenant, "resourceId": FORMS.id}]}
    subscription = Resource({"id": SUBSCRIPTION_ID, "type": SUBSCRIPTION, "name": "s", "properties": {"tenantId": own}})
    found = spots(subscription, storage(**SAFE, networkAcls=rules), FORMS)["otherTenants"]
    words = f"a resource access rule of its firewall is for tenant {tenant}"
    assert concerned(found) == ([("docs", words)] if told else [])
