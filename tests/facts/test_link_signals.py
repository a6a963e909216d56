"""Each signal to its full depth, and what hides it; expected values are those of azure-facts 2 and 3e."""

from __future__ import annotations

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import (
    ACCOUNT,
    BATCH_RESULTS,
    CLASSIFIER,
    CONNECTION,
    DIAGNOSTIC_SETTING,
    MODEL,
    PROJECT,
    PROJECT_CONNECTION,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    SUBSCRIPTION,
    WORKSPACE,
)
from tests.builders import (
    GROUP,
    PRINCIPAL,
    SUBSCRIPTION_ID,
    account,
    child,
    gap,
    grant,
    storage,
)
from tests.facts.linked import (
    DOCS,
    FORMS,
    HIDDEN,
    OTHER_SUBSCRIPTION,
    SERVICE,
    URL,
    USER,
    changed,
    document_access,
    links,
    told,
    trained,
)

# Training sources that name nothing


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (
            {"azureBlobSource": {"containerUrl": "https://docs.example.com/scans"}},
            "model invoices was trained from a container at docs.example.com, which names no storage account",
        ),
        (
            {"azureBlobSource": {"containerUrl": "no address"}},
            "model invoices was trained from a container at an address that names no storage account",
        ),
        ({"azureBlobSource": {"containerUrl": 7}}, "the training source of invoices was not read: it has no URL"),
        ({"azureBlobFileListSource": {}}, "the training source of invoices was not read: it has no URL"),
        ({"azureBlobSource": HIDDEN}, f"the training source of invoices was not read: {HIDDEN.why}"),
        ({"docTypes": HIDDEN}, f"the training source of invoices was not read: {HIDDEN.why}"),
        ({"docTypes": {"a": HIDDEN}}, f"the training source of invoices was not read: {HIDDEN.why}"),
        ({"expirationDateTime": HIDDEN, "docTypes": {"a": {"fieldSchema": HIDDEN}}}, None),
    ],
)
@pytest.mark.parametrize("type_name", [MODEL, CLASSIFIER])
def test_a_source_that_names_no_store_may_be_any(type_name: str, source: Json, why: str | None) -> None:
    label = "model" if type_name == MODEL else "classifier"
    expected = [] if why is None else [Unread(why.replace("model", label))]
    assert links(trained(source, type_name)) == expected


def test_a_source_without_a_container_is_the_whole_store() -> None:
    (link,) = links(trained({"azureBlobSource": {"containerUrl": "https://docs.blob.core.windows.net/"}}))
    assert (link["container"], link["words"]) == (None, "model invoices was trained from it")


# Custom roles

CUSTOM = "cccccccc-0000-0000-0000-000000000003"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs"


def definition(*permissions: Json, role: str = CUSTOM) -> Resource:
    return Resource(
        {
            "id": f"{SUBSCRIPTION_ID}/providers/{ROLE_DEFINITION}/{role}",
            "type": ROLE_DEFINITION,
            "name": role,
            "properties": {"roleName": "Scan Reader", "type": "CustomRole", "permissions": list(permissions)},
        }
    )


@pytest.mark.parametrize(
    ("permissions", "linked"),
    [
        ([{"dataActions": [f"{BLOBS}/read"]}], True),
        ([{"dataActions": [f"{BLOBS}/write"]}], True),
        ([{"dataActions": [f"{BLOBS}/add/action"]}], True),
        ([{"dataActions": ["*"]}], True),
        ([{"dataActions": ["Microsoft.Storage/*/READ"]}], True),
        ([{"dataActions": ["Microsoft.Storage/*"], "notDataActions": [f"{BLOBS}/*"]}], False),
        ([{"dataActions": ["*"], "notDataActions": [f"{BLOBS}/*"]}, {"dataActions": [f"{BLOBS}/read"]}], True),
        ([{"dataActions": [f"{BLOBS}/delete", f"{BLOBS}/tags/read"]}], False),
        ([{"actions": ["*"], "dataActions": []}], False),
        ([], False),
    ],
)
def test_a_custom_role_links_if_it_grants_blobs(permissions: list[Json], linked: bool) -> None:
    for scope in (DOCS.id, GROUP, SUBSCRIPTION_ID):
        found = links(definition(*permissions), grant(scope, CUSTOM))
        assert told(found) == ([("roleAssignment", "grant", None)] if linked else [])
    for link in links(definition(*permissions), grant(DOCS.id, CUSTOM)):
        assert link["words"] == "the identity of forms has Scan Reader on the account"


