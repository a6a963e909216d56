"""What holds for every fact, over the sample estate and over whatever may become of it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor import audit
from auditor.data import samples_folder
from auditor.facts.catalogue import FACTS, fact_shapes
from auditor.facts.derive import Facts
from auditor.facts.estate import Estate
from auditor.model.durations import parse_moment
from auditor.model.reading import Json, Unread, plain
from auditor.model.resource import Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import BY_NAME, STORAGE
from auditor.policy.compiler import CompiledRule
from auditor.policy.judge import group_by_type, judge
from auditor.policy.loader import compile_all
from auditor.report.formats.json import render
from auditor.statements import read_models
from tests.builders import STARTED, now, snapshot, storage
from tests.policy.drawing import forget

randoms = st.randoms(use_true_random=True)


@cache
def strict() -> audit.Audit:
    return audit.prepare(audit.Choice(profile="strict"))


@cache
def rules() -> dict[str, tuple[CompiledRule, ...]]:
    return group_by_type(compile_all(strict().policy, strict().rules, strict().parameters))


@cache
def estate() -> Snapshot:
    samples = samples_folder()
    return audit.read_saved(samples / "estate.jsonl", [read_models(samples / "models.yaml", STARTED)])


def facts_of(found: Snapshot) -> Facts:
    moment = parse_moment(found.header.started)
    assert moment is not None
    return Facts(Estate(found, moment))


def changed(random: Random, change: Any) -> Snapshot:
    """The sample estate with some of its resources changed; what the customer stated stays."""
    share = random.random()
    resources = [
        Resource(
            {key: item if key in {"id", "type"} else change(item) for key, item in resource.body.items()}, resource.read
        )
        if random.random() < share and not resource.type.startswith("Auditor.")
        else resource
        for resource in estate().resources
    ]
    return replace(estate(), resources=tuple(resources))


def statuses(found: Snapshot) -> dict[tuple[str, str], str]:
    judged = judge(rules(), found, facts_of(found), now())
    return {(finding.rule, finding.subject.id.lower()): finding.status for finding in judged.findings}


BEFORE = cache(lambda: statuses(estate()))
LESS = {
    "pass": {"pass", "unknown"},
    "fail": {"fail", "unknown"},
    "unknown": {"unknown"},
    None: {None, "pass", "unknown"},
}


@settings(deadline=None, max_examples=60)
@given(randoms, st.sampled_from([0.02, 0.1, 0.3]))
def test_knowing_less_never_turns_a_verdict_round(random: Random, chance: float) -> None:
    """Whatever becomes unread, a verdict stays or becomes unknown, and what fails does not fall out of sight.

    Where it is no longer known that a rule does not apply, there may be a pass or an unknown, but never a fail.
    """
    after = statuses(changed(random, lambda value: forget(value, random, chance)))
    for pair in BEFORE().keys() | after.keys():
        assert after.get(pair) in LESS[BEFORE().get(pair)], pair


def test_the_law_is_about_something() -> None:
    assert set(BEFORE().values()) == {"pass", "fail", "unknown"}
    assert len(BEFORE()) > 150


JUNK: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 10**300, "", "x", "http://[", "https://a?b", "disabled", "-P1D"),
    *("2026-01-01", "0001-01-01T00:00:00+14:00", "\x1b[31m\u202e", "a\ud800"),
    *([], {}, [None], [[]], [{}], [1], {"a": {}}, {"enabled": {}}, {"enabled": True}, {"name": []}, {"$unread": 7}),
    Unread("hidden"),
)


def junk(value: Json, random: Random, chance: float) -> Json:
    """The same JSON with odd values in place of some parts."""
    if random.random() < chance:
        return copy.deepcopy(random.choice(JUNK))
    match value:
        case dict():
            return {key: junk(item, random, chance) for key, item in value.items()}
        case list():
            return [junk(item, random, chance) for item in value]
        case _:
            return value


@settings(deadline=None, max_examples=25)
@given(randoms, st.sampled_from([0.01, 0.05, 0.3]))
def test_whatever_azure_answers_is_judged_and_reported(random: Random, chance: float) -> None:
    report = audit.judge_snapshot(strict(), changed(random, lambda value: junk(value, random, chance)))
    assert json.loads(render(report))["summary"]["resources"] >= len(estate().resources)


@settings(deadline=None, max_examples=15)
@given(randoms, st.sampled_from([0, 0.05, 0.3]))
def test_facts_are_json_and_have_the_shape_that_the_catalogue_says(random: Random, chance: float) -> None:
    """What a rule may ask is what there is: no part is called otherwise, and none is missing where others are."""
    found = changed(random, lambda value: junk(value, random, chance))
    shapes = {name.lower(): tree for name, tree in fact_shapes().items()}
    derived = facts_of(found)
    for resource in found.resources:
        known = derived.of(resource)
        json.dumps(plain(dict(known)), allow_nan=False)
        assert known.keys() <= shapes.get(resource.type_key, {}).keys()
        for name, value in known.items():
            fits(shapes[resource.type_key][name], value, name)


OPTIONAL = {"deleteBy", "owner", "purpose"}


def fits(tree: Any, value: Json, where: str) -> None:
    """Fail unless the value has the shape; unread and null fit everywhere."""
    if value is None or isinstance(value, Unread):
        return
    if tree is None:
        assert not isinstance(value, dict | list), where
    elif "[]" in tree:
        assert isinstance(value, list), where
        for item in value:
            fits(tree["[]"], item, f"{where}[*]")
    else:
        assert isinstance(value, dict), where
        assert value.keys() <= tree.keys(), where
        assert tree.keys() - value.keys() <= OPTIONAL, where
        for key, item in value.items():
            fits(tree[key], item, f"{where}.{key}")


@settings(deadline=None, max_examples=5)
@given(randoms)
def test_judging_leaves_the_snapshot_as_it_was_and_says_the_same_again(random: Random) -> None:
    found = changed(random, lambda value: forget(value, random, 0.1))
    before = copy.deepcopy([resource.body for resource in found.resources])
    first = audit.judge_snapshot(strict(), found)
    assert [resource.body for resource in found.resources] == before
    assert audit.judge_snapshot(strict(), found) == first


@settings(deadline=None, max_examples=5)
@given(randoms)
def test_the_order_of_reading_does_not_matter(random: Random) -> None:
    """But for the register, of which the first entry that fits counts."""
    stated = [item for item in estate().resources if item.type.startswith("Auditor.")]
    read = [item for item in estate().resources if item not in stated]
    gaps = random.sample(estate().gaps, len(estate().gaps))
    shuffled = replace(estate(), resources=(*random.sample(read, len(read)), *stated), gaps=tuple(gaps))
    assert statuses(shuffled) == BEFORE()


# The catalogue


def test_a_fact_about_a_type_has_one_name() -> None:
    names = [(about.lower(), fact.name.lower()) for fact in FACTS for about in fact.about]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.name}-{fact.about[0].rpartition(chr(47))[2]}")
def test_a_fact_reads_types_that_are_known_and_says_what_it_is(fact: Any) -> None:
    assert {name.lower() for name in (*fact.about, *fact.reads)} <= BY_NAME.keys()
    assert fact.summary.endswith(".")


def test_facts_are_derived_once_a_resource() -> None:
    store = storage()
    derived = Facts(Estate(snapshot(store), now()))
    assert derived.one(store, "retention") is derived.one(storage(), "Retention")
    assert set(derived.of(store)) == {fact.name for fact in FACTS if STORAGE in fact.about} - {"logArchive"}


def test_about_most_types_there_is_nothing_to_say() -> None:
    assert facts_of(snapshot()).of(Resource({"id": "/x", "type": "Microsoft.Other/things"})) == {}
