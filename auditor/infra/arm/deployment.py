"""One deployment of a template: which resources it makes, and what one of them is to the others.

Templates hold templates (`auditor.infra.arm.nested`); each is a deployment of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.additions import LATER
from auditor.infra.arm import levels
from auditor.infra.arm.about import PUBLIC_CLOUD, WHERE, group_values, subscription_values
from auditor.infra.arm.children import Identified, Written, identify, written_resources
from auditor.infra.arm.comparing import field_of
from auditor.infra.arm.copies import GROWS, affordable, loop, turns, value_of
from auditor.infra.arm.evaluate import Room
from auditor.infra.arm.references import elsewhere, properties_of
from auditor.infra.arm.symbols import Names, Symbols
from auditor.infra.arm.values import Open, Symbolic, symbol_of
from auditor.infra.json_text import Places
from auditor.infra.text import HINT
from auditor.model.reading import LIVE_SCAN, Json, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from auditor.infra.arm.symbols import Given
    from auditor.infra.json_text import Pointer

MOST_TURNS: Final = 200_000
"""Of all loops of one file, and the resources that they make; Azure takes far fewer."""
DEPLOYMENTS: Final = frozenset({"microsoft.resources/deployments", "microsoft.resources/deploymentstacks"})
"""Types (lower case) of resources that hold a template of their own."""
HERE: Final = "https://template.invalid/"
"""Stands for the address of the folder that the template lies in, where a template asks for its own address."""
_GROUPS: Final = "microsoft.resources/resourcegroups"
EXISTS: Final = Unread("it exists already, and the file does not tell how it is set", settled_by=LIVE_SCAN)
ONLY_NEW: Final = Unread("it is deployed only if it does not exist yet (onlyIfNotExists): what exists stays as it is")


@dataclass
class Source:
    """A file: its path, how reports call it, its text, and where things stand in it. `above` are the files that link it."""

    path: Path
    shown: str
    text: str
    above: tuple[Path, ...] = ()

    @cached_property
    def places(self) -> Places:
        """Where things stand, found when somebody asks."""
        return Places(self.text)


@dataclass
class World:
    """What all deployments of one file share.

    `name` is the file's, without its ending; `groups` tells where those lie that they make; `declared` has all that they
    declare, by id in small letters; `linked` are the files that they link; `count` counts what is declared, and all turns
    of loops; `room` are the steps that are left to large expressions.
    """

    name: str
    open: Callable[[Planned], Deployment | Unread]
    groups: dict[str, Callable[[], Json]] = field(default_factory=dict)
    declared: dict[str, Planned] = field(default_factory=dict)
    linked: set[Path] = field(default_factory=set)
    count: int = 0
    room: Room = field(default_factory=Room)

    def take(self, turns: int, shown: str) -> None:
        """Count resources, or turns of loops; raises `InfrastructureError` for more than anybody could want."""
        self.count += turns
        if self.count > MOST_TURNS:
            problem = f"its loops and expressions take more than {MOST_TURNS} turns"
            raise InfrastructureError((Mistake(shown, 1, 1, problem),), HINT)


@dataclass(eq=False)
class Planned:
    """A resource of a deployment, one for each turn of its loop.

    `doubt` says why it may not be deployed at all; `existing` that it is there already, or that what may be there already
    stays as it is, and then why nothing is known of it. None of both: it will be as it is declared.
    """

    written: Written
    view: Symbols
    what: Identified
    deployment: Deployment
    doubt: Unread | None
    existing: Unread | None = None

    @property
    def only_new(self) -> bool:
        """Whether it is deployed where it does not exist yet."""
        return self.existing is ONLY_NEW

    @cached_property
    def nested(self) -> Deployment | Unread | None:
        """The deployment that this is, or why its template was not read; None for any other resource."""
        is_deployment = self.what.type.lower() in DEPLOYMENTS and self.existing is not EXISTS
        return self.deployment.world.open(self) if is_deployment else None

    def value(self, name: str) -> Json:
        """One of the resource's own values, evaluated; None where it has none."""
        raw = field_of(self.written.raw, name)
        in_a_loop = bool(self.view.loops) and isinstance(raw, dict | list)
        return GROWS if in_a_loop and not affordable(raw, 1, self.view) else value_of(raw, self.view)

    @property
    def label(self) -> str:
        """How addresses call it where it is a deployment."""
        return self.written.symbol or self.what.name


