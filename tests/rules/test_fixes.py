"""Laws over the fixes of all rules: what they change, what they warn of, and what they leave to be filled in."""

from __future__ import annotations

import io
import json
import re
import shlex
from dataclasses import replace
from itertools import pairwise
from typing import Any

import hcl2
import pytest
from pycep import BicepParser

from auditor.model.finding import Finding, Subject
from auditor.model.reading import MISSING, Json
from auditor.model.resource import Place, Resource
from auditor.model.types import (
    ACCOUNT,
    CONTAINER,
    DELETED_ACCOUNT,
    ERASURE_REQUEST,
    MODEL,
    STORAGE,
    VAULT,
    WORKSPACE,
)
from auditor.policy.rule import Rule
from auditor.report.fixes.about import Neighbours
from auditor.report.fixes.snippets import PLACEHOLDER, Known, Language, snippets, template
from auditor.report.fixes.values import NAMES, known_about
from tests import builders
from tests.rules.shipped import policy

RULES = policy().rules
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
LANGUAGES: tuple[Language, ...] = ("az", "bicep", "terraform", "arm")
WRITTEN: tuple[Language, ...] = ("az", "bicep", "terraform")


def texts(rule: Rule) -> dict[str, str]:
    return {language: template(rule.fix, language, rule.applies_to[0]) or "" for language in WRITTEN}


# Warnings. Read through rule by rule: a fix warns if it deletes or exposes data, breaks clients, or cannot be undone.

HARMLESS = {
    "DI-ACC-007": "an identity is added to those that are there, and no role is given",
    "DI-ACC-011": "it chooses what the portal offers first; keys go on working",
    "DI-LOG-001": "it adds logs of requests, which hold no documents",
    "DI-LOG-003": "it keeps logs longer, and takes only tables that keep them too briefly",
    "DI-NET-005": "an endpoint is added, and the public way stays",
    "DI-NET-006": "an endpoint is added, and the public way stays",
    "DI-REG-012": "it reads metrics and changes nothing",
}


@each_rule
def test_a_fix_that_harms_has_a_warning(rule: Rule) -> None:
    assert (rule.fix.warning is None) == (rule.id in HARMLESS)


@pytest.mark.parametrize(
    ("rule_id", "words"),
    [
        ("DI-RET-001", ("deletes every block and append blob", "replaces the one that the account has")),
        ("DI-RET-002", ("deletes every block and append blob", "replaces the one that the account has")),
        ("DI-RET-007", ("legal duty", "decision of whoever is responsible")),
        ("DI-RET-010", ("deletes blobs", "replaces the one that the account has")),
        ("DI-REG-002", ("paired region is deleted",)),
        ("DI-ENC-004", ("cannot be turned off again",)),
        ("DI-MDL-006", ("cannot be undone",)),
        ("DI-ACC-001", ("refused",)),
    ],
)
def test_a_warning_names_the_harm(rule_id: str, words: tuple[str, ...]) -> None:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    assert [word for word in words if word not in str(rule.fix.warning)] == []


def test_nobody_is_offered_to_clear_a_legal_hold() -> None:
    assert [rule.id for rule in RULES if "legal-hold clear" in " ".join(texts(rule).values())] == []


# Snippets and what is left in them

CHOICES = {
    "address-of-your-callers": "nothing that was read tells who calls",
    "allowed-region": "which region is meant is a decision",
    "assignment-id": "who loses a role is a decision",
    "gateway": "a gateway of the customer's own is not read",
    "group-of-the-gateway": "a gateway of the customer's own is not read",
    "id-of-a-narrow-role": "which role an application needs is not read",
    "id-of-the-key": "the key is made first",
    "id-of-the-new-key": "the key is made first",
    "id-of-the-subnet": "networks are not read",
    "id-of-the-vault": "the key is made first",
    "key": "the key is made first",
    "model": "the one of a request at hand, which only its caller knows",
    "name-of-the-connection": "a name to choose",
    "name-of-the-endpoint": "a name to choose",
    "narrow-role": "which role an application needs is not read",
    "network": "networks are not read",
    "new-guid": "a name to choose",
    "new-key": "a name to choose",
    "new-name": "a name to choose",
    "new-vault": "a name to choose",
    "principal-id": "who keeps a role is a decision",
    "region-of-the-network": "networks are not read",
    "result": "the one of a request at hand, which only its caller knows",
    "subdomain": "a name to choose that is free in all of Azure, and stays",
    "subnet": "networks are not read",
    "uri-of-a-vault-in-the-region": "the key is made first",
    "uri-of-the-vault": "the key is made first",
    "version": "the key is made first",
    "version-of-the-key": "the key is made first",
    "yesterday-as-2026-01-31T00:00Z": "the day on which the command is run",
}
"""What snippets leave to be filled in, and why no report can: all others are placeholders that a report fills."""


