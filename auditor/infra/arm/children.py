"""Types, names and ids of resources, wherever a template writes them.

A child stands inside its parent, with the last part of its type and name, or beside it, with all of them. An extension
names what it extends by `scope`, or by `/providers/` in its type (and the namespace among its names).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.infra.arm.levels import below
from auditor.model.types import BY_NAME, RESOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.infra.json_text import Pointer
    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Written:
    """A resource as it stands in a template: where, the types and the texts of the names above it, its symbolic name."""

    raw: dict[str, Json]
    pointer: Pointer
    symbol: str | None
    above: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """What a resource is called: its type in Azure's spelling, its names, its id."""

    type: str
    names: tuple[str, ...]
    id: str

    @property
    def name(self) -> str:
        """The names as a template writes them, in one."""
        return "/".join(self.names)


def written_resources(resources: Json, pointer: Pointer, above: tuple[Written, ...] = ()) -> Iterator[Written]:
    """All resources of a template, in a list or by symbolic names, those inside of others after them."""
    for key, raw in _items(resources):
        if isinstance(raw, dict):
            own = Written(raw, (*pointer, key), key if isinstance(key, str) else None, above)
            yield own
            yield from written_resources(raw.get("resources"), (*own.pointer, "resources"), (*above, own))


def _items(resources: Json) -> Iterator[tuple[str | int, Json]]:
    match resources:
        case dict():
            yield from resources.items()
        case list():
            yield from enumerate(resources)
        case _:
            pass


def identify(scope: str, extended: str | None, types: list[str], names: list[str]) -> Identified:
    """Put type, names and id together. `extended` is what `scope` of an extension says, None if it says nothing.

    Types and names stand one for each level of nesting: those inside of others have the last parts alone.
    """
    parts = "/".join(types).split("/")
    words = "/".join(names).split("/")
    base = scope if extended is None else below(scope, extended)
    while "providers" in (lowered := [part.lower() for part in parts]):
        at = lowered.index("providers")
        base = _id(base, parts[:at], words[: at - 1])
        words = words[at - 1 :]
        parts, words = [words[0] if words else _namespace_of(parts[at + 1 :]), *parts[at + 1 :]], words[1:]
    own = _spelled("/".join(parts))
    whole = _as_many(words, own.count("/"))
    return Identified(own, tuple(whole), _id(base, own.split("/"), whole))


def _namespace_of(parts: list[str]) -> str:
    """The namespace of an extension whose names do not tell it apart, where only one has such a type."""
    known = (kind.name.partition("/") for kind in RESOURCE_TYPES)
    rest = "/".join(parts).lower()
    return next((namespace for namespace, _, name in known if name.lower() == rest), "{namespace}")


def _spelled(type_name: str) -> str:
    kind = BY_NAME.get(type_name.lower())
    return type_name if kind is None else kind.name


def _as_many(names: list[str], count: int) -> list[str]:
    """As many names as the type has parts; an expression that gives several of them stands for those that are missing."""
    if len(names) < count:
        first = f"{{parent of {names[0].strip('{}')}}}" if names else "{no name}"
        return [first] * (count - len(names)) + names
    return [*names[: count - 1], "/".join(names[count - 1 :])] if len(names) > count > 0 else names


def _id(base: str, parts: list[str], names: list[str]) -> str:
    namespace, *types = parts
    whole = _as_many(names, len(types))
    pairs = "".join(f"/{kind}/{name}" for kind, name in zip(types, whole, strict=False))
    group = (
        "/resourceGroups" if namespace.lower() == "microsoft.resources" and pairs.startswith("/resourceGroups/") else ""
    )
    return f"{base}{pairs}" if group else f"{base}/providers/{namespace}{pairs}"
