"""Reading the arguments of a resource as the provider reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.infra.terraform.instances import AFTER_APPLY
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments of a resource, or of a block in one.

    `path` leads to the block, `expressions` are what the configuration says of it (None where it is not known). `computed`
    are arguments that Azure fills in where they are not set: of a resource that is made anew they are then known only
    after apply although nobody gave them, so they count as not set. `old` says that absent arguments are not known to
    be unset: a state of a provider that does not know an argument did not read it.
    """

    values: Mapping[str, Json]
    expressions: Mapping[str, Any] | None = None
    computed: frozenset[str] = frozenset()
    old: bool = False
    path: tuple[str | int, ...] = ()

    def get(self, *names: str) -> Json:
        """The value of an argument under the first of its names that has one; None where it is not set.

        The provider does not tell an empty text from none, so neither does this.
        """
        found: Json = None
        for name in names:
            value = self._set(name)
            if value is not None and value != "" and (found is None or isinstance(found, Unread)):
                found = value
        if found is None and self.old and not any(name in self.values for name in names):
            return Unread("this version of the provider does not read it")
        return found

    def elements(self, *names: str) -> list[Json] | Unread:
        """The elements of a list, none where it is not set."""
        value = self.get(*names)
        if value is None:
            return []
        return value if isinstance(value, list | Unread) else Unread(f"{self.name_of(*names)} is no list")

    def name_of(self, *names: str) -> str:
        """The name under which an argument is set; the first of them if none is."""
        return next((name for name in names if self._set(name) is not None), names[0])

    def blocks(self, *names: str) -> list[Arguments] | Unread:
        """The blocks of a name; one that was not read in its whole makes all of them unread."""
        name = self.name_of(*names)
        value = self.get(*names)
        if isinstance(value, Unread):
            return value
        items = value if isinstance(value, list) else [value] if isinstance(value, dict) else []
        unread = next((item for item in items if isinstance(item, Unread)), None)
        return unread or list(self._inner(name, items))

    def block(self, *names: str) -> Arguments | Unread | None:
        """The one block of a name, None where it is not set."""
        found = self.blocks(*names)
        if isinstance(found, Unread):
            return found
        return found[0] if found else None

    def _inner(self, name: str, items: list[Json]) -> Iterator[Arguments]:
        told = None if self.expressions is None else self.expressions.get(name)
        for at, item in enumerate(items):
            one = told[at] if isinstance(told, list) and at < len(told) else told
            known = one if isinstance(one, dict) and "references" not in one and "constant_value" not in one else None
            values = item if isinstance(item, dict) else {}
            yield Arguments(values, known, self.computed, self.old, (*self.path, name, at))

    def _set(self, name: str) -> Json:
        value = self.values.get(name)
        unset = name in self.computed and self.expressions is not None and name not in self.expressions
        return None if value is AFTER_APPLY and unset else value
