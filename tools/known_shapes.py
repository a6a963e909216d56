#!/usr/bin/env python3
"""Writes `auditor/policy/shapes.json`: the property names that Azure's own specifications know, by type of resource.

The loader of rules holds each path against it, so that a typo is an error. Run `python tools/known_shapes.py` when the
corpus (`shared/corpus`, beside the project) has newer specifications, or after a change here.

A shape is `{"name": shape, …}` for an object, `{"[]": shape}` for an array, `{"*": shape}` for a map with free keys and
null for a leaf. `{"*": null}` also stands for what a specification leaves open, and for the repeat in a recursive one.
A type has the names of the API version in which its collector reads it, and no others: what that version does not have
is never in an answer. The variants of a union are merged. Names are as they go over the wire: `x-ms-client-flatten` is a
matter of SDKs.

Sources: Azure/azure-rest-api-specs and Azure/bicep-types-az, both under the MIT licence, Copyright (c) Microsoft
Corporation. The key `$sources` of the result names the specifications that were read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, TypeAlias

from auditor.model import types

Shape: TypeAlias = "dict[str, Shape] | None"
Schema: TypeAlias = dict[str, Any]

PROJECT: Final = Path(__file__).parents[1]
CORPUS: Final = PROJECT.parent / "shared" / "corpus"
SHAPES: Final = PROJECT / "auditor" / "policy" / "shapes.json"

_ENVELOPE: Final = "common-types/resource-management/v6/types.json#/definitions/ResourceModelWithAllowedPropertySet"
"""ARM's "full set of allowed properties" around `properties`; answers carry them even where a specification is silent."""

_SUBSCRIPTIONS = "resources/resource-manager/Microsoft.Resources/stable/2022-12-01/subscriptions.json"
_AUTHORIZATION = "authorization/resource-manager/Microsoft.Authorization/stable/2022-04-01"
_INSIGHTS = "monitor/resource-manager/Microsoft.Insights/preview/2021-05-01-preview"
_WORKSPACES = "operationalinsights/resource-manager/Microsoft.OperationalInsights/stable/2025-02-01"
_INTELLIGENCE = "ai/data-plane/DocumentIntelligence/stable/2024-11-30/DocumentIntelligence.json"

