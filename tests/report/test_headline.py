"""The sentence on top and those of the questions: each says what the rules that fail have found, and no more."""

from __future__ import annotations

import re
from typing import Any

import pytest

from auditor.model.finding import Subject
from auditor.model.types import (
    ACCOUNT,
    BY_NAME,
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
from auditor.policy.rule import Rule, Summary
from auditor.report.headline import headline, questions
from auditor.report.report import Line, Unseen
from tests.report import builders
from tests.report.builders import line
from tests.rules.shipped import policy

RULES = {rule.id: rule for rule in policy().rules}
DEFAULTS = {item.name: item.default for rule in RULES.values() for item in rule.parameters}
OWN = builders.rule("ACME-XYZ-001", "Keep ours")

EVERY_RULE: dict[str, tuple[str, str]] = {
    "DI-REG-001": (STORAGE, "1 of 2 storage accounts stores documents outside the region of a linked account"),
    "DI-REG-002": (STORAGE, "1 of 2 storage accounts keeps a copy of its data in another region"),
    "DI-REG-003": (STORAGE, "1 of 2 storage accounts replicates documents to another region or tenant"),
    "DI-REG-004": (ACCOUNT, "1 of 2 Document Intelligence accounts can route calls to another region"),
    "DI-REG-005": (ACCOUNT, "1 of 2 Document Intelligence accounts lies outside the allowed regions"),
    "DI-REG-006": (STORAGE, "1 of 2 storage accounts sends logs to another region"),
    "DI-REG-007": (
        ACCOUNT,
        "1 of 2 Document Intelligence accounts has its encryption key in a key vault in another region",
    ),
    "DI-REG-008": (STORAGE, "1 of 2 storage accounts has backups in another region"),
    "DI-REG-009": (
        ACCOUNT,
        "1 of 2 Document Intelligence accounts had a model copied to another region or subscription in the last 24 hours",
    ),
    "DI-REG-010": (STORAGE, "1 of 2 storage accounts allows object replication or delegation SAS to other tenants"),
    "DI-REG-011": (STORAGE, "1 of 2 storage accounts does not restrict the scope of copy operations"),
    "DI-REG-012": (ACCOUNT, "1 of 2 Document Intelligence accounts had calls served in another region"),
    "DI-TLS-001": (STORAGE, "1 of 2 storage accounts accepts TLS versions older than 1.2"),
    "DI-TLS-002": (STORAGE, "1 of 2 storage accounts accepts plain HTTP"),
    "DI-TLS-003": (
        ACCOUNT,
        "1 of 2 Document Intelligence accounts accepted a connection with a TLS version older than 1.2",
    ),
    "DI-TLS-004": (STORAGE, "1 of 2 storage accounts answered a request over a TLS version older than 1.2"),
    "DI-TLS-005": (
        STORAGE,
        "1 of 2 storage accounts received requests over plain HTTP or a TLS version older than 1.2",
    ),
    "DI-RET-001": (STORAGE, "1 of 2 storage accounts can keep a document longer than 24 hours"),
    "DI-RET-002": (
        STORAGE,
        "1 of 2 storage accounts has a container with documents, snapshots or versions that no lifecycle rule deletes",
    ),
    "DI-RET-003": (STORAGE, "1 of 2 storage accounts keeps soft-deleted blobs longer than 24 hours"),
    "DI-RET-004": (STORAGE, "1 of 2 storage accounts keeps soft-deleted containers longer than 24 hours"),
    "DI-RET-005": (STORAGE, "1 of 2 storage accounts keeps previous versions of blobs longer than 24 hours"),
    "DI-RET-006": (STORAGE, "1 of 2 storage accounts has point-in-time restore turned on"),
    "DI-RET-007": (STORAGE, "1 of 2 storage accounts has an immutability policy or a legal hold"),
    "DI-RET-008": (STORAGE, "1 of 2 storage accounts keeps its change feed too long"),
    "DI-RET-009": (STORAGE, "1 of 2 storage accounts has backups that keep documents longer than 24 hours"),
    "DI-RET-010": (CONTAINER, "1 of 2 containers holds a blob older than 24 hours"),
    "DI-RET-011": (STORAGE, "1 of 2 storage accounts kept a document longer than 24 hours according to its logs"),
    "DI-RET-012": (
        ACCOUNT,
        "1 of 2 Document Intelligence accounts refused every request to delete an analysis result",
    ),
    "DI-RET-013": (WORKSPACE, "1 of 2 Log Analytics workspaces keeps logs longer than 365 days"),
    "DI-MDL-001": (MODEL, "1 of 2 models is not in the register with an owner and a purpose"),
    "DI-MDL-002": (MODEL, "1 of 2 models still exists after the deletion date in the register"),
    "DI-MDL-003": (CLASSIFIER, "1 of 2 models still exists after its expiry date"),
    "DI-MDL-004": (MODEL, "1 of 2 models is older than 730 days"),
    "DI-MDL-005": (ERASURE_REQUEST, "1 of 2 erasure requests is not fulfilled after 72 hours"),
    "DI-MDL-006": (DELETED_ACCOUNT, "1 of 2 soft-deleted accounts can still be restored with its models"),
    "DI-MDL-007": (MODEL, "1 of 2 models still has training data"),
    "DI-MDL-008": (MODEL, "1 of 2 models depends on an API version that is retired or retires within 180 days"),
    "DI-ACC-001": (ACCOUNT, "1 of 2 Document Intelligence accounts accepts key authentication"),
    "DI-ACC-002": (ACCOUNT, "1 of 2 Document Intelligence accounts has no custom subdomain"),
    "DI-ACC-003": (STORAGE, "1 of 2 storage accounts allows shared key access"),
    "DI-ACC-004": (STORAGE, "1 of 2 storage accounts allows anonymous access to blobs"),
    "DI-ACC-005": (CONTAINER, "1 of 2 containers allows anonymous access"),
    "DI-ACC-006": (
        STORAGE,
        "1 of 2 storage accounts does not block shared access signatures that live longer than 24 hours",
    ),
    "DI-ACC-007": (ACCOUNT, "1 of 2 Document Intelligence accounts has no system-assigned managed identity"),
    "DI-ACC-008": (STORAGE, "1 of 2 storage accounts allows SFTP or local users"),
    "DI-ACC-009": (STORAGE, "1 of 2 storage accounts lets more than 5 principals list keys or read analysis results"),
    "DI-ACC-010": (STORAGE, "1 of 2 storage accounts has a key older than 90 days"),
    "DI-RET-014": (DELETED_STORAGE, "1 of 2 deleted storage accounts can still be restored with its documents"),
    "DI-ACC-012": (STORAGE, "1 of 2 storage accounts lets more than 10 principals read blobs or results"),
    "DI-TLS-006": (STORAGE, "1 of 2 storage accounts has NFS 3.0 turned on"),
    "DI-ACC-011": (STORAGE, "1 of 2 storage accounts does not default to Microsoft Entra authorization"),
    "DI-NET-001": (ACCOUNT, "1 of 2 Document Intelligence accounts is open to all networks"),
    "DI-NET-002": (ACCOUNT, "1 of 2 Document Intelligence accounts has public network access turned on"),
    "DI-NET-003": (STORAGE, "1 of 2 storage accounts is open to all networks"),
    "DI-NET-004": (STORAGE, "1 of 2 storage accounts has public network access turned on"),
    "DI-NET-005": (ACCOUNT, "1 of 2 Document Intelligence accounts has no approved private endpoint"),
    "DI-NET-006": (STORAGE, "1 of 2 storage accounts has no approved private endpoint"),
    "DI-NET-007": (ACCOUNT, "1 of 2 Document Intelligence accounts does not restrict outbound network access"),
    "DI-NET-008": (STORAGE, "1 of 2 storage accounts has a CORS rule for an origin that is not allowed"),
    "DI-NET-009": (STORAGE, "1 of 2 storage accounts lets in a wide range of IP addresses"),
    "DI-NET-010": (STORAGE, "1 of 2 storage accounts lies in a network security perimeter that is not enforced"),
    "DI-ENC-001": (ACCOUNT, "1 of 2 Document Intelligence accounts does not use a customer-managed key"),
    "DI-ENC-002": (STORAGE, "1 of 2 storage accounts does not use a customer-managed key"),
    "DI-ENC-003": (STORAGE, "1 of 2 storage accounts has no infrastructure encryption"),
    "DI-ENC-004": (VAULT, "1 of 2 key vaults has no purge protection"),
    "DI-ENC-005": (
        ACCOUNT,
        "1 of 2 Document Intelligence accounts has a customer-managed key that does not cover analysis results",
    ),
    "DI-LOG-001": (
        ACCOUNT,
        "1 of 2 Document Intelligence accounts does not send all audit and request logs to a destination",
    ),
    "DI-LOG-002": (STORAGE, "1 of 2 storage accounts does not log all reads, writes and deletes of blobs"),
    "DI-LOG-003": (WORKSPACE, "1 of 2 Log Analytics workspaces keeps logs for less than 90 days"),
}
"""What is said of each rule where it alone fails, of one resource in two: written by hand from what the rule checks."""
ONLY_IN: dict[str, set[str]] = {
    r"\bregions?\b": {"REG"},
    r"\bTLS\b|\bHTTP\b|\bNFS\b": {"TLS"},
    r"\bmodels?\b": {"MDL", "REG"},
    r"\banonymous\b": {"ACC"},
    r"\bnetworks?\b|\bIP\b|\bprivate endpoint\b": {"NET"},
    r"\bkeys?\b": {"ACC", "ENC", "REG"},
    r"\bdocuments?\b(?! Intelligence)": {"RET", "REG"},
}
"""Words that claim something, and the families whose rules look at it."""


def about(type_name: str, name: str) -> Subject:
    return Subject(f"/x/{BY_NAME[type_name.lower()].name}/{name}", type_name, name)


def lines_of(rule: Rule, type_name: str, *statuses: Any) -> list[Line]:
    return [line(rule, status, about(type_name, f"n{number}"), "") for number, status in enumerate(statuses)]


def sentences(lines: list[Line]) -> dict[str, str]:
    return {item.family: item.sentence for item in questions(lines, RULES, DEFAULTS)}


def test_the_table_is_whole() -> None:
    assert set(EVERY_RULE) <= set(RULES)
    assert {rule for rule in RULES if RULES[rule].summary is None} == set(RULES) - set(EVERY_RULE)
    assert all(type_name in RULES[rule].applies_to for rule, (type_name, _) in EVERY_RULE.items())


@pytest.mark.parametrize("rule_id", EVERY_RULE)
def test_a_rule_that_fails_alone_is_all_that_is_claimed(rule_id: str) -> None:
    """With every other rule of ours passing for the same resource."""
    type_name, sentence = EVERY_RULE[rule_id]
    rule = RULES[rule_id]
    others = [line(other, "pass", about(type_name, "n0"), "") for other in RULES.values() if other.id != rule_id]
    lines = [*lines_of(rule, type_name, "fail", "pass"), *others]
    assert headline(lines, (), DEFAULTS, partial=False) == f"Not compliant: {sentence}."
    told = sentences(lines)
    assert told.pop(rule.family) == sentence
    assert not [
        other for other in told.values() if not re.fullmatch(r"the 1 .* passes|nothing in scope to check", other)
    ]


@pytest.mark.parametrize("rule_id", EVERY_RULE)
def test_a_rule_claims_nothing_of_another_family(rule_id: str) -> None:
    words = EVERY_RULE[rule_id][1].replace("Document Intelligence", "")
    for word, families in ONLY_IN.items():
        assert RULES[rule_id].family in families or not re.search(word, words)


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.id)
def test_the_summaries_of_a_rule_differ_in_number_only(rule: Rule) -> None:
    assert rule.summary is not None
    assert plural_of(rule.summary.one) == rule.summary.many