class Deployment:
    """A template with the values that it is given, deployed at a scope.

    `labels` are what addresses call it and the deployments around it, `name` is its own, None for the outermost; `pointer` is where it stands in its source. `outer` are the
    symbols of the template around it if its expressions are evaluated there; `inside` is the resource that it is, there.
    """

    def __init__(
        self,
        template: Mapping[str, Json],
        scope: str,
        source: Source,
        world: World,
        *,
        given: Given,
        pointer: Pointer = (),
        labels: tuple[str, ...] = (),
        name: str | None = None,
        doubt: Unread | None = None,
        outer: Symbols | None = None,
        inside: Planned | None = None,
    ) -> None:
        self.template, self.scope, self.source, self.world = template, scope, source, world
        self.pointer, self.labels, self.name, self.doubt = pointer, labels, name, doubt
        self.inside = inside
        self.view = Symbols(Names(template, given), self) if outer is None else outer
        self._planning = False
        self._outputs: dict[str, Json] | None = None

    @property
    def shown(self) -> str:
        """How reports call the file."""
        return self.source.shown

    @property
    def room(self) -> Room:
        """The steps that are left to large expressions of the file."""
        return self.world.room

    def take(self, turns: int) -> None:
        """Count turns of loops."""
        self.world.take(turns, self.shown)

    @property
    def root_name(self) -> str:
        """What the file that was given is called, without its ending: Bicep and what it compiles to share it."""
        return self.world.name

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """All resources of this deployment, without those of the deployments in it."""
        self._planning = True
        found = tuple(self._plan())
        self._planning = False
        for item in found:
            if item.existing is None:
                self.world.declared.setdefault(item.what.id.lower(), item)
            if item.what.type.lower() == _GROUPS:
                self.world.groups[item.what.id.lower()] = _location_of(item)
        return found

    def whole(self) -> Iterator[Planned]:
        """All resources, those of the deployments in it after each of these."""
        for item in self.planned:
            yield item
        for item in self.planned:
            if isinstance(item.nested, Deployment):
                yield from item.nested.whole()

    @cached_property
    def untyped(self) -> tuple[Unread, ...]:
        """Why nobody knows what resources are: of their types nothing is known."""
        why = "a resource has no type that can be read, and may be any"
        whole = written_resources(self.template, self.pointer)
        own = [item for item in whole if not _types_of((*item.above, item)) and not _is_of_an_extension(item.raw)]
        return tuple(Unread(f"{why}: {_place_of(item)}") for item in own)

    def _plan(self) -> Iterator[Planned]:
        for written in written_resources(self.template, self.pointer):
            chain = (*written.above, written)
            if types := _types_of(chain):
                for view, doubt in _turns(chain, self.view):
                    self.take(1)
                    planned = self._planned(written, types, view, doubt)
                    if planned is not None:
                        yield planned

    def _planned(self, written: Written, types: list[str], view: Symbols, doubt: Unread | None) -> Planned | None:
        """A resource in one turn of its loop; None where its condition says that there is none."""
        raw = written.raw
        condition = value_of(field_of(raw, "condition"), view)
        if condition is False or (isinstance(condition, str) and condition.lower() == "false"):
            return None
        if isinstance(condition, Unread):
            doubt = Unread(f"whether it is deployed is not known: {condition.why}")
        names = [_text(value_of(field_of(item.raw, "name"), view)) for item in (*written.above, written)]
        to, subscription, group = (
            value_of(field_of(raw, name), view) for name in ("scope", "subscriptionId", "resourceGroup")
        )
        existing = _existing(raw) or (None if self.inside is None else self.inside.existing)
        if types[-1].lower() in DEPLOYMENTS:
            base, extended = self.scope, None
        else:
            base = levels.moved(self.scope, to=None, subscription=subscription, group=group)
            extended = None if to is None else _text(to)
        what = identify(base, extended, types, names)
        return Planned(written, view, what, self, doubt or what.doubt or self.doubt, existing)

    # What resources are to each other

    @cached_property
    def _by_name(self) -> dict[str, list[Planned]]:
        found: dict[str, list[Planned]] = {}
        for item in self.planned:
            symbol = item.written.symbol
            turn = item.view.of_resource
            loop = field_of(field_of(item.written.raw, "copy"), "name")
            keys = {item.what.id, item.what.name, *(() if symbol is None else (symbol, f"{symbol}[{turn}]"))}
            keys |= {loop} if isinstance(loop, str) else set()
            for key in keys:
                found.setdefault(key.lower(), []).append(item)
        return found

    def named(self, names: Iterable[Json]) -> Iterator[Planned]:
        """The resources of this deployment that are called so, by id, name, symbolic name, or that of their loop."""
        for name in names:
            yield from self._by_name.get(_text(name).rstrip("/").lower(), ())

    def reference(self, target: Json, *, full: bool) -> Json:
        """What a resource will be: outputs of deployments, identities by what stands for them, all else unread."""
        if not isinstance(target, str):
            return Unread(target.why if isinstance(target, Unread) else "what it refers to is no name")
        if self._planning:
            return Unread(f"{target} is {LATER}")
        found = self._by_name.get(target.rstrip("/").lower(), [])
        if len(found) > 1 and found[0].written.symbol is not None:
            return [properties_of(item.what, item, full=full) for item in found]
        if not found and not target.startswith("/"):
            return Unread(f"{target} is {LATER}")
        what = found[0].what if found else elsewhere(target)
        item = found[0] if found and found[0].existing is None else self.world.declared.get(what.id.lower())
        return properties_of(what, item, full=full)

    def outputs(self) -> dict[str, Json]:
        """The outputs, each with its value, as `reference` answers."""
        if self._outputs is None:
            self._outputs = {}
            raw = field_of(self.template, "outputs")
            for name, item in raw.items() if isinstance(raw, dict) else ():
                self._outputs[name] = {"value": self._output(item)}
        return self._outputs

    def _output(self, raw: Json) -> Json:
        kind = field_of(raw, "type")
        if isinstance(kind, str) and kind.lower().startswith("secure"):
            return Unread("it is a secure output")
        copy = field_of(raw, "copy")
        return loop(None, copy, self.view) if isinstance(copy, dict) else value_of(field_of(raw, "value"), self.view)

    def about(self, name: str) -> Json:
        """What is known of where this is deployed."""
        match name:
            case "environment":
                return PUBLIC_CLOUD
            case "resourceGroup" if levels.is_group(self.scope):
                return Open({**group_values(self.scope), "location": self._location()}, WHERE)
            case "subscription" if levels.subscription_in(self.scope):
                return subscription_values(self.scope)
            case "deployment":
                return self._own()
            case _:
                return Open({}, WHERE)

    def _location(self) -> Json:
        group = self.world.groups.get("/".join(self.scope.split("/")[:5]).lower())
        return levels.unknown_location(self.scope) if group is None else group()

    def _own(self) -> Open:
        where = Symbolic(WHERE, None, "{location of the deployment}")
        link = Open({"uri": f"{HERE}{self.source.path.name}"}, LATER)
        properties = Open({"templateLink": link, "template": dict(self.template)}, LATER)
        known = {"location": where, "properties": properties}
        if self.name is not None:
            known["name"] = Symbolic(WHERE, None, self.name) if "{" in self.name else self.name
        return Open(known, WHERE)


