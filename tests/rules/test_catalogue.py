"""Laws over the rules that come with the tool, and over the table of what Azure does when a property is absent."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.model.reading import UNREAD_KEY, Found, Json, Unread, read_whole
from auditor.model.types import (
    ACCOUNT,
    CLASSIFIER,
    CONTAINER,
    DELETED_ACCOUNT,
    DELETED_STORAGE,
    ERASURE_REQUEST,
    MODEL,
    STORAGE,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
)
from auditor.model.verdict import Verdict
from auditor.policy.clauses import BASES
from auditor.policy.condition import Scope
from auditor.policy.defaults import FILE_NAME, Defaults
from auditor.policy.loader import compile_all
from auditor.policy.rule import FAMILIES, Rule
from auditor.policy.target import UnreadTarget
from tests.needs import PROJECT, need
from tests.rules.shipped import FOLDER, policy

RULES = policy().rules
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)

BASIS_IN_CATALOGUE = {
    "auth": "authentication",
    "transit": "data-in-transit",
    "region": "same-region",
    "retrieve": "retrieve-results",
    "temporary": "temporary-storage",
    "training": "training-data",
    "models": "trained-models",
    "delete-24h": "delete-24h",
    "delete-models": "delete-models",
    "encryption": "encryption-at-rest",
}
APPLIES_IN_CATALOGUE = {
    "account": {ACCOUNT},
    "account with customer-managed key": {ACCOUNT},
    "account, documents storage": {ACCOUNT, STORAGE},
    "account, documents storage in a perimeter": {ACCOUNT, STORAGE},
    "container of documents storage": {CONTAINER},
    "custom model past due, erasure request": {MODEL, CLASSIFIER, ERASURE_REQUEST},
    "custom model, classifier": {MODEL, CLASSIFIER},
    "documents containers": {CONTAINER},
    "documents storage": {STORAGE},
    "documents storage with keys on": {STORAGE},
    "documents storage, containers": {STORAGE},  # judged as one, for the account can hold all of them
    "register entry": {ERASURE_REQUEST},
    "soft-deleted account": {DELETED_ACCOUNT, SUBSCRIPTION},  # the subscription passes where there is none
    "subscription, deleted storage account": {SUBSCRIPTION, DELETED_STORAGE},
    "vault of a customer-managed key": {VAULT},
    "workspace that receives the logs": {WORKSPACE, STORAGE},  # a storage account can receive them too
}
NARROWED: dict[str, Json] = {
    ACCOUNT: {"field": "kind", "in": ["FormRecognizer", "CognitiveServices", "AIServices"]},
    STORAGE: {"field": "facts.holdsDocuments", "equals": True},
    CONTAINER: {"field": "parent.facts.holdsDocuments", "equals": True},
    VAULT: {"count": {"field": "facts.keepsKeysOf[*]"}, "greater": 0},
    WORKSPACE: {"count": {"field": "facts.receivesLogs[*]"}, "greater": 0},
}
"""What `where` asks of each type at least: only documents are judged, and what serves, locks or logs them."""
ARCHIVES: Json = {"field": "facts.logArchive.words", "exists": True}
"""What `where` asks of storage accounts in rules about logs."""
ASKING: dict[str, Json] = {"allowedRegions": ["westeurope"]}
"""Parameters with which rules apply that say nothing until the user says something."""
ISO = re.compile(r"^A\.(?:5\.(?:[1-9]|[12]\d|3[0-7])|6\.[1-8]|7\.(?:[1-9]|1[0-4])|8\.(?:[1-9]|[12]\d|3[0-4]))$")
NIST = re.compile(r"^[A-Z]{2}-\d{1,2}(?:\(\d{1,2}\))?$")
GDPR = re.compile(r"^\d{1,2}(?:\(\d\))?(?:\([a-z]\))?$")
MCSB = re.compile(r"^(?:NS|IM|PA|DP|AM|LT|IR|PV|ES|BR|DS|GS)-\d{1,2}$")
KNOWN_MAPPINGS = {"iso27001": ISO, "nist80053": NIST, "gdpr": GDPR, "mcsb": MCSB}


def test_there_are_rules_about_each_question() -> None:
    assert set(FAMILIES) == {rule.family for rule in RULES}


def test_no_id_and_no_name_stands_twice() -> None:
    for values in ([rule.id for rule in RULES], [rule.name for rule in RULES], [rule.title for rule in RULES]):
        assert not [value for value, times in Counter(values).items() if times > 1]


def test_every_file_is_a_rule() -> None:
    files = {path for path in FOLDER.rglob("*") if path.is_file()} - {FOLDER / FILE_NAME}
    assert {Path(rule.file) for rule in RULES} == files


@each_rule
def test_a_rule_lies_where_its_id_and_name_say(rule: Rule) -> None:
    assert Path(rule.file) == FOLDER / FAMILIES[rule.family][0] / f"{rule.name}.yaml"


@each_rule
def test_a_rule_shows_each_answer_that_it_can_give(rule: Rule) -> None:
    """Whatever a rule reads may be unread, so each can be unknown; and one with a `where` may not apply."""
    shown = {example.expect for example in rule.examples}
    assert {"pass", "fail", "unknown"} <= shown
    assert ("notApplicable" in shown) == (rule.where is not None)


@each_rule
def test_examples_say_what_is_special_about_them(rule: Rule) -> None:
    told = [(example.expect, example.about) for example in rule.examples]
    assert len(set(told)) == len(told)


@each_rule
def test_no_example_misspells_what_is_unread(rule: Rule) -> None:
    parts = [(one.resource, one.facts, one.children, one.parent) for one in rule.examples]
    assert UNREAD_KEY not in repr(parts)


@each_rule
def test_something_that_a_rule_reads_is_unread_in_an_example(rule: Rule) -> None:
    parts = [[one.resource, one.facts, one.children, one.parent] for one in rule.examples if one.expect == "unknown"]
    assert not all(read_whole(part) for part in parts)


@each_rule
def test_each_parameter_is_set_in_an_example(rule: Rule) -> None:
    """But for a choice of words, each of which some example may leave to the default."""
    assert {item.name for item in rule.parameters} <= {name for one in rule.examples for name in one.parameters}


@each_rule
def test_a_rule_serves_a_clause_of_microsofts_page(rule: Rule) -> None:
    assert rule.basis in BASES


def demanded(condition: Json, type_name: str) -> list[Json]:
    """The conditions that all have to pass for one type."""
    match condition:
        case {"allOf": parts}:
            return [each for part in parts for each in demanded(part, type_name)]
        case {"byType": kinds}:
            return demanded(kinds[type_name], type_name)
        case _:
            return [condition]


@each_rule
def test_only_documents_and_what_has_to_do_with_them_is_judged(rule: Rule) -> None:
    for type_name in set(rule.applies_to) & set(NARROWED):
        about_logs = type_name == STORAGE and WORKSPACE in rule.applies_to
        assert (ARCHIVES if about_logs else NARROWED[type_name]) in demanded(rule.where, type_name)


@each_rule
def test_the_texts_can_be_read(rule: Rule) -> None:
    assert not rule.title.endswith(".")
    sentences = re.findall(r"[.?!](?:\s|$)", rule.why)
    assert 2 <= len(sentences) <= 6
    assert 150 <= len(rule.why) <= 700
    assert rule.fix.text.endswith((".", "…"))


@each_rule
def test_references_are_microsofts_own_pages(rule: Rule) -> None:
    assert rule.references
    assert len(set(rule.references)) == len(rule.references)
    assert all(re.match(r"^https://learn\.microsoft\.com/(?![a-z]{2}-[a-z]{2}/)", link) for link in rule.references)


@each_rule
def test_mappings_are_numbers_that_the_standards_have(rule: Rule) -> None:
    assert rule.mappings.get("mcsb") or rule.mappings.get("nist80053")
    for standard, numbers in rule.mappings.items():
        assert all(KNOWN_MAPPINGS[standard].match(number) for number in numbers), (standard, numbers)


@each_rule
def test_peers_are_named_with_the_id_of_their_rule(rule: Rule) -> None:
    tools = (
        "Prowler ",
        "Checkov ",
        "Trivy ",
        "PSRule ",
        "Azure Policy ",
        "Powerpipe ",
        "ScoutSuite ",
        "azqr ",
        "KICS ",
    )
    assert all(name.startswith(tools) for name in (rule.peers.rules if rule.peers else ()))


def test_a_parameter_means_the_same_in_every_rule() -> None:
    """`--set` sets it for all of them."""
    found: dict[str, set[str]] = {}
    for rule in RULES:
        for parameter in rule.parameters:
            found.setdefault(parameter.name, set()).add(repr(parameter))
    assert not {name: values for name, values in found.items() if len(values) > 1}


def test_every_default_names_who_says_so() -> None:
    said = re.compile(
        r"^API, \w+.*\S|^Azure Policy [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}, |https://learn\.microsoft\.com/"
    )
    entries = policy().language.defaults.entries
    assert entries
    assert not [key for key, entry in entries.items() if not said.search(entry.source)]


def test_a_rule_reads_every_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry that no rule reads looks like a fact that verdicts rest on, and none does."""
    read: set[tuple[str, str]] = set()
    look_up = Defaults.get

    def noted(self: Defaults, type_name: str, path: str) -> Found | None:
        read.add((type_name.lower(), path.lower()))
        return look_up(self, type_name, path)

    monkeypatch.setattr(Defaults, "get", noted)
    compile_all(policy(), RULES, {})
    assert policy().language.defaults.entries.keys() - read == set()