def plural_of(text: str) -> str:
    verbs = {"is": "are", "has": "have", "does": "do", "lies": "lie"}
    first, *rest = text.split()
    if first == "still":
        return f"still {plural_of(' '.join(rest))}"
    verb = verbs.get(first) or (first.removesuffix("s"))
    return " ".join([verb, *rest]).replace(" its ", " their ")


# What is said of several rules, and in which numbers


def lost(scope: str) -> Unseen:
    return Unseen(scope, "name", "x/read", "403", (), "ask", "")


SUBSCRIPTION_LOST = (lost("/subscriptions/1"),)
KEEPS = "can keep a document longer than 24 hours"


@pytest.mark.parametrize(
    ("statuses", "missing", "partial", "sentence"),
    [
        ({}, (), False, "Nothing was checked."),
        ({}, (), True, "Nothing could be checked: the scan ended before all was read."),
        ({}, SUBSCRIPTION_LOST, False, "Nothing could be checked: 1 subscription could not be read in full."),
        ({"DI-TLS-001": "P"}, (), False, "Compliant with all that was checked."),
        ({"DI-TLS-001": "W"}, (), False, "Compliant but for what is waived: 1 check fails and is waived."),
        ({"DI-TLS-001": "P"}, SUBSCRIPTION_LOST, False, "Not proven: 1 subscription could not be read in full."),
        ({"DI-TLS-001": "P"}, (), True, "Not proven: the scan ended before all was read."),
        ({"DI-TLS-001": "PU"}, (), False, "Not proven: 1 check could not be decided."),
        (
            {"DI-TLS-001": "WW", "DI-RET-001": "F"},
            (),
            False,
            f"Not compliant: 1 of 1 storage account {KEEPS}; 2 checks fail and are waived.",
        ),
        (
            {"DI-RET-001": "FP", "DI-RET-003": "FFP"},
            (),
            False,
            f"Not compliant: 1 of 2 storage accounts {KEEPS}; 2 other checks fail.",
        ),
        (
            {
                "DI-MDL-001": "F",
                "DI-TLS-001": "F",
                "DI-TLS-002": "FP",
                "DI-REG-002": "FF",
                "DI-RET-001": "FPU",
                "DI-ACC-001": "F",
                "DI-NET-001": "U",
            },
            SUBSCRIPTION_LOST,
            True,
            (
                f"Not compliant: 1 of 3 storage accounts {KEEPS}; "
                "2 of 2 storage accounts keep a copy of their data in another region; "
                "1 of 1 storage account accepts TLS versions older than 1.2; "
                "1 of 1 model is not in the register with an owner and a purpose; 2 other checks fail; "
                "2 checks could not be decided; 1 subscription could not be read in full; "
                "the scan ended before all was read."
            ),
        ),
        (
            {"DI-ACC-001": "FF", "DI-LOG-001": "F", "DI-NET-001": "F"},
            (),
            False,
            (
                "Not compliant: 2 of 2 Document Intelligence accounts accept key authentication; "
                "1 of 1 Document Intelligence account is open to all networks; 1 other check fails."
            ),
        ),
        (
            {"DI-ACC-004": "FP", "DI-ACC-001": "F", "DI-TLS-002": "F"},
            (),
            False,
            (
                "Not compliant: 1 of 1 storage account accepts plain HTTP; "
                "1 of 2 storage accounts allows anonymous access to blobs; 1 other check fails."
            ),
        ),
        (
            {"DI-TLS-001": "P"},
            (lost("/subscriptions/1"), lost("/SUBSCRIPTIONS/1"), lost("/subscriptions/2"), lost("/subscriptions/1/x")),
            False,
            "Not proven: 2 subscriptions and 1 further scope could not be read in full.",
        ),
        (
            {"DI-TLS-001": "P"},
            (lost("/subscriptions/1/x"), lost("/providers/y")),
            False,
            "Not proven: 2 scopes could not be read in full.",
        ),
    ],
    ids=range(15),
)
def test_one_sentence_says_it_all(
    statuses: dict[str, str], missing: tuple[Unseen, ...], partial: bool, sentence: str
) -> None:
    lines = given(statuses)
    assert headline(lines, missing, DEFAULTS, partial=partial) == sentence
    told = " ".join(sentences(lines).values())
    for claim in re.findall(r"\d+ of \d+ [^;.]+", sentence):
        assert claim in told  # one claim has one number, on top and in the question
    if "further" in sentence:
        assert re.search(r"\d+ subscriptions? and \d+ further", sentence)


