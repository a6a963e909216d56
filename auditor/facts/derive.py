"""Derives facts about resources, each when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.catalogue import FACTS
from auditor.model.reading import MISSING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.facts.catalogue import Fact
    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource


class Facts:
    """The facts of one estate; a `FactSource`."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._by_type: dict[str, dict[str, Fact]] = {}
        for fact in FACTS:
            for type_name in fact.about:
                self._by_type.setdefault(type_name.lower(), {})[fact.name.lower()] = fact

    def one(self, resource: Resource, name: str) -> Json:
        """The fact with this name, in any case; MISSING where there is none, or it does not apply."""
        fact = self._about(resource).get(name.lower())
        if fact is None:
            return MISSING
        value = self.estate.once_for(resource, f"facts.{fact.name}", fact.derive)
        return MISSING if value is None else value

    def of(self, resource: Resource) -> dict[str, Json]:
        """All facts about a resource by name, without those that do not apply."""
        values = {fact.name: self.one(resource, fact.name) for fact in self._about(resource).values()}
        return {name: value for name, value in values.items() if value is not MISSING}

    def forget(self, resource: Resource) -> None:
        """Release what was derived about one resource."""
        self.estate.forget(resource)

    def _about(self, resource: Resource) -> Mapping[str, Fact]:
        return self._by_type.get(resource.type_key, {})
