"""The fake Azure and its judge: Microsoft's own clients work with it, its answers are valid, its faults are what they say."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
from azure.ai.documentintelligence import DocumentIntelligenceAdministrationClient, DocumentIntelligenceClient
from azure.ai.documentintelligence.aio import (
    DocumentIntelligenceAdministrationClient as AsyncDocumentIntelligenceClient,
)
from azure.core import AzureClouds
from azure.core.exceptions import (
    ClientAuthenticationError,
    DecodeError,
    HttpResponseError,
    IncompleteReadError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.identity.aio import ClientSecretCredential as AsyncClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.cognitiveservices.aio import CognitiveServicesManagementClient as AsyncCognitiveClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient as AsyncSubscriptionClient
from azure.mgmt.storage import StorageManagementClient
from azure.mgmt.storage.aio import StorageManagementClient as AsyncStorageClient

from tests.fakes.azure import (
    Estate,
    FakeAzure,
    RateLimits,
    WriteAttemptedError,
    around,
    estate_large,
    estate_of_every_type,
    estate_small,
    estate_two_subscriptions,
    faults,
)
from tests.fakes.azure import builders as make
from tests.fakes.azure.arm_related import AUTHORIZATION, LOG_ANALYTICS
from tests.fakes.azure.arm_routes import COGNITIVE, INSIGHTS, MANAGEMENT, ROUTES, STORAGE
from tests.fakes.azure.document_intelligence import PREBUILT
from tests.fakes.azure.document_intelligence import ROUTES as DATA_ROUTES
from tests.fakes.azure.limits import Limiter
from tests.fakes.azure.roles import ROLES
from tests.fakes.azure.server import HOSTS
from tests.judges.oav import UNSPECIFIED, objections, the_judge

pytestmark = pytest.mark.xdist_group("fake-azure")

ARM = "https://management.azure.com"
SUBSCRIPTION = f"/subscriptions/{make.SUBSCRIPTION}"
ACCOUNTS = f"{SUBSCRIPTION}/providers/Microsoft.Storage/storageAccounts?api-version={STORAGE}"
DOCS = f"{SUBSCRIPTION}/resourceGroups/documents/providers/Microsoft.Storage/storageAccounts/docsstore"
FORMS = f"{SUBSCRIPTION}/resourceGroups/documents/providers/Microsoft.CognitiveServices/accounts/forms"
MODELS = "https://forms.cognitiveservices.azure.com/documentintelligence/documentModels?api-version=2024-11-30"
ONCE = {"retry_total": 0}


def ask(azure: FakeAzure, url: str, audience: str = "", **options: Any) -> requests.Response:
    """Ask with plain HTTP, through the proxy, with a token for whoever is asked; a path is asked of ARM."""
    url = f"{ARM}{url}" if url.startswith("/") else url
    default = ARM if "//management." in url else "https://cognitiveservices.azure.com"
    headers = {"Authorization": f"Bearer {azure.entra.issue(audience or default)}", **options.pop("headers", {})}
    method = options.pop("method", "GET")
    return requests.request(
        method,
        url,
        headers=headers,
        proxies={"https": azure.proxy_url, "http": azure.proxy_url},
        verify=str(azure.ca_file),
        allow_redirects=False,
        timeout=10,
        **options,
    )


def credential(azure: FakeAzure, secret: str = "") -> ClientSecretCredential:
    entra = azure.entra
    return ClientSecretCredential(entra.tenant_id, entra.client_id, secret or entra.client_secret)


@pytest.fixture
def azure() -> Iterator[FakeAzure]:
    with FakeAzure(estate_two_subscriptions()) as fake, fake.exported():
        yield fake


@pytest.fixture
def small() -> Iterator[FakeAzure]:
    with FakeAzure(estate_small()) as fake, fake.exported():
        yield fake


def test_it_starts_at_once() -> None:
    started = time.perf_counter()
    with FakeAzure(estate_small()):
        assert time.perf_counter() - started < 1


# Microsoft's clients.


def test_the_sync_clients_read_the_whole_estate(azure: FakeAzure) -> None:
    seen = set(read_everything(azure))
    expected = {item["name"] for item in azure.estate.resources if "name" in item}
    assert expected <= seen, expected - seen
    assert azure.hosts == {
        "login.microsoftonline.com",
        "management.azure.com",
        "forms.cognitiveservices.azure.com",
        "mailroom.cognitiveservices.azure.com",
        "trial-forms.cognitiveservices.azure.com",
    }
    assert not azure.refused_hosts
    assert not azure.violations
    assert objections(azure.exchanges) == []


def test_each_route_is_what_the_sync_clients_and_the_specifications_expect() -> None:
    with FakeAzure(estate_of_every_type()) as azure, azure.exported():
        seen = set(read_everything(azure))
    unread = {
        "keys",
        "backups",
        "blobs",
        "docs-endpoint",
        "clean-up",
    }  # without specifications, and so without a client here
    expected = {item["name"] for item in azure.estate.resources if "name" in item} - unread
    assert expected <= seen | {item["name"] for item in azure.estate.resources if "/backupInstances/" in item["id"]}
    assert {item.route for item in azure.calls()} == {route.name for route in (*ROUTES, *DATA_ROUTES)} - UNSPECIFIED
    assert objections(azure.exchanges) == []


def read_everything(azure: FakeAzure) -> Iterator[str]:
    """The names of all that the official clients find, list by list and one by one."""
    key = credential(azure)
    subscriptions = SubscriptionClient(key)
    for found in subscriptions.subscriptions.list():
        identity = str(found.subscription_id)
        assert subscriptions.subscriptions.get(identity).display_name == found.display_name
        assert any(region.name == "westeurope" for region in subscriptions.subscriptions.list_locations(identity))
        yield from read_storage(StorageManagementClient(key, identity, api_version=STORAGE))
        yield from read_cognitive(key, identity)
        authorization = AuthorizationManagementClient(key, identity)
        yield from (str(item.name) for item in authorization.role_assignments.list_for_subscription())
        yield from (str(item.name) for item in authorization.role_definitions.list(f"/subscriptions/{identity}"))
        yield from read_workspaces(subscriptions, f"/subscriptions/{identity}")


def read_storage(client: StorageManagementClient) -> Iterator[str]:
    yield from (str(item.name) for item in client.deleted_accounts.list())
    for account in client.storage_accounts.list():
        yield (name := str(account.name))
        group = str(account.id).split("/")[4]
        assert client.storage_accounts.get_properties(group, name).location == account.location
        yield from diagnostic_settings(client, str(account.id), "/blobServices/default")
        yield from (str(item.name) for item in client.object_replication_policies.list(group, name))
        yield from (str(item.name) for item in client.blob_inventory_policies.list(group, name))
        yield from (str(item.name) for item in client.local_users.list(group, name))
        yield from (str(item.name) for item in client.encryption_scopes.list(group, name))
        yield from (str(item.name) for item in client.storage_task_assignments.list(group, name))
        yield from (str(item.name) for item in client.network_security_perimeter_configurations.list(group, name))
        yield from name_unless_missing(lambda: client.management_policies.get(group, name, "default"))  # noqa: B023
        yield from name_unless_missing(lambda: client.blob_services.get_service_properties(group, name))  # noqa: B023
        if account.kind != "FileStorage":
            yield from (str(item.name) for item in client.blob_containers.list(group, name, include="deleted"))


def read_workspaces(client: Any, scope: str) -> Iterator[str]:
    path = f"{scope}/providers/Microsoft.OperationalInsights/workspaces"
    for workspace in raw(client, path, LOG_ANALYTICS):
        yield workspace["name"]
        for kind in ("tables", "dataExports"):
            yield from (item["name"] for item in raw(client, f"{workspace['id']}/{kind}", LOG_ANALYTICS))


def raw(client: Any, path: str, version: str) -> list[dict[str, Any]]:
    """A list through any client, for what none covers."""
    send = getattr(client, "send_request", None) or client._send_request
    response = send(HttpRequest("GET", f"{path}?api-version={version}"))
    response.raise_for_status()
    found: list[dict[str, Any]] = response.json()["value"]
    return found


def name_unless_missing(read: Callable[[], Any]) -> Iterator[str]:
    try:
        yield read().name
    except HttpResponseError as refusal:
        if refusal.error is None or refusal.error.code not in {
            "ManagementPolicyNotFound",
            "FeatureNotSupportedForAccount",
        }:
            raise


def diagnostic_settings(client: Any, resource_id: str, *below: str) -> Iterator[str]:
    """What no current client covers: a raw request, which works on every client."""
    for owner in (resource_id, *(f"{resource_id}{part}" for part in below)):
        path = f"{owner}/providers/Microsoft.Insights/diagnosticSettings"
        yield from (item["name"] for item in raw(client, path, INSIGHTS))


def read_cognitive(key: ClientSecretCredential, subscription: str) -> Iterator[str]:
    client = CognitiveServicesManagementClient(key, subscription, api_version=COGNITIVE)
    for account in client.accounts.list():
        yield str(account.name)
        assert client.accounts.get("documents", str(account.name)).kind == account.kind
        yield from diagnostic_settings(client, str(account.id))
        perimeters = client.network_security_perimeter_configurations.list("documents", str(account.name))
        yield from (str(item.name) for item in perimeters)
        yield from (str(item.name) for item in client.account_connections.list("documents", str(account.name)))
        for project in client.projects.list("documents", str(account.name)):
            yield str(project.name)
            own = client.project_connections.list("documents", str(account.name), str(project.name).split("/")[1])
            yield from (str(item.name) for item in own)
        if account.properties and account.properties.custom_sub_domain_name:
            endpoint = str(account.properties.endpoint)
            yield from read_models(DocumentIntelligenceAdministrationClient(endpoint, key))
            yield from read_batches(DocumentIntelligenceClient(endpoint, key))
    yield from (str(item.name) for item in client.deleted_accounts.list())


def read_models(client: DocumentIntelligenceAdministrationClient) -> Iterator[str]:
    own = [model for model in client.list_models() if not model.model_id.startswith("prebuilt-")]
    assert client.get_resource_details().custom_document_models.count == len(own)
    for model in own:
        assert model.azure_blob_source is None, "list items do not tell"
        yield model.model_id
        assert client.get_model(model.model_id).azure_blob_source is not None
    for classifier in client.list_classifiers():
        yield classifier.classifier_id
        assert client.get_classifier(classifier.classifier_id).doc_types
    yield from (operation.operation_id for operation in client.list_operations())


def read_batches(client: DocumentIntelligenceClient) -> Iterator[str]:
    for batch in client.list_analyze_batch_results("prebuilt-layout"):
        yield str(batch.result_id)
        path = f"/documentModels/prebuilt-layout/analyzeBatchResults/{batch.result_id}?api-version=2024-11-30"
        found = client.send_request(HttpRequest("GET", path))  # the client has no method for one of them
        assert found.json()["result"]["details"][0]["sourceUrl"]


def test_the_async_clients_read_it_too(azure: FakeAzure) -> None:
    assert asyncio.run(read_asynchronously(azure)) == {
        "docsstore",
        "docscopies",
        "filesonly",
        "forms",
        "mailroom",
        "shared-cognitive",
    }
    assert azure.estate.list_at(f"{FORMS}/documentModels")
    assert objections(azure.exchanges) == []


async def read_asynchronously(azure: FakeAzure) -> set[str]:
    trust: dict[str, Any] = {"connection_verify": str(azure.ca_file)}
    entra = azure.entra
    names: set[str] = set()
    async with (
        AsyncClientSecretCredential(entra.tenant_id, entra.client_id, entra.client_secret, **trust) as key,
        AsyncSubscriptionClient(key, **trust) as subscriptions,
        AsyncStorageClient(key, make.SUBSCRIPTION, api_version=STORAGE, **trust) as storage,
        AsyncCognitiveClient(key, make.SUBSCRIPTION, api_version=COGNITIVE, **trust) as cognitive,
        AsyncDocumentIntelligenceClient("https://forms.cognitiveservices.azure.com", key, **trust) as forms,
    ):
        assert len([item async for item in subscriptions.subscriptions.list()]) == 3
        names |= {str(item.name) async for item in storage.storage_accounts.list()}
        names |= {str(item.name) async for item in cognitive.accounts.list()}
        assert len([item async for item in forms.list_models()]) == len(PREBUILT) + 5
    return names


def test_the_environment_is_all_that_a_program_needs(small: FakeAzure) -> None:
    program = """
