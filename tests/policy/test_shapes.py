"""What the loader of rules knows of Azure's names, `auditor/policy/shapes.json`, comes from Azure's specifications."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from azure.mgmt.storage import models
from azure.mgmt.storage._configuration import StorageManagementClientConfiguration

from auditor.model import types
from auditor.policy.paths import EACH, parse_path
from tests.needs import PROJECT, corpus
from tools.known_shapes import CLIENT, NEWER, bicep_shape, build

SHAPES = PROJECT / "auditor" / "policy" / "shapes.json"
COMMITTED: dict[str, Any] = json.loads(SHAPES.read_text(encoding="utf-8"))
ENVELOPE = {"id", "type", "name", "location", "kind", "sku", "identity", "tags", "systemData", "etag"}


def knows(type_name: str, path: str) -> bool:
    shape = COMMITTED[type_name]
    for segment in parse_path(path).segments:
        name = "[]" if segment is EACH else segment
        if shape is None or not {name, "*"} & shape.keys():
            return False
        shape = shape[name] if name in shape else shape["*"]
    return True


def test_the_committed_file_is_what_the_specifications_give() -> None:
    assert build(corpus()) == SHAPES.read_text(encoding="utf-8"), "run python tools/known_shapes.py"


def test_every_type_that_azure_specifies_is_in_it() -> None:
    specified = {kind.name for kind in types.RESOURCE_TYPES if not kind.name.startswith("Auditor.")}
    assert COMMITTED.keys() == specified | {"$sources"}


@pytest.mark.parametrize("type_name", sorted(COMMITTED.keys() - {"$sources", types.MODEL, types.CLASSIFIER}))
def test_what_every_resource_has_is_known(type_name: str) -> None:
    assert COMMITTED[type_name].keys() >= ENVELOPE
    for path in ("sku.name", "sku.tier", "identity.type", "identity.principalId", "identity.tenantId", "tags.any"):
        assert knows(type_name, path)
    assert knows(type_name, "identity.userAssignedIdentities['/subscriptions/…'].principalId")


def test_no_two_names_differ_in_case_alone() -> None:
    def check(shape: dict[str, Any] | None) -> None:
        if shape is not None:
            assert len({name.lower() for name in shape}) == len(shape), sorted(shape)
            for below in shape.values():
                check(below)

    for type_name in COMMITTED.keys() - {"$sources"}:
        check(COMMITTED[type_name])


@pytest.mark.parametrize(
    ("type_name", "path"),
    [
        (types.SUBSCRIPTION, "tenantId"),
        (types.LOCATION, "metadata.pairedRegion[*].name"),
        (types.ACCOUNT, "properties.networkAcls.ipRules[*].value"),
        (types.ACCOUNT, "properties.locations.regions[*].name"),
        (types.ACCOUNT, "properties.userOwnedStorage[*].resourceId"),
        (types.ACCOUNT, "properties.privateEndpointConnections[*].properties.privateLinkServiceConnectionState.status"),
        (types.DELETED_ACCOUNT, "properties.deletionDate"),
        (types.DELETED_ACCOUNT, "properties.scheduledPurgeDate"),
        (types.MODEL, "properties.expirationDateTime"),
        (types.MODEL, "properties.docTypes['invoice'].fieldSchema['total'].type"),
        (types.CLASSIFIER, "properties.docTypes['invoice'].azureBlobSource.containerUrl"),
        (types.STORAGE, "properties.minimumTlsVersion"),
        (types.STORAGE, "properties.allowSharedKeyAccess"),
        (types.STORAGE, "properties.dataCollaborationPolicyProperties.allowStorageDataShares"),
        (types.STORAGE, "properties.allowSharedKeyAccessForServices.blob.enabled"),
        (types.BLOB_SERVICE, "properties.staticWebsite.enabled"),
        (types.STORAGE, "properties.geoPriorityReplicationStatus.isBlobEnabled"),
        (
            types.STORAGE,
            "properties.immutableStorageWithVersioning.immutabilityPolicy.immutabilityPeriodSinceCreationInDays",
        ),
        (types.BLOB_SERVICE, "properties.cors.corsRules[*].allowedOrigins"),
        (types.BLOB_SERVICE, "properties.cors.corsRules[*].allowedOrigins[*]"),
        (types.CONTAINER, "properties.legalHold.tags"),
        (types.CONTAINER, "properties.metadata.any"),
        (
            types.LIFECYCLE_POLICY,
            "properties.policy.rules[*].definition.actions.baseBlob.delete.daysAfterModificationGreaterThan",
        ),
        (types.OBJECT_REPLICATION, "properties.rules[*].destinationContainer"),
        (types.ROLE_ASSIGNMENT, "properties.roleDefinitionId"),
        (types.ROLE_DEFINITION, "properties.permissions[*].notDataActions[*]"),
        (types.WORKSPACE, "properties.replication.location"),
        (types.WORKSPACE, "properties.features.immediatePurgeDataOn30Days"),
        (types.WORKSPACE_TABLE, "properties.totalRetentionInDays"),
        (types.VAULT, "properties.enablePurgeProtection"),
        (types.BACKUP_VAULT, "properties.storageSettings[*].type"),
        (types.BACKUP_INSTANCE, "properties.dataSourceInfo.resourceID"),
        (types.BACKUP_POLICY, "properties.policyRules[*].lifecycles[*].deleteAfter.duration"),
        (types.PRIVATE_ENDPOINT, "properties.privateLinkServiceConnections[*].properties.privateLinkServiceId"),
        (types.ACCOUNT_PERIMETER, "properties.resourceAssociation.accessMode"),
        (types.STORAGE_PERIMETER, "properties.resourceAssociation.accessMode"),
        (types.CONNECTION, "properties.target"),
        (types.PROJECT_CONNECTION, "properties.metadata.ResourceId"),
        (types.PROJECT, "properties.isDefault"),
        (types.OPERATION, "properties.resourceLocation"),
        (types.LOCAL_USER, "properties.permissionScopes[*].resourceName"),
        (types.ENCRYPTION_SCOPE, "properties.source"),
        (types.STORAGE_TLS, "properties.offers[*].accepted"),
        (types.BLOB_LOGS, "properties.requests[*].tls"),
        (types.CALL_METRICS, "properties.regions[*].region"),
        (types.INSPECTION, "properties.oldest"),
        (types.DIAGNOSTIC_SETTING, "properties.logs[*].retentionPolicy.days"),
    ],
)
def test_well_known_paths_are_in_it(type_name: str, path: str) -> None:
    assert knows(type_name, path)


@pytest.mark.parametrize(
    ("type_name", "path"),
    [
        (types.STORAGE, "properties.minimumTlsVerion"),
        (types.STORAGE, "minimumTlsVersion"),  # as SDKs flatten it
        (types.STORAGE, "properties.encryption[*].keySource"),
        (types.STORAGE, "apiVersion"),  # Bicep's, not Azure's
        (types.CONTAINER, "properties.legalHold.tags.tag"),
        (types.MODEL, "modelId"),
    ],
)
def test_what_no_specification_has_is_not_in_it(type_name: str, path: str) -> None:
    assert not knows(type_name, path)


def test_a_recursive_schema_ends_where_it_repeats() -> None:
    field = COMMITTED[types.MODEL]["properties"]["docTypes"]["*"]["fieldSchema"]["*"]
    assert field["items"] == {"*": None}
    listed = [{"$type": "ObjectType", "properties": {"again": {"type": {"$ref": "#/0"}}}}]
    assert bicep_shape(listed, {"$ref": "#/0"}) == {"again": {"*": None}}


def test_a_union_knows_the_names_of_all_its_variants() -> None:
    text, cat, dog = {"type": {"$ref": "#/0"}}, {"$ref": "#/1"}, {"$ref": "#/2"}
    listed = [
        {"$type": "StringType"},
        {"$type": "ObjectType", "properties": {"purrs": text}},
        {"$type": "ObjectType", "properties": {"barks": text}},
        {"$type": "DiscriminatedObjectType", "baseProperties": {"name": text}, "elements": {"cat": cat, "dog": dog}},
        {"$type": "UnionType", "elements": [cat, {"$ref": "#/0"}]},
        {"$type": "ArrayType", "itemType": {"$ref": "#/4"}},
    ]
    assert bicep_shape(listed, {"$ref": "#/3"}) == {"name": None, "purrs": None, "barks": None}
    assert bicep_shape(listed, {"$ref": "#/5"}) == {"[]": {"purrs": None}}


def test_the_sources_are_named_without_a_path() -> None:
    assert "Microsoft.CognitiveServices 2026-07-01 (bicep-types-az)" in COMMITTED["$sources"]
    assert not [source for source in COMMITTED["$sources"] if "/" in source]


@pytest.mark.parametrize(
    ("model", "names"),
    [
        (models.StorageAccountProperties, {"allowCrossTenantDelegationSas", "dataCollaborationPolicyProperties"}),
        (models.StorageDataCollaborationPolicyProperties, {"allowBlobAccessPoints"}),
        (models.ContainerProperties, {"blobAccessPointConfiguration"}),
        (
            models.BlobAccessPointConfigurationConnection,
            {"blobAccessPointConfigurationName", "blobAccessPointConfigurationUniqueId"},
        ),
    ],
)
def test_names_beyond_the_corpus_are_those_of_microsofts_client(model: Any, names: set[str]) -> None:
    assert StorageManagementClientConfiguration(cast("Any", object()), "x").api_version == CLIENT.split()[1]
    assert names <= {field._rest_name for field in model({})._attr_to_rest_field.values()}
    for name in names:
        assert f'"{name}"' in json.dumps(NEWER)
