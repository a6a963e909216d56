"""Derives facts when a rule asks for them, each once a resource."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from auditor.facts.catalogue import FACTS
from auditor.facts.kin import Kin, same_for_kin
from auditor.model.reading import MISSING
from auditor.model.types import STORAGE

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from auditor.facts.catalogue import Fact
    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource
    from auditor.policy.paths import Segment

_STORAGE: Final = STORAGE.lower()

_WHOLE: Final = ""
"""In the place of a fact's name: all of them together."""
_MOST_KNOWN: Final = 4096
"""Resources whose facts are kept, and as many from before: those of all would be as large as the estate."""


class Facts:
    """The facts of one estate; fits `auditor.policy.target.QuickFacts`."""

    quick = frozenset({"holdsdocuments"})

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self._by_type: dict[str, dict[str, Fact]] = {}
        for fact in FACTS:
            for type_name in fact.about:
                self._by_type.setdefault(type_name.lower(), {})[fact.name.lower()] = fact
        self._known: dict[str, dict[str, Json]] = {}
        self._older: dict[str, dict[str, Json]] = {}
        self._kin = Kin(estate)

    def of(self, resource: Resource) -> dict[str, Json]:
        """All facts about a resource by name."""
        known = self._record(resource)
        if _WHOLE not in known:
            values = {fact.name: self.one(resource, name) for name, fact in self._about(resource).items()}
            known[_WHOLE] = {name: item for name, item in values.items() if item is not MISSING}
        return cast("dict[str, Json]", known[_WHOLE])

    def one(self, resource: Resource, name: str) -> Json:
        """The fact with this name, in whatever case; MISSING where there is none or it has nothing to say."""
        known = self._record(resource)
        name = name.lower()
        if name not in known:
            fact = self._about(resource).get(name)
            value = None if fact is None else fact.derive(resource, self.estate)
            known[name] = MISSING if value is None else value
        return known[name]

    def _record(self, resource: Resource) -> dict[str, Json]:
        """What is known of a resource by now; what nobody has asked about for long is let go."""
        known = self._known.get(resource.key)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._older, self._known = self._known, {}
            known = self._known[resource.key] = self._older.pop(resource.key, {})
        return known

    def kin(self, resource: Resource) -> Hashable:
        """A key that resources share whose facts are the same but for their own names; None for one without its like."""
        return self._kin.of(resource) if resource.type_key == _STORAGE else None

    def same_for_kin(self, type_name: str, segments: tuple[Segment, ...], *, whole: bool) -> bool:
        """Whether what a path leads to is the same for the kin of a resource of this type, but for its own name in facts.

        Where not the `whole` of it counts, it is enough that there are as many elements.
        """
        return type_name == STORAGE and same_for_kin(segments, whole=whole)

    def _about(self, resource: Resource) -> Mapping[str, Fact]:
        return self._by_type.get(resource.type_key, {})
