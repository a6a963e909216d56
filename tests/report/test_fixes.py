"""Snippets of fixes: how placeholders are filled, lifecycle rules merged, ARM JSON written, and warnings put first."""

from __future__ import annotations

import io
import json
import re
import subprocess
import unicodedata
from dataclasses import replace
from typing import Any

import hcl2
import pytest
from pycep import BicepParser

from auditor.model.finding import Finding, Subject
from auditor.model.reading import MISSING, Json, Unread
from auditor.model.resource import Place, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import (
    ACCOUNT,
    BACKUP_INSTANCE,
    BACKUP_VAULT,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    ERASURE_REQUEST,
    LIFECYCLE_POLICY,
    MODEL,
    OBJECT_REPLICATION,
    OPERATION,
    STORAGE,
    STORAGE_PERIMETER,
    WORKSPACE,
    WORKSPACE_TABLE,
)
from auditor.policy.rule import Fix, Parameter
from auditor.report.fixes import bicep
from auditor.report.fixes.about import Neighbours
from auditor.report.fixes.arm import from_bicep
from auditor.report.fixes.lifecycle import NOT_READ, Lifecycle
from auditor.report.fixes.snippets import Known, Language, Values, as_mapping, fill, snippets
from auditor.report.fixes.values import NAMES, in_general, known_about, languages_of
from auditor.report.formats import FORMATS
from tests import builders as estates
from tests import needs
from tests.report import builders

LANGUAGES: tuple[Language, ...] = ("az", "bicep", "terraform", "arm")
HOSTILE = [name for name in builders.HOSTILE if "\ud800" not in name]


def filled(text: str, language: Language = "az", **values: Any) -> str:
    """A snippet with these values, each a text, several, or None for what was not read."""
    return fill(text, language, Known(STORAGE, values=several(values)))


def several(values: dict[str, Any]) -> Values:
    return {name: value if isinstance(value, tuple) else (value,) for name, value in values.items()}


# Filling


def shell(text: str, **values: Any) -> list[str]:
    """The words that a shell makes of a filled snippet."""
    script = f"printf '%s\\n' {filled(text, **values)}"
    done = subprocess.run([needs.tool("bash"), "-c", script], capture_output=True, check=True, text=True, timeout=10)
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_shell_takes_a_hostile_name_for_one_word(name: str) -> None:
    tame = "".join("�" if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in name)
    tame = re.sub("^[@-]", "�", tame)
    for text in ("{name}", "'{name}'", '"{name}"', "a\\'{name}", "--x={name} # not {name}", "'it '\"is '{name}'\""):
        (word,) = shell(text, name=name)
        assert tame in word
    assert shell("{name} # it's {name}\n", name=name) == [tame]


@pytest.mark.parametrize("text", ['"$(echo {name})"', "`echo {name}`", '"$(echo "{name}")"', "$(cat <<E\n{name}\nE\n)"])
def test_where_quotes_nest_odd_letters_are_dropped(text: str) -> None:
    assert shell(text, name="a$(id)'\"`b") == ["a__id____b"]


@pytest.mark.parametrize(
    ("language", "wanted"),
    [("bicep", "name: 'a\\'b\"c\\\\d\\${e}%{f}'"), ("terraform", "name: 'a'b\\\"c\\\\d$${e}%%{f}'")],
)
def test_bicep_and_terraform_strings_stay_closed(language: Language, wanted: str) -> None:
    assert filled("name: '{name}'", language, name="a'b\"c\\d${e}%{f}") == wanted


@pytest.mark.parametrize(("language", "sign"), [("az", "#"), ("bicep", "//"), ("terraform", "#")])
def test_what_was_not_read_is_said_and_no_other_brace_is_touched(language: Language, sign: str) -> None:
    text = filled("x {replicationType} {other} {name}", language, replicationType=None, name="docs")
    assert text == f"{sign} Not known here: <replication-type>.\nx <replication-type> {{other}} docs"


def test_a_command_stands_for_each_value_and_not_at_all_for_none() -> None:
    text = "a --name {name} \\\n  --rule {rule} --of {of}\nb {name}\n"
    assert filled(text, name="x", rule=("1", "2"), of=("p", None)) == (
        "# Not known here: <of>.\na --name x \\\n  --rule 1 --of p\na --name x \\\n  --rule 2 --of <of>\nb x"
    )
    assert filled(text, name="x", rule=(), of=()) == "b x"


