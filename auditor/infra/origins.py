"""Where a template declares a resource and its properties: looked up when a finding is shown, and not before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from auditor.model.resource import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.infra.json_text import Places, Pointer, Position


class Placed(Protocol):
    """A text whose places can be asked for."""

    @property
    def places(self) -> Places:
        """Where things stand in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Below(Mapping[str, "Position"]):
    """The places of the properties below a pointer, by path as rules write it; the empty path is the pointer's own."""

    source: Placed
    pointer: Pointer

    def __getitem__(self, path: str) -> Position:
        found = self.source.places.find(self.pointer, path)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        """Nobody asks for all places: there are as many as properties."""
        return iter(())

    def __len__(self) -> int:
        return 0


@dataclass(frozen=True, slots=True, eq=False)
class Latest(Mapping[str, "Position"]):
    """The places of the properties of a resource that several declarations write: those of the last one that names them."""

    declarations: tuple[Below, ...]

    @property
    def pointer(self) -> Pointer:
        """Where the first declaration stands."""
        return self.declarations[0].pointer

    def __getitem__(self, path: str) -> Position:
        order = reversed(self.declarations) if path else iter(self.declarations)
        found = next((place for item in order if (place := item.get(path)) is not None), None)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        """Nobody asks for all places: there are as many as properties."""
        return iter(())

    def __len__(self) -> int:
        return 0


def origin(shown: str, address: str | None, source: Placed, pointer: Pointer, *later: Pointer) -> Origin:
    """Where a resource stands: the file, how that names it, and the places of its properties.

    `later` are further declarations of it, in order.
    """
    places = tuple(Below(source, item) for item in (pointer, *later))
    return Origin(shown, address, Latest(places) if later else places[0])