@pytest.mark.parametrize(
    ("parts", "why"),
    [
        ((), f"the definition of role {CUSTOM} was not read: 403 AuthorizationFailed"),
        ((definition(HIDDEN),), f"a permission of a role was not read: {HIDDEN.why}"),
        ((definition({"dataActions": [HIDDEN]}),), f"an action of a role was not read: {HIDDEN.why}"),
    ],
)
@pytest.mark.parametrize(
    ("scope", "doubted"),
    [
        (DOCS.id, True),
        (f"{DOCS.id}/blobServices/default/containers/scans", True),
        (SUBSCRIPTION_ID, True),
        (f"{GROUP}/providers/{STORAGE}/other", False),
        (OTHER_SUBSCRIPTION, False),
    ],
)
def test_a_role_of_which_nobody_knows_what_it_grants_is_a_doubt_where_it_reaches(
    parts: tuple[Resource, ...], why: str, scope: str, doubted: bool
) -> None:
    found = links(*parts, grant(scope, CUSTOM), gaps=(gap(SUBSCRIPTION_ID, ROLE_DEFINITION),))
    assert found == ([Unread(f"whether a role lets forms at its blobs is not known: {why}")] if doubted else [])


def test_roles_that_were_not_read_do_not_matter_while_nobody_needs_them() -> None:
    hidden = (gap(SUBSCRIPTION_ID, ROLE_DEFINITION),)
    assert links(grant(DOCS.id, CUSTOM, principal=USER), gaps=hidden) == []
    assert told(links(grant(DOCS.id), gaps=hidden)) == [("roleAssignment", "grant", None)]


def test_in_files_a_role_that_is_not_defined_there_is_a_doubt() -> None:
    found = links(grant(DOCS.id, CUSTOM), kind="infrastructure")
    why = f"what role {CUSTOM} grants is not known here"
    assert found == [Unread(f"whether a role lets forms at its blobs is not known: {why}")]


# Role assignments


@pytest.mark.parametrize(
    ("scope", "place"),
    [
        (f"{DOCS.id}/blobServices/default/containers/scans", "its container scans"),
        (f"{DOCS.id}/blobServices/default", "the account"),
        (GROUP, "its resource group"),
        (SUBSCRIPTION_ID, "its subscription"),
        ("/providers/Microsoft.Management/managementGroups/corp", "the management group corp above it"),
        ("/", "the whole tenant"),
    ],
)
def test_the_words_say_where_a_role_was_given(scope: str, place: str) -> None:
    body = grant(scope).body
    (link,) = links(Resource({**body, "id": f"{SUBSCRIPTION_ID}/providers/{ROLE_ASSIGNMENT}/1"}))
    assert link["words"] == f"the identity of forms has Storage Blob Data Reader on {place}"


def test_an_assignment_that_tells_no_scope_stands_below_it() -> None:
    body = grant(DOCS.id).body
    properties = {name: value for name, value in body["properties"].items() if name != "scope"}
    assert told(links(Resource({**body, "properties": properties}))) == [("roleAssignment", "grant", None)]


@pytest.mark.parametrize(
    ("network", "told_of"),
    [
        ({"defaultAction": "Deny", "bypass": "Logging, AzureServices"}, True),
        ({"defaultAction": "Deny", "bypass": "None"}, False),
        ({"defaultAction": "Allow", "bypass": "AzureServices"}, False),
        ({"defaultAction": "Deny"}, False),
    ],
)
def test_trusted_services_are_no_signal_but_make_a_role_stronger(network: Json, told_of: bool) -> None:
    store = storage(networkAcls=network)
    assert links(store, store=store) == []
    (link,) = links(store, grant(store.id), store=store)
    ending = ", and its firewall lets trusted services in" if told_of else ""
    assert link["words"] == f"the identity of forms has Storage Blob Data Reader on the account{ending}"