def test_a_declaration_whose_head_names_several_stands_for_each() -> None:
    text = "resource {rule} 'T@1' = {\n  name: '{name}-{rule}'\n}\n"
    assert filled(text, "bicep", name="x", rule=("a", "b")) == (
        "resource a 'T@1' = {\n  name: 'x-a'\n}\nresource b 'T@1' = {\n  name: 'x-b'\n}"
    )
    assert filled(text, "bicep", name="x", rule=()) == ""
    by_line = 'resource "t" "{name}" {\n  list = [\n    "{rule}",\n  ]\n}\n'
    assert filled(by_line, "terraform", name="x", rule=("a", "b")) == (
        'resource "t" "x" {\n  list = [\n    "a",\n    "b",\n  ]\n}'
    )


def test_in_a_terraform_file_an_id_is_the_address() -> None:
    known = Known(STORAGE, values=several({"id": "/x"}), address="azurerm_storage_account.docs")
    assert fill('id = "{id}"', "terraform", known) == "id = azurerm_storage_account.docs.id"
    assert fill("id: '{id}'", "bicep", known) == "id: '/x'"


# ARM JSON


def test_arm_json_is_what_the_bicep_says() -> None:
    text = """
// A comment.
resource documents 'Microsoft.Storage/storageAccounts@2025-01-01' existing = { name: 'it\\'s' }

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-01-01' = {
  parent: documents
  name: 'default'
  properties: { enabled: false, days: 7, none: null, list: [ 'a', '[x]' ], 'odd key': '\\${x}\\n' }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'logs'
  of: documents.id
}
"""
    found = from_bicep(text)
    assert found is not None
    comment, _, rest = found.partition("\n")
    assert comment == "// A comment."
    assert json.loads(f"[{rest}]") == [
        {
            "type": "Microsoft.Storage/storageAccounts/blobServices",
            "apiVersion": "2025-01-01",
            "name": "it's/default",
            "properties": {"enabled": False, "days": 7, "none": None, "list": ["a", "[[x]"], "odd key": "${x}\n"},
        },
        {
            "type": "Microsoft.Insights/diagnosticSettings",
            "apiVersion": "2021-05-01-preview",
            "name": "logs",
            "of": "[resourceId('Microsoft.Storage/storageAccounts', 'it''s')]",
            "scope": "[resourceId('Microsoft.Storage/storageAccounts/blobServices', 'it''s', 'default')]",
        },
    ]


@pytest.mark.parametrize(
    "body",
    [
        "{ name: guid('x') }",
        "{ name: '${x}' }",
        "[for x in y: { name: x }]",
        "{ name: 'a', x: a }",
        "{",
        "{ x: 1 }",
        "{ name: 'a', x }",
    ],
)
def test_what_is_more_than_data_is_refused(body: str) -> None:
    assert from_bicep(f"resource a 'T@1' = {body}") is None


def test_a_resource_that_stands_for_a_value_is_refused() -> None:
    assert from_bicep("resource a 'T@1' existing = { name: 'a' }\nresource b 'T@1' = { name: 'b', x: a }") is None


def test_what_a_blob_service_gets_stands_below_its_account() -> None:
    changes = {"sku.name": "x", "children.blobService.properties.isVersioningEnabled": False}
    found = json.loads(
        f"[{str(from_bicep(bicep.declared(changes, STORAGE))).partition(chr(123))[2].join((chr(123), ''))}]"
    )
    assert [(item["type"], item["name"]) for item in found] == [
        (STORAGE, "{name}"),
        (f"{STORAGE}/blobServices", "{name}/default"),
    ]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_value_in_bicep_and_arm_json(name: str) -> None:
    known = Known(STORAGE, ("bicep", "arm"), several({"name": name}))
    made = {
        item.language: item.text for item in snippets(Fix("Do.", set={"properties.minimumTlsVersion": "{name}"}), known)
    }
    tame = "".join("�" if unicodedata.category(letter) in {"Cc", "Cf"} else letter for letter in name)
    escaped = f"[{tame}" if tame.startswith("[") else tame
    body = json.loads("\n".join(line for line in made["arm"].split("\n") if not line.startswith("//")))
    assert (body["name"], body["properties"]) == (escaped, {"minimumTlsVersion": escaped})