def given(statuses: dict[str, str]) -> list[Line]:
    names = {"P": "pass", "F": "fail", "U": "unknown", "W": "waived"}
    return [
        item
        for rule, letters in statuses.items()
        for item in lines_of(RULES[rule], EVERY_RULE[rule][0], *(names[letter] for letter in letters))
    ]


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ({}, "nothing in scope to check"),
        ({"DI-TLS-001": "P", "DI-TLS-002": "P"}, "the 1 storage account passes"),
        ({"DI-TLS-001": "PP", "DI-TLS-003": "P"}, "all 3 resources pass"),
        ({"DI-TLS-001": "UPU", "DI-TLS-002": "U"}, "not proven for 2 of 3 storage accounts"),
        ({"DI-TLS-001": "UWP"}, "not proven for 1 of 3 storage accounts"),
        ({"DI-TLS-001": "W"}, "1 of 1 storage account has waived failures"),
        ({"DI-TLS-001": "WWP"}, "2 of 3 storage accounts have waived failures; the others pass"),
        (
            {"DI-TLS-001": "FUP", "DI-TLS-002": "PF", "DI-TLS-003": "F", "DI-TLS-004": "F", "DI-TLS-005": "FF"},
            (
                "1 of 3 storage accounts accepts TLS versions older than 1.2; 1 of 2 storage accounts accepts plain HTTP; "
                "1 of 1 Document Intelligence account accepted a connection with a TLS version older than 1.2; "
                "2 other rules fail"
            ),
        ),
        (
            {"DI-TLS-001": "F", "DI-TLS-002": "F", "DI-TLS-004": "F", "DI-TLS-005": "F"},
            (
                "1 of 1 storage account accepts TLS versions older than 1.2; 1 of 1 storage account accepts plain HTTP; "
                "1 of 1 storage account answered a request over a TLS version older than 1.2; 1 other rule fails"
            ),
        ),
    ],
    ids=range(9),
)
def test_a_question_is_answered_in_a_sentence(statuses: dict[str, str], sentence: str) -> None:
    assert sentences(given(statuses))["TLS"] == sentence