_SWAGGER: Final = {
    types.SUBSCRIPTION: f"{_SUBSCRIPTIONS}#/definitions/Subscription",
    types.LOCATION: f"{_SUBSCRIPTIONS}#/definitions/Location",
    types.ROLE_ASSIGNMENT: f"{_AUTHORIZATION}/authorization-RoleAssignmentsCalls.json#/definitions/RoleAssignment",
    types.ROLE_DEFINITION: f"{_AUTHORIZATION}/authorization-RoleDefinitionsCalls.json#/definitions/RoleDefinition",
    types.WORKSPACE: f"{_WORKSPACES}/Workspaces.json#/definitions/Workspace",
    types.DATA_EXPORT: f"{_WORKSPACES}/DataExports.json#/definitions/DataExport",
    types.WORKSPACE_TABLE: f"{_WORKSPACES}/Tables.json#/definitions/Table",
    types.DIAGNOSTIC_SETTING: f"{_INSIGHTS}/diagnosticsSettings_API.json#/definitions/DiagnosticSettingsResource",
}
_BICEP_VERSIONS: Final = {"Microsoft.CognitiveServices": "2026-07-01", "Microsoft.Storage": "2026-04-01"}
_BICEP: Final = {
    **{
        name: name
        for name in (
            types.ACCOUNT,
            types.ACCOUNT_PERIMETER,
            types.PROJECT,
            types.CONNECTION,
            types.PROJECT_CONNECTION,
            types.STORAGE,
            types.BLOB_SERVICE,
            types.CONTAINER,
            types.LIFECYCLE_POLICY,
            types.OBJECT_REPLICATION,
            types.STORAGE_PERIMETER,
            types.LOCAL_USER,
            types.ENCRYPTION_SCOPE,
            types.STORAGE_TASK_ASSIGNMENT,
            types.INVENTORY_POLICY,
        )
    },
    types.DELETED_ACCOUNT: "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts",
    types.DELETED_STORAGE: "Microsoft.Storage/locations/deletedAccounts",
}
_LEAVES: Final = dict.fromkeys
_BY_HAND: Final[dict[str, Shape]] = {
    # No specification of these is in the corpus; what is read of them is documented (azure-facts 2.11, D29, D31).
    types.VAULT: {
        **_LEAVES(
            (
                "vaultUri",
                "tenantId",
                "enableSoftDelete",
                "softDeleteRetentionInDays",
                "enablePurgeProtection",
                "enableRbacAuthorization",
                "publicNetworkAccess",
                "provisioningState",
            )
        ),
        "networkAcls": {**_LEAVES(("bypass", "defaultAction")), "ipRules": {"[]": {"value": None}}},
    },
    types.BACKUP_VAULT: {
        **_LEAVES(("provisioningState", "resourceMoveState", "replicatedRegions")),
        "storageSettings": {"[]": _LEAVES(("datastoreType", "type"))},
        "featureSettings": {"crossRegionRestoreSettings": {"state": None}},
        "securitySettings": {
            "softDeleteSettings": _LEAVES(("state", "retentionDurationInDays")),
            "immutabilitySettings": {"state": None},
        },
    },
    types.BACKUP_INSTANCE: {
        **_LEAVES(("friendlyName", "currentProtectionState", "provisioningState", "objectType")),
        "dataSourceInfo": _LEAVES(("resourceID", "resourceType", "resourceLocation", "datasourceType", "resourceName")),
        "policyInfo": {
            **_LEAVES(("policyId", "policyVersion")),
            "policyParameters": {
                "backupDatasourceParametersList": {"[]": {"objectType": None, "containersList": {"[]": None}}}
            },
        },
    },
    types.BACKUP_POLICY: {
        "objectType": None,
        "datasourceTypes": {"[]": None},
        "policyRules": {
            "[]": {
                **_LEAVES(("name", "objectType", "isDefault")),
                "lifecycles": {
                    "[]": {
                        "deleteAfter": _LEAVES(("objectType", "duration")),
                        "sourceDataStore": _LEAVES(("dataStoreType", "objectType")),
                    }
                },
            }
        },
    },
    types.PRIVATE_ENDPOINT: {
        "subnet": {"id": None},
        "provisioningState": None,
        "privateLinkServiceConnections": {
            "[]": {"name": None, "properties": {"privateLinkServiceId": None, "groupIds": {"[]": None}}}
        },
    },
    types.STORAGE_TASK: {
        **_LEAVES(("enabled", "description", "taskVersion", "provisioningState", "creationTimeInUtc")),
        "action": {
            "if": {"condition": None, "operations": {"[]": _LEAVES(("name", "onSuccess", "onFailure"))}},
            "else": {"operations": {"[]": _LEAVES(("name", "onSuccess", "onFailure"))}},
        },
    },
    types.OPERATION: {
        **_LEAVES(
            (
                "operationId",
                "status",
                "kind",
                "createdDateTime",
                "lastUpdatedDateTime",
                "percentCompleted",
                "resourceLocation",
                "apiVersion",
            )
        )
    },
    # What surveys find out; `auditor.collectors.surveys` makes it.
    types.ACCOUNT_TLS: {"host": None, "offers": {"[]": _LEAVES(("version", "accepted", "words"))}},
    types.STORAGE_TLS: {"host": None, "offers": {"[]": _LEAVES(("version", "accepted", "words"))}},
    types.DOCUMENT_ACCESS: {
        **_LEAVES(("from", "to")),
        "uses": {"[]": _LEAVES(("principal", "storage", "container", "reads", "writes", "deletes", "last"))},
    },
    types.REQUEST_LOGS: {
        **_LEAVES(("from", "to")),
        "workspaces": {"[]": None},
        "operations": {"[]": _LEAVES(("category", "operation", "kind", "result", "calls", "first", "last"))},
    },
    types.BLOB_LOGS: {
        **_LEAVES(("from", "to")),
        "workspaces": {"[]": None},
        "requests": {"[]": _LEAVES(("tls", "protocol", "authentication", "requests", "callers", "last"))},
        "documents": {
            **_LEAVES(("written", "deleted", "remaining", "longestHours", "words")),
            "containers": {"[]": _LEAVES(("container", "written", "deleted", "remaining", "longestHours"))},
        },
        "lifecycle": _LEAVES(("deletes", "failures", "last")),
    },
    types.CALL_METRICS: {
        **_LEAVES(("from", "to")),
        "regions": {"[]": _LEAVES(("region", "calls"))},
        "operations": {"[]": _LEAVES(("operation", "calls"))},
    },
    types.INSPECTION: _LEAVES(
        (
            *("blobs", "oldest", "deleted", "versions", "snapshots", "words"),
            *("uncommitted", "uncommittedSince", "appendBlobs", "pageBlobs"),
        )
    ),
    types.BATCH_RESULTS: {"containers": {"[]": _LEAVES(("purpose", "url", "model", "last"))}},
}
"""The `properties` of types without a specification."""
CLIENT: Final = "Microsoft.Storage 2026-09-01 (azure-mgmt-storage)"
NEWER: Final[dict[str, Shape]] = {
    types.STORAGE: {
        "properties": {
            "allowCrossTenantDelegationSas": None,
            "dataCollaborationPolicyProperties": {"allowBlobAccessPoints": None},
        }
    },
    types.CONTAINER: {
        "properties": {
            "blobAccessPointConfiguration": _LEAVES(
                ("blobAccessPointConfigurationName", "blobAccessPointConfigurationUniqueId")
            )
        }
    },
}
"""What Storage 2026-09-01 has beyond the newest specification in the corpus, by Microsoft's client for that version."""
_DATA_PLANE: Final = {
    types.MODEL: f"{_INTELLIGENCE}#/definitions/DocumentModelDetails",
    types.CLASSIFIER: f"{_INTELLIGENCE}#/definitions/DocumentClassifierDetails",
}
"""What has no ARM id; the auditor stores the details as the `properties` of a resource that it makes up."""