def test_bicep_writes_any_json() -> None:
    value = {"a": [1, 1.5, True, None, {}, []], "odd key": "it's ${x}\n\\"}
    text = f"resource a 'T@1' = {{\n  name: 'n'\n  p: {bicep.literal(value)}\n}}"
    found = json.loads(str(from_bicep(text.replace("1.5", "1"))))
    assert found["p"] == {"a": [1, 1, True, None, {}, []], "odd key": "it's ${x}\n\\"}


# Lifecycle rules

ARCHIVE: dict[str, Json] = {
    "name": "Archive",
    "enabled": False,
    "type": "Lifecycle",
    "definition": {
        "filters": {
            "blobTypes": ["blockBlob"],
            "prefixMatch": ['logs/a"${b}'],
            "blobIndexMatch": [{"name": "kind", "op": "==", "value": "log"}],
        },
        "actions": {
            "baseBlob": {
                "tierToCool": {"daysAfterLastAccessTimeGreaterThan": 30.0},
                "tierToArchive": {"daysAfterModificationGreaterThan": 90.0, "daysAfterLastTierChangeGreaterThan": 7},
                "enableAutoTierToHotFromCool": True,
            },
            "snapshot": {"tierToCold": {"daysAfterCreationGreaterThan": 9.0}},
            "version": {"delete": {"daysAfterCreationGreaterThan": 400}},
        },
    },
}
NEW: dict[str, Any] = {
    "name": "delete-documents",
    "enabled": True,
    "type": "Lifecycle",
    "definition": {
        "filters": {"blobTypes": ["blockBlob", "appendBlob"], "prefixMatch": ["scans/"]},
        "actions": {
            part: {"delete": {"daysAfterCreationGreaterThan": 0}} for part in ("baseBlob", "snapshot", "version")
        },
    },
}


def test_the_rules_that_are_there_stay_in_every_language() -> None:
    kept = Lifecycle((ARCHIVE,), ("scans",))
    assert json.loads(f"[{kept.written('az')}]") == [ARCHIVE, NEW]
    declared = from_bicep(f"resource a 'T@1' = {{\n  name: 'n'\n  rules: [\n{kept.written('bicep')}\n  ]\n}}")
    assert json.loads(str(declared))["rules"] == [ARCHIVE, NEW]
    archive, new = (plain(block) for block in hcl2.load(io.StringIO(kept.written("terraform") + "\n"))["rule"])
    assert archive == {
        "name": "Archive",
        "enabled": False,
        "filters": [
            {
                "blob_types": ["blockBlob"],
                "prefix_match": ['logs/a\\"$${b}'],
                "match_blob_index_tag": [{"name": "kind", "operation": "==", "value": "log"}],
            }
        ],
        "actions": [
            {
                "base_blob": [
                    {
                        "tier_to_cool_after_days_since_last_access_time_greater_than": 30,
                        "tier_to_archive_after_days_since_modification_greater_than": 90,
                        "tier_to_archive_after_days_since_last_tier_change_greater_than": 7,
                        "auto_tier_to_hot_from_cool_enabled": True,
                    }
                ],
                "snapshot": [{"tier_to_cold_after_days_since_creation_greater_than": 9}],
                "version": [{"delete_after_days_since_creation": 400}],
            }
        ],
    }
    assert new["filters"] == [{"blob_types": ["blockBlob", "appendBlob"], "prefix_match": ["scans/"]}]
    assert new["actions"][0]["base_blob"] == [{"delete_after_days_since_creation_greater_than": 0}]


