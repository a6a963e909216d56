"""What is made of an item, and whether to ask for it at all."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.collectors.catalogue import SUBSCRIPTIONS
from auditor.collectors.questions import (
    ASK,
    ELSEWHERE,
    Hidden,
    NoneThere,
    document_intelligence,
    has_local_users,
    has_own_scopes,
    has_projects,
    holds_blobs,
    keeps_blobs_data,
    models,
    replicates,
)
from auditor.collectors.shapes import (
    OddItemError,
    arm_resource,
    classifier,
    custom_model,
    log_table,
    operation,
    role_assignment,
    role_definition,
    subscription,
)
from auditor.model.resource import Resource
from auditor.model.types import (
    CLASSIFIER,
    DELETED_ACCOUNT,
    LOCATION,
    MODEL,
    OPERATION,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    SUBSCRIPTION,
    WORKSPACE_TABLE,
)
from tests.collectors.scans import each_read
from tests.fakes.azure import around
from tests.fakes.azure import builders as make

STORE = make.storage_account("docsstore")
FORMS = Resource(make.document_intelligence("forms"))


class Known:
    """What a scan has read so far."""

    def __init__(self, *resources: dict[str, Any]) -> None:
        self._resources = [Resource(body) for body in resources]

    def get(self, resource_id: str) -> Resource | None:
        return next((item for item in self._resources if item.key == resource_id.lower()), None)

    def of_type(self, type_name: str) -> list[Resource]:
        return [item for item in self._resources if item.type_key == type_name.lower()]

    def below(self, owner_id: str, type_name: str) -> list[Resource]:
        return [item for item in self.of_type(type_name) if item.owner == owner_id.lower()]

    def was_listed(self, of: str, operation: str) -> bool:
        raise NotImplementedError


nothing_known = Known()


def store(**properties: Any) -> Resource:
    return Resource(make.storage_account("docsstore", **properties))


def test_an_arm_resource_stays_as_it_is() -> None:
    assert arm_resource(STORE, STORAGE, None) == STORE


def test_a_type_in_another_case_keeps_azures_spelling() -> None:
    item = {"id": "/x", "type": STORAGE.lower()}
    assert arm_resource(item, STORAGE, None)["type"] == STORAGE.lower()


@pytest.mark.parametrize("item", [{"id": "/x", "type": "Region"}, {"id": "/x"}, {"id": "/x", "type": None}])
def test_types_of_azures_own_making_become_the_tables(item: dict[str, Any]) -> None:
    assert arm_resource(item, LOCATION, None) == {**item, "type": LOCATION}
    assert arm_resource(item, DELETED_ACCOUNT, None)["type"] == DELETED_ACCOUNT


def test_a_subscription_keeps_its_json_in_properties() -> None:
    item = make.subscription(name="Documents")
    body = subscription(item, SUBSCRIPTION, None)
    assert body == {"id": item["id"], "type": SUBSCRIPTION, "name": "Documents", "properties": item}


def test_a_subscription_without_a_name_is_called_by_its_id() -> None:
    assert subscription({"id": "/subscriptions/abc"}, SUBSCRIPTION, None)["name"] == "abc"


@pytest.mark.parametrize("above", ["", "/providers/Microsoft.Management/managementGroups/contoso"])
def test_an_inherited_role_assignment_gets_an_id_below_the_subscription(above: str) -> None:
    owner = Resource({"id": "/subscriptions/abc", "type": SUBSCRIPTION})
    item = {"id": f"{above}/providers/{ROLE_ASSIGNMENT}/guid", "type": ROLE_ASSIGNMENT}
    assert role_assignment(item, ROLE_ASSIGNMENT, owner)["id"] == f"{owner.id}/providers/{ROLE_ASSIGNMENT}/guid"
    assert role_assignment(item, ROLE_ASSIGNMENT, None) == item
    own = {**item, "id": f"{owner.id}{item['id']}"}
    assert role_assignment(own, ROLE_ASSIGNMENT, owner) == own


def test_a_model_gets_an_id_below_its_account() -> None:
    item = {"modelId": "invoices", "createdDateTime": "2026-01-01T00:00:00Z"}
    assert custom_model(item, MODEL, FORMS) == {
        "id": f"{FORMS.id}/documentModels/invoices",
        "type": MODEL,
        "name": "invoices",
        "location": FORMS.location,
        "properties": item,
    }


def test_a_classifier_gets_an_id_below_its_account() -> None:
    body = classifier({"classifierId": "prebuilt-by-us"}, CLASSIFIER, FORMS)
    assert body["id"] == f"{FORMS.id}/documentClassifiers/prebuilt-by-us"


def test_microsofts_own_models_are_left_out() -> None:
    assert custom_model({"modelId": "prebuilt-invoice"}, MODEL, FORMS) is None


def test_a_model_without_an_account_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="hangs on an account"):
        custom_model({"modelId": "invoices"}, MODEL, None)


@each_read
@pytest.mark.parametrize("item", [None, True, 7, "text", [], ["id"]])
def test_what_is_no_object_is_odd(record: Any, item: object) -> None:
    with pytest.raises(OddItemError, match="is no object"):
        record.shape(item, record.type, FORMS)


@each_read
@pytest.mark.parametrize("wrong", [None, 7, "", {}, "no/slash"])
def test_what_has_no_id_is_odd(record: Any, wrong: object) -> None:
    item = dict.fromkeys(("id", "modelId", "classifierId", "operationId"), wrong)
    with pytest.raises(OddItemError, match="has no "):
        record.shape(item, record.type, FORMS)


def test_a_subscription_with_another_kind_of_id_is_odd() -> None:
    with pytest.raises(OddItemError):
        SUBSCRIPTIONS.shape({"id": "/providers/Microsoft.Management/managementGroups/a"}, SUBSCRIPTION, None)


@pytest.mark.parametrize("kind", ["FormRecognizer", "CognitiveServices", "AIServices", "formrecognizer"])
def test_kinds_that_host_document_intelligence_are_asked(kind: str) -> None:
    account = Resource(make.document_intelligence("forms", kind=kind))
    assert document_intelligence(account, nothing_known) is ASK
    assert models(account, nothing_known) is ASK


def test_other_kinds_have_no_models() -> None:
    account = Resource({**FORMS.body, "kind": "OpenAI"})
    assert document_intelligence(account, nothing_known) is ELSEWHERE
    assert models(account, nothing_known) is ELSEWHERE


def test_an_account_that_names_no_kind_is_asked() -> None:
    body = {name: FORMS.body[name] for name in FORMS.body if name != "kind"}
    assert models(Resource(body), nothing_known) is ASK


@pytest.mark.parametrize("properties", [{}, None, "odd", {"customSubDomainName": None}, {"customSubDomainName": 7}])
def test_without_a_subdomain_models_are_hidden(properties: object) -> None:
    decision = models(Resource({**FORMS.body, "properties": properties}), nothing_known)
    assert isinstance(decision, Hidden)
    assert "no custom subdomain" in decision.reason


def test_an_account_for_files_has_no_blob_service() -> None:
    assert isinstance(holds_blobs(store(kind="FileStorage"), nothing_known), NoneThere)
    assert isinstance(replicates(store(kind="FileStorage"), nothing_known), NoneThere)
    assert holds_blobs(store(), nothing_known) is ASK


def test_a_hierarchical_namespace_excludes_replication() -> None:
    assert isinstance(replicates(store(isHnsEnabled=True), nothing_known), NoneThere)
    assert replicates(store(isHnsEnabled=False), nothing_known) is ASK


@pytest.mark.parametrize(
    ("versioning", "asks"), [(True, True), (False, False), (None, False), ("odd", True), ({}, True)]
)
def test_replication_needs_versioning(versioning: object, *, asks: bool) -> None:
    account = store()
    service = make.blob_service(account.id, isVersioningEnabled=versioning)
    assert (replicates(account, Known(service)) is ASK) == asks


@pytest.mark.parametrize("properties", [None, [], {}])
def test_a_blob_service_that_says_nothing_proves_nothing(properties: object) -> None:
    account = store()
    service = {**make.blob_service(account.id), "properties": properties}
    assert replicates(account, Known(service)) is ASK


def test_a_blob_service_that_was_not_read_proves_nothing() -> None:
    assert replicates(store(), nothing_known) is ASK


@pytest.mark.parametrize(("switch", "asks"), [(True, True), (None, True), ("odd", True), (False, False)])
def test_local_users_are_none_where_they_are_switched_off(switch: object, *, asks: bool) -> None:
    decision = has_local_users(store(isLocalUserEnabled=switch), nothing_known)
    assert decision == (ASK if asks else NoneThere("isLocalUserEnabled is false"))


def test_an_account_for_files_has_no_users_that_reach_blobs() -> None:
    assert has_local_users(store(kind="FileStorage", isLocalUserEnabled=False), nothing_known) is ELSEWHERE
    assert keeps_blobs_data(store(kind="FileStorage"), nothing_known) is ELSEWHERE
    assert keeps_blobs_data(store(kind="BlobStorage"), nothing_known) is ASK


@pytest.mark.parametrize(
    ("scope", "asks"), [("letters", True), (7, True), (None, False), ("", False), ("$account-encryption-key", False)]
)
def test_encryption_scopes_are_asked_for_where_a_container_names_one(scope: object, *, asks: bool) -> None:
    account = store()
    box = {**make.container(account.id, "inbox"), "properties": {"defaultEncryptionScope": scope}}
    assert has_own_scopes(account, Known(box)) is (ASK if asks else ELSEWHERE)
    assert has_own_scopes(account, nothing_known) is ELSEWHERE


@pytest.mark.parametrize(
    ("kind", "asks"), [("AIServices", True), ("aiservices", True), (7, True), ("FormRecognizer", False), ("", False)]
)
def test_projects_hang_on_accounts_of_one_kind(kind: object, *, asks: bool) -> None:
    decision = has_projects(Resource({**FORMS.body, "kind": kind}), nothing_known)
    assert decision is (ASK if asks else ELSEWHERE)


AUDIT = around.workspace("audit")


def test_an_operation_gets_an_id_below_its_account() -> None:
    item = around.operation(FORMS.body)["properties"]
    body = operation(item, OPERATION, FORMS)
    assert body == {
        "id": f"{FORMS.id}/operations/{item['operationId']}",
        "type": OPERATION,
        "name": item["operationId"],
        "location": FORMS.location,
        "properties": item,
    }


@pytest.mark.parametrize(
    ("name", "kept"),
    [("AzureDiagnostics", True), ("storagebloblogs", True), ("Heartbeat", False), ("AzureDiagnostics_CL", False)],
)
def test_only_tables_that_the_logs_end_in_are_kept(name: str, *, kept: bool) -> None:
    table = around.workspace_table(AUDIT, name)
    assert log_table(table, WORKSPACE_TABLE, Resource(AUDIT)) == (table if kept else None)


@pytest.mark.parametrize(
    ("granted", "kept"),
    [
        ({"actions": ["*"]}, True),
        ({"actions": ["*/read"]}, True),
        ({"actions": ["Micro*"]}, True),
        ({"actions": ["Microsoft.Storage/*"]}, True),
        ({"actions": ["microsoft.STORAGE/storageAccounts/listkeys/action"]}, True),
        ({"dataActions": ["Microsoft.CognitiveServices/accounts/FormRecognizer/*"]}, True),
        ({"actions": ["Microsoft.Compute/*", "Microsoft.Authorization/*/read"]}, False),
        ({"actions": [], "dataActions": []}, False),
        ({"actions": [], "notActions": ["Microsoft.Storage/*"]}, False),
        ({"actions": None, "dataActions": None}, False),
        ({"actions": [7]}, True),
        ({"actions": 7}, True),
        ({"actions": [], "dataActions": "odd"}, True),
        ({"actions": {}}, True),
        ("odd", True),
    ],
)
def test_only_roles_that_reach_accounts_are_kept(granted: object, *, kept: bool) -> None:
    role = around.custom_role("one")
    role = {**role, "properties": {**role["properties"], "permissions": [granted]}}
    assert role_definition(role, ROLE_DEFINITION, None) == (role if kept else None)


@pytest.mark.parametrize("properties", [None, {}, {"permissions": None}, "odd"])
def test_a_role_that_does_not_tell_what_it_grants_is_kept(properties: object) -> None:
    role = {**around.custom_role("one"), "properties": properties}
    assert role_definition(role, ROLE_DEFINITION, None) == role
