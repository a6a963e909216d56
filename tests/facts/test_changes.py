from __future__ import annotations

import pytest

from auditor.facts.changes import concerned_by
from auditor.facts.estate import Estate
from auditor.model.resource import Resource
from auditor.model.types import PRIVATE_ENDPOINT
from tests.builders import GROUP, account, delete_rule, grant, lifecycle, now, snapshot, storage

DOCS, OTHER, DI = storage(), storage("other"), account()
POLICY = lifecycle(DOCS, delete_rule())
ROLE = grant(GROUP, principal="p")
TO_OTHER = Resource(
    {
        "id": f"{GROUP}/providers/{PRIVATE_ENDPOINT}/p",
        "type": PRIVATE_ENDPOINT,
        "name": "p",
        "properties": {"connections": [{"properties": {"to": f"{OTHER.id}/"}}, 1]},
    }
)


@pytest.mark.parametrize(
    ("changed", "concerned"),
    [
        (set(), []),
        ({DOCS.key}, [DOCS]),
        ({POLICY.key}, [POLICY, DOCS]),
        ({f"{OTHER.key}/managementpolicies/default"}, [OTHER]),  # one that goes away
        ({TO_OTHER.key}, [TO_OTHER, OTHER]),
        ({DI.key}, [DI]),
    ],
)
def test_what_a_change_concerns(changed: set[str], concerned: list[Resource]) -> None:
    found = snapshot(DOCS, OTHER, DI, POLICY, ROLE, TO_OTHER, kind="infrastructure")
    keys = concerned_by(frozenset(changed), Estate(found, now()))
    assert {item.key for item in (DOCS, OTHER, DI, POLICY, ROLE, TO_OTHER)} & keys == {item.key for item in concerned}


def test_an_account_concerns_the_stores_that_are_linked_to_it() -> None:
    found = snapshot(DOCS, OTHER, DI, grant(DOCS.id), kind="infrastructure")
    keys = concerned_by(frozenset({DI.key}), Estate(found, now()))
    assert {DOCS.key, OTHER.key} & keys == {DOCS.key}