def test_no_default_speaks_of_what_microsoft_does_not_agree_on() -> None:
    """Absent, these two mean one thing in old accounts and another in new ones."""
    defaults = policy().language.defaults
    for name in ("allowBlobPublicAccess", "allowCrossTenantReplication"):
        assert defaults.get(STORAGE, f"properties.{name}") is None


@each_rule
def test_of_what_nobody_could_see_a_rule_knows_nothing(rule: Rule) -> None:
    """A scan that was not allowed to look never looks like a clean scan."""
    target = UnreadTarget(Unread("403 AuthorizationFailed"), None)
    scope = Scope(target, datetime(2026, 1, 1, tzinfo=UTC))
    for parameters in ({}, ASKING):
        for _, compiled in compile_all(policy(), [rule], parameters):
            assert compiled.where.verdict(scope) is not Verdict.FAIL or parameters is not ASKING
            assert compiled.check.verdict(scope) is Verdict.UNKNOWN


@each_rule
def test_a_rule_that_applies_to_nothing_by_default_waits_for_its_parameter(rule: Rule) -> None:
    scope = Scope(UnreadTarget(Unread("403 AuthorizationFailed"), None), datetime(2026, 1, 1, tzinfo=UTC))
    waits = any(compiled.where.verdict(scope) is Verdict.FAIL for _, compiled in compile_all(policy(), [rule], {}))
    assert waits == (rule.id == "DI-REG-005")


