"""What an estate remembers of what was derived from it."""

from __future__ import annotations

from auditor.facts.estate import Estate
from auditor.model.resource import Resource
from tests.builders import now, snapshot, storage


def test_what_is_derived_about_a_resource_is_kept_until_it_is_forgotten() -> None:
    store, other = storage("docs"), storage("other")
    estate, derived = Estate(snapshot(store, other), now()), []

    def derive(resource: Resource, _estate: Estate) -> str:
        derived.append(resource.name)
        return resource.name

    assert [estate.once_for(item, "name", derive) for item in (store, other, store)] == ["docs", "other", "docs"]
    assert derived == ["docs", "other"]
    estate.forget(store)
    assert [estate.once_for(item, "name", derive) for item in (store, other)] == ["docs", "other"]
    assert derived == ["docs", "other", "docs"]
