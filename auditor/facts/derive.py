"""Derives facts when a rule asks for them, once a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.catalogue import FACTS

if TYPE_CHECKING:
    from auditor.facts.catalogue import Fact
    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource


class Facts:
    """The facts of one estate; fits `auditor.policy.target.FactSource`."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._by_type: dict[str, list[Fact]] = {}
        for fact in FACTS:
            for type_name in fact.about:
                self._by_type.setdefault(type_name.lower(), []).append(fact)
        self._known: dict[str, dict[str, Json]] = {}

    def of(self, resource: Resource) -> dict[str, Json]:
        """All facts about a resource by name."""
        known = self._known.get(resource.key)
        if known is None:
            derived = {
                fact.name: fact.derive(resource, self.estate) for fact in self._by_type.get(resource.type_key, ())
            }
            known = self._known[resource.key] = {name: value for name, value in derived.items() if value is not None}
        return known
