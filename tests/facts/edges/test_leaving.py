"""Whether a region is another one."""

from __future__ import annotations

import pytest

from auditor.facts.edges.edge import leaves
from auditor.model.reading import Json, Unread

HERE = "{location of the resource group in main}"
NOT_READ = Unread("not read")
LATER = Unread("the region is known only at the deployment")


@pytest.mark.parametrize(
    ("home", "region", "answer"),
    [
        ("westeurope", "West Europe", False),
        ("westeurope", "northeurope", True),
        (HERE, HERE, False),
        (HERE, "westeurope", LATER),
        ("westeurope", HERE, LATER),
        (NOT_READ, "westeurope", NOT_READ),
        ("westeurope", NOT_READ, NOT_READ),
    ],
)
def test_leaving(home: str | Unread, region: Json, answer: bool | Unread) -> None:
    assert leaves(home, region) == answer
