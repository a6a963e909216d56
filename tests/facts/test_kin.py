"""Storage accounts that are kin have the same facts: what is derived once for all of them is what each would have."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.catalogue import fact_shapes
from auditor.facts.derive import Facts
from auditor.facts.estate import Estate
from auditor.model.reading import Json, Unread, mark_unread, plain
from auditor.model.resource import Gap, ListRead, Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import DIAGNOSTIC_SETTING, ROLE_ASSIGNMENT, STORAGE
from auditor.policy.compiler import Language
from auditor.policy.defaults import Defaults
from auditor.policy.judge import judge
from auditor.policy.shapes import Shapes
from tests.builders import account, blob_service, container, now, snapshot, storage
from tests.facts.test_laws import estate, facts_of, junk, randoms, rules
from tests.policy.asking import compile_one
from tests.policy.drawing import forget


class OneByOne:
    """The facts of an estate without what is known of kin."""

    def __init__(self, facts: Facts) -> None:
        self.of = facts.of


def family(random: Random) -> Snapshot:
    """The sample estate with each of its stores several times, some of them changed, and some named elsewhere."""
    resources, gaps, reads = list(estate().resources), list(estate().gaps), list(estate().reads)
    stores = [item for item in resources if item.type == STORAGE]
    for store in random.sample(stores, 2):
        for number in range(4):
            below = [item for item in resources if item.key == store.key or item.key.startswith(f"{store.key}/")]
            named = [item for item in resources if store.name in json.dumps(plain(dict(item.body)))]
            copied = named if random.random() < 0.1 else below
            resources += [renamed(item, store.name, f"{store.name}{number}x", random) for item in copied]
            reads += [again(item, store.name, f"{store.name}{number}x") for item in reads if store.name in item.of]
    for _ in range(random.randint(0, 2)):
        scope = random.choice([item for item in resources if item.type == STORAGE]).id
        scope = "/".join(scope.split("/")[: random.choice((3, 5, 7, 9))])
        gaps.append(
            Gap(scope, random.choice((f"{STORAGE}/blobServices/containers/read", f"{ROLE_ASSIGNMENT}/read")), "403")
        )
    reads = [item for item in reads if random.random() < 0.97]
    return replace(estate(), resources=tuple(resources), gaps=tuple(gaps), reads=tuple(reads))


def renamed(resource: Resource, old: str, new: str, random: Random) -> Resource:
    """The same resource below a store of another name; of few something is hidden or odd."""
    body = mark_unread(json.loads(json.dumps(plain(dict(resource.body))).replace(old, new)))
    if random.random() < 0.05:
        change: Any = random.choice((forget, junk))
        body = {key: item if key in {"id", "type"} else change(item, random, 0.1) for key, item in body.items()}
    return Resource(body, resource.read)


def again(read: ListRead, old: str, new: str) -> ListRead:
    return replace(read, of=read.of.replace(old, new))


@settings(deadline=None, max_examples=12)
@given(randoms, st.booleans())
def test_what_is_derived_once_for_kin_is_what_each_would_have(random: Random, in_files: bool) -> None:
    found = family(random)
    if in_files:
        found = replace(found, header=replace(found.header, kind="infrastructure"))
    for_kin = judge(rules(), found, facts_of(found), now())
    alone = judge(rules(), found, OneByOne(facts_of(found)), now())
    assert list(for_kin.findings) == list(alone.findings)
    assert (for_kin.not_applicable, for_kin.only_live) == (alone.not_applicable, alone.only_live)


def kin_of(*stores: Resource, more: tuple[Resource, ...] = (), gaps: tuple[Gap, ...] = ()) -> list[Json]:
    facts = facts_of(snapshot(*stores, *more, gaps=gaps))
    return [facts.kin(store) for store in stores]


def test_accounts_that_differ_in_name_and_times_alone_are_kin() -> None:
    stores = [storage(name, creationTime=f"2026-0{day}-01T00:00:00Z") for day, name in enumerate(("abc", "abd"), 1)]
    below = [part for store in stores for part in (blob_service(store), container(store, "scans"))]
    first, second = kin_of(*stores, more=tuple(below))
    assert first is not None
    assert first == second


def test_what_tells_them_apart() -> None:
    one, other = storage("abc"), storage("abd")
    for changed in (storage("abd", location="northeurope"), storage("abd", minimumTlsVersion="TLS1_0")):
        first, second = kin_of(one, changed)
        assert first != second
    first, second = kin_of(one, other, more=(container(one, "scans"), container(other, "letters")))
    assert first != second


def setting(of: Resource, to: str) -> Resource:
    """A diagnostic setting of the blobs of a store."""
    address = f"{of.id}/blobServices/default/providers/{DIAGNOSTIC_SETTING}/logs"
    return Resource({"id": address, "type": DIAGNOSTIC_SETTING, "name": "logs", "properties": {"storageAccountId": to}})


def test_one_that_something_else_names_has_no_kin() -> None:
    one, other, third = storage("abc"), storage("abd"), storage("abe")
    found = kin_of(one, other, third, more=(setting(other, one.id), setting(third, one.id)))
    assert found[0] is None
    assert found[1] == found[2] is not None


def test_own_settings_tell_accounts_apart() -> None:
    one, other = storage("abc"), storage("abd")
    first, second = kin_of(one, other, more=(setting(one, "/x"), setting(other, "/y")))
    assert None not in {first, second}
    assert first != second


def test_one_whose_facts_tell_of_it_by_name_is_looked_at_alone() -> None:
    """Why it is not known whose key encrypts a store says its name."""
    stores = [storage(name, encryption={"keySource": Unread("403")}) for name in ("abc", "abd")]
    below = [part for store in stores for part in (blob_service(store), container(store, "scans"))]
    found = snapshot(*stores, *below, account())
    facts = Facts(Estate(found, now(), all_documents=True))
    first, second = (facts.kin(store) for store in stores)
    assert first == second
    stays = {"field": "facts.residency.edges[*].leavesRegion", "equals": False}
    rule = compile_one(stays, against=Language(Shapes(fact_shapes()), Defaults({})))
    shown = {
        item.subject.name: str(item.evidence)
        for item in judge({STORAGE.lower(): (rule,)}, found, facts, now()).findings
    }
    assert "encrypts abc" in shown["abc"]
    assert "encrypts abd" in shown["abd"]


def test_the_law_is_about_something() -> None:
    found = family(Random(1))  # noqa: S311
    facts = facts_of(found)
    kin = Counter(facts.kin(store) for store in found.of_type(STORAGE))
    assert len(kin) > 2
    assert max(number for key, number in kin.items() if key is not None) > 1


def test_of_odd_places_and_names_nobody_knows_the_kin() -> None:
    below_a_group = f"{'/'.join(storage('abc').id.split('/')[:5])}/providers"
    odd = Gap(below_a_group, f"{ROLE_ASSIGNMENT}/read", "403")
    assert kin_of(storage("abc"), storage("abd"), gaps=(odd,)) == [None, None]
    assert kin_of(storage("a-c"), storage("a-d")) == [None, None]