def test_what_is_left_to_fill_in_is_a_choice_or_cannot_be_read() -> None:
    left = {name for rule in RULES for text in texts(rule).values() for name in re.findall(r"<([a-z][\w:-]*)>", text)}
    assert left == set(CHOICES)


@each_rule
def test_each_language_has_a_snippet_and_its_placeholders_are_known(rule: Rule) -> None:
    known = {*NAMES, "lifecycle", *(item.name for item in rule.parameters)}
    for language, text in texts(rule).items():
        assert text, language
        for match in PLACEHOLDER.finditer(text):
            assert match[1] in known, f"{language}: {match[0]} is no placeholder"
            assert text[match.start() - 1] != "$", (
                f"{language}: {match[0]} would be filled in, but is the language's own"
            )


# What a snippet changes: held against the resource that it is rendered for.


def a_store(sku: str, kind: str) -> Resource:
    return Resource(
        {
            **builders.storage(
                "stforms",
                "northeurope",
                sku,
                minimumTlsVersion="TLS1_1",
                primaryEndpoints={"blob": "https://stforms.blob.core.windows.net/"},
                networkAcls={"defaultAction": "Allow", "ipRules": [{"value": "20.3.165.95"}]},
            ).body,
            "kind": kind,
        }
    )


def an_account(kind: str, sku: str, identity: dict[str, Json] | None) -> Resource:
    body = builders.account(
        "di-forms",
        "westeurope",
        kind,
        endpoint="https://forms.cognitiveservices.azure.com/",
        customSubDomainName="forms",
    ).body
    return Resource({**body, "sku": {"name": sku}, "identity": identity})


def resources() -> list[Resource]:
    stores = [
        a_store(sku, kind)
        for sku, kind in (
            ("Standard_LRS", "StorageV2"),
            ("Standard_GRS", "StorageV2"),
            ("Standard_RAGRS", "Storage"),
            ("Standard_ZRS", "StorageV2"),
            ("Standard_RAGZRS", "StorageV2"),
            ("Standard_GRS", "BlobStorage"),
            ("Premium_LRS", "BlockBlobStorage"),
        )
    ]
    users = {"type": "UserAssigned", "userAssignedIdentities": {"/me": {}}}
    accounts = [
        an_account("FormRecognizer", "S0", None),
        an_account("FormRecognizer", "F0", {"type": "SystemAssigned"}),
        an_account("CognitiveServices", "S0", users),
        an_account("AIServices", "S0", {"type": "SystemAssigned", "tenantId": "t"}),
    ]
    others = [
        builders.container(stores[0], "scans", publicAccess="Blob"),
        Resource(
            {
                "id": f"{builders.GROUP}/providers/{VAULT}/kv",
                "type": VAULT,
                "name": "kv",
                "location": "westeurope",
                "properties": {"tenantId": "t", "sku": {"family": "A", "name": "premium"}},
            }
        ),
        Resource(
            {
                "id": f"{builders.GROUP}/providers/{WORKSPACE}/logs",
                "type": WORKSPACE,
                "name": "logs",
                "location": "westeurope",
                "properties": {"sku": {"name": "PerGB2018"}, "retentionInDays": 30},
            }
        ),
        builders.child(accounts[0], MODEL, "claims"),
        Resource(
            {
                "id": f"{builders.SUBSCRIPTION_ID}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/g/deletedAccounts/old",
                "type": DELETED_ACCOUNT,
                "name": "old",
                "location": "westeurope",
            }
        ),
        Resource(
            {
                "id": "/auditor/register/erasureRequests/di-forms/claims",
                "type": ERASURE_REQUEST,
                "name": "claims",
                "properties": {"account": "di-forms", "model": "claims"},
            }
        ),
    ]
    return [*stores, *accounts, *others]


RESOURCES = resources()
CASES = [
    pytest.param(rule, resource, id=f"{rule.id}-{number}-{resource.name}")
    for rule in RULES
    for number, resource in enumerate(RESOURCES)
    if resource.type in rule.applies_to
]


def rendered(rule: Rule, about: Resource, languages: tuple[Language, ...] = LANGUAGES) -> dict[str, str]:
    class Told:
        @staticmethod
        def of(_resource: Resource) -> dict[str, Json]:
            return {}

        @classmethod
        def one(cls, resource: Resource, name: str) -> Json:
            return cls.of(resource).get(name, MISSING)

        @staticmethod
        def forget(_resource: Resource) -> None:
            pass

    place = Place("main.tf", 1, address="azurerm_storage_account.mine")
    finding = Finding(rule.id, "fail", Subject.of(about), ())
    found = builders.snapshot(about, *(RESOURCES[:1] if about.type == CONTAINER else ()))
    chosen = {item.name: item.default for item in rule.parameters}
    known: Known = known_about(finding, rule, {}, chosen, Neighbours(found, Told()))
    at = replace(finding, subject=replace(finding.subject, place=place))
    assert known_about(at, rule, {}, chosen, Neighbours(found, Told())).languages == ("terraform",)
    return {item.language: item.text for item in snippets(rule.fix, replace(known, languages=languages))}