def catalogue() -> dict[str, dict[str, Any]]:
    path = need(PROJECT.parent / "shared" / "rules.md", "the catalogue of rules, which stands beside the project")
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if re.match(r"^\| DI-", line):
            rule_id, name, applies, asks, severity, profile, basis = cells
            found[rule_id] = {
                "name": name,
                "applies_to": APPLIES_IN_CATALOGUE[applies],
                "limits": {name: int(value) for name, value in re.findall(r"`((?:max|min)\w+)` \((\d+)\)", asks)},
                "severity": severity,
                "profile": {"b": "baseline", "s": "strict"}[profile],
                "basis": BASIS_IN_CATALOGUE[basis.split(",")[0]],
            }
    return found


SINCE: dict[str, dict[str, Any]] = {
    # Deleting a result is the documented way to shorten the 24 hours (Microsoft's page, edition of 2026-07-22).
    "DI-RET-012": {"severity": "medium", "profile": "baseline"},
}
"""Decisions that are younger than the catalogue."""


def test_rules_are_as_the_catalogue_fixes_them() -> None:
    fixed = {rule_id: row | SINCE.get(rule_id, {}) for rule_id, row in catalogue().items()}
    made = {rule.id: as_made(rule) for rule in RULES}
    assert made == {
        rule_id: {**row, "limits": {**made[rule_id]["limits"], **row["limits"]}} for rule_id, row in fixed.items()
    }


def as_made(rule: Rule) -> dict[str, Any]:
    return {
        **{key: getattr(rule, key) for key in ("name", "severity", "profile", "basis")},
        "applies_to": set(rule.applies_to),
        "limits": {item.name: item.default for item in rule.parameters if isinstance(item.default, int)},
    }