def plain(value: Any) -> Any:
    """What the parser of HCL read, without quotation marks and marks of its own."""
    if isinstance(value, dict):
        return {plain(name): plain(item) for name, item in value.items() if not str(name).startswith("__")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value[1:-1] if isinstance(value, str) and value.startswith('"') else value


def test_a_rule_takes_ten_prefixes_and_a_name_that_is_free() -> None:
    names = tuple(f"c{number}" for number in range(11))
    there = {**NEW, "name": "Delete-Documents"}
    rules = json.loads(f"[{Lifecycle((there,), names).written('az')}]")
    assert [rule["name"] for rule in rules] == ["Delete-Documents", "delete-documents-2", "delete-documents-3"]
    prefixes = [rule["definition"]["filters"]["prefixMatch"] for rule in rules[1:]]
    assert prefixes == [[f"c{number}/" for number in range(10)], ["c10/"]]


def test_no_rule_is_without_a_prefix_and_none_overwrites_what_was_not_read() -> None:
    for language in ("az", "bicep", "terraform"):
        assert "<container>/" in Lifecycle().written(language)
        assert NOT_READ in Lifecycle(None, ("scans",)).written(language)
    with pytest.raises(Exception, match="Unexpected"):
        hcl2.load(io.StringIO(Lifecycle(None, ("scans",)).written("terraform")))


def test_a_condition_that_terraform_does_not_have_is_no_terraform() -> None:
    rule = {"name": "x", "definition": {"actions": {"snapshot": {"tierToHot": {"daysAfterCreationGreaterThan": 1}}}}}
    assert '"<snapshot.tierToHot.daysAfterCreationGreaterThan>" = 1' in Lifecycle((rule, 7), ()).written("terraform")


@pytest.mark.parametrize(
    "odd",
    [
        7,
        {"definition": 7},
        {"definition": {"filters": 7, "actions": [7]}},
        {"definition": {"filters": {"blobTypes": 7, "blobIndexMatch": [7]}, "actions": {"baseBlob": {"delete": 7}}}},
        {"definition": {"actions": {"baseBlob": {"delete": {"x\n}": "${y}"}, "tierToCool": None}, "version": 7}}},
    ],
)
def test_a_rule_of_an_odd_shape_breaks_nothing(odd: Any) -> None:
    for language in ("az", "bicep", "terraform"):
        assert "scans/" in Lifecycle((odd,), ("scans",)).written(language)
    assert json.loads(f"[{Lifecycle((odd,), ()).written('az')}]")[0] == odd


# Values


def values_of(about: Resource, *around: Resource, facts: dict[str, Json] | None = None, **chosen: Json) -> Known:
    """What every placeholder stands for, about a resource in an estate."""
    text = " ".join(f"{{{name}}}" for name in NAMES) + "\n{lifecycle}"
    return of(about, estates.snapshot(about, *around), Fix("Do.", az=text), facts, **chosen)


def of(about: Resource, found: Snapshot, fix: Fix, facts: dict[str, Json] | None = None, **chosen: Json) -> Known:
    class Told:
        @staticmethod
        def of(resource: Resource) -> dict[str, Json]:
            return facts or {} if resource is about else LINKED

        @classmethod
        def one(cls, resource: Resource, name: str) -> Json:
            return cls.of(resource).get(name, MISSING)

        @staticmethod
        def forget(_resource: Resource) -> None:
            pass

    rule = replace(builders.TLS, fix=fix, parameters=tuple(Parameter(name, 1) for name in chosen))
    finding = Finding("DI-TLS-001", "fail", Subject.of(about), ())
    return known_about(finding, rule, facts or {}, chosen, Neighbours(found, Told()))


DI = estates.account(endpoint="https://di.cognitiveservices.azure.com/")
LINKED: dict[str, Json] = {"links": [{"account": DI.id.upper(), "region": "westeurope"}, Unread("x")]}


@pytest.mark.parametrize(
    ("sku", "wanted"),
    [
        ("Standard_LRS", ("Standard", "LRS", "Standard_LRS", "LRS")),
        ("Standard_GRS", ("Standard", "GRS", "Standard_LRS", "LRS")),
        ("Standard_RAGRS", ("Standard", "RAGRS", "Standard_LRS", "LRS")),
        ("Standard_GZRS", ("Standard", "GZRS", "Standard_ZRS", "ZRS")),
        ("Standard_RAGZRS", ("Standard", "RAGZRS", "Standard_ZRS", "ZRS")),
        ("Premium_ZRS", ("Premium", "ZRS", "Premium_ZRS", "ZRS")),
        (Unread("x"), (None, None, None, None)),
        (7, (None, None, None, None)),
    ],
)
def test_a_sku_is_that_which_was_read_or_the_plain_change_into_its_region(sku: Any, wanted: tuple[str, ...]) -> None:
    values = values_of(estates.storage(sku=sku)).values
    names = ("tier", "replicationType", "localSku", "localReplicationType")
    assert tuple(values[name][0] for name in names) == wanted


@pytest.mark.parametrize(
    ("identity", "wanted"),
    [
        (None, "SystemAssigned"),
        ({"type": "None"}, "SystemAssigned"),
        ({"type": "UserAssigned"}, "SystemAssigned, UserAssigned"),
        ({"type": "SystemAssigned, UserAssigned"}, "SystemAssigned, UserAssigned"),
    ],
)
def test_no_identity_is_taken_away(identity: Json, wanted: str) -> None:
    assert values_of(Resource({**DI.body, "identity": identity})).values["identityType"] == (wanted,)


def test_values_of_a_documents_store() -> None:
    store = estates.storage(
        sku="Standard_ZRS",
        minimumTlsVersion="TLS1_3",
        primaryEndpoints={"blob": "https://docs.z6.blob.storage.azure.net/"},
        networkAcls={
            "ipRules": [{"value": "52.0.0.0/8"}, {"value": "20.3.165.95"}],
            "resourceAccessRules": [{"tenantId": "t", "resourceId": DI.id}, {"resourceId": "/search"}],
        },
    )
    state = {"state": "Unlocked"}
    held = estates.container(
        store,
        "held",
        hasLegalHold=True,
        immutabilityPolicy={"properties": state, "etag": "0"},
        hasImmutabilityPolicy=True,
    )
    timed = estates.container(
        store,
        "timed",
        hasLegalHold=False,
        immutabilityPolicy={"properties": state, "etag": "1"},
        hasImmutabilityPolicy=True,
    )
    locked = estates.container(
        store, "locked", hasLegalHold=False, immutabilityPolicy={"properties": {"state": "Locked"}}
    )
    policies = [
        estates.child(store, OBJECT_REPLICATION, name, destinationAccount=to)
        for name, to in (("p", "/far"), ("q", "near"))
    ]
    perimeter = f"{estates.GROUP}/providers/Microsoft.Network/networkSecurityPerimeters/nsp"
    inside = estates.child(
        store,
        STORAGE_PERIMETER,
        "x",
        networkSecurityPerimeter={"id": perimeter},
        resourceAssociation={"name": "docs-in nsp", "accessMode": "Learning"},
    )
    vault = Resource({"id": f"{estates.GROUP}/providers/{BACKUP_VAULT}/bv", "type": BACKUP_VAULT, "name": "bv"})
    other = estates.child(vault, BACKUP_INSTANCE, "other")
    backup = estates.child(vault, BACKUP_INSTANCE, "bi", dataSourceInfo={"resourceID": store.id.upper()})
    edges = [
        {"via": "objectReplication", "to": "/FAR", "leavesRegion": True},
        {"via": "backup", "to": vault.id, "leavesRegion": False, "leavesSubscription": Unread("x")},
        Unread("x"),
    ]
    facts: dict[str, Json] = {
        **LINKED,
        "residency": {"edges": edges},
        "network": {"addresses": [{"value": "52.0.0.0/8", "wide": True}, {"value": "20.3.165.95", "wide": False}]},
        "retention": {
            "lifecycle": [
                {"container": "held", "deletesBlobs": True, "deletesSnapshots": True, "deletesVersions": True},
                {"container": "timed", "deletesBlobs": True, "deletesSnapshots": False, "deletesVersions": True},
                {"container": Unread("x"), "deletesBlobs": False},
            ]
        },
    }
    known = values_of(store, DI, held, timed, locked, *policies, inside, vault, backup, other, facts=facts)
    wanted = {
        "raisedTls": ("TLS1_3",),
        "blobHost": ("docs.z6.blob.storage.azure.net",),
        "wideAddress": ("52.0.0.0/8",),
        "narrowAddress": ("20.3.165.95",),
        "address": ("52.0.0.0/8", "20.3.165.95"),
        "accessRule": ("/search",),
        "accessRuleTenant": (None,),
        "linkedAccount": (DI.id,),
        "linkedTenant": (None,),
        "linkedRegion": ("westeurope",),
        "heldContainer": ("held", "timed"),
        "unlockedContainer": ("timed",),
        "immutabilityEtag": ("1",),
        "documentContainer": ("held", "timed"),
        "replicationPolicy": ("p",),
        "perimeter": ("nsp",),
        "perimeterGroup": ("docs",),
        "association": ("docs-in nsp",),
        "associationSymbol": ("docs_in_nsp",),
        "perimeterProfile": (None,),
        "backupInstance": ("bi",),
        "backupVault": ("bv",),
        "backupGroup": ("docs",),
        "farBackupInstance": (),
        "storageName": ("docs",),
        "accountName": (),
        "logged": (f"{store.id}/blobServices/default",),
        "label": ("documents",),
    }
    assert {name: known.values[name] for name in wanted} == wanted
    assert known.lifecycle == Lifecycle((), ("timed",))


def test_the_lifecycle_is_what_was_read_whole() -> None:
    store, box = estates.storage(), estates.container(estates.storage(), "inbox")
    policy = estates.lifecycle(store, estates.delete_rule())
    rules = policy.body["properties"]["policy"]["rules"]
    assert values_of(store, policy).lifecycle == Lifecycle(tuple(rules), ())
    assert values_of(box, store, policy).lifecycle == Lifecycle(tuple(rules), ("inbox",))
    partly = estates.lifecycle(store, {"name": Unread("known only after deployment")})
    assert values_of(store, partly).lifecycle.rules is None
    on_hold = estates.container(store, "inbox", hasLegalHold=True)
    covered: dict[str, Json] = {"retention": {"lifecycle": [{"container": "inbox", "deletesBlobs": False}]}}
    assert values_of(store, policy, box, facts=covered).lifecycle.containers == ("inbox",)
    assert values_of(store, policy, on_hold, facts=covered).lifecycle.containers == ()
    assert values_of(on_hold, store, policy).lifecycle.containers == ()
    hidden = estates.snapshot(store, gaps=(estates.gap(store, LIFECYCLE_POLICY),))
    assert of(store, hidden, Fix("Do.", az="{lifecycle}")).lifecycle == Lifecycle(None)


def test_values_of_an_account() -> None:
    key = {"keyVaultUri": "https://v/", "keyName": "k", "keyVersion": "1"}
    hub = Resource(
        {
            **DI.body,
            "properties": {
                **DI.body["properties"],
                "encryption": {"keyVaultProperties": key},
                "allowedFqdnList": ["a", 7],
            },
        }
    )
    store = estates.storage(primaryEndpoints={"blob": "https://docs.blob.core.windows.net/"})
    copies = [
        estates.child(hub, OPERATION, str(number), kind="documentModelCopyTo", resourceLocation=address)
        for number, address in enumerate(
            (
                "https://far.cognitiveservices.azure.com/documentintelligence/documentModels/m",
                "https://northeurope.api.cognitive.microsoft.com/documentintelligence/documentModels/n",
                "https://di.cognitiveservices.azure.com/documentintelligence/documentModels/own",
                "https://[",
            )
        )
    ]
    values = values_of(hub, store, *copies).values
    wanted = {
        "keyVaultUri": ("https://v/",),
        "keyName": ("k",),
        "keyVersion": ("1",),
        "allowedHost": ("a",),
        "storageHost": ("docs.blob.core.windows.net",),
        "endpoint": ("di.cognitiveservices.azure.com",),
        "copyEndpoint": ("far.cognitiveservices.azure.com", None),
        "copyPath": ("documentintelligence/documentModels/m", "documentintelligence/documentModels/n"),
        "accountName": ("di",),
        "logged": (hub.id,),
        "label": ("document_intelligence",),
        "type": (ACCOUNT,),
    }
    assert {name: values[name] for name in wanted} == wanted


def test_bodies_of_an_odd_shape_break_nothing_and_a_type_may_be_spelled_otherwise() -> None:
    acls = {"ipRules": 7, "resourceAccessRules": {"x": 1}}
    store = estates.storage(sku="odd", networkAcls=acls, primaryEndpoints=7)
    shouted = Resource({**store.body, "type": STORAGE.upper()})
    facts: dict[str, Json] = {"retention": {"lifecycle": Unread("x")}, "network": {"addresses": Unread("x")}}
    known = values_of(shouted, facts=facts)
    assert known.type == STORAGE
    assert (known.values["type"], known.values["address"], known.values["accessRule"]) == ((STORAGE,), (), ())
    assert values_of(estates.account(allowedFqdnList=7, endpoint=7)).values["allowedHost"] == ()
    broken = estates.child(DI, MODEL, "m", azureBlobSource={"containerUrl": "https://["}, docTypes={"a": 7})
    assert values_of(broken, DI).values["trainingAccount"] == (None,)


def test_values_of_logs() -> None:
    def a_workspace(name: str, location: str, **properties: Json) -> Resource:
        return Resource(
            {
                "id": f"{estates.GROUP}/providers/{WORKSPACE}/{name}",
                "type": WORKSPACE,
                "name": name,
                "location": location,
                "properties": properties,
            }
        )

    near, far = a_workspace("near", "westeurope"), a_workspace("far", "northeurope", customerId="c")
    settings = [
        Resource(
            {
                "id": f"{DI.id}/providers/{DIAGNOSTIC_SETTING}/{name}",
                "type": DIAGNOSTIC_SETTING,
                "name": name,
                "properties": {"workspaceId": to, "logs": []},
            }
        )
        for name, to in (("to-near", near.id), ("to-far", far.id.upper()))
    ]
    facts: dict[str, Json] = {"residency": {"edges": [{"via": "logs", "to": far.id, "leavesRegion": True}]}}
    values = values_of(DI, near, far, *settings, facts=facts).values
    assert values["workspace"] == ("c",)
    assert (values["farSetting"], values["farSettingSymbol"]) == (("to-far",), ("to_far",))
    assert values["workspaceInRegion"] == (near.id,)
    unread = values_of(DI, facts=facts).values
    assert (unread["workspace"], unread["farSetting"], unread["farSettingSymbol"]) == (
        (None,),
        (None,),
        ("farSetting",),
    )


def test_values_of_models_and_of_what_is_to_be_erased() -> None:
    model = estates.child(
        DI,
        MODEL,
        "claims",
        azureBlobSource={"containerUrl": "https://docs.blob.core.windows.net/train?x", "prefix": "a/"},
    )
    request = Resource(
        {
            "id": "/auditor/register/erasureRequests/di/claims",
            "type": ERASURE_REQUEST,
            "name": "claims",
            "properties": {"account": "DI", "model": "claims"},
        }
    )
    wanted = {
        "endpoint": ("di.cognitiveservices.azure.com",),
        "collection": ("documentModels",),
        "model": ("claims",),
        "trainingAccount": ("docs",),
        "trainingContainer": ("train",),
        "trainingPrefix": ("a/",),
        "deletedAccount": (),
    }
    for about, around in ((model, (DI,)), (request, (DI, model))):
        values = values_of(about, *around).values
        assert {name: values[name] for name in wanted} == wanted
    gone = Resource(
        {
            "id": f"{estates.SUBSCRIPTION_ID}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/g/deletedAccounts/di",
            "type": DELETED_ACCOUNT,
            "name": "di",
        }
    )
    values = values_of(request, gone).values
    assert [values[name] for name in ("deletedAccount", "deletedGroup", "deletedLocation", "endpoint")] == [
        ("di",),
        ("g",),
        ("westeurope",),
        (),
    ]
    assert values_of(request).values["endpoint"] == values_of(request).values["trainingPrefix"] == (None,)


@pytest.mark.parametrize(
    ("endpoint", "audience"),
    [
        ("https://di.cognitiveservices.azure.us/", "https://cognitiveservices.azure.us"),
        ("https://di.cognitiveservices.azure.cn/", "https://cognitiveservices.azure.cn"),
        ("https://di.cognitiveservices.azure.com/", "https://cognitiveservices.azure.com"),
        (Unread("x"), "https://cognitiveservices.azure.com"),
    ],
)
def test_a_token_is_asked_for_the_cloud_of_the_endpoint(endpoint: Json, audience: str) -> None:
    assert values_of(estates.account(endpoint=endpoint)).values["audience"] == (audience,)


def test_values_of_a_workspace() -> None:
    logs = Resource(
        {
            "id": f"{estates.GROUP}/providers/{WORKSPACE}/log-1",
            "type": WORKSPACE,
            "name": "log-1",
            "location": "West Europe",
            "properties": {"retentionInDays": 30},
        }
    )
    tables = [
        estates.child(logs, WORKSPACE_TABLE, name, totalRetentionInDays=days)
        for name, days in (("AzureDiagnostics", -1), ("StorageBlobLogs", 800), ("Other", 1))
    ]
    limits = {"minEvidenceDays": 90, "maxLogRetentionDays": 365}
    values = values_of(logs, *tables, **limits).values
    assert (values["shortTable"], values["longTable"]) == (("AzureDiagnostics",), ("StorageBlobLogs",))
    assert values["tablelessName"] == ()
    assert values_of(logs, tables[2], **limits).values["tablelessSymbol"] == ("log_1",)
    assert values_of(DI, logs).values["workspaceInRegion"] == (logs.id,)
    assert values_of(logs, **limits).values["shortTable"] == (None,)


# The language of the source


@pytest.mark.parametrize(
    ("place", "wanted"),
    [
        (Place("infra/main.bicep", 3), ("bicep",)),
        (Place("infra/Main.BICEP", 3, address="docs"), ("bicep",)),
        (Place("main.tf", 3, address="azurerm_storage_account.docs"), ("terraform",)),
        (Place("tfplan.json", address='module.a.azurerm_storage_account.docs["eu"]'), ("terraform",)),
        (Place("state.json", address="azapi_resource.docs"), ("terraform",)),
        (Place("main.json", 3, address="stdocs"), ("arm",)),
        (Place("whatif.json", 3), ("arm",)),
        (None, ("bicep", "terraform", "arm")),
    ],
)
def test_the_gate_speaks_the_language_of_the_file(place: Place | None, wanted: tuple[Language, ...]) -> None:
    assert languages_of(place, live=False) == wanted
    assert languages_of(place, live=True) == (("az", "bicep", "terraform") if place is None else wanted)


def test_a_terraform_label_is_that_of_the_file() -> None:
    at = Place("tfplan.json", address='module.a.azurerm_storage_account.docs["eu"]')
    subject = replace(builders.subject("stdocs"), place=at)
    fix = Fix("Do.", terraform='resource "t" "{label}" {\n  id = "{id}"\n}')
    made = builders.line(replace(builders.TLS, fix=fix), "fail", subject, "x")
    assert as_mapping(made)["snippet"] == 'resource "t" "docs" {\n  id = azurerm_storage_account.docs["eu"].id\n}'


# Warnings

SHOWING_FIXES = ("text", "html", "markdown", "json", "sarif", "github", "junit", "csv")
WARNING, TODO = "Mind the cost of it.", "Turn it off."


@pytest.mark.parametrize("name", SHOWING_FIXES)
def test_the_warning_stands_before_the_fix(name: str) -> None:
    fix = Fix(TODO, az="az x\n", bicep="resource a 'T@1' = { name: 'n' }", terraform='x "y" {\n}', warning=WARNING)
    of_rule = replace(builders.TLS, fix=fix)
    made = builders.report((builders.line(of_rule, "fail", builders.subject("docs"), "It fails."),), (of_rule,))
    text = FORMATS[name].load()(made)
    assert 0 <= text.index(WARNING) < text.index(TODO)
    for found in re.finditer("az x|resource a", text):
        assert WARNING in text[: found.start()].rpartition(TODO)[2]


def test_a_snippet_begins_with_the_warning_but_for_one_that_does_nothing() -> None:
    fix = Fix(TODO, az="az x", bicep="// Nothing.", terraform='x "y" {\n}', warning="word " * 60)
    made = {item.language: item.text for item in snippets(fix, Known(STORAGE, LANGUAGES))}
    assert made["az"].startswith("# Warning: word")
    assert made["az"].endswith("word\naz x")
    assert max(map(len, made["az"].split("\n"))) < 120
    assert made["bicep"] == "// Nothing."
    assert all(line.startswith("#") for line in made["terraform"].split("\n")[:-2])


def test_in_general_placeholders_are_named_and_parameters_have_their_default() -> None:
    fix = Fix("Do.", az="x {name} {limit} {other}")
    (made,) = in_general(replace(builders.TLS, fix=fix, parameters=(Parameter("limit", 24),)))
    assert made.text == "x <name> 24 {other}"


def test_arm_json_is_left_out_where_bicep_is_more_than_data() -> None:
    fix = Fix("Do.", bicep="resource a 'T@1' = { name: guid('x') }")
    assert [item.language for item in snippets(fix, Known(STORAGE, LANGUAGES))] == ["bicep"]
    assert BicepParser().parse(text=str(fix.bicep))
    assert CONTAINER in bicep.declared.__globals__["_DECLARED"]


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_what_files_declare_is_fixed_in_their_language_with_one_snippet_each(name: str) -> None:
    text = FORMATS[name].load()(builders.declared())
    assert [text.count(f"{label}, for ") for label in ("ARM JSON", "Terraform", "Azure CLI", "Bicep")] == [1, 1, 0, 0]
    assert "// Warning: Clients that can only speak an older version are refused from then on." in text
    assert '"minimumTlsVersion": "TLS1_2"' in text
    assert 'resource "azurerm_storage_account" "docs"' in text or 'min_tls_version = "TLS1_2"' in text
