"""Types, names and ids of resources, wherever a template writes them.

A child stands inside its parent, with the last part of its type and name, or beside it, with all of them. An extension
names what it extends by `scope`, or by `/providers/` in its type (and the namespace among its names).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.infra.arm.comparing import key_of
from auditor.infra.arm.levels import below
from auditor.infra.same_ids import folded_name
from auditor.model.reading import Json, Unread
from auditor.model.types import BY_NAME, RESOURCE_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.infra.json_text import Pointer


@dataclass(frozen=True, slots=True)
class Written:
    """A resource as it stands in a template: where, the types and the texts of the names above it, its symbolic name."""

    raw: dict[str, Json]
    pointer: Pointer
    symbol: str | None
    above: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Identified:
    """What a resource is called: its type in Azure's spelling, its names, its id; and why these may be wrong."""

    type: str
    names: tuple[str, ...]
    id: str
    doubt: Unread | None = None

    @property
    def name(self) -> str:
        """The names as a template writes them, in one."""
        return "/".join(self.names)


def written_resources(holder: Json, pointer: Pointer, above: tuple[Written, ...] = ()) -> Iterator[Written]:
    """All resources of a template or of a resource, in a list or by symbolic names, those inside of others after them."""
    name = key_of(holder, "resources") if isinstance(holder, dict) else None
    if name is None:
        return
    for key, raw in _items(holder[name]):
        if isinstance(raw, dict):
            own = Written(raw, (*pointer, name, key), key if isinstance(key, str) else None, above)
            yield own
            yield from written_resources(raw, own.pointer, (*above, own))


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

    Types and names stand one for each level of nesting. Those inside of others have the last parts alone, or repeat
    what stands above them: `blobServices` is `Microsoft.Storage/storageAccounts/blobServices` in a storage account.
    """
    parts, words, doubt = _nested(types, names)
    base = scope if extended is None else below(scope, extended)
    while "providers" in (lowered := [part.lower() for part in parts]):
        at = lowered.index("providers")
        base = _id(base, parts[:at], words[: at - 1])
        words = words[at - 1 :]
        parts, words = [words[0] if words else _namespace_of(parts[at + 1 :]), *parts[at + 1 :]], words[1:]
    own = _spelled("/".join(parts))
    whole = _as_many(words, own.count("/"))
    return Identified(own, tuple(whole), _id(base, own.split("/"), whole), doubt)


def _nested(types: list[str], names: list[str]) -> tuple[list[str], list[str], Unread | None]:
    """The parts of type and name over all levels, and why nobody knows where it belongs."""
    parts, words = types[0].split("/"), names[0].split("/")
    doubt: Unread | None = None
    for type_name, name in zip(types[1:], names[1:], strict=True):
        own, own_words = type_name.strip("/").split("/"), name.split("/")
        if _begins(own, parts):
            own = own[len(parts) :]
        elif "." in own[0]:  # of another provider: it can only extend what it stands in
            own, own_words = ["providers", *own[1:]], [own[0], *own_words]
        elif own[0].lower() in {part.lower() for part in parts}:
            doubt = doubt or Unread(f"its type {type_name} does not fit what it stands in")
        if len(own_words) > len(own) and _begins(own_words, words):
            own_words = own_words[len(words) :]
        if len(own_words) != len(own):
            doubt = doubt or Unread(f"its name {name} does not fit its type and what it stands in")
            own_words = [*["{no name}"] * (len(own) - 1), " ".join(own_words)]  # stays below what it stands in
        parts, words = [*parts, *own], [*words, *own_words]
    return parts, words, doubt


def _begins(longer: list[str], shorter: list[str]) -> bool:
    """Whether a type or a name repeats the one above it."""
    folded = [folded_name(part) for part in longer[: len(shorter)]]
    return len(longer) > len(shorter) and folded == [folded_name(part) for part in shorter]


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
