"""Several files as one estate: nothing that is declared hides anything else."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from auditor.infra.declared import Declared
from auditor.infra.ids import group_scope, principal_of, resource_id
from auditor.infra.together import Together
from auditor.model.reading import Unread
from auditor.model.resource import Gap, ListRead, Origin, Resource
from auditor.model.types import ACCOUNT, BLOB_SERVICE, LIFECYCLE_POLICY, ROLE_ASSIGNMENT, STORAGE

GROUP = group_scope()
DOCS = resource_id(GROUP, STORAGE, "docs")
DOCS_B = f"{DOCS} {{in infra:b.json}}"


def declare(type_name: str, *names: str, file: str = "a.json", **parts: Any) -> Resource:
    body = {"id": resource_id(GROUP, type_name, *names), "type": type_name, "name": names[-1], **parts}
    return Resource(body, None, Origin(file, names[-1], {}))


def store(tls: str, file: str = "a.json") -> Resource:
    return declare(STORAGE, "docs", file=file, properties={"minimumTlsVersion": tls})


def policy(days: int) -> Resource:
    return declare(LIFECYCLE_POLICY, "docs", "default", properties={"days": days})


def together(**files: Declared | list[Resource]) -> Together:
    found = Together()
    for name, declared in files.items():
        whole = declared if isinstance(declared, Declared) else Declared(tuple(declared))
        found.add(f"infra/{name}.json", whole)
    return found


def bodies(found: Together) -> dict[str, Any]:
    assert all(key == resource.key for key, resource in found.resources.items())
    return {resource.id: resource.body.get("properties") for resource in found.resources.values()}


def test_what_two_files_say_alike_counts_once() -> None:
    found = together(a=[store("TLS1_2"), policy(1)], b=[policy(1), store("TLS1_2", "b.json")])
    assert bodies(found) == {DOCS: {"minimumTlsVersion": "TLS1_2"}, policy(1).id: {"days": 1}}
    assert (found.folded, found.apart) == (1, 0)
    assert found.resources[DOCS.lower()].origin == Origin("a.json", "docs", {})
    assert found.changed == {DOCS.lower(), policy(1).key}


def test_what_they_say_differently_is_judged_twice() -> None:
    grant = declare(
        ROLE_ASSIGNMENT,
        "g",
        properties={"scope": DOCS.upper(), "principalId": principal_of(DOCS), "x": [f"{DOCS}/y", 1, Unread("why")]},
    )
    found = together(
        a=[store("TLS1_0"), policy(1)],
        b=Declared(
            (store("TLS1_2"), policy(1), grant),
            (Gap(DOCS, "o", "r"),),
            (ListRead(f"{DOCS}/blobServices/default", "o"),),
            frozenset({DOCS.lower(), f"{DOCS}/gone".lower()}),
        ),
    )
    assert bodies(found) == {
        DOCS: {"minimumTlsVersion": "TLS1_0"},
        policy(1).id: {"days": 1},
        DOCS_B: {"minimumTlsVersion": "TLS1_2"},
        f"{DOCS_B}/managementPolicies/default": {"days": 1},
        grant.id: {
            "scope": DOCS_B,
            "principalId": f"{{principal of {DOCS_B.lower()}}}",
            "x": [f"{DOCS_B}/y", 1, Unread("why")],
        },
    }
    assert found.resources[DOCS_B.lower()].name == "docs"
    assert (found.folded, found.apart) == (0, 1)
    assert found.gaps == [Gap(DOCS_B, "o", "r")]
    assert found.reads == [ListRead(f"{DOCS_B}/blobServices/default", "o")]
    assert found.changed == {DOCS.lower(), policy(1).key, DOCS_B.lower(), f"{DOCS_B}/gone".lower()}


def test_a_difference_below_is_a_difference() -> None:
    found = together(a=[store("TLS1_2"), policy(1)], b=[store("TLS1_2")], c=[store("TLS1_2"), policy(2)])
    assert set(bodies(found)) == {
        DOCS,
        policy(1).id,
        DOCS_B,
        f"{DOCS} {{in infra:c.json}}",
        f"{DOCS} {{in infra:c.json}}/managementPolicies/default",
    }


def test_what_one_file_says_of_a_resource_of_another_belongs_to_it() -> None:
    found = together(a=[store("TLS1_2")], b=[policy(1)], c=[declare(ACCOUNT, "di")])
    assert list(bodies(found)) == [DOCS, policy(1).id, resource_id(GROUP, ACCOUNT, "di")]
    assert found.apart == 0


def test_a_child_of_which_files_differ_below_one_parent_is_not_believed() -> None:
    found = together(a=[store("TLS1_2"), policy(1)], b=[policy(2)])
    kept = found.resources[policy(1).key]
    why = Unread("a.json and infra/b.json declare it differently")
    assert kept.body == {"id": policy(1).id, "type": LIFECYCLE_POLICY, "name": "default", "properties": why}
    assert kept.origin is not None
    assert together(a=[store("TLS1_2"), policy(1)], b=[policy(1)]).resources[policy(1).key].body == policy(1).body
    bare = Resource(policy(1).body)
    assert together(a=[bare], b=[policy(2)]).apart == 1


def test_one_file_that_declares_a_resource_twice() -> None:
    """Two conditions of which either may hold: what lies below the account belongs to both."""
    service = declare(BLOB_SERVICE, "docs", "default", properties={})
    found = together(a=[store("TLS1_0"), service, store("TLS1_2"), store("TLS1_2"), store("TLS1_0")])
    second = f"{DOCS} {{in infra:a.json, 2}}"
    assert bodies(found) == {
        DOCS: {"minimumTlsVersion": "TLS1_0"},
        service.id: {},
        second: {"minimumTlsVersion": "TLS1_2"},
        f"{second}/blobServices/default": {},
    }


def test_what_a_file_says_twice_of_a_child_belongs_to_its_own_account() -> None:
    found = together(a=[store("TLS1_2")], b=[store("TLS1_2"), policy(1), policy(2)])
    why = Unread("a.json and infra/b.json, 2 declare it differently")
    moved = f"{DOCS_B}/managementPolicies/default"
    assert bodies(found) == {
        DOCS: {"minimumTlsVersion": "TLS1_2"},
        DOCS_B: {"minimumTlsVersion": "TLS1_2"},
        moved: why,
    }
    third = together(a=[store("TLS1_2")], b=[store("TLS1_0"), store("TLS1_1")])
    assert list(bodies(third)) == [DOCS, DOCS_B, f"{DOCS} {{in infra:b.json, 2}}"]


def test_ids_in_other_groups_and_plain_texts_stay() -> None:
    other = resource_id(group_scope("s", "g"), STORAGE, "docs")
    made = declare(ACCOUNT, "di", properties={"a": other, "b": "docs", "c": f"{DOCS}2", "d": "/", other: {DOCS: 1}})
    found = together(a=[store("TLS1_0")], b=[store("TLS1_2"), made])
    assert bodies(found)[made.id] == {"a": other, "b": "docs", "c": f"{DOCS}2", "d": "/", other: {DOCS_B: 1}}


FILES = st.lists(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from([None, 1, 2]), st.integers(1, 2)), min_size=1, max_size=4
    ),
    min_size=1,
    max_size=4,
)


@given(FILES)
def test_no_declaration_is_lost(files: list[list[tuple[str, int | None, int]]]) -> None:
    """For each account and TLS that some file declares, there is one that is judged so; and no policy is lost."""
    found = Together()
    for number, entries in enumerate(files):
        parts = []
        for name, days, tls in entries:
            parts.append(declare(STORAGE, name, properties={"tls": tls}))
            if days is not None:
                parts.append(declare(LIFECYCLE_POLICY, name, "default", properties={"days": days}))
        found.add(f"{number}.json", Declared(tuple(parts)))
    stores = [item for item in found.resources.values() if item.type == STORAGE]
    declared = {(name, tls) for entries in files for name, _, tls in entries}
    assert {(item.name, item.body["properties"]["tls"]) for item in stores} == declared
    for name in "ab":
        days = {days for entries in files for other, days, _ in entries if other == name and days is not None}
        judged = [days_of(item, found) for item in stores if item.name == name]
        doubted = any(isinstance(one, Unread) for one in judged)
        assert doubted or days == {day for one in judged if not isinstance(one, Unread) for day in one}


def days_of(item: Resource, found: Together) -> set[int] | Unread:
    below = [other.body["properties"] for key, other in found.resources.items() if key.startswith(f"{item.key}/")]
    doubt = next((part for part in below if isinstance(part, Unread)), None)
    return {part["days"] for part in below} if doubt is None else doubt