def _turns(chain: tuple[Written, ...], view: Symbols) -> Iterator[tuple[Symbols, Unread | None]]:
    """The names in each turn of the loops of a resource and of those above it, and why there may be no such turn."""
    if not chain:
        yield view, None
        return
    copy = field_of(chain[0].raw, "copy")
    if not isinstance(copy, dict):
        yield from _turns(chain[1:], view)
        return
    name = field_of(copy, "name")
    count = turns(field_of(copy, "count"), view)
    if isinstance(count, Unread):
        why = Unread(f"how many of it are deployed is not known: {count.why}")
        for inside, _ in _turns(chain[1:], view.inside(str(name), why, of_resource=True)):
            yield inside, why
        return
    for turn in range(count):
        yield from _turns(chain[1:], view.inside(str(name), turn, of_resource=True))


def _types_of(chain: tuple[Written, ...]) -> list[str]:
    """The types of resources in each other; none where one of them is no type."""
    types = [field_of(item.raw, "type") for item in chain]
    return types if all(isinstance(item, str) and item and not item.startswith("[") for item in types) else []


def _is_of_an_extension(raw: dict[str, Json]) -> bool:
    """Whether a resource is none of Azure's, such as a user of Microsoft Graph."""
    return any(field_of(raw, name) is not None for name in ("import", "extension"))


def _place_of(written: Written) -> str:
    name = field_of(written.raw, "name")
    return name if isinstance(name, str) else "/".join(map(str, written.pointer))


def _existing(raw: dict[str, Json]) -> Unread | None:
    """Why a declaration does not tell how a resource is; None where it does.

    `@onlyIfNotExists()` of Bicep is an option in JSON, an empty list of arguments (Bicep resource declaration, Microsoft
    Learn).
    """
    if field_of(raw, "existing") is True:
        return EXISTS
    option = field_of(field_of(raw, "@options"), "onlyIfNotExists")
    return None if option is None or option is False else ONLY_NEW


def _text(value: Json) -> str:
    return symbol_of(value) if isinstance(value, Unread) else "" if value is None else str(value)


def _location_of(item: Planned) -> Callable[[], Json]:
    return lambda: item.value("location")