def build(corpus: Path) -> str:
    """The text of `shapes.json` for the specifications in the corpus."""
    swagger = _Swagger(corpus / "Azure+azure-rest-api-specs" / "specification")
    bicep = _Bicep(corpus / "Azure+bicep-types-az" / "generated")
    envelope = swagger.shape(_ENVELOPE)
    shapes: dict[str, Shape] = {
        name: merged(envelope, swagger.shape(reference)) for name, reference in _SWAGGER.items()
    }
    for name, resource_type in _BICEP.items():
        shapes[name] = merged(envelope, merged(bicep.shape(resource_type), NEWER.get(name)))
    for name, properties in _BY_HAND.items():
        shapes[name] = merged(envelope, {"properties": properties})
    for name, reference in _DATA_PLANE.items():
        shapes[name] = {**dict.fromkeys(("id", "type", "name", "location")), "properties": swagger.shape(reference)}
    return _text({"$sources": sorted({*swagger.sources, *bicep.sources, CLIENT}), **shapes})


def merged(one: Shape, other: Shape) -> Shape:
    """The shape that knows every name of both."""
    if one is None or other is None:
        return other if one is None else one
    return {name: merged(one.get(name), other.get(name)) for name in one.keys() | other.keys()}


class _Swagger:
    """Reads OpenAPI 2 files below a folder, following `$ref` from file to file."""

    def __init__(self, folder: Path) -> None:
        self.sources: set[str] = set()
        self._folder = folder.resolve()
        self._files: dict[Path, Schema] = {}

    def shape(self, reference: str) -> Shape:
        """The shape of a definition: `path/below/the/folder.json#/definitions/Name`."""
        return self._of({"$ref": reference}, self._folder / "-", ())

    def _of(self, schema: Schema, file: Path, above: tuple[str, ...]) -> Shape:
        """The shape of a schema in `file`, met below the definitions `above`."""
        if "$ref" in schema:
            name, _, pointer = schema["$ref"].partition("#")
            file = (file.parent / name).resolve() if name else file
            where = f"{file}#{pointer}"
            if where in above:
                return {"*": None}
            return self._of(self._definition(file, pointer), file, (*above, where))
        if "discriminator" in schema:  # no type that is needed has one; whoever needs one has to gather its variants
            raise ValueError(f"{file.name}: a union by {schema['discriminator']!r}, which this script cannot read yet")
        shape: Shape = None
        for base in schema.get("allOf", ()):
            shape = merged(shape, self._of(base, file, above))
        named = {name: self._of(part, file, above) for name, part in schema.get("properties", {}).items()}
        shape = merged(shape, named or None)
        if "items" in schema:
            shape = merged(shape, {"[]": self._of(schema["items"], file, above)})
        free = schema.get("additionalProperties", schema.get("type", "object") == "object" and shape is None)
        if free is not False:
            shape = merged(shape, {"*": self._of(free, file, above) if free and free is not True else None})
        return shape

    def _definition(self, file: Path, pointer: str) -> Schema:
        if file not in self._files:
            self._files[file] = json.loads(file.read_text(encoding="utf-8-sig"))
            # …/Microsoft.Storage/stable/2025-01-01/blob.json, …/common-types/resource-management/v6/types.json
            self.sources.add(f"{file.parts[-4]} {file.parts[-2]} (azure-rest-api-specs)")
        found: Schema = self._files[file]
        for part in pointer.strip("/").split("/"):
            found = found[part]
        return found