def asked_about(rule: Rule) -> set[str]:
    """The properties that a rule reads, in small letters and without brackets."""

    def fields(value: Any) -> set[str]:
        match value:
            case {"field": str(path), **rest}:
                return {path.lower().replace("[*]", "")} | fields(rest)
            case dict():
                return set().union(*map(fields, value.values()))
            case list():
                return set().union(*map(fields, value))
        return set()

    return fields(rule.check) | fields(rule.where)


ALSO = {
    "DI-ACC-003": {"properties.allowsharedkeyaccess"},
    "DI-ACC-006": {"properties.saspolicy"},
    "DI-ENC-001": {"properties.encryption"},
    "DI-ENC-002": {"properties.encryption"},
    "DI-ENC-005": {"properties.encryption"},
    "DI-NET-001": {"properties.networkacls"},
    "DI-NET-003": {"properties.networkacls"},
    "DI-NET-007": {"properties.allowedfqdnlist"},
    "DI-NET-009": {"properties.networkacls.iprules"},
    "DI-REG-002": {"sku.name"},
    "DI-REG-007": {"properties.encryption.keyvaultproperties"},
    "DI-RET-001": {"children.blobservice.properties"},
    "DI-RET-005": {"children.blobservice.properties.isversioningenabled"},
    "DI-TLS-004": {"properties.minimumtlsversion"},
}
"""Properties that a fix changes and its rule reads by a fact or a child."""


def leaves(value: Json, path: str = "") -> dict[str, Json]:
    if isinstance(value, dict) and (value or not path):
        return {
            key: item
            for name, part in value.items()
            for key, item in leaves(part, f"{path}.{name}".lstrip(".")).items()
        }
    return {path: value}


def templates(text: str) -> list[dict[str, Any]]:
    lines = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("//"))
    found: list[dict[str, Any]] = json.loads(f"[{lines}]")
    return found


def about_the_rule(path: str, rule: Rule) -> bool:
    known = asked_about(rule) | ALSO.get(rule.id, set())
    return any(path == item or path.startswith(f"{item}.") or item.startswith(f"{path}.") for item in known)


@pytest.mark.parametrize(("rule", "resource"), CASES)
def test_bicep_and_arm_json_change_what_the_rule_is_about_and_nothing_else(rule: Rule, resource: Resource) -> None:
    made = rendered(rule, resource)
    text = "\n".join(line for line in made["bicep"].split("\n") if not line.lstrip().startswith("//"))
    if text.strip():
        BicepParser().parse(text=text + "\n")
    read = {path.lower(): value for path, value in leaves(dict(resource.body)).items()}
    for found in templates(made["arm"]):
        inside = found["name"] in {resource.name, f"{resource.name}/default"} and found["type"].startswith(
            resource.type
        )
        head = "children.blobservice." if found["type"].endswith("/blobServices") else ""
        body = {key: value for key, value in found.items() if key not in {"type", "apiVersion", "name", "scope"}}
        if found["type"].endswith("/managementPolicies"):
            assert rule.id in {"DI-RET-001", "DI-RET-002", "DI-RET-010"}
        elif inside:
            for path, value in leaves(body).items():
                place = f"{head}{path}".lower()
                assert about_the_rule(place, rule) or read.get(place) == value, (path, value)
        elif found["name"] == "<new-name>":
            assert found.get("kind") == resource.body.get("kind")
            assert found["sku"]["name"] in {resource.body["sku"]["name"], in_region(resource.body["sku"]["name"])}  # type: ignore[index,call-overload]


def in_region(sku: str) -> str:
    return {
        "Standard_GRS": "Standard_LRS",
        "Standard_RAGRS": "Standard_LRS",
        "Standard_GZRS": "Standard_ZRS",
        "Standard_RAGZRS": "Standard_ZRS",
    }.get(sku, sku)


