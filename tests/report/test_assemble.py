"""From findings to a report: the sentence on top, the answers, what was not seen, and numbers that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest

from auditor import audit
from auditor.data import samples_folder
from auditor.model.blind_spot import BlindSpot
from auditor.model.finding import STATUSES, Evidence, Finding
from auditor.model.reading import MISSING, Found, Json, Unread
from auditor.model.resource import Gap, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    CONTAINER,
    MODEL,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
)
from auditor.policy.clauses import BASES
from auditor.policy.judge import Judged
from auditor.policy.rule import QUESTIONS
from auditor.report.assemble import Basis, assemble
from auditor.report.coverage import unseen
from auditor.report.headline import WORST_FIRST, questions, worst_answer
from auditor.report.report import Line, Report, Unseen
from auditor.report.tally import answer_of, tallies
from auditor.report.wording import describe, message, plural, words
from auditor.statements import read_models
from tests.builders import STARTED, SUBSCRIPTION_ID, account, gap, snapshot, storage
from tests.report.builders import (
    GONE,
    KEYS,
    NETWORK,
    TLS,
    line,
    rule,
    subject,
)

DOCS, SCANS, OLD = subject("docs"), subject("scans"), subject("old")
OWN = rule("ACME-XYZ-001", "Ours")


# Answers


@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ((), "nothing to check"),
        ((line(TLS, "pass", DOCS, ""),), "kept"),
        ((line(TLS, "waived", DOCS, ""), line(TLS, "pass", DOCS, "")), "waived"),
        ((line(TLS, "waived", DOCS, ""), line(TLS, "unknown", DOCS, "", unprovable=True)), "not provable"),
        ((line(TLS, "pass", DOCS, ""), line(TLS, "unknown", DOCS, "", unprovable=True)), "not provable"),
        ((line(TLS, "unknown", DOCS, ""), line(TLS, "unknown", DOCS, "", unprovable=True)), "not seen"),
        ((line(TLS, "unknown", DOCS, ""), line(TLS, "fail", DOCS, "")), "broken"),
    ],
    ids=range(7),
)
def test_the_answer_is_the_worst_that_was_found(lines: tuple[Line, ...], answer: str) -> None:
    assert answer_of(tallies(lines)) == answer


@pytest.mark.parametrize("answer", WORST_FIRST)
def test_nothing_is_kept_as_long_as_something_was_not_seen(answer: Any) -> None:
    assert worst_answer([answer, "nothing to check"], seen_all=True) == answer
    assert worst_answer([answer], seen_all=False) == ("broken" if answer == "broken" else "not seen")


def test_nothing_asked_is_nothing_kept() -> None:
    assert worst_answer([], seen_all=True) == "nothing to check"
    assert worst_answer([], seen_all=False) == "not seen"


def test_the_four_questions_are_always_there_and_first() -> None:
    assert [item.family for item in questions((), {}, {})] == list(QUESTIONS)
    rules = {of.id: of for of in (OWN, NETWORK, KEYS, TLS, rule("ACME-ABC-1", "x"))}
    asked = questions((), rules, {})
    assert [item.family for item in asked] == [*QUESTIONS, "ACC", "NET", "ABC", "XYZ"]
    assert [item.title for item in asked[-3:]] == ["Network", "ABC", "XYZ"]


# What was not seen

NEEDS: Mapping[str, frozenset[str]] = {
    "R-1": frozenset({STORAGE, MODEL}),
    "R-2": frozenset({STORAGE}),
    "R-3": frozenset({ACCOUNT}),
}


def told(found: Snapshot, *undecided: str) -> tuple[Unseen, ...]:
    findings = [Finding(item, "unknown", DOCS, ()) for item in undecided]
    return unseen(found, NEEDS, [*findings, Finding("R-2", "pass", DOCS, ())])


def test_a_gap_names_the_rules_that_it_left_undecided() -> None:
    found = snapshot(
        account(), gaps=(gap(SUBSCRIPTION_ID, STORAGE), gap(account(), MODEL), Gap("/x", "odd/read", "500"))
    )
    items = {item.operation.rpartition("/")[0].rpartition("/")[2]: item for item in told(found, "R-1")}
    assert {name: item.rules for name, item in items.items()} == {
        "storageAccounts": ("R-1",),
        "documentmodels": ("R-1",),
        "odd": (),
    }
    assert {name: item.name for name, item in items.items()} == {
        "storageAccounts": "Claims",
        "documentmodels": "di",
        "odd": "x",
    }


LOGS = "Microsoft.OperationalInsights/workspaces/query"


@pytest.mark.parametrize(
    ("operation", "reason", "advice"),
    [
        (f"{STORAGE}/read", "403 AuthorizationFailed", f"grant the action {STORAGE}/read at this scope"),
        (f"{STORAGE}/read", "401 Unauthorized", f"grant the action {STORAGE}/read at this scope"),
        (
            "Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read",
            "403 Forbidden",
            (
                "grant the data action Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read "
                "at this scope"
            ),
        ),
        (
            "x/read",
            "no custom subdomain",
            "give the account a custom subdomain: without one its models cannot be listed",
        ),
        ("x/read", "429 TooManyRequests", "Azure throttled the audit: run it again later, or with fewer subscriptions"),
        ("x/read", "--no-models was given", "run again without that option"),
        ("x/read", "404 NotFound", "it went away while the audit ran: run again"),
        ("x/read", "500 InternalServerError", "run again; if it stays, look at the resource in the portal"),
        ("x/read", "", "run again; if it stays"),
        (
            f"{LOGS}/StorageBlobLogs/read",
            "403 InsufficientAccessError",
            f"grant the action {LOGS}/StorageBlobLogs/read at the workspace that gets the logs",
        ),
        (f"{CONTAINER}/blobs/read", "403 Forbidden", f"grant the data action {CONTAINER}/blobs/read at this scope"),
        ("Auditor.Wire/storageTls/read", "no connection", "run the audit from where the endpoint can be reached"),
        ("Auditor.Wire/storageTls/read", "--no-probe was given", "run again without that option"),
    ],
    ids=range(13),
)
def test_each_gap_comes_with_the_next_step(operation: str, reason: str, advice: str) -> None:
    (item,) = told(snapshot(gaps=(Gap("/x", operation, reason, STARTED),)))
    assert item.advice.startswith(advice)
    assert (item.reason, item.at) == (reason, STARTED)


def test_a_list_that_nobody_read_is_not_seen_either_if_a_rule_needed_it() -> None:
    hidden = ((SUBSCRIPTION_ID, STORAGE), (SUBSCRIPTION_ID, ROLE_ASSIGNMENT))
    (item,) = told(snapshot(unread=hidden), "R-2")
    assert (item.scope, item.name, item.operation) == (SUBSCRIPTION_ID, "Claims", f"{STORAGE}/read")
    assert item.reason == "the storage account list was not read"
    assert item.rules == ("R-2",)
    assert "`auditor scan`" in item.advice


def test_what_a_gap_tells_is_told_once() -> None:
    found = snapshot(gaps=(gap(SUBSCRIPTION_ID, STORAGE), gap(SUBSCRIPTION_ID, STORAGE), gap("/", ACCOUNT)))
    assert [(item.scope, item.operation) for item in told(found)] == [
        ("/", f"{ACCOUNT}/read"),
        (SUBSCRIPTION_ID, f"{STORAGE}/read"),
    ]


def test_what_was_not_seen_stands_in_order_of_scope() -> None:
    scopes = ["/b", "/A", "/c"]
    found = snapshot(gaps=tuple(Gap(scope, "x/read", "403") for scope in scopes))
    assert [item.scope for item in told(found)] == ["/A", "/b", "/c"]


def test_a_subscription_goes_by_the_name_that_people_know() -> None:
    unnamed = Resource({"id": "/subscriptions/9", "type": SUBSCRIPTION, "name": "Prod", "displayName": ""})
    found = snapshot(unnamed, gaps=(gap("/subscriptions/9", STORAGE), gap("/subscriptions/8/", STORAGE)))
    assert [item.name for item in told(found) if item.operation.startswith(STORAGE)] == ["8", "Prod"]


# The whole report

SPOT = BlindSpot("outside", "Something leads elsewhere.", "Look there.")


def assembled(*findings: Finding, found: Snapshot | None = None, **changes: Any) -> Report:
    rules = (TLS, GONE, KEYS)
    basis = Basis(
        "baseline", {"maxRetentionHours": 24, "a": 1}, "f" * 64, rules, dict.fromkeys(("x",), frozenset()), "1"
    )
    notable = tuple(item for item in findings if item.status != "pass")
    passed = Given(tuple(item for item in findings if item.status == "pass"))
    judged = Judged(notable, passed, {"DI-TLS-001": 2})
    return assemble(replace(basis, **changes), found or snapshot(storage()), NoFacts(), judged, [SPOT])


class NoFacts:
    def one(self, resource: Resource, name: str) -> Json:
        return resource.name if name == "known" else MISSING

    def of(self, resource: Resource) -> Mapping[str, Json]:
        return {"known": resource.name}

    def forget(self, resource: Resource) -> None:
        pass


@dataclass(frozen=True)
class Given:
    """Findings that pass."""

    findings: tuple[Finding, ...]

    @property
    def rules(self) -> list[str]:
        return [item.rule for item in self.findings]

    def __len__(self) -> int:
        return len(self.findings)

    def of(self, rule_id: str) -> Iterator[Finding]:
        return (item for item in self.findings if item.rule == rule_id)

    def keys(self, rule_id: str) -> Mapping[str, Sequence[str]]:
        return {STORAGE.lower(): [item.subject.key for item in self.of(rule_id)]}

    def among(self, keys: frozenset[str]) -> Given:
        return Given(tuple(item for item in self.findings if item.subject.key in keys))


HIDDEN, OPEN = Unread("403"), Unread("Azure gives no upper bound", settled_by="logs")


@pytest.mark.parametrize(
    ("status", "readings", "unprovable"),
    [
        ("unknown", (OPEN,), True),
        ("unknown", (OPEN, Found(1), MISSING), True),
        ("unknown", (OPEN, HIDDEN), False),
        ("unknown", (HIDDEN,), False),
        ("unknown", (MISSING,), False),
        ("unknown", (), False),
        ("fail", (OPEN,), False),
        ("pass", (OPEN,), False),
    ],
    ids=range(8),
)
def test_what_no_reading_can_settle_is_kept_apart_from_what_was_not_seen(
    status: Any, readings: tuple[Any, ...], unprovable: bool
) -> None:
    seen = tuple(Evidence(f"p{number}", {}, "be", reading) for number, reading in enumerate(readings))
    (made,) = assembled(Finding("DI-TLS-001", status, DOCS, seen)).lines
    assert made.unprovable is unprovable


def test_what_nobody_can_see_stands_beside_what_was_not_seen() -> None:
    assert assembled().blind_spots == (SPOT,)


def test_what_fails_first_is_the_worst_and_then_the_most() -> None:
    low = rule("DI-ACC-009", "Low", "low")
    many = rule("DI-ACC-008", "Many", "high")
    findings = [
        Finding(low.id, "fail", DOCS, ()),
        Finding(TLS.id, "fail", DOCS, ()),
        Finding(many.id, "fail", DOCS, ()),
        Finding(many.id, "fail", SCANS, ()),
        Finding(GONE.id, "fail", DOCS, ()),
        Finding(KEYS.id, "unknown", DOCS, ()),
    ]
    made = assembled(*findings, rules=(low, many, TLS, replace(GONE, severity="critical"), KEYS))
    assert [(group.rule.id, len(group.lines)) for group in made.first] == [
        ("DI-RET-001", 1),
        ("DI-ACC-008", 2),
        ("DI-TLS-001", 1),
        ("DI-ACC-009", 1),
    ]


def test_the_report_says_on_what_it_rests() -> None:
    found = replace(snapshot(storage()), end=replace(snapshot().end, calls={"b/read": 2, "a/read": 1}))  # type: ignore[type-var]
    made = assembled(found=found)
    assert (made.tool, made.profile, made.policy_hash) == ("1", "baseline", "f" * 64)
    assert list(made.parameters) == ["a", "maxRetentionHours"]
    assert (made.kind, made.scope, made.started, made.finished) == ("azure", (SUBSCRIPTION_ID,), STARTED, STARTED)
    assert list(made.calls.items()) == [("a/read", 1), ("b/read", 2)]
    assert made.read == {SUBSCRIPTION: 1, STORAGE: 1}
    assert (made.resources, made.not_applicable, made.not_applicable_by_rule) == (2, 2, {"DI-TLS-001": 2})
    assert made.limit_hours == 24
    assert assembled(parameters={"maxRetentionHours": "x"}).limit_hours is None
    assert [clause.promise.basis for clause in made.clauses] == list(BASES)
    assert {clause.promise.basis: clause.rules for clause in made.clauses}["data-in-transit"] == ("DI-TLS-001",)


@pytest.mark.parametrize(
    ("found", "complete", "answer"),
    [
        (snapshot(storage()), True, "kept"),
        (replace(snapshot(storage()), end=None), False, "not seen"),
        (snapshot(storage(), gaps=(gap(SUBSCRIPTION_ID, CONTAINER),)), False, "not seen"),
    ],
    ids=range(3),
)
def test_a_report_is_complete_if_nothing_that_was_asked_for_stayed_unread(
    found: Snapshot, complete: bool, answer: str
) -> None:
    made = assembled(Finding("DI-TLS-001", "pass", DOCS, ()), found=found)
    assert (made.complete, made.answer) == (complete, answer)
    assert made.headline.startswith("Compliant" if complete else "Not proven")


def test_a_subscription_counts_as_read_even_if_only_what_lies_in_it_was() -> None:
    found = Snapshot(snapshot().header, (storage(),), (), (), snapshot().end)
    assert assembled(found=found).read == {SUBSCRIPTION: 1, STORAGE: 1}


@cache
def sample(*, strict: bool, whole: bool) -> Report:
    samples = samples_folder()
    read = audit.read_saved(samples / "estate.jsonl", [read_models(samples / "models.yaml", STARTED)])
    chosen = audit.Choice(profile="strict" if strict else "baseline", all_documents=not whole)
    return audit.judge_snapshot(audit.prepare(chosen), read if whole else replace(read, end=None))


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_the_numbers_of_a_report_add_up(strict: bool, whole: bool) -> None:
    made = sample(strict=strict, whole=whole)
    assert made.counts == dict.fromkeys(STATUSES, 0) | Counter(item.finding.status for item in made.lines)
    assert sum(made.counts.values()) == len(made.lines) > 100
    for status in STATUSES:
        assert sum(question.counts[status] for question in made.questions) == made.counts[status]
    assert sum(len(group.lines) for group in made.first) == made.counts["fail"]
    assert sum(made.not_applicable_by_rule.values()) == made.not_applicable
    assert {rule_id for clause in made.clauses for rule_id in clause.rules} == set(made.rules)
    pairs = Counter((item.finding.rule, item.finding.subject.id.lower()) for item in made.lines)
    assert set(pairs.values()) == {1}
    assert list(pairs) == sorted(pairs)
    assert all(item.message.endswith(".") and item.finding.evidence for item in made.lines)
    assert made.complete is False


# Sentences


def said(*evidence: Evidence, status: Any = "fail", facts: Mapping[str, Json] | None = None) -> str:
    return message(Finding("R-1", status, DOCS, evidence), facts or {})


TLS_ASKED = ("properties.minimumTlsVersion", {"atLeast": "TLS1_2"}, "be at least TLS1_2")
COUNTED = {"count": {"equals": 0}}


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        ((), ""),
        (
            (Evidence(*TLS_ASKED, Found("TLS1_0"), holds=False),),
            "properties.minimumTlsVersion is TLS1_0; it must be at least TLS1_2.",
        ),
        ((Evidence(*TLS_ASKED, Found("TLS1_3"), holds=True),), "properties.minimumTlsVersion is TLS1_3."),
        (
            (Evidence(*TLS_ASKED, Found("TLS9_9")),),
            "properties.minimumTlsVersion is TLS9_9, which does not tell whether it must be at least TLS1_2.",
        ),
        (
            (Evidence(*TLS_ASKED, MISSING),),
            "properties.minimumTlsVersion is absent, and what that means is not known.",
        ),
        (
            (Evidence(*TLS_ASKED, MISSING, assumed=Found("TLS1_0"), holds=False),),
            "properties.minimumTlsVersion is absent, which means TLS1_0; it must be at least TLS1_2.",
        ),
        (
            (Evidence(*TLS_ASKED, MISSING, assumed=Found("TLS1_2"), holds=True),),
            "properties.minimumTlsVersion is absent, which means TLS1_2.",
        ),
        ((Evidence(*TLS_ASKED, HIDDEN),), "Not known (properties.minimumTlsVersion): 403."),
        (
            (Evidence("facts.x", {}, "be", OPEN),),
            "Not provable: Azure gives no upper bound; settled by logs.",
        ),
        (
            (Evidence("name", {"equals": "x"}, "be x", Found(""), negated=True, holds=False),),
            "name is empty; it must not be x.",
        ),
        (
            (Evidence("a", {}, "be", HIDDEN), Evidence("b", {}, "be", HIDDEN), Evidence("a", {}, "be", HIDDEN)),
            "Not known (a, b): 403.",
        ),
        (
            tuple(Evidence(name, {}, "be", HIDDEN) for name in "abcd"),
            "Not known (a, b, c, …): 403.",
        ),
        (
            tuple(Evidence(f"x.{name}", {}, "be 1", Found(0), holds=False) for name in "abcde"),
            "x.a is 0; it must be 1; x.b is 0; it must be 1; x.c is 0; it must be 1; and 2 more.",
        ),
        (
            (
                Evidence("l[*]", COUNTED, "number 0", Found(2), holds=False),
                Evidence("l[0]", {}, "", Found("one"), holds=True),
                Evidence("l[1]", {}, "", Found("two"), holds=True),
            ),
            "l[*] numbers 2; it must number 0; l[0] is one; l[1] is two.",
        ),
        (
            (
                Evidence("l[*]", COUNTED, "number 0", Unread("their number is between 1 and 2")),
                Evidence("l[1]", {}, "", HIDDEN),
            ),
            "Not known (l[1]): 403.",
        ),
        (
            (Evidence("l[*]", COUNTED, "number 0", Unread("their number is between 1 and 2")),),
            "Not known (l[*]): their number is between 1 and 2.",
        ),
        (
            (Evidence("tags.x", {}, "be y", Found("z" * 500), holds=False),),
            f"tags.x is {'z' * 120}…; it must be y.",
        ),
    ],
    ids=range(17),
)
def test_a_finding_is_said_in_a_sentence(evidence: tuple[Evidence, ...], sentence: str) -> None:
    assert said(*evidence) == sentence


FACTS: Json = {
    "words": "never at the top",
    "residency": {
        "edges": [{"words": "copies go north", "region": "north"}, {"words": "copies stay", "region": "west"}]
    },
    "retention": {
        "reasons": [
            {"words": "unknown", "kind": "unknown", "hours": None},
            {"words": "for a week", "kind": "hours", "hours": 168},
            {"words": "for ever", "kind": "unbounded", "hours": None},
            {"words": "for a day", "kind": "hours", "hours": 24},
            {"words": "for ever", "kind": "unbounded", "hours": None},
        ],
        "versions": {"reasons": []},
    },
    "holds": True,
}


@pytest.mark.parametrize(
    ("evidence", "sentence"),
    [
        (
            (Evidence("facts.residency.edges[0].leavesRegion", {}, "be false", Found(True), holds=False),),
            "Copies go north.",
        ),
        (
            (Evidence("facts.residency.edges[1].region", {}, "be in the region north", Found("west"), holds=False),),
            "Copies stay; facts.residency.edges[1].region is west; it must be in the region north.",
        ),
        (
            (Evidence("facts.residency.edges[7].region", {}, "be x", Found("west"), holds=False),),
            "facts.residency.edges[7].region is west; it must be x.",
        ),
        (
            (Evidence("facts.retention.unbounded", {}, "be false", Found(True), holds=False),),
            "For ever; for a week.",
        ),
        (
            (Evidence("facts.retention.atMostHours", {}, "be at most 24", OPEN),),
            "For ever; for a week; Not provable: Azure gives no upper bound; settled by logs.".replace(
                "Not p", "not p"
            ),
        ),
        (
            (Evidence("facts.retention.versions.unbounded", {}, "be false", Found(True), holds=False),),
            "For ever; for a week.",
        ),
        (
            (Evidence("facts.holds", {}, "be true", Found(True), holds=True),),
            "facts.holds is true.",
        ),
        (
            (Evidence("facts.none.deeper", {}, "be true", MISSING),),
            "facts.none.deeper is absent, and what that means is not known.",
        ),
        (
            (
                Evidence("facts.residency.edges[0].region", {}, "be x", Found("north"), holds=False),
                Evidence("name", {}, "be x", Found(True), holds=False),
            ),
            "Copies go north; facts.residency.edges[0].region is north; it must be x; name is true; it must be x.",
        ),
    ],
    ids=range(9),
)
def test_a_fact_says_for_itself_why(evidence: tuple[Evidence, ...], sentence: str) -> None:
    assert said(*evidence, facts=FACTS) == sentence


@pytest.mark.parametrize(
    ("number", "one", "many", "said_so"),
    [(1, "store", None, "1 store"), (0, "store", None, "0 stores"), (2, "entry", "entries", "2 entries")],
)
def test_numbers_agree_with_their_noun(number: int, one: str, many: str | None, said_so: str) -> None:
    assert plural(number, one, many) == said_so


def test_names_can_be_read_as_words() -> None:
    assert (words("objectReplication"), words("softDelete2Days"), words("x")) == (
        "object replication",
        "soft delete2 days",
        "x",
    )


# Stores that only a model knows


def test_a_store_that_a_model_was_trained_from_and_nobody_saw_is_in_the_report() -> None:
    forms = account()
    model = Resource(
        {
            "id": f"{forms.id}/documentModels/m",
            "type": MODEL,
            "name": "m",
            "properties": {"azureBlobSource": {"containerUrl": "https://elsewhere.blob.core.windows.net/scans"}},
        }
    )
    made = audit.judge_snapshot(audit.prepare(audit.Choice()), snapshot(forms, model))
    lines = [item for item in made.lines if item.finding.subject.name == "elsewhere"]
    assert lines
    assert {item.finding.status for item in lines} == {"unknown"}
    assert any("m was trained from it, but it lies outside of what was read" in item.message for item in lines)
    code = audit.judge_snapshot(audit.prepare(audit.Choice()), snapshot(forms, model, kind="infrastructure"))
    assert not [item for item in code.lines if item.finding.subject.name == "elsewhere"]


def test_an_unseen_blob_service_is_told_beside_its_store() -> None:
    store = storage()
    found = snapshot(store, account(), gaps=(gap(store, BLOB_SERVICE),))
    made = audit.judge_snapshot(audit.prepare(audit.Choice()), found)
    (item,) = made.unseen
    assert (item.name, item.operation) == ("docs", f"{BLOB_SERVICE}/read")
    assert item.rules


def test_what_was_not_read_can_be_said_by_itself() -> None:
    assert describe(Evidence("name", {"equals": "x"}, "be x", HIDDEN)) == "not known (name): 403"
