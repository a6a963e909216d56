"""Which storage belongs to Document Intelligence: every signal with its strength, and every doubt.

What is expected was written down from the table of signals (models, roles, firewall, CORS, settings, declarations).
"""

from __future__ import annotations

import pytest

from auditor.facts.estate import Estate
from auditor.facts.links import NOT_IN_A_FILE, holds_documents, used_elsewhere
from auditor.model.reading import Json, Unread
from auditor.model.resource import Gap, Resource
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    CLASSIFIER,
    CONTAINER,
    DECLARED_STORAGE,
    MODEL,
    REGISTER_ID,
    ROLE_ASSIGNMENT,
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
    blob_service,
    facts,
    gap,
    grant,
    now,
    snapshot,
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

# Roles


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader"),
        ("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor"),
        ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner"),
    ],
)
def test_a_role_on_blobs_is_a_grant(role: str, name: str) -> None:
    (link,) = links(grant(DOCS.id, role))
    assert (link["signal"], link["strength"], link["container"]) == ("roleAssignment", "grant", None)
    assert link["words"] == f"the identity of forms has {name} on the account"
    assert (link["account"], link["name"], link["region"]) == (FORMS.id, "forms", "westeurope")


@pytest.mark.parametrize(
    "role",
    [
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",  # Reader
        "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",  # Storage Account Contributor, which lists keys
        "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",  # Storage Blob Delegator
        "a97b65f3-24c7-4388-baec-2e87135dc908",  # Cognitive Services User
    ],
)
def test_a_role_without_blobs_is_no_link(role: str) -> None:
    """Whatever else it may do; and whether the definitions of roles were read does not matter."""
    assert links(grant(DOCS.id, role)) == []
    assert links(grant(DOCS.id, role), gaps=(gap(SUBSCRIPTION_ID, ROLE_DEFINITION),)) == []


UNKNOWN_ROLE = "99999999-9999-9999-9999-999999999999"
GRANT = ("roleAssignment", "grant")


@pytest.mark.parametrize(
    ("scope", "role", "found"),
    [
        (f"{DOCS.id}/", BLOB_READER, (*GRANT, None)),
        (DOCS.id.upper(), BLOB_READER.upper(), (*GRANT, None)),
        (f"{DOCS.id}/blobServices/default", BLOB_READER, (*GRANT, None)),
        (f"{DOCS.id}/blobServices/default/containers/scans", BLOB_READER, (*GRANT, "scans")),
        (GROUP, BLOB_READER, (*GRANT, None)),
        (SUBSCRIPTION_ID, BLOB_READER, (*GRANT, None)),
        (f"{DOCS.id}/fileServices/default", BLOB_READER, None),
        (DOCS.id, UNKNOWN_ROLE, None),
        (f"{DOCS.id}/blobServices/default/containers/scans", UNKNOWN_ROLE, None),
        (GROUP, UNKNOWN_ROLE, None),
        (SUBSCRIPTION_ID, UNKNOWN_ROLE, None),
        (f"{DOCS.id}2", BLOB_READER, None),
        (GROUP[:-1], BLOB_READER, None),
        (f"{GROUP}/providers/{STORAGE}/other", BLOB_READER, None),
        (OTHER_SUBSCRIPTION, BLOB_READER, None),
        (f"{FORMS.id}", BLOB_READER, None),
    ],
)
def test_where_a_role_reaches(scope: str, role: str, found: tuple[str, str, str | None] | None) -> None:
    assert told(links(grant(scope, role))) == ([] if found is None else [found])


def inherited(scope: str, subscription: str, role: str = BLOB_READER) -> Resource:
    """A role assignment from above, as the list of a subscription tells it."""
    body = grant(scope, role).body
    return Resource({**body, "id": f"{subscription}/providers/{ROLE_ASSIGNMENT}/{body['name']}"})


