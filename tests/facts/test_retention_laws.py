"""What holds of retention whatever an estate keeps: no feature shortens it, no rule lengthens it, no gap betters it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.reading import Unread
from auditor.model.resource import Resource
from auditor.model.types import OBJECT_REPLICATION
from tests.builders import account, blob_service, child, container, delete_rule, facts, grant, lifecycle, storage
from tests.facts.estates import backup_instance, backup_policy, backup_vault, estate, of_containers
from tests.policy.drawing import forget

if TYPE_CHECKING:
    from random import Random

    from auditor.model.snapshot import Snapshot

STORE, COPY = storage(), storage("copy")
ON = {"enabled": True}
WINDOWS = ("deleteRetentionPolicy", "containerDeleteRetentionPolicy", "restorePolicy")
HOLD = "immutabilityPeriodSinceCreationInDays"


@dataclass(frozen=True)
class Keeping:
    """What one store keeps: `windows` are days by setting, `held` days by container (infinite: a legal hold)."""

    rules: tuple[dict[str, Any], ...] = ()
    windows: tuple[tuple[str, int], ...] = ()
    versions: bool = False
    held: tuple[tuple[str, float], ...] = ()
    frozen: int = 0
    backups: tuple[tuple[str, int, tuple[str, ...]], ...] = ()

    def parts(self, store: Resource, names: tuple[str, ...]) -> list[Resource]:
        """The resources of a store that keeps like this."""
        service = {setting: {**ON, "days": days} for setting, days in self.windows}
        if self.frozen:
            policy = {HOLD: self.frozen, "state": "Locked"}
            body = {
                **store.body,
                "properties": {"immutableStorageWithVersioning": {**ON, "immutabilityPolicy": policy}},
            }
            store = Resource(body)
        boxes = [container(store, name, **_hold(dict(self.held).get(name))) for name in names]
        saved = [part for number, backup in enumerate(self.backups) for part in _backup(store, number, *backup)]
        parts = [
            store,
            blob_service(store, isVersioningEnabled=self.versions, **service),
            lifecycle(store, *self.rules),
        ]
        return [*parts, *boxes, *saved]


def _hold(days: float | None) -> dict[str, Any]:
    if days is None:
        return {}
    if days == math.inf:
        return {"hasLegalHold": True}
    return {"hasImmutabilityPolicy": True, "immutabilityPolicy": {"properties": {HOLD: days}}}


def _backup(store: Resource, number: int, kind: str, days: int, names: tuple[str, ...]) -> list[Resource]:
    vault = backup_vault(f"{store.name}{number}")
    policy = backup_policy(vault, (kind, f"P{days}D"))
    info = {"policyInfo": of_containers(policy.id, *names)} if names else {}
    return [vault, policy, backup_instance(vault, store, **info)]


@dataclass(frozen=True)
class Scene:
    """A documents store, and perhaps a copy of some of its containers."""

    own: Keeping
    copy: Keeping
    copied: frozenset[tuple[str, str]] = frozenset()

    def snapshot(self) -> Snapshot:
        """The scene as an estate of which everything was read."""
        parts = [account(), grant(STORE.id), *self.own.parts(STORE, ("a", "b"))]
        parts += self.copy.parts(COPY, ("x", "y"))
        rules = [{"sourceContainer": source, "destinationContainer": target} for source, target in sorted(self.copied)]
        if rules:
            properties = {"sourceAccount": STORE.id, "destinationAccount": COPY.id, "rules": rules}
            parts.append(child(STORE, OBJECT_REPLICATION, "p", **properties))
        return estate(*parts)

    def fact(self) -> dict[str, Any]:
        """What it says of the documents store."""
        return fact_of(self.snapshot())


def fact_of(found: Snapshot) -> dict[str, Any]:
    return dict(facts(found).of(found.get(STORE.id) or STORE)["retention"])


def exceeds(fact: dict[str, Any]) -> float:
    return math.inf if fact["unbounded"] else fact["exceedsHours"]


days = st.integers(1, 400)
names = st.sampled_from(["a", "b", "x", "y"])
rules = st.builds(
    delete_rule,
    st.none() | st.integers(0, 50),
    snapshots=st.none() | st.integers(0, 50),
    versions=st.none() | st.integers(0, 50),
    prefixes=st.sampled_from([(), ("a",), ("b/", "x"), ("a/in",), ("y",)]),
    enabled=st.sampled_from([True, True, True, False]),
)
everything = delete_rule(0, snapshots=0, versions=0)
backups = st.tuples(st.sampled_from(["OperationalStore", "VaultStore"]), days, st.lists(names, max_size=2).map(tuple))
keepings = st.builds(
    Keeping,
    rules=st.lists(rules, max_size=2).flatmap(lambda some: st.sampled_from([tuple(some), (*some, everything)])),
    windows=st.dictionaries(st.sampled_from(WINDOWS), days).map(lambda found: tuple(found.items())),
    versions=st.booleans(),
    held=st.dictionaries(names, days | st.just(math.inf), max_size=1).map(lambda found: tuple(found.items())),
    frozen=st.sampled_from([0, 0, 0, 9]),
    backups=st.lists(backups, max_size=1).map(tuple),
)
ways = st.tuples(st.sampled_from(["a", "b"]), st.sampled_from(["x", "y"]))
scenes = st.builds(Scene, keepings, keepings, st.frozensets(ways, max_size=2))


def more(keeping: Keeping, feature: str, number: int, box: str) -> Keeping:
    """The same, with one feature turned on that retains, or turned up."""
    match feature:
        case "versions":
            return replace(keeping, versions=True)
        case "frozen":
            return replace(keeping, frozen=keeping.frozen + number)
        case "held":
            held = dict(keeping.held)
            return replace(keeping, held=tuple({**held, box: held.get(box, 0) + number}.items()))
        case "legalHold":
            return replace(keeping, held=tuple({**dict(keeping.held), box: math.inf}.items()))
        case "OperationalStore" | "VaultStore":
            return replace(keeping, backups=(*keeping.backups, (feature, number, ())))
        case setting:
            windows = dict(keeping.windows)
            return replace(keeping, windows=tuple({**windows, setting: windows.get(setting, 0) + number}.items()))


FEATURES = ("versions", "frozen", "held", "legalHold", "OperationalStore", "VaultStore", *WINDOWS)


@settings(deadline=None)
@given(scenes, st.sampled_from(FEATURES), days, names, st.booleans())
def test_turning_a_retaining_feature_on_never_shortens(
    scene: Scene,
    feature: str,
    number: int,
    box: str,
    here: bool,
) -> None:
    before = scene.fact()
    side = "own" if here else "copy"
    after = replace(scene, **{side: more(getattr(scene, side), feature, number, box)}).fact()
    assert exceeds(after) >= exceeds(before)
    for old, new in zip(before["containers"], after["containers"], strict=True):
        assert exceeds(new) >= exceeds(old)


@settings(deadline=None)
@given(scenes, ways)
def test_replicating_never_shortens(scene: Scene, way: tuple[str, str]) -> None:
    assert exceeds(replace(scene, copied=scene.copied | {way}).fact()) >= exceeds(scene.fact())


@settings(deadline=None)
@given(scenes, rules | st.just(everything), st.booleans())
def test_adding_a_lifecycle_rule_never_lengthens(scene: Scene, rule: dict[str, Any], here: bool) -> None:
    side = "own" if here else "copy"
    keeping = getattr(scene, side)
    after = replace(scene, **{side: replace(keeping, rules=(*keeping.rules, rule))}).fact()
    assert exceeds(after) <= exceeds(scene.fact())


@settings(deadline=None)
@given(scenes)
def test_the_account_is_the_worst_of_its_containers_and_of_what_stands_whatever_they_are(scene: Scene) -> None:
    fact = scene.fact()
    standing = [hours * 24 for _, hours in scene.own.windows]
    standing.append(scene.own.frozen * 24)
    assert exceeds(fact) == max([exceeds(item) for item in fact["containers"]] + standing)
    told = [reason for item in fact["containers"] for reason in item["reasons"]]
    assert all(reason in fact["reasons"] for reason in told)


@settings(deadline=None)
@given(scenes)
def test_the_figures_and_the_reasons_say_the_same(scene: Scene) -> None:
    """Without end exactly if a reason is without end; else no reason is longer than the whole."""
    for fact in (found := scene.fact(), *found["containers"]):
        kinds = {reason["kind"] for reason in fact["reasons"]}
        assert fact["unbounded"] is ("unbounded" in kinds)
        if not fact["unbounded"]:
            assert max([reason["hours"] or 0 for reason in fact["reasons"]], default=0) <= fact["exceedsHours"]


def known(fact: dict[str, Any]) -> bool:
    """Whether everything was read, as far as the fact says."""
    return not isinstance(fact["atMostHours"], Unread) or fact["atMostHours"].settled_by is not None


@settings(deadline=None, max_examples=200)
@given(scenes, st.randoms(use_true_random=True), st.sampled_from([0.02, 0.1, 0.3]))
def test_what_is_not_read_never_makes_the_answer_better(scene: Scene, random: Random, chance: float) -> None:
    """A figure that falls because something is unread says so, and none rises: what is known stays true."""
    found = scene.snapshot()
    before = fact_of(found)
    resources = [
        Resource({key: item if key in {"id", "type", "name"} else forget(item, random, chance) for key, item in resource.body.items()})
        for resource in found.resources
    ]  # fmt: skip
    after = fact_of(replace(found, resources=resources))
    assert exceeds(after) <= exceeds(before)
    assert exceeds(after) == exceeds(before) or not known(after)
    assert len(after["backups"]) >= len([backup for backup in before["backups"] if known(after)])


def test_the_scenes_are_about_something() -> None:
    clean = Keeping(rules=(everything,))
    assert exceeds(Scene(clean, clean, frozenset({("a", "x")})).fact()) == 0
    assert exceeds(Scene(clean, more(clean, "VaultStore", 30, "x"), frozenset({("a", "x")})).fact()) == 720
    assert exceeds(Scene(clean, more(clean, "VaultStore", 30, "x")).fact()) == 0