def test_an_identity_that_two_accounts_share_links_both() -> None:
    shared = {"type": "UserAssigned", "userAssignedIdentities": {"/x": {"principalId": USER}}}
    parts = [changed(account(name), identity=shared) for name in ("forms", "second")]
    assert [link["name"] for link in links(*parts, grant(DOCS.id, principal=USER))] == ["forms", "second"]


@pytest.mark.parametrize(
    ("identity", "hidden"),
    [
        ({"type": "SystemAssigned"}, True),
        ({"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {"/x": {"principalId": USER}}}, True),
        ({"type": "UserAssigned", "userAssignedIdentities": {"/x": {}}}, True),
        ({"type": "UserAssigned", "userAssignedIdentities": {"/x": None}}, True),
        ({"type": "UserAssigned", "userAssignedIdentities": {"/x": {"principalId": USER}}}, False),
        ({"type": "None"}, False),
        (None, False),
    ],
)
def test_an_identity_of_which_the_principal_is_not_told_may_have_any_role(identity: Json, hidden: bool) -> None:
    doubt = Unread("the identity or the storage of forms was not read")
    assert links(changed(FORMS, identity=identity)) == ([doubt] if hidden else [])


def test_where_no_account_has_an_identity_role_assignments_need_not_be_read() -> None:
    hidden = (gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT),)
    assert links(changed(FORMS, identity=None), gaps=hidden) == []
    assert len(links(gaps=hidden)) == 1


PARTS = ("principalId", "scope", "roleDefinitionId")


@pytest.mark.parametrize("hidden", PARTS)
@pytest.mark.parametrize(
    ("changes", "doubted"),
    [
        ({}, set(PARTS)),
        ({"principalId": USER}, {"principalId"}),
        ({"roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}, {"roleDefinitionId"}),
        ({"scope": f"{GROUP}/providers/{STORAGE}/other"}, {"scope"}),
        ({"scope": f"{DOCS.id}/queueServices/default"}, {"scope"}),
    ],
    ids=range(5),
)
def test_a_hidden_part_of_an_assignment_matters_unless_the_others_settle_it(
    hidden: str, changes: dict[str, Json], doubted: set[str]
) -> None:
    body = grant(DOCS.id).body
    found = links(Resource({**body, "properties": {**body["properties"], **changes, hidden: HIDDEN}}))
    assert len(found) == (hidden in doubted)
    assert all(isinstance(item, Unread) for item in found)


def test_a_user_or_group_that_no_account_is_links_nothing() -> None:
    assert links(grant(DOCS.id, principal=USER, principalType="Group")) == []


# Resource access rules

TENANT = "72f988bf-0000-0000-0000-000000000001"
OTHER_TENANT = "72f988bf-0000-0000-0000-000000000002"
UNREAD_SUBSCRIPTION = "/subscriptions/33333333-3333-3333-3333-333333333333"


def let_in(pattern: Json, *parts: Resource, tenant: Json = TENANT) -> list[Json]:
    store = storage(networkAcls={"resourceAccessRules": [{"tenantId": tenant, "resourceId": pattern}]})
    return links(store, *parts, store=store)


@pytest.mark.parametrize(
    "pattern",
    [
        f"{SUBSCRIPTION_ID}/providers/{ACCOUNT}/*",
        f"{SUBSCRIPTION_ID}/resourcegroups/*/providers/{ACCOUNT}/*",
        f"{SUBSCRIPTION_ID}/resourceGroups/*/providers/{ACCOUNT}/form*",
        f"{SUBSCRIPTION_ID}/resourceGroups/docs/providers/Microsoft.CognitiveServices/*/*",
        f"{GROUP}/providers/{ACCOUNT}",
        GROUP,
        SUBSCRIPTION_ID,
        f"{FORMS.id}/projects/letters",
    ],
)
def test_a_rule_wider_than_an_account_links_it_and_says_how(pattern: str) -> None:
    (link,) = let_in(pattern)
    assert (link["signal"], link["strength"], link["name"]) == ("resourceAccessRule", "intent", "forms")
    assert link["words"] == f"a resource access rule of its firewall for {pattern} lets forms in"


@pytest.mark.parametrize(
    "pattern",
    [f"{GROUP}2", f"{SUBSCRIPTION_ID}/providers/{ACCOUNT}/form?", f"{SUBSCRIPTION_ID}/providers/{ACCOUNT}/[f]orms"],
)
def test_only_a_star_stands_for_something(pattern: str) -> None:
    assert let_in(pattern) == []


@pytest.mark.parametrize(
    ("own", "tenant", "linked"),
    [
        ({"identity": {**FORMS.body["identity"], "tenantId": TENANT}}, TENANT.upper(), True),
        ({"identity": {**FORMS.body["identity"], "tenantId": TENANT}}, OTHER_TENANT, False),
        ({"identity": {**FORMS.body["identity"], "tenantId": TENANT}}, None, True),
        ({}, OTHER_TENANT, True),
    ],
)
def test_a_rule_for_another_tenant_lets_none_of_this_one_in(own: dict[str, Json], tenant: Json, linked: bool) -> None:
    assert len(let_in(FORMS.id, changed(FORMS, **own), tenant=tenant)) == linked


def test_the_tenant_of_the_subscription_counts_as_that_of_its_accounts() -> None:
    subscription = Resource(
        {"id": SUBSCRIPTION_ID, "type": SUBSCRIPTION, "name": "s", "properties": {"tenantId": TENANT}}
    )
    assert let_in(FORMS.id, subscription, tenant=OTHER_TENANT) == []
    assert len(let_in(FORMS.id, subscription)) == 1


@pytest.mark.parametrize(
    ("pattern", "doubted"),
    [
        (f"{UNREAD_SUBSCRIPTION}/resourceGroups/x/providers/{ACCOUNT}/far", True),
        (f"{UNREAD_SUBSCRIPTION}/resourceGroups/*/providers/{ACCOUNT}/*", True),
        (UNREAD_SUBSCRIPTION, True),
        (f"{UNREAD_SUBSCRIPTION}/resourceGroups/x/providers/Microsoft.Search/searchServices/*", False),
        (f"{OTHER_SUBSCRIPTION}/resourceGroups/x/providers/{ACCOUNT}/deleted", False),
        (f"/subscriptions/*/resourceGroups/x/providers/{ACCOUNT}/far", False),
        (f"{SUBSCRIPTION_ID}/providers/Microsoft.Security/datascanners/storageDataScanner", False),
    ],
)
def test_a_rule_for_an_account_that_was_not_seen_is_a_doubt(pattern: str, doubted: bool) -> None:
    why = f"a resource access rule of its firewall lets in {pattern}, which lies outside of what was read"
    assert let_in(pattern) == ([Unread(why)] if doubted else [])


@pytest.mark.parametrize(("named", "doubted"), [(FORMS.id, False), (f"{GROUP}/providers/{ACCOUNT}/far", True)])
def test_in_files_only_an_account_that_stands_there_is_seen(named: str, doubted: bool) -> None:
    store = storage(networkAcls={"resourceAccessRules": [{"resourceId": named}]})
    found = links(store, store=store, kind="infrastructure")
    assert [isinstance(item, Unread) for item in found] == [doubted]


# The Studio


def test_an_account_whose_firewall_lets_the_studio_in_is_named_but_not_linked() -> None:
    rules = {"ipRules": [{"value": "20.3.165.95"}]}
    store = storage(networkAcls=rules)
    names = ("forms", "a", "b", "c")
    (link,) = links(store, *(account(name, networkAcls=rules) for name in names[:1]), store=store)
    assert link["words"] == "its firewall lets Document Intelligence Studio in, as the firewall of forms does"
    assert isinstance(link["account"], Unread)
    (link,) = links(store, *(account(name, networkAcls=rules) for name in names), store=store)
    assert link["words"].endswith("in, as the firewall of forms, a, b and 1 more does")
    assert links(account("forms", networkAcls=rules)) == []


# What accounts name


def test_storage_of_content_monitoring_is_intent() -> None:
    (link,) = links(account("forms", raiMonitorConfig={"adxStorageResourceId": DOCS.id}))
    assert (link["signal"], link["strength"]) == ("raiMonitorConfig", "intent")
    assert link["words"] == "account forms names it as the storage of its content monitoring"
    assert len(links(account("forms", raiMonitorConfig={"adxStorageResourceId": HIDDEN}))) == 1
    assert links(account("forms", raiMonitorConfig={}, amlWorkspace={"resourceId": "/x"})) == []


@pytest.mark.parametrize("owner", [DOCS, SERVICE, FORMS])
def test_a_sink_for_logs_is_no_link(owner: Resource) -> None:
    setting = Resource(
        {
            "id": f"{owner.id}/providers/{DIAGNOSTIC_SETTING}/audit",
            "type": DIAGNOSTIC_SETTING,
            "name": "audit",
            "properties": {"storageAccountId": DOCS.id, "logs": [{"categoryGroup": "audit", "enabled": True}]},
        }
    )
    assert links(setting) == []


# Connections

FOUNDRY = account("forms", kind="AIServices")
LETTERS = child(FOUNDRY, PROJECT, "letters")


def connection(properties: Json, owner: Resource = FOUNDRY) -> Resource:
    type_name = CONNECTION if owner.type == ACCOUNT else PROJECT_CONNECTION
    return Resource(
        {"id": f"{owner.id}/connections/inbox", "type": type_name, "name": "inbox", "properties": properties}
    )


@pytest.mark.parametrize(
    ("properties", "container"),
    [
        ({"category": "AzureBlob", "target": URL}, "scans"),
        ({"category": "AzureBlob", "target": "https://docs.blob.core.windows.net/"}, None),
        (
            {
                "category": "AzureBlob",
                "target": "https://docs.blob.core.windows.net",
                "metadata": {"ContainerName": "mail"},
            },
            "mail",
        ),
        ({"category": "AzureStorageAccount", "target": "x", "metadata": {"ResourceId": DOCS.id.upper()}}, None),
        ({"category": "AzureStorageAccount", "target": DOCS.id}, None),
        ({"category": "ADLSGen2", "target": "https://docs.dfs.core.windows.net/mail"}, "mail"),
        ({"category": "AzureBlob", "metadata": {"accountName": "Docs", "containerName": "mail"}}, "mail"),
        ({"category": "CustomKeys", "target": URL}, "scans"),
        ({"category": HIDDEN, "target": URL}, "scans"),
    ],
)
@pytest.mark.parametrize("owner", [FOUNDRY, LETTERS], ids=["account", "project"])
def test_a_connection_to_a_store_is_intent(owner: Resource, properties: Json, container: str | None) -> None:
    (link,) = links(FOUNDRY, LETTERS, connection(properties, owner))
    assert (link["signal"], link["strength"], link["container"]) == ("connection", "intent", container)
    what = f"its container {container}" if container else "it"
    assert link["words"] == f"connection inbox of forms leads to {what}"
    assert link["name"] == "forms"


NOT_KNOWN = Unread("the storage account that connection inbox of forms leads to is not known")


@pytest.mark.parametrize(
    ("properties", "doubted"),
    [
        ({"category": "AzureBlob", "target": "https://files.example.com/"}, True),
        ({"category": "AzureStorageAccount", "target": HIDDEN}, True),
        ({"category": "AzureBlob", "metadata": HIDDEN}, True),
        ({"category": "AzureBlob"}, True),
        (HIDDEN, True),
        ({"category": HIDDEN, "target": "https://search.example.com"}, True),
        ({"category": "AzureBlob", "target": "https://far.blob.core.windows.net/one"}, False),
        ({"category": "CognitiveSearch", "target": "https://search.example.com"}, False),
        ({"category": "CustomKeys", "metadata": {"accountName": "docs"}}, False),
        ({}, False),
    ],
)
def test_a_connection_to_a_store_that_is_not_known_is_a_doubt(properties: Json, doubted: bool) -> None:
    assert links(FOUNDRY, connection(properties)) == ([NOT_KNOWN] if doubted else [])


def test_connections_of_accounts_for_another_service_do_not_count() -> None:
    chat = account("chat", kind="OpenAI")
    assert links(chat, connection({"category": "AzureBlob", "target": URL}, chat)) == []
    assert links(connection({"category": "AzureBlob", "target": URL}, child(account("gone"), PROJECT, "x"))) == []


@pytest.mark.parametrize(
    ("owner", "type_name", "why"),
    [
        (FOUNDRY, CONNECTION, "the connection list of forms was not read: 403 AuthorizationFailed"),
        (FOUNDRY, PROJECT, "the project list of forms was not read: 403 AuthorizationFailed"),
        (LETTERS, PROJECT_CONNECTION, "the connections of project letters were not read: 403 AuthorizationFailed"),
    ],
)
def test_connections_that_were_not_read_are_a_doubt(owner: Resource, type_name: str, why: str) -> None:
    assert links(FOUNDRY, LETTERS, gaps=(gap(owner, type_name),)) == [Unread(why)]


def test_accounts_of_other_kinds_have_no_connections_to_be_read() -> None:
    assert links(gaps=(gap(FORMS, CONNECTION), gap(FORMS, PROJECT))) == []


# Logs


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (
            {
                "principal": PRINCIPAL.upper(),
                "storage": "DOCS",
                "container": "scans",
                "reads": 7,
                "writes": 2,
                "deletes": 0,
                "last": "2026-10-31T08:00:00Z",
            },
            (
                "logs show the identity of forms reading and writing blobs of its container scans, "
                "last at 2026-10-31T08:00:00Z"
            ),
        ),
        (
            {"principal": PRINCIPAL, "storage": "docs", "container": "scans", "deletes": 1, "last": HIDDEN},
            "logs show the identity of forms deleting blobs of its container scans",
        ),
        (
            {"principal": PRINCIPAL, "storage": "docs", "container": HIDDEN, "reads": HIDDEN, "writes": True},
            "logs show the identity of forms at work on its blobs",
        ),
    ],
)
def test_logs_are_proof(use: Json, words: str) -> None:
    (link,) = links(document_access(use))
    container = use["container"] if isinstance(use["container"], str) else None
    assert (link["signal"], link["strength"], link["container"]) == ("blobLogs", "proof", container)
    assert (link["words"], link["name"]) == (words, "forms")


@pytest.mark.parametrize(
    "use",
    [
        {"principal": USER, "storage": "docs", "container": "scans", "reads": 7},
        {"principal": PRINCIPAL, "storage": "other", "container": "scans", "reads": 7},
        {"principal": PRINCIPAL, "storage": HIDDEN, "reads": 7},
        {"principal": HIDDEN, "storage": "docs"},
        {},
        HIDDEN,
        7,
    ],
)
def test_logs_of_others_link_nothing_and_hide_nothing(use: Json) -> None:
    assert links(document_access(use)) == []


def test_logs_that_were_not_read_hide_nothing() -> None:
    access = document_access({})
    workspace = Resource({"id": access.owner, "type": WORKSPACE, "name": "logs"})
    assert links(workspace, changed(access, properties=HIDDEN)) == []
    assert links(workspace, gaps=(gap(workspace, access.type), gap(SUBSCRIPTION_ID, WORKSPACE))) == []


# Batch analyses


def batch_results(*containers: Json) -> Resource:
    return child(FORMS, BATCH_RESULTS, "default", containers=list(containers))


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"purpose": "result", "url": URL, "model": "m"}, "a batch analysis with model m wrote results to its container scans"),
        ({"purpose": "source", "url": URL}, "a batch analysis read documents from its container scans"),
        ({"purpose": "source", "url": "https://docs.blob.core.windows.net/"}, "a batch analysis read documents from it"),
        ({"purpose": "source", "url": "https://docs.example.com/scans"}, None),
        (HIDDEN, None),
        ({"url": HIDDEN}, None),
    ],
)  # fmt: skip
def test_batch_analyses_are_proof(item: Json, expected: str | None) -> None:
    found = links(batch_results(item))
    assert [(link["signal"], link["strength"], link["words"]) for link in found] == (
        [] if expected is None else [("batchResults", "proof", expected)]
    )


def test_batches_that_were_not_read_hide_nothing() -> None:
    assert links(Resource({**batch_results().body, "properties": HIDDEN})) == []