@pytest.mark.parametrize("scope", ["/providers/Microsoft.Management/managementGroups/corp", "/"])
def test_a_role_from_above_reaches_the_subscriptions_that_inherit_it(scope: str) -> None:
    assert told(links(inherited(scope, SUBSCRIPTION_ID))) == [(*GRANT, None)]
    assert links(inherited(scope, OTHER_SUBSCRIPTION)) == []
    assert links(inherited(scope, SUBSCRIPTION_ID, UNKNOWN_ROLE)) == []


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("@Resource[…]\n  StringEquals 'scans'", ", under a condition: @Resource[…] StringEquals 'scans'"),
        ("x" * 500, f", under a condition: {'x' * 160}…"),
        (HIDDEN, ", perhaps under a condition, which was not read"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_condition_is_told_and_not_taken_for_a_refusal(condition: Json, words: str) -> None:
    (link,) = links(grant(GROUP, condition=condition, conditionVersion="2.0"))
    assert link["words"] == f"the identity of forms has Storage Blob Data Reader on its resource group{words}"


def test_of_the_same_role_twice_the_nearest_without_a_condition_is_told() -> None:
    narrow, group, wide = grant(DOCS.id, condition="c"), grant(GROUP), grant(SUBSCRIPTION_ID)
    for order in ((narrow, group, wide), (wide, group, narrow)):
        (link,) = links(*order)
        assert link["words"] == "the identity of forms has Storage Blob Data Reader on its resource group"


@pytest.mark.parametrize(
    ("identity", "principal", "linked"),
    [
        ({"principalId": USER.upper()}, USER, True),
        ({"userAssignedIdentities": {"/x": {"principalId": USER, "clientId": "c"}}}, USER, True),
        ({"userAssignedIdentities": {"/x": {"principalId": USER}}}, "c", False),
        ({"type": "None"}, USER, False),
        (None, USER, False),
        ("odd", USER, False),
    ],
)
def test_every_identity_of_the_account_counts(identity: Json, principal: str, linked: bool) -> None:
    found = links(changed(FORMS, identity=identity), grant(DOCS.id, principal=principal))
    assert told(found) == ([(*GRANT, None)] if linked else [])


def test_an_account_for_another_service_does_not_count() -> None:
    chat = account("chat", kind="OpenAI", userOwnedStorage=[{"resourceId": DOCS.id}])
    store = storage(networkAcls={"resourceAccessRules": [{"resourceId": chat.id}]})
    found = snapshot(store, chat, SERVICE, grant(store.id))
    assert facts(found).of(store)["links"] == []
    assert facts(found).of(store)["holdsDocuments"] is False


@pytest.mark.parametrize("kind", ["FormRecognizer", "CognitiveServices", "AIServices", "formrecognizer", None])
def test_accounts_that_may_host_the_service_count(kind: str | None) -> None:
    assert told(links(changed(FORMS, kind=kind), grant(DOCS.id))) == [(*GRANT, None)]


# Models


@pytest.mark.parametrize(
    ("source", "container_name"),
    [
        ({"azureBlobSource": {"containerUrl": URL}}, "scans"),
        ({"azureBlobSource": {"containerUrl": f"{URL}/", "prefix": "2026"}}, "scans"),
        ({"azureBlobFileListSource": {"containerUrl": URL, "fileList": "a.jsonl"}}, "scans"),
        ({"docTypes": {"a": {"azureBlobSource": {"containerUrl": URL}}}}, "scans"),
        ({"azureBlobSource": {"containerUrl": "HTTPS://DOCS.BLOB.core.windows.net/Scans/deeper"}}, "Scans"),
        ({"azureBlobSource": {"containerUrl": "https://docs.dfs.core.windows.net/scans"}}, "scans"),
        ({"azureBlobSource": {"containerUrl": "https://docs.z6.blob.storage.azure.net/scans"}}, "scans"),
        ({"azureBlobSource": {"containerUrl": "https://docs.blob.core.usgovcloudapi.net:443/scans"}}, "scans"),
        ({"azureBlobSource": {"containerUrl": "https://other.blob.core.windows.net/scans"}}, None),
        ({"azureBlobSource": None}, None),
        ({"docTypes": {"a": {"fieldSchema": {"azureBlobSource": {"containerUrl": URL}}}}}, None),
        ({"docTypes": {"a": None}}, None),
        ({"description": URL}, None),
    ],
)
@pytest.mark.parametrize("type_name", [MODEL, CLASSIFIER])
def test_what_a_model_was_trained_from_is_proof(type_name: str, source: Json, container_name: str | None) -> None:
    found = links(trained(source, type_name))
    assert told(found) == ([] if container_name is None else [("trainingSource", "proof", container_name)])
    if found:
        label = "model" if type_name == MODEL else "classifier"
        assert found[0]["words"] == f"{label} invoices was trained from its container {container_name}"
        assert found[0]["name"] == "forms"


def test_of_a_model_whose_account_was_not_seen_only_the_link_is_known() -> None:
    (link,) = links(trained({"azureBlobSource": {"containerUrl": URL}}, owner=account("gone")))
    assert isinstance(link["account"], Unread)
    assert link["strength"] == "proof"


def test_stores_that_are_proven_to_be_used_and_nobody_saw_are_told() -> None:
    far = {"docTypes": {"a": {"azureBlobSource": {"containerUrl": "https://far.blob.x/one"}}}}
    parts = [
        trained({"azureBlobSource": {"containerUrl": URL}}),
        trained(far, CLASSIFIER),
        document_access({"principal": PRINCIPAL, "storage": "Logged", "container": "two", "reads": 1}),
        document_access({"principal": PRINCIPAL, "storage": "docs", "container": "scans", "reads": 1}, "second"),
        document_access({"principal": USER, "storage": "foreign", "container": "two", "reads": 1}, "third"),
    ]
    found = used_elsewhere(Estate(snapshot(DOCS, FORMS, *parts), now()))
    assert [(source.storage, source.container, source.words, source.told_by.name) for source in found] == [
        ("far", "one", "classifier invoices was trained from it", "invoices"),
        ("logged", "two", "logs show the identity of forms reading blobs of its container two", "forms"),
    ]


def test_two_stores_of_one_name_are_neither_of_them_known_as_the_source() -> None:
    """Names are unique in all of Azure, but not in templates that are not deployed yet."""
    twin = changed(storage(), id=f"{SUBSCRIPTION_ID}/resourceGroups/twin/providers/{STORAGE}/docs")
    found = snapshot(DOCS, twin, FORMS, trained({"azureBlobSource": {"containerUrl": URL}}))
    doubt = Unread("model invoices was trained from one of several accounts docs")
    assert [facts(found).of(store)["links"] for store in (DOCS, twin)] == [[doubt], [doubt]]


def test_a_store_of_which_only_its_name_is_known_holds_documents_if_a_model_was_trained_from_it() -> None:
    """As the audit adds it for a store outside of what was read."""
    unseen = Resource(
        {"id": f"/unseen/providers/{STORAGE}/docs", "type": STORAGE, "kind": HIDDEN, "properties": HIDDEN}
    )
    found = facts(snapshot(unseen, FORMS, MODEL_OF_DOCS)).of(unseen)
    assert found["holdsDocuments"] is True
    assert told(found["links"][:1]) == [("trainingSource", "proof", "scans")]


# Settings


@pytest.mark.parametrize(
    ("pattern", "linked"),
    [
        (FORMS.id, True),
        (f"{FORMS.id.upper()}/", True),
        (f"{GROUP}/providers/{ACCOUNT}/*", True),
        (f"{SUBSCRIPTION_ID}/resourceGroups/*/providers/{ACCOUNT}/*", True),
        (f"/subscriptions/*/resourceGroups/*/providers/{ACCOUNT}/*", True),
        (f"{SUBSCRIPTION_ID}/resourceGroups/*/providers/Microsoft.Search/searchServices/*", False),
        (f"{OTHER_SUBSCRIPTION}/resourceGroups/*/providers/{ACCOUNT}/*", False),
        (f"{GROUP}/providers/{ACCOUNT}/other", False),
        ("*", False),
        ("", False),
        (None, False),
    ],
)
def test_a_resource_access_rule_is_intent(pattern: Json, linked: bool) -> None:
    store = storage(networkAcls={"resourceAccessRules": [{"tenantId": "t", "resourceId": pattern}, 7]})
    found = links(store, store=store)
    assert told(found) == ([("resourceAccessRule", "intent", None)] if linked else [])


def test_storage_that_the_account_names_as_its_own_is_intent() -> None:
    for owned, linked in (
        ([{"resourceId": DOCS.id.upper()}], True),
        ([{"resourceId": "/x"}, 7], False),
        ("odd", False),
    ):
        found = links(account("forms", userOwnedStorage=owned))
        assert told(found) == ([("userOwnedStorage", "intent", None)] if linked else [])


@pytest.mark.parametrize(
    ("address", "linked"), [("20.3.165.95", True), ("20.3.165.95/32", True), ("20.3.165.0/24", False), (None, False)]
)
def test_the_address_of_the_studio_is_a_hint_at_some_account(address: Json, linked: bool) -> None:
    store = storage(networkAcls={"ipRules": [{"value": "1.2.3.4"}, {"value": address, "action": "Allow"}]})
    found = links(store, store=store)
    assert told(found) == ([("studioAddress", "hint", None)] if linked else [])
    for link in found:
        assert all(isinstance(link[part], Unread) for part in ("account", "name", "region"))


@pytest.mark.parametrize(
    ("origins", "linked"),
    [
        (["https://documentintelligence.ai.azure.com"], True),
        (["https://x.example", "https://formrecognizer.appliedai.azure.com"], True),
        (["HTTPS://DocumentIntelligence.ai.azure.us"], True),
        (["https://documentintelligence.ai.azure.cn:443"], True),
        (["*"], False),
        (["https://documentintelligence.ai.azure.com.evil.example"], False),
        (["https://[documentintelligence.ai.azure.com"], False),
        ([7, None], False),
        (None, False),
    ],
)
def test_the_origin_of_the_studio_is_a_hint_at_some_account(origins: Json, linked: bool) -> None:
    service = blob_service(DOCS, cors={"corsRules": [{"allowedOrigins": origins}, 7]})
    found = links(service)
    assert told(found) == ([("studioCors", "hint", None)] if linked else [])


# Declarations


def declared(**stated: Json) -> Resource:
    return Resource({"id": f"{REGISTER_ID}/storage/x", "type": DECLARED_STORAGE, "properties": stated})


@pytest.mark.parametrize(
    ("stated", "name"),
    [
        ({"storage": "docs"}, None),
        ({"storage": "DOCS", "account": "FORMS"}, "forms"),
        ({"storage": DOCS.id.upper(), "account": FORMS.id.upper()}, "forms"),
        ({"storage": DOCS.id, "account": "unknown"}, None),
    ],
)
def test_what_the_customer_declares_is_a_link(stated: Json, name: str | None) -> None:
    (link,) = links(declared(**stated))
    assert (link["signal"], link["strength"]) == ("declared", "declared")
    assert link["name"] == name or (name is None and isinstance(link["name"], Unread))
    assert link["words"] == "declared in auditor.yaml"


def test_the_reason_of_a_declaration_is_told() -> None:
    (link,) = links(declared(storage="docs", reason="scans of claims"))
    assert link["words"] == "declared in auditor.yaml: scans of claims"


@pytest.mark.parametrize("stated", [{"storage": "other"}, {"storage": f"{GROUP}/x/docs"}, {}, {"storage": 7}])
def test_a_declaration_of_another_store_is_no_link(stated: Json) -> None:
    assert links(declared(**stated)) == []


# All together


def test_links_stand_strongest_first() -> None:
    store = storage(
        networkAcls={"resourceAccessRules": [{"resourceId": FORMS.id}], "ipRules": [{"value": "20.3.165.95"}]}
    )
    found = links(
        store,
        grant(store.id),
        trained({"azureBlobSource": {"containerUrl": URL}}),
        declared(storage="docs"),
        store=store,
    )
    assert [link["strength"] for link in found] == ["proof", "grant", "intent", "declared", "hint"]


def test_each_account_and_each_container_has_a_link_of_its_own() -> None:
    second = changed(account("second"), identity={"principalId": USER})
    found = links(
        second,
        grant(DOCS.id),
        grant(DOCS.id, principal=USER),
        trained({"docTypes": {name: {"azureBlobSource": {"containerUrl": f"{URL}{name}"}} for name in ("1", "2")}}),
    )
    assert [(link["signal"], link["name"], link["container"]) for link in found] == [
        ("trainingSource", "forms", "scans1"),
        ("trainingSource", "forms", "scans2"),
        ("roleAssignment", "forms", None),
        ("roleAssignment", "second", None),
    ]


def test_of_an_account_without_a_region_the_region_is_unread() -> None:
    (link,) = links(changed(FORMS, location=None), grant(DOCS.id))
    assert link["region"] == Unread("its region was not read")


@pytest.mark.parametrize(
    ("store", "parts", "everything", "holds"),
    [
        (DOCS, (), False, False),
        (DOCS, (), True, True),
        (DOCS, (grant(DOCS.id),), False, True),
        (changed(DOCS, kind="FileStorage"), (grant(DOCS.id),), False, False),
        (changed(DOCS, kind="FileStorage"), (), True, True),
        (changed(DOCS, kind=None), (grant(DOCS.id),), False, True),
        (changed(DOCS, kind=HIDDEN), (), False, False),
        (
            changed(DOCS, kind=HIDDEN),
            (grant(DOCS.id),),
            False,
            Unread("its kind was not read: known only after deployment"),
        ),
        (changed(DOCS, kind=HIDDEN), (trained({"azureBlobSource": {"containerUrl": URL}}),), False, True),
    ],
    ids=range(9),
)
def test_which_storage_holds_documents(
    store: Resource, parts: tuple[Resource, ...], everything: bool, holds: Json
) -> None:
    found = snapshot(store, FORMS, SERVICE, *parts)
    assert facts(found, all_documents=everything).of(store)["holdsDocuments"] == holds


# Doubts

MODELS_UNREAD = "the training sources of each custom model of forms were not read: 403 AuthorizationFailed"
GAPS: list[tuple[Gap, str | None]] = [
    (
        gap(SUBSCRIPTION_ID, ACCOUNT),
        (
            "Document Intelligence accounts in subscription 11111111-1111-1111-1111-111111111111 were not read: "
            "403 AuthorizationFailed"
        ),
    ),
    (
        gap(OTHER_SUBSCRIPTION, ACCOUNT),
        (
            "Document Intelligence accounts in subscription 22222222-2222-2222-2222-222222222222 were not read: "
            "403 AuthorizationFailed"
        ),
    ),
    (gap(FORMS, MODEL), MODELS_UNREAD),
    (gap(SUBSCRIPTION_ID, MODEL), MODELS_UNREAD),
    (
        gap(FORMS, CLASSIFIER),
        "the training sources of each custom classifier of forms were not read: 403 AuthorizationFailed",
    ),
    (
        gap(SUBSCRIPTION_ID, ROLE_ASSIGNMENT),
        (
            "role assignments in subscription 11111111-1111-1111-1111-111111111111 were not read: "
            "403 AuthorizationFailed"
        ),
    ),
    (gap(DOCS, BLOB_SERVICE), "the CORS rules of its blob service were not read: 403 AuthorizationFailed"),
    (gap(DOCS, CONTAINER), None),
    (gap("/x", BLOB_SERVICE), None),
    (gap(SUBSCRIPTION_ID, SUBSCRIPTION), None),
]


@pytest.mark.parametrize(("hidden", "why"), GAPS, ids=range(len(GAPS)))
def test_what_was_not_read_may_hide_links_and_leaves_those_that_are_known(hidden: Gap, why: str | None) -> None:
    parts = [DOCS, FORMS] if hidden.operation.endswith("blobServices/read") else [DOCS, FORMS, SERVICE]
    unlinked = snapshot(*parts, gaps=(hidden,))
    linked = snapshot(*parts, declared(storage="docs"), gaps=(hidden,))
    doubts = [] if why is None else [Unread(why)]
    assert facts(unlinked).of(DOCS)["links"] == doubts
    assert facts(unlinked).of(DOCS)["holdsDocuments"] == (False if why is None else Unread(why))
    assert facts(linked).of(DOCS)["holdsDocuments"] is True
    assert [link if isinstance(link, Unread) else link["signal"] for link in facts(linked).of(DOCS)["links"]] == [
        "declared",
        *doubts,
    ]


def test_models_of_an_account_for_another_service_need_not_be_read() -> None:
    chat = account("chat", kind="OpenAI")
    found = snapshot(DOCS, chat, SERVICE, gaps=(gap(chat, MODEL), gap(chat, CLASSIFIER)))
    assert facts(found).of(DOCS)["holdsDocuments"] is False


def test_the_blob_service_of_one_store_is_no_doubt_about_another() -> None:
    other = storage("other")
    found = snapshot(DOCS, other, FORMS, SERVICE, gaps=(gap(other, BLOB_SERVICE),))
    assert facts(found).of(DOCS)["holdsDocuments"] is False
    assert isinstance(facts(found).of(other)["holdsDocuments"], Unread)


ASSIGNMENT = grant(DOCS.id)
MODEL_OF_DOCS = trained({"azureBlobSource": {"containerUrl": URL}})


@pytest.mark.parametrize(
    "parts",
    [
        (changed(FORMS, kind=HIDDEN),),
        (changed(FORMS, identity=HIDDEN),),
        (changed(FORMS, identity={"principalId": HIDDEN}),),
        (changed(FORMS, identity={"userAssignedIdentities": {"/x": {"principalId": HIDDEN}}}),),
        (changed(FORMS, properties=HIDDEN),),
        (account("forms", userOwnedStorage=[{"resourceId": HIDDEN}]),),
        (changed(ASSIGNMENT, properties=HIDDEN),),
        *(
            (changed(ASSIGNMENT, properties={**ASSIGNMENT.body["properties"], name: HIDDEN}),)
            for name in ("principalId", "scope", "roleDefinitionId")
        ),
        (changed(MODEL_OF_DOCS, properties=HIDDEN),),
        (changed(MODEL_OF_DOCS, properties={"azureBlobSource": {"containerUrl": HIDDEN}}),),
        (changed(DOCS, properties=HIDDEN),),
        (storage(networkAcls=HIDDEN),),
        (storage(networkAcls={"resourceAccessRules": [HIDDEN]}),),
        (storage(networkAcls={"ipRules": [{"value": HIDDEN}]}),),
        (changed(SERVICE, properties=HIDDEN),),
        (blob_service(DOCS, cors={"corsRules": [{"allowedOrigins": [HIDDEN]}]}),),
    ],
    ids=range(18),
)
def test_a_part_that_is_known_only_after_deployment_may_hide_a_link(parts: tuple[Resource, ...]) -> None:
    given = {part.key for part in parts}
    found = snapshot(*parts, *(item for item in (DOCS, FORMS, SERVICE) if item.key not in given))
    store = next(iter(found.of_type(STORAGE)))
    assert isinstance(facts(found).of(store)["holdsDocuments"], Unread)
    assert isinstance(facts(found).of(store)["links"][-1], Unread)


def test_a_role_assignment_of_somebody_else_hides_nothing_whatever_its_scope() -> None:
    body = {"principalId": USER, "scope": HIDDEN, "roleDefinitionId": HIDDEN}
    assert links(changed(ASSIGNMENT, properties=body)) == []


def test_an_assignment_in_another_subscription_hides_nothing_here() -> None:
    far = Resource(
        {"id": f"{OTHER_SUBSCRIPTION}/providers/{ROLE_ASSIGNMENT}/1", "type": ROLE_ASSIGNMENT, "properties": HIDDEN}
    )
    assert links(far) == []
    everywhere = Resource({"id": f"/providers/{ROLE_ASSIGNMENT}/1", "type": ROLE_ASSIGNMENT, "properties": HIDDEN})
    assert links(everywhere) == [Unread("a part of a role assignment was not read")]


def test_a_file_never_shows_that_a_store_holds_no_documents() -> None:
    """Its links may stand in another file; live Azure was read to the end, and has none."""
    store = storage()
    answers = {
        (kind, declared): holds_documents(
            store, Estate(snapshot(store, account(), kind=kind), now(), declared_only=declared)
        )
        for kind in ("azure", "infrastructure")
        for declared in (True, False)
    }
    assert answers == {
        ("azure", True): False,
        ("azure", False): False,
        ("infrastructure", True): NOT_IN_A_FILE,
        ("infrastructure", False): True,
    }
    linked = snapshot(store, account(), grant(store.id), kind="infrastructure")
    assert holds_documents(store, Estate(linked, now())) is True
    files = Resource({**store.body, "kind": "FileStorage"})
    assert holds_documents(files, Estate(snapshot(files, kind="infrastructure"), now())) is False
