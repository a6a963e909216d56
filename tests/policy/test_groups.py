"""Resources that look the same are judged once: whatever the rules and the resources, that changes no finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings

from auditor.model.finding import STATUS_OF, Evidence, Judgement
from auditor.model.reading import Json
from auditor.model.resource import Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import BY_NAME, CONTAINER, STORAGE
from auditor.model.verdict import Verdict
from auditor.policy import groups
from auditor.policy.answer import answer, applies
from auditor.policy.compiler import CompiledRule
from auditor.policy.condition import Field, Scope
from auditor.policy.findings import Findings as AllFindings
from auditor.policy.judge import judge
from auditor.policy.look import Looker
from auditor.policy.paths import Path
from auditor.policy.targets import Targets
from tests.builders import blob_service, container, gap, snapshot, storage
from tests.policy.asking import NOW, compile_one
from tests.policy.drawing import UNREAD, draw_condition, draw_facts, randoms

HEADS = (
    ("facts",),
    ("properties",),
    ("Properties",),
    ("children", "blobService", "properties"),
    ("children", "containers"),
    ("parent", "facts"),
    ("parent", "children", "blobservice", "properties"),
)
Findings = dict[tuple[str, str], tuple[str, tuple[Evidence, ...]]]


class Facts:
    """Facts as drawn, by the name of the resource."""

    def __init__(self, known: Mapping[str, Json]) -> None:
        self._known = known

    def of(self, resource: Resource) -> Mapping[str, Json]:
        return self._known.get(resource.name, {})


def moved(part: Any, random: Random) -> Any:
    """The same condition with its paths leading elsewhere than into facts; counts and what is in them stay together."""
    head = random.choice(HEADS)

    def move(value: Any) -> Any:
        if isinstance(value, Field):
            segments = (*head, *value.path.segments[1:])
            path = Path(".".join(map(str, segments)), segments)
            return replace(value, path=path, segments=segments if value.depth is None else value.segments)
        if isinstance(value, tuple):
            return tuple(map(move, value))
        if is_dataclass(value) and not isinstance(value, type):
            changes = {each.name: move(getattr(value, each.name)) for each in fields(value) if each.init}
            return replace(value, **changes)
        return value

    return move(part)


def nudged(value: Json, random: Random) -> Json:
    """The same JSON with few leaves changed, some of them to what is almost the same."""
    match value:
        case dict():
            return {key: nudged(item, random) for key, item in value.items()}
        case list():
            return [nudged(item, random) for item in value]
        case _ if random.random() < 0.15:
            return random.choice((True, 1, 1.0, 0, False, "x", "X", "TLS1_1", None, UNREAD))
        case _:
            return value


def drawn(random: Random) -> tuple[dict[str, tuple[CompiledRule, ...]], Snapshot, Facts]:
    """Some rules, and an estate in which much looks alike."""
    rules = []
    for number in range(random.randint(1, 4)):
        rule = compile_one(draw_condition(random), draw_condition(random, depth=1), id=f"T-{number}")
        rules.append(replace(rule, where=moved(rule.where, random), check=moved(rule.check, random)))
    first = draw_facts(random)
    draws = [first, *(nudged(first, random) for _ in range(3))]
    resources: list[Resource] = []
    for number in range(random.randint(1, 12)):
        store = storage(f"s{number}")
        store = Resource({**store.body, random.choice(("properties", "PROPERTIES")): random.choice(draws)})
        resources.append(store)
        if random.random() < 0.8:
            below = blob_service(store)
            resources.append(Resource({**below.body, "properties": random.choice(draws)}))
        for name in random.sample(("a", "b"), random.randint(0, 2)):
            below = container(store, name)
            resources.append(Resource({**below.body, **random.choice(draws)}))
    hidden = [gap(random.choice(resources), CONTAINER)] if random.random() < 0.3 else []
    known = {resource.name: random.choice(draws) for resource in resources}
    by_type = {CONTAINER.lower(): tuple(rules[2:]), STORAGE.lower(): tuple(rules[:2])}
    return by_type, snapshot(*resources, gaps=tuple(hidden)), Facts(known)


def one_by_one(rules: Mapping[str, tuple[CompiledRule, ...]], found: Snapshot, facts: Facts) -> Findings:
    """What the conditions say of each pair by itself."""
    told: Findings = {}
    for type_key, compiled in rules.items():
        for resource in found.of_type(type_key):
            scope = Scope(Targets(found, facts).of(resource), NOW)
            for rule in compiled:
                applied = applies(rule, scope, resource.id)
                if applied is not Verdict.FAIL:
                    said = answer(rule, scope, resource.id, applied, explain_passes=True)
                    assert isinstance(said, Judgement)
                    told[rule.rule.id, resource.id] = STATUS_OF[said.verdict], said.because
    return told


@settings(deadline=None, max_examples=150)
@given(randoms)
def test_judging_in_groups_is_judging_one_by_one(random: Random) -> None:
    rules, found, facts = drawn(random)
    types = {rule.rule.id: type_key for type_key, compiled in rules.items() for rule in compiled}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(groups, "_MANY", random.choice((2, 64)))  # with so few groups rules are divided
        judged = judge(rules, found, facts, NOW).findings
    grouped = {
        (finding.rule, finding.subject.id): (
            finding.status,
            tuple(replace(item, source=None) for item in finding.evidence),
        )
        for finding in judged
        if finding.subject.type.lower() == types[finding.rule]  # others are about lists that were not read
    }
    assert grouped == one_by_one(rules, found, facts)


def test_a_rule_that_sees_something_of_its_own_in_each_resource_does_not_keep_the_others_from_their_groups() -> None:
    own = compile_one({"field": "facts.a", "equals": "x"}, id="T-0")
    shared = compile_one({"field": "facts.b", "equals": "x"}, id="T-1")
    number = 4 * groups._MANY
    found = snapshot(*(storage(f"s{each}") for each in range(number)))
    facts = Facts({f"s{each}": {"a": str(each), "b": "x"} for each in range(number)})
    looker, asked = Looker(found, facts), []
    (panel,) = groups.panels(
        groups.Asking(BY_NAME[STORAGE.lower()], looker, Targets(found, facts), NOW, explain_passes=True), [own, shared]
    )
    for resource in found.of_type(STORAGE):
        panel.take(resource)
    for group in panel.groups():
        asked += [rule.rule.id for rule, _ in group.answers]
    assert asked.count("T-0") == number
    assert asked.count("T-1") == groups._MANY + 1


def test_a_condition_of_a_kind_that_nobody_knows_is_asked_of_each_resource() -> None:
    class Odd:
        """Passes for names that end in an even digit."""

        def verdict(self, scope: Scope) -> Verdict:
            return Verdict.PASS if int(scope.target.body["name"][-1]) % 2 == 0 else Verdict.FAIL

        def judge(self, scope: Scope) -> Judgement:
            return Judgement(self.verdict(scope), ())

    rule = replace(compile_one({"field": "facts.a", "exists": False}), check=Odd())
    found = snapshot(*(storage(f"s{number}") for number in range(4)))
    judged = judge({STORAGE.lower(): (rule,)}, found, Facts({}), NOW)
    assert [finding.status for finding in judged.findings] == ["pass", "fail", "pass", "fail"]
    ruled = replace(rule, where=Odd(), check=rule.check)
    assert judge({STORAGE.lower(): (ruled,)}, found, Facts({}), NOW).not_applicable == {"T-TLS-001": 2}


def test_what_fails_can_be_had_alone_and_in_the_same_order() -> None:
    found = snapshot(*(storage(name) for name in ("c", "a", "b")))
    rule = compile_one({"field": "facts.a", "equals": 1})
    findings = judge(
        {STORAGE.lower(): (rule,)}, found, Facts({"a": {"a": 1}, "b": {"a": 2}, "c": {"a": 3}}), NOW
    ).findings
    assert isinstance(findings, AllFindings)
    assert [item.subject.name for item in findings.failures()] == ["b", "c"]
    assert findings.failures() == [*findings[1:]]
    assert (len(findings), findings.number, findings[0].status) == (3, 3, "pass")
    assert findings != [*findings]
    assert findings == tuple(findings)