import asyncio
from azure.identity.aio import DefaultAzureCredential
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient
async def main():
    async with DefaultAzureCredential() as key, SubscriptionClient(key) as client:
        print([item.display_name async for item in client.subscriptions.list()])
asyncio.run(main())
"""
    environment = {"PATH": os.environ["PATH"], **small.environment}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['Documents (production)']"
    assert small.hosts == {"login.microsoftonline.com", "management.azure.com"}


def test_another_cloud_is_another_set_of_hosts() -> None:
    forms = make.document_intelligence("forms", region="usgovvirginia", cloud="azure.us")
    with FakeAzure(Estate([forms, make.custom_model(forms)])) as azure, azure.exported():
        entra, cloud = azure.entra, AzureClouds.AZURE_US_GOVERNMENT
        key = ClientSecretCredential(
            entra.tenant_id, entra.client_id, entra.client_secret, authority="login.microsoftonline.us"
        )
        subscriptions = SubscriptionClient(key, cloud_setting=cloud)
        assert len(list(subscriptions.subscriptions.list())) == 1
        regions = {str(item.name) for item in subscriptions.subscriptions.list_locations(make.SUBSCRIPTION)}
        assert {"usgovvirginia", "usgovtexas"} <= regions
        scopes = ["https://cognitiveservices.azure.us/.default"]
        models = DocumentIntelligenceAdministrationClient(
            forms["properties"]["endpoint"], key, credential_scopes=scopes
        )
        assert models.get_model("invoices-v3").azure_blob_source is not None
        assert azure.hosts == {
            "login.microsoftonline.us",
            "management.usgovcloudapi.net",
            "forms.cognitiveservices.azure.us",
        }


def test_many_accounts_come_in_pages() -> None:
    with FakeAzure(estate_large(25, subscriptions=2), page_size=10) as azure:
        links, names = (
            [
                f"/subscriptions/44444444-aaaa-4bbb-8ccc-000000000000/providers/Microsoft.Storage/storageAccounts?api-version={STORAGE}"
            ],
            [],
        )
        for link in links:
            page = ask(azure, link).json()
            names += [item["name"] for item in page["value"]]
            links += [page["nextLink"]] if "nextLink" in page else []
        assert names == [f"docs{number:05d}" for number in range(0, 25, 2)]
        assert len(links) == 2


# What ARM does on its own.


@pytest.mark.parametrize("cloud", ["management.azure.com", "management.usgovcloudapi.net"])
def test_lists_link_to_the_host_that_was_asked(azure: FakeAzure, cloud: str) -> None:
    page = ask(azure, f"https://{cloud}/subscriptions?api-version=2022-12-01", f"https://{cloud}").json()
    assert page["nextLink"].startswith(f"https://{cloud}/subscriptions?")


def test_regions_have_pairs_and_kinds(small: FakeAzure) -> None:
    regions = {
        item["name"]: item for item in ask(small, f"{SUBSCRIPTION}/locations?api-version=2022-12-01").json()["value"]
    }
    assert regions["westeurope"]["metadata"]["pairedRegion"][0]["name"] == "northeurope"
    assert regions["polandcentral"]["metadata"]["pairedRegion"] == []
    assert regions["europe"]["metadata"]["regionType"] == "Logical"
    pairs = {
        item["metadata"]["pairedRegion"][0]["name"] for item in regions.values() if item["metadata"].get("pairedRegion")
    }
    assert pairs <= set(regions)


@pytest.mark.parametrize(
    ("version", "code"),
    [
        ("", "MissingApiVersionParameter"),
        ("?api-version=", "MissingApiVersionParameter"),
        ("?api-version=1999-01-01", "InvalidApiVersionParameter"),
    ],
)
def test_the_api_version_is_asked_for(small: FakeAzure, version: str, code: str) -> None:
    response = ask(small, DOCS + version)
    assert (response.status_code, response.json()["error"]["code"]) == (400, code)


def test_any_version_passes_where_that_is_wanted() -> None:
    with FakeAzure(estate_small(), any_api_version=True) as azure:
        assert ask(azure, f"{DOCS}?api-version=2026-09-01").status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{DOCS}x?api-version={STORAGE}", "ResourceNotFound"),
        (f"{DOCS}x/blobServices/default?api-version={STORAGE}", "ResourceNotFound"),
        (f"{DOCS}x/blobServices/default/containers?api-version={STORAGE}", "ResourceNotFound"),
        (f"{DOCS}x/managementPolicies/default?api-version={STORAGE}", "ResourceNotFound"),
        (f"{DOCS}x/objectReplicationPolicies?api-version={STORAGE}", "ResourceNotFound"),
        (f"{DOCS}x/providers/Microsoft.Insights/diagnosticSettings?api-version={INSIGHTS}", "ResourceNotFound"),
        ("/subscriptions/nobody/locations?api-version=2022-12-01", "SubscriptionNotFound"),
        (f"{DOCS}/fileServices/default?api-version={STORAGE}", "InvalidResourceType"),
    ],
)
def test_what_is_not_there_is_not_found(small: FakeAzure, path: str, code: str) -> None:
    response = ask(small, path)
    assert (response.status_code, response.json()["error"]["code"]) == (404, code)


def test_ids_ignore_case(small: FakeAzure) -> None:
    assert ask(small, f"{DOCS.upper()}?api-version={STORAGE}").json()["name"] == "docsstore"
    below = DOCS.lower().replace("storageaccounts", "STORAGEaccounts")
    assert ask(small, f"{below}/BlobServices/Default/containers?api-version={STORAGE}").json()["value"]


def test_a_wrong_page_token_is_refused(small: FakeAzure) -> None:
    assert ask(small, f"{ACCOUNTS}&$skiptoken=nonsense").json()["error"]["code"] == "InvalidSkipToken"
    assert ask(small, f"{MODELS}&nextLink=nonsense").status_code == 400


def test_deleted_containers_come_only_when_asked_for() -> None:
    def names(azure: FakeAzure, query: str = "") -> list[str]:
        url = f"{DOCS}/blobServices/default/containers?api-version={STORAGE}{query}"
        return [item["name"] for item in ask(azure, url).json()["value"]]

    with FakeAzure(estate_small(), page_size=10) as azure:
        assert names(azure) == ["training", "invoices"]
        assert names(azure, "&$include=deleted") == ["training", "invoices", "invoices-old"]
        assert names(azure, "&$include=deleted&$maxpagesize=1") == ["training"]


def test_an_untouched_blob_service_answers_with_defaults(azure: FakeAzure) -> None:
    scratch = f"/subscriptions/{make.OTHER_SUBSCRIPTION}/resourceGroups/documents/providers/Microsoft.Storage/storageAccounts/scratch"
    properties = ask(azure, f"{scratch}/blobServices/default?api-version={STORAGE}").json()["properties"]
    assert properties["deleteRetentionPolicy"] == {"allowPermanentDelete": False, "enabled": False}


def test_role_assignments_are_inherited_and_filtered() -> None:
    def scopes(azure: FakeAzure, subscription: str, condition: str = "") -> set[str]:
        url = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleAssignments?api-version={AUTHORIZATION}"
        items = ask(azure, url + condition).json()["value"]
        return {item["properties"]["scope"].rpartition("/")[2] for item in items}

    with FakeAzure(estate_two_subscriptions(), page_size=100) as azure:
        assert scopes(azure, make.SUBSCRIPTION) == {"docsstore", "contoso-production", "contoso", ""}
        assert scopes(azure, make.OTHER_SUBSCRIPTION) == {"trialdocs", "contoso", ""}
        assert scopes(azure, make.SUBSCRIPTION, "&$filter=atScope()") == {"contoso-production", "contoso", ""}
        assert scopes(azure, make.SUBSCRIPTION, f"&$filter=principalId eq '{make.principal_of(FORMS)}'") == {
            "docsstore"
        }


def test_role_definitions_are_microsofts_and_the_customers() -> None:
    def roles(azure: FakeAzure, subscription: str, condition: str = "") -> list[dict[str, Any]]:
        path = f"/subscriptions/{subscription}/providers/Microsoft.Authorization/roleDefinitions"
        found: list[dict[str, Any]] = ask(azure, f"{path}?api-version={AUTHORIZATION}{condition}").json()["value"]
        assert all(item["id"].startswith(f"{path}/") for item in found)
        return found

    with FakeAzure(estate_of_every_type(), page_size=100) as azure:
        everything = roles(azure, make.SUBSCRIPTION)
        assert {item["name"] for item in everything} >= set(ROLES.values())
        (own,) = roles(azure, make.SUBSCRIPTION, "&$filter=type eq 'CustomRole'")
        assert own["properties"]["roleName"] == "Document courier"
        assert len(roles(azure, make.SUBSCRIPTION, "&$filter=type eq 'BuiltInRole'")) == len(everything) - 1
        odd = (
            f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions?api-version={AUTHORIZATION}&$filter=odd"
        )
        assert ask(azure, odd).json()["error"]["code"] == "UnsupportedQuery"


def test_what_surrounds_nothing_is_not_found() -> None:
    logs = f"{SUBSCRIPTION}/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces"
    with FakeAzure(estate_of_every_type()) as azure:
        for path in (
            f"{FORMS}x/projects?api-version={COGNITIVE}",
            f"{FORMS}/projects/none/connections?api-version={COGNITIVE}",
            f"{DOCS}x/localUsers?api-version={STORAGE}",
            f"{logs}/none/tables?api-version={LOG_ANALYTICS}",
        ):
            refused = ask(azure, path)
            assert (refused.status_code, refused.json()["error"]["code"]) == (404, "ResourceNotFound"), path


def test_lists_that_the_specifications_do_not_page_come_whole() -> None:
    tables = f"{SUBSCRIPTION}/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/audit/tables"
    with FakeAzure(estate_of_every_type(), page_size=1) as azure:
        body = ask(azure, f"{tables}?api-version={LOG_ANALYTICS}").json()
    assert len(body["value"]) == 3
    assert "nextLink" not in body


def test_operations_do_not_tell_what_came_of_them() -> None:
    forms = make.document_intelligence("forms")
    done = around.operation(forms, result={"modelId": "invoices-v3", "createdDateTime": "2026-11-23T07:30:00Z"})
    with FakeAzure(Estate([forms, done])) as azure:
        (listed,) = ask(azure, MODELS.replace("documentModels", "operations")).json()["value"]
        assert objections(azure.exchanges) == []
    assert (listed["kind"], "result" in listed) == ("documentModelCopyTo", False)


def test_management_groups_know_what_lies_below() -> None:
    def below(azure: FakeAzure, group: str) -> list[str]:
        url = f"{make.management_group(group)}/descendants?api-version={MANAGEMENT}"
        return [item["name"] for item in ask(azure, url).json()["value"]]

    with FakeAzure(estate_two_subscriptions(), page_size=100) as azure:
        assert below(azure, "contoso") == ["contoso-production", make.SUBSCRIPTION, make.OTHER_SUBSCRIPTION]
        assert below(azure, "Contoso-Production") == [make.SUBSCRIPTION]
        missing = f"{make.management_group('nobody')}/descendants?api-version={MANAGEMENT}"
        assert ask(azure, missing).status_code == 404


def test_answers_carry_arms_headers(small: FakeAzure) -> None:
    headers = ask(small, ACCOUNTS).headers
    assert headers["x-ms-ratelimit-remaining-subscription-reads"] == "250"
    assert headers["x-ms-request-id"] == headers["x-ms-correlation-request-id"]
    assert ask(small, "/subscriptions?api-version=2022-12-01").headers["x-ms-ratelimit-remaining-tenant-reads"]


def test_long_answers_are_compressed_for_those_who_take_it(azure: FakeAzure) -> None:
    assert ask(azure, ACCOUNTS).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in ask(azure, ACCOUNTS, headers={"Accept-Encoding": "identity"}).headers
    first, second = azure.calls("storageAccounts")
    assert first.body == second.body


# Signing in.


def test_a_wrong_secret_is_refused_as_entra_does(small: FakeAzure) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215: Invalid client secret provided"):
        credential(small, "wrong").get_token(f"{ARM}/.default")
    assert "wrong" not in repr(small.exchanges)


@pytest.mark.parametrize(
    ("tenant", "client", "scope", "code"),
    [
        ("11111111-2222-3333-4444-555555555555", "", f"{ARM}/.default", "Unable to get authority configuration"),
        ("", "11111111-2222-3333-4444-555555555555", f"{ARM}/.default", "AADSTS700016"),
        ("", "", "https://graph.example/.default", "AADSTS500011"),
    ],
)
def test_other_mistakes_of_signing_in(small: FakeAzure, tenant: str, client: str, scope: str, code: str) -> None:
    entra = small.entra
    key = ClientSecretCredential(tenant or entra.tenant_id, client or entra.client_id, entra.client_secret)
    with pytest.raises(ClientAuthenticationError, match=code):
        key.get_token(scope)


@pytest.mark.parametrize("url", [ACCOUNTS, MODELS])
def test_nothing_is_told_without_a_good_token(small: FakeAzure, url: str) -> None:
    right = ARM if url.startswith("/") else "https://cognitiveservices.azure.com"
    wrong = "https://cognitiveservices.azure.com" if url.startswith("/") else ARM
    forged = small.entra.issue(right)[:-8] + "AAAAAAAA"
    for header in (
        "",
        "Basic dXNlcjpwYXNz",
        f"Bearer {forged}",
        f"Bearer {small.entra.issue(wrong)}",
        f"Bearer {small.entra.issue(right, lifetime=-60)}",
        "Bearer rubbish",
    ):
        response = ask(small, url, headers={"Authorization": header})
        assert response.status_code == 401, header
        if url.startswith("/"):
            assert response.headers["WWW-Authenticate"].startswith("Bearer authorization_uri=")
    assert ask(small, url).status_code == 200


def test_records_keep_no_secrets(small: FakeAzure) -> None:
    token = credential(small).get_token(f"{ARM}/.default").token
    ask(small, ACCOUNTS, headers={"Authorization": f"Bearer {token}"})
    written = repr(small.exchanges)
    assert token not in written
    assert small.entra.client_secret not in written
    assert small.calls()[-1].request_headers["Authorization"] == f"Bearer for {ARM}"


# The proxy.


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://evil.example/", "not allowed"),
        ("https://management.azure.com.evil.example/", "not allowed"),
        ("https://management.azure.com:8443/", "port 8443"),
        ("https://nobody.cognitiveservices.azure.com/", "no such host"),
        ("http://management.azure.com/", "plain HTTP (GET)"),
    ],
)
def test_the_proxy_refuses_and_writes_down(small: FakeAzure, url: str, why: str) -> None:
    if url.startswith("http://"):
        assert ask(small, url).status_code == 403
    else:
        with pytest.raises(requests.exceptions.ProxyError):
            ask(small, url)
    assert [tunnel.refused for tunnel in small.proxy_log] == [why]
    assert not small.hosts
    assert not small.exchanges


def test_every_allowed_host_has_a_certificate(small: FakeAzure) -> None:
    for host in HOSTS:
        name = host.replace("*", "westeurope") if "api.cognitive" in host else host.replace("*", "forms")
        small.estate._accounts_by_host[name] = make.document_intelligence()
        name = host.replace("*", "docsstore") if ".blob." in host else name
        assert ask(small, f"https://{name}/").status_code in {400, 401, 404, 409}


# Document Intelligence.


def test_the_switches_of_the_data_plane() -> None:
    with FakeAzure(estate_small(), sources_in_lists=True, page_size=50) as azure:
        assert "azureBlobSource" in ask(azure, MODELS).json()["value"][-1]
    closed = make.document_intelligence("forms", public_network="Disabled")
    walled = make.document_intelligence("walled", network="Deny")
    with FakeAzure(Estate([closed, walled]), inside_network=False) as azure:
        assert "Public access is disabled" in ask(azure, MODELS).text
        assert "Virtual Network/Firewall" in ask(azure, MODELS.replace("forms.", "walled.")).text


def test_what_the_data_plane_refuses(azure: FakeAzure) -> None:
    assert ask(azure, MODELS.replace("2024-11-30", "2020-01-01")).status_code == 404
    assert ask(azure, MODELS.replace("?", "/nothing?")).json()["error"]["innererror"]["code"] == "ModelNotFound"
    regional = ask(
        azure, "https://westeurope.api.cognitive.microsoft.com/documentintelligence/info?api-version=2024-11-30"
    )
    assert "custom subdomain" in regional.json()["error"]["message"]


# Writes.


def test_a_write_is_refused_and_does_not_go_unnoticed() -> None:
    with (
        pytest.raises(WriteAttemptedError, match=r"PUT https://management\.azure\.com"),
        FakeAzure(estate_small()) as azure,
    ):
        assert ask(azure, f"{DOCS}?api-version={STORAGE}", method="PUT", json={}).status_code == 405
    assert [item.method for item in azure.violations] == ["PUT"]


def test_the_sdk_writes_by_itself_when_a_provider_is_not_registered() -> None:
    broken = faults.Unregistered("storageAccounts")
    with FakeAzure(estate_small(), [broken], tolerate_writes=True) as azure, azure.exported():
        client = StorageManagementClient(credential(azure), make.SUBSCRIPTION, api_version=STORAGE)
        with pytest.raises(HttpResponseError, match="MissingSubscriptionRegistration"):
            list(client.storage_accounts.list())
    assert [item.path for item in azure.violations] == [f"{SUBSCRIPTION}/providers/Microsoft.Storage/register"]


# Rights.


def test_rights_that_are_missing_are_named() -> None:
    granted = {"Microsoft.Resources/*/read", "Microsoft.Storage/storageAccounts/read"}
    with FakeAzure(estate_small(), granted=granted) as azure:
        assert ask(azure, ACCOUNTS).status_code == 200
        assert len(ask(azure, "/subscriptions?api-version=2022-12-01").json()["value"]) == 1
        response = ask(azure, f"{DOCS}/blobServices/default/containers?api-version={STORAGE}")
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "AuthorizationFailed"
        message = response.json()["error"]["message"]
        assert "'Microsoft.Storage/storageAccounts/blobServices/containers/read'" in message
        assert f"over scope '{DOCS}/blobServices/default'" in message
        assert objections(azure.exchanges) == []


def test_rights_can_differ_by_scope() -> None:
    granted = {SUBSCRIPTION: ["*/read"], f"{DOCS}/blobServices": []}
    with FakeAzure(estate_two_subscriptions(), granted=granted) as azure:
        visible = ask(azure, "/subscriptions?api-version=2022-12-01").json()["value"]
        assert [item["displayName"] for item in visible] == ["Documents (production)"]
        assert ask(azure, ACCOUNTS).status_code == 200
        other = ACCOUNTS.replace(make.SUBSCRIPTION, make.OTHER_SUBSCRIPTION)
        assert f"over scope '/subscriptions/{make.OTHER_SUBSCRIPTION}'" in ask(azure, other).text
        refused = ask(azure, MODELS)
        assert (refused.status_code, refused.json()["error"]["code"]) == (401, "PermissionDenied"), (
            "Reader reads no data"
        )


def test_permissions_are_what_was_granted_at_the_subscription_and_above() -> None:
    def permissions(granted: Any) -> list[dict[str, Any]]:
        with FakeAzure(estate_small(), granted=granted) as azure:
            path = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/permissions?api-version={AUTHORIZATION}"
            found: list[dict[str, Any]] = ask(azure, path).json()["value"]
        return found

    nothing_taken = {"notActions": [], "notDataActions": []}
    assert permissions(None) == [{"actions": ["*"], "dataActions": ["*"], **nothing_taken}]
    assert permissions(["*/read"]) == [{"actions": ["*/read"], "dataActions": [], **nothing_taken}]
    own = {"/": ["microsoft.authorization/*"], SUBSCRIPTION: ["microsoft.storage/*"], DOCS: ["*"]}
    both = ["microsoft.authorization/*", "microsoft.storage/*"]
    assert permissions(own) == [{"actions": both, "dataActions": both, **nothing_taken}]


def test_data_actions_are_told_apart() -> None:
    granted = {"Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read"}
    with FakeAzure(estate_small(), granted=granted) as azure:
        assert ask(azure, MODELS).status_code == 200
        assert ask(azure, MODELS.replace("documentModels", "documentClassifiers")).status_code == 401
        assert ask(azure, MODELS.replace("documentModels", "info")).status_code == 401


# Limits.


def test_the_storage_provider_counts_lists() -> None:
    with FakeAzure(estate_small(), limits=RateLimits(storage_lists=3, speed=100)) as azure:
        answers = [ask(azure, ACCOUNTS) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[-1].headers["Retry-After"] == "3"
        assert ask(azure, f"{DOCS}?api-version={STORAGE}").status_code == 200, "reads have their own count"
        assert objections(azure.exchanges) == []


def test_each_region_has_its_own_storage_provider() -> None:
    with FakeAzure(estate_two_subscriptions(), limits=RateLimits(storage_reads=1)) as azure:
        here, there = (
            f"{DOCS}?api-version={STORAGE}",
            f"{DOCS.replace('docsstore', 'docscopies')}?api-version={STORAGE}",
        )
        assert [ask(azure, url).status_code for url in (here, there, here)] == [200, 200, 429]


def test_limits_follow_their_clock() -> None:
    now = [0.0]
    limiter = Limiter(RateLimits(), clock=lambda: now[0])
    assert all(limiter.take("a", None) is None for _ in range(250))
    refused = limiter.take("a", None)
    assert refused is not None
    assert (refused.limit, refused.seconds) == ("arm", 1)
    assert limiter.take("b", None) is None, "each subscription has its own bucket"
    now[0] = 4.0
    assert sum(limiter.take("a", "list") is None for _ in range(200)) == 100
    now[0] = 305.0
    assert limiter.take("a", "list") is None


# Faults.


def listing(azure: FakeAzure, **options: Any) -> list[str]:
    """List the storage accounts with the official client."""
    client = StorageManagementClient(credential(azure), make.SUBSCRIPTION, api_version=STORAGE, **options)
    return [str(item.name) for item in client.storage_accounts.list()]


def disturbed(*switches: faults.Fault, **options: Any) -> FakeAzure:
    return FakeAzure(estate_two_subscriptions(), switches, **options)


LISTS = "Storage/storageAccounts\\?"


def test_forbidden() -> None:
    with disturbed(faults.Forbidden(LISTS), faults.Forbidden("documentModels")) as azure, azure.exported():
        with pytest.raises(
            HttpResponseError,
            match=r"not have authorization to perform action 'Microsoft\.Storage/storageAccounts/read'",
        ):
            listing(azure)
        assert ask(azure, MODELS).status_code == 401
        assert azure.calls()[0].faults == ("Forbidden",)


def test_not_found() -> None:
    with disturbed(
        faults.NotFound("managementPolicies"), faults.NotFound("blobServices", "ContainerNotFound")
    ) as azure:
        assert ask(azure, f"{DOCS}/managementPolicies/default").json()["error"]["code"] == "ResourceNotFound"
        assert ask(azure, f"{DOCS}/blobServices/default").json()["error"]["code"] == "ContainerNotFound"


def test_throttled_and_then_not() -> None:
    with disturbed(faults.Throttled(LISTS, 0.05, times=2)) as azure, azure.exported():
        assert listing(azure) == ["docsstore", "docscopies", "filesonly"]
        assert [item.status for item in azure.calls()] == [429, 429, 200, 200]
        assert azure.calls()[0].headers["Retry-After"] == "0.05"


def test_server_errors() -> None:
    with disturbed(faults.ServerError(LISTS, 502, skip=1)) as azure, azure.exported():
        assert len(listing(azure, retry_backoff_factor=0.01)) == 3
        assert [item.status for item in azure.calls()] == [200, 502, 200], "the second page is tried again"


def test_cut_connection() -> None:
    broken = pytest.raises((ServiceResponseError, IncompleteReadError, ServiceRequestError))
    with disturbed(faults.CutConnection(LISTS)) as azure, azure.exported(), broken:
        listing(azure, **ONCE)


def test_stall() -> None:
    with (
        disturbed(faults.Stall(LISTS, 20.0)) as azure,
        azure.exported(),
        pytest.raises(ServiceResponseError, match="timed out"),
    ):
        listing(azure, read_timeout=0.1, **ONCE)


@pytest.mark.parametrize(
    "fault",
    [
        faults.BrokenJson(LISTS),
        faults.WrongEncoding(LISTS),
        faults.WrongEncoding(LISTS, "utf-16"),
        faults.HtmlBody(LISTS, 200),
    ],
    ids=["broken", "latin-1", "utf-16", "html"],
)
def test_bodies_that_are_no_json(fault: faults.Fault) -> None:
    with (
        disturbed(fault) as azure,
        azure.exported(),
        pytest.raises((DecodeError, HttpResponseError, UnicodeError, ValueError)),
    ):
        listing(azure, **ONCE)


def test_a_body_that_is_not_compressed_as_it_says() -> None:
    with (
        disturbed(faults.WrongEncoding(LISTS, "gzip")) as azure,
        pytest.raises(requests.exceptions.ContentDecodingError),
    ):
        ask(azure, ACCOUNTS)


@pytest.mark.parametrize("value", [[], "text", None, 7, {"value": {"a": 1}}, {"value": [None]}])
def test_odd_shapes(value: Any) -> None:
    with disturbed(faults.OddShape(LISTS, value)) as azure:
        response = ask(azure, ACCOUNTS)
        assert (response.status_code, response.json()) == (200, value)
        assert objections(azure.exchanges, disturbed={"OddShape"})


def test_changed_bodies() -> None:
    first = faults.Changed(LISTS, faults.without("value"), times=1)
    with disturbed(first, faults.Changed(LISTS, faults.items_without("id"), skip=1)) as azure:
        assert set(ask(azure, ACCOUNTS).json()) == {"nextLink"}
        assert all("id" not in item for item in ask(azure, ACCOUNTS).json()["value"])


def test_pages_that_never_end() -> None:
    with disturbed(faults.LoopingPages(LISTS)) as azure:
        url = f"{ARM}{ACCOUNTS}"
        assert ask(azure, url).json()["nextLink"] == url


def test_the_sdk_takes_its_token_to_another_host_and_the_proxy_stops_it() -> None:
    with disturbed(faults.ForeignNextLink(LISTS)) as azure, azure.exported():
        with pytest.raises(ServiceRequestError):
            listing(azure, **ONCE)
        assert azure.refused_hosts == {"evil.example"}


def test_redirects_to_another_host_end_at_the_proxy() -> None:
    with disturbed(faults.Redirect(LISTS)) as azure, azure.exported():
        with pytest.raises(ServiceRequestError):
            listing(azure, **ONCE)
        assert azure.refused_hosts == {"evil.example"}


def test_a_token_that_ran_out() -> None:
    with disturbed(faults.ExpiredToken(LISTS)) as azure:
        assert ask(azure, ACCOUNTS).json()["error"]["code"] == "ExpiredAuthenticationToken"
        assert ask(azure, ACCOUNTS).status_code == 200


def test_the_page_of_a_proxy_in_between() -> None:
    with disturbed(faults.HtmlBody(LISTS)) as azure:
        response = ask(azure, ACCOUNTS)
        assert (response.status_code, response.headers["Content-Type"]) == (502, "text/html; charset=utf-8")


def test_faults_combine_from_the_outside_in() -> None:
    with disturbed(faults.Throttled(LISTS), faults.BrokenJson(LISTS)) as azure:
        assert ask(azure, ACCOUNTS).status_code == 429
        with pytest.raises(ValueError, match=r"Unterminated|Expecting|delimiter"):
            ask(azure, ACCOUNTS).json()
        assert [item.faults for item in azure.exchanges] == [("Throttled", "BrokenJson"), ("BrokenJson",)]
        assert objections(azure.exchanges) == [], "the answers were spoilt on purpose"


def test_a_mistake_in_a_fault_does_not_go_unnoticed() -> None:
    with (
        pytest.raises(KeyError, match="nothing"),
        disturbed(faults.Changed(LISTS, lambda body: body["nothing"])) as azure,
    ):
        assert ask(azure, ACCOUNTS).status_code == 500


def test_a_fake_can_be_slow_and_counts_what_comes_at_once() -> None:
    async def many(azure: FakeAzure) -> None:
        await asyncio.gather(*(asyncio.to_thread(ask, azure, ACCOUNTS) for _ in range(4)))

    with FakeAzure(estate_small(), latency=0.2) as azure:
        asyncio.run(many(azure))
        assert azure.most_at_once == 4


# The judge.


def body_of_accounts() -> dict[str, Any]:
    return {"value": [make.storage_account()]}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda account: account["properties"].update(isHnsEnabled="no"), "INVALID_TYPE"),
        (lambda account: account["properties"].update(invented=True), "OBJECT_ADDITIONAL_PROPERTIES"),
        (lambda account: account["properties"].update(creationTime="yesterday"), "INVALID_FORMAT"),
        (lambda account: account["properties"]["networkAcls"].pop("defaultAction"), "OBJECT_MISSING_REQUIRED_PROPERTY"),
        (lambda account: account.pop("id"), "MISSING_RESOURCE_ID"),
    ],
)
def test_the_judge_catches_what_is_broken(change: Callable[[dict[str, Any]], Any], code: str) -> None:
    body = body_of_accounts()
    assert the_judge().judge(f"{ARM}{ACCOUNTS}", 200, body).objections == ()
    change(body["value"][0])
    assert code in {item.code for item in the_judge().judge(f"{ARM}{ACCOUNTS}", 200, body).objections}


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{ARM}{ACCOUNTS.replace(STORAGE, '2019-06-01')}", 200),
        (f"{ARM}{SUBSCRIPTION}/providers/Microsoft.Storage/unheardOf?api-version={STORAGE}", 200),
        (f"{ARM}{ACCOUNTS}", 418),
        (f"{ARM}{ACCOUNTS}", 201),
        ("https://forms.cognitiveservices.azure.com/documentintelligence/unheardOf?api-version=2024-11-30", 200),
    ],
)
def test_the_judge_knows_versions_paths_and_statuses(url: str, status: int) -> None:
    assert the_judge().judge(url, status, body_of_accounts()).objections


def test_the_judge_knows_what_can_be_asked_for() -> None:
    containers = f"{ARM}{DOCS}/blobServices/default/containers?api-version={STORAGE}"
    assert the_judge().judge(f"{containers}&$include=deleted&$skiptoken=x", 200, {"value": []}).objections == ()
    (objection,) = the_judge().judge(f"{containers}&include=deleted", 200, {"value": []}).objections
    assert (objection.where, objection.code) == ("request", "UNDECLARED_QUERY")


def test_the_judge_reads_the_data_plane_too() -> None:
    good = make.custom_model(FORMS)["properties"]
    assert the_judge().judge(MODELS, 200, {"value": [good]}).objections == ()
    bad = {**good, "createdDateTime": "yesterday"}
    assert the_judge().judge(MODELS, 200, {"value": [bad]}).objections


def test_what_azure_itself_does_is_forgiven() -> None:
    url = f"{ARM}/subscriptions?api-version=2022-12-01"
    last_page = {"value": [make.subscription()], "count": {"type": "Total", "value": 1}}
    assert the_judge().judge(url, 200, last_page).objections == ()
    assert len(the_judge().judge(url, 200, last_page, forgive=False).objections) == 2
    throttled = {"error": {"code": "TooManyRequests", "message": "Later."}}
    assert the_judge().judge(f"{ARM}{ACCOUNTS}", 429, throttled).objections == ()
    assert the_judge().judge(f"{ARM}{ACCOUNTS}", 429, throttled, forgive=False).objections