class _Bicep:
    """Reads Bicep's files of types, each a flat list whose members point at each other by number."""

    def __init__(self, folder: Path) -> None:
        self.sources: set[str] = set()
        self._folder = folder

    def shape(self, resource_type: str) -> Shape:
        """The shape of a type of resource."""
        namespace = resource_type.partition("/")[0]
        version = _BICEP_VERSIONS[namespace]
        (file,) = self._folder.glob(f"*/{namespace.lower()}/{version}/types.json")
        listed: list[Schema] = json.loads(file.read_text(encoding="utf-8"))
        resource = next(item for item in listed if item.get("name") == f"{resource_type}@{version}")
        shape = bicep_shape(listed, resource["body"]) or {}
        shape.pop("apiVersion", None)  # Bicep's own; Azure does not send it
        self.sources.add(f"{namespace} {version} (bicep-types-az)")
        return shape


def bicep_shape(listed: list[Schema], reference: Schema, above: tuple[int, ...] = ()) -> Shape:
    """The shape that `{"$ref": "#/N"}` points at, met below the members `above`."""
    number = int(reference["$ref"].removeprefix("#/"))
    if number in above:
        return {"*": None}
    above = (*above, number)
    item = listed[number]
    shape: Shape = None
    match item["$type"]:
        case "ObjectType" | "DiscriminatedObjectType":
            properties = item.get("properties") or item.get("baseProperties") or {}
            shape = {name: bicep_shape(listed, part["type"], above) for name, part in properties.items()}
            if "additionalProperties" in item:
                shape["*"] = bicep_shape(listed, item["additionalProperties"], above)
            for variant in item.get("elements", {}).values():
                shape = merged(shape, bicep_shape(listed, variant, above))
        case "UnionType":
            for element in item["elements"]:
                shape = merged(shape, bicep_shape(listed, element, above))
        case "ArrayType":
            shape = {"[]": bicep_shape(listed, item["itemType"], above)}
        case "AnyType":
            shape = {"*": None}
        case _:
            pass  # a leaf
    return shape


def _text(document: dict[str, Any]) -> str:
    """The document as JSON, sorted, one line for each type of resource so that a diff tells which one changed."""
    lines = (
        f"{json.dumps(name)}:{json.dumps(document[name], sort_keys=True, separators=(',', ':'))}"
        for name in sorted(document)
    )
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    SHAPES.write_text(build(CORPUS), encoding="utf-8")