CHANGED = {
    "DI-ACC-001": {"local_auth_enabled"},
    "DI-ACC-002": {"custom_subdomain_name"},
    "DI-ACC-003": {"shared_access_key_enabled"},
    "DI-ACC-004": {"allow_nested_items_to_be_public"},
    "DI-ACC-005": {"container_access_type"},
    "DI-ACC-006": {"sas_policy"},
    "DI-ACC-007": {"identity"},
    "DI-ACC-008": {"sftp_enabled", "local_user_enabled"},
    "DI-ACC-011": {"default_to_oauth_authentication"},
    "DI-ENC-004": {"purge_protection_enabled"},
    "DI-NET-001": {"network_acls"},
    "DI-NET-002": {"public_network_access_enabled"},
    "DI-NET-003": {"network_rules"},
    "DI-NET-004": {"public_network_access_enabled"},
    "DI-NET-007": {"outbound_network_access_restricted", "fqdns"},
    "DI-NET-008": {"blob_properties"},
    "DI-REG-002": {"account_replication_type"},
    "DI-REG-010": {"cross_tenant_replication_enabled"},
    "DI-REG-011": {"allowed_copy_scope"},
    "DI-RET-001": {"blob_properties"},
    "DI-RET-003": {"blob_properties"},
    "DI-RET-004": {"blob_properties"},
    "DI-RET-005": {"blob_properties"},
    "DI-RET-006": {"blob_properties"},
    "DI-RET-008": {"blob_properties"},
    "DI-TLS-001": {"min_tls_version"},
    "DI-TLS-002": {"https_traffic_only_enabled"},
    "DI-TLS-004": {"min_tls_version"},
}
"""By rule: the arguments that its Terraform changes in a resource that exists."""
EXISTING = {
    "azurerm_cognitive_account",
    "azurerm_key_vault",
    "azurerm_log_analytics_workspace",
    "azurerm_storage_account",
    "azurerm_storage_container",
}


def plain(value: Any) -> Any:
    """What the parser of HCL read, without quotation marks and marks of its own."""
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items() if not str(name).startswith("__")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value[1:-1] if isinstance(value, str) and value.startswith('"') else value


@pytest.mark.parametrize(("rule", "resource"), CASES)
def test_terraform_changes_what_the_rule_is_about_and_nothing_else(rule: Rule, resource: Resource) -> None:
    text = rendered(rule, resource)["terraform"]
    blocks = plain(hcl2.load(io.StringIO(text + "\n"))).get("resource", [])
    changed = set()
    for block in blocks:
        ((kind, labelled),) = block.items()
        ((_, body),) = labelled.items()
        if body.get("name") == "<new-name>":
            assert_made_like(resource, body)
        elif kind in EXISTING:
            changed |= set(body)
    assert changed == (CHANGED.get(rule.id, set()) if blocks else set())


def assert_made_like(resource: Resource, body: dict[str, Any]) -> None:
    """A new resource beside one that exists has its kind and SKU, or that which keeps copies in the region."""
    sku = str(resource.body["sku"]["name"])  # type: ignore[index,call-overload]
    if resource.type == ACCOUNT:
        assert (body["kind"], body["sku_name"]) == (resource.body["kind"], sku)
    else:
        assert f"{body['account_tier']}_{body['account_replication_type']}" in {sku, in_region(sku)}
        assert body["account_kind"] == resource.body["kind"]


@pytest.mark.parametrize(("rule", "resource"), CASES)
def test_commands_name_kind_sku_and_region_as_they_are(rule: Rule, resource: Resource) -> None:
    text = rendered(rule, resource)["az"]
    words = shlex.split(re.sub(r"\\\n", " ", re.sub(r"^\s*#.*$", "", text, flags=re.MULTILINE)))
    sku = (resource.body.get("sku") or {}).get("name")  # type: ignore[union-attr]
    read = {"--kind": resource.body.get("kind"), "--sku": sku, "--location": resource.location}
    for option, value in pairwise(words):
        if option in read and not value.startswith("<"):
            wanted = {read[option], in_region(str(sku))} if rule.id in {"DI-REG-001", "DI-REG-002"} else {read[option]}
            assert value in wanted, f"{option} {value}"


@pytest.mark.parametrize("rule_id", ["DI-RET-001", "DI-RET-002", "DI-RET-010"])
def test_a_lifecycle_rule_is_always_bound_to_containers(rule_id: str) -> None:
    rule = next(rule for rule in RULES if rule.id == rule_id)
    about = RESOURCES[0] if STORAGE in rule.applies_to else next(item for item in RESOURCES if item.type == CONTAINER)
    made = rendered(rule, about)
    (added,) = [item for item in templates(made["arm"]) if item["type"].endswith("/managementPolicies")]
    prefixes = [item["definition"]["filters"]["prefixMatch"] for item in added["properties"]["policy"]["rules"][-1:]]
    assert prefixes == [["<container>/" if about.type == STORAGE else "scans/"]]
    assert "prefix_match" in made["terraform"]
    if rule_id != "DI-RET-010":
        assert re.search(r"cat > lifecycle\.json <<'END'\n\{\"rules\": \[", made["az"])
        assert "prefixMatch" in made["az"]