def test_what_was_not_seen_is_not_counted_among_what_was() -> None:
    """A list of models that could not be read is unknown for its account, which is no model."""
    rule = RULES["DI-MDL-002"]
    lines = [*lines_of(rule, MODEL, "fail", "pass"), *lines_of(rule, ACCOUNT, "unknown")]
    assert sentences(lines)["MDL"] == "1 of 2 models still exists after the deletion date in the register"
    assert sentences(lines[1:])["MDL"] == "not proven for 1 of 2 resources"


def test_kinds_are_named_as_they_are() -> None:
    rule = RULES["DI-MDL-007"]
    mixed = [*lines_of(rule, MODEL, "fail"), *lines_of(rule, CLASSIFIER, "fail")]
    assert sentences(mixed)["MDL"].startswith("2 of 2 models still have")
    mixed += lines_of(rule, ERASURE_REQUEST, "fail")
    assert sentences(mixed)["MDL"].startswith("3 of 3 resources still have")
    purged = RULES["DI-MDL-006"]
    mixed = [*lines_of(purged, DELETED_ACCOUNT, "fail"), *lines_of(purged, SUBSCRIPTION, "pass")]
    assert sentences(mixed)["MDL"] == "1 of 2 resources can still be restored with its models"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({}, "longer than 24 hours"),
        ({"maxRetentionHours": 48}, "longer than 48 hours"),
        ({"maxRetentionHours": 1}, "longer than 1 hour"),
        ({"maxRetentionHours": 0.5}, "longer than 0.5 hours"),
    ],
)
def test_a_sentence_names_the_limit_that_was_set(parameters: dict[str, Any], words: str) -> None:
    lines = given({"DI-RET-001": "F"})
    assert headline(lines, (), parameters, partial=False).endswith(f"can keep a document {words}.")


def test_a_rule_without_a_summary_is_named() -> None:
    one = headline([line(OWN, "fail", about(STORAGE, "a"), "")], (), {}, partial=False)
    assert one == "Not compliant: 1 of 1 storage account fails ACME-XYZ-001 (Keep ours)."
    two = [line(OWN, "fail", about(STORAGE, name), "") for name in "ab"]
    assert headline(two, (), {}, partial=False).endswith("2 of 2 storage accounts fail ACME-XYZ-001 (Keep ours).")


def test_a_rule_of_the_users_says_it_in_its_own_words() -> None:
    rule = builders.rule("ACME-XYZ-002", "Ours", summary=Summary("is ours", "are ours"))
    lines = [line(rule, "fail", about(STORAGE, name), "") for name in "ab"]
    assert headline(lines, (), {}, partial=False) == "Not compliant: 2 of 2 storage accounts are ours."
