"""What the expressions of a configuration refer to, so that links are found before ids are known.

A plan tells of each expression only which names it refers to, not how it puts them together (Terraform, JSON output
format, "Expression Representation"). Locals and `dynamic` blocks are not in it at all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from auditor.infra import ids
from auditor.infra.terraform.instances import steps_of
from auditor.model.reading import Unread, read_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from auditor.infra.terraform.instances import Instance

_INDEX: Final = r'(?:\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\])?'
_RESOURCE: Final = re.compile(rf"((?:data\.)?[A-Za-z_][\w-]*\.[A-Za-z_][\w-]*){_INDEX}(?:\.(.+))?")
_MODULE: Final = re.compile(rf"module\.([\w-]+){_INDEX}(?:\.([\w-]+))?(.*)")
_VARIABLE: Final = re.compile(r"var\.([\w-]+)(.*)")
_EACH: Final = re.compile(r"each\.value(?:\.(.+))?")
_ALIGNING: Final = frozenset({"each.key", "count.index"})
_KNOWN: Final = ("each.", "count.", "path.", "terraform.", "self.")
_REPEATS: Final = frozenset({"count_expression", "for_each_expression"})
_DEEPEST: Final = 20


@dataclass(frozen=True, slots=True)
class Target:
    """What a reference means: a resource, and which attribute of it (empty where older versions do not tell)."""

    instance: Instance
    attribute: str

    @property
    def is_unknown(self) -> bool:
        """Whether it is not known while planning."""
        name = re.split(r"[.\[]", self.attribute)[0]
        return name not in self.instance.values or not read_whole(self.instance.values[name])

    def is_one_of(self, attributes: tuple[str, ...]) -> bool:
        """Whether it is one of these attributes, all of them texts.

        A text has no attributes: `id.store` is an object of the caller's, in which the id stands.
        """
        return self.attribute == "" or self.attribute.partition(".")[0] in attributes


@dataclass(frozen=True, slots=True)
class Targets:
    """All that an expression may refer to; `whole` unless a part of it leads nowhere. `text` is its own words."""

    found: tuple[Target, ...] = ()
    whole: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class Lost:
    """A link of which it is not known where it leads: its own words, and the resources that it may lead to."""

    text: str
    candidates: tuple[Instance, ...] = ()

    @property
    def part(self) -> str:
        """Stands for it in an id."""
        return ids.unknown(self.text)

    @property
    def unread(self) -> Unread:
        """Stands for it in a property."""
        return Unread(f"known only after apply: {self.text}")


@dataclass(frozen=True, slots=True)
class _Site:
    """Where an expression stands: in which module, of which key, and in which resource or call, for `each.value`."""

    module: str
    index: str | int | None
    block: Mapping[str, Any]
    depth: int = 0

    def inner(self, module: str, index: str | int | None, block: Mapping[str, Any]) -> _Site:
        """One that is reached from here."""
        return _Site(module, index, block, self.depth + 1)


class Configuration:
    """The modules and resources of a configuration, by name; and the instances of a plan, by what they are made from."""

    def __init__(self, plan: Mapping[str, Any], instances: Iterable[Instance]) -> None:
        configuration = _object(plan.get("configuration"))
        self.there = bool(configuration)
        self.providers = _object(configuration.get("provider_config"))
        self._modules: dict[tuple[str, ...], Mapping[str, Any]] = {}
        self._resources: dict[tuple[str, ...], dict[str, Mapping[str, Any]]] = {}
        self._walk(_object(configuration.get("root_module")))
        self._made: defaultdict[tuple[str, str], list[Instance]] = defaultdict(list)
        self._keyed: defaultdict[tuple[str, str, str | int | None], list[Instance]] = defaultdict(list)
        self._children: defaultdict[tuple[str, str], dict[str | int | None, str]] = defaultdict(dict)
        self._given_unknown: dict[str, bool] = {}
        self._memory: dict[tuple[str, tuple[str, ...], str | int | None, int], Targets] = {}
        for instance in instances:
            if instance.forgotten:
                continue
            name = _own_name(instance)
            self._made[instance.module, name].append(instance)
            if instance.index is not None:
                self._keyed[instance.module, name, instance.index].append(instance)
            self._note_module(instance.module)

    def of(self, instance: Instance) -> Mapping[str, Any]:
        """The configuration of a resource; empty where the file has none."""
        return self._resources.get(_names(instance.module), {}).get(_own_name(instance), {})

    def expression(self, instance: Instance, path: Sequence[str | int]) -> Any:
        """The expression of an argument; nested blocks are reached by their name and number."""
        current: Any = self.of(instance).get("expressions")
        for step in path:
            if isinstance(current, dict):
                current = current.get(step) if isinstance(step, str) else current if step == 0 else None
            elif isinstance(current, list) and isinstance(step, int):
                current = current[step] if step < len(current) else None
            else:
                return None
        return current

    def targets(self, instance: Instance, path: Sequence[str | int]) -> Targets:
        """What the expression of an argument refers to."""
        expression = self.expression(instance, path)
        if expression is None:
            return Targets(whole=False)
        site = _Site(instance.module, instance.index, self.of(instance))
        return self._resolve(site, _references(expression))

    def always(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Address, type and constant arguments of the resources that a whole plan has: no `count` or `for_each` can leave them out."""
        for names, resources in self._resources.items():
            calls = [
                self._call(".".join(f"module.{name}" for name in names[:at]), names[at]) for at in range(len(names))
            ]
            if any(_REPEATS & set(call) for call in calls):
                continue
            for own, resource in resources.items():
                if resource.get("mode") == "managed" and not _REPEATS & set(resource):
                    told = _object(resource.get("expressions")).items()
                    known = {name: _object(item).get("constant_value") for name, item in told}
                    yield ".".join([*(f"module.{name}" for name in names), own]), str(resource.get("type")), known

    def may_be_dynamic(self, instance: Instance) -> bool:
        """Whether a block of which the configuration says nothing may be a `dynamic` one of an unknown number.

        A plan does not show `dynamic` blocks; one whose number is known shows in the values. Blocks depend on unknown values
        in modules, through variables, so that a module counts which is given a value that is not known while planning, or
        of which the plan does not tell where it comes from.
        """
        steps = steps_of(instance.module)
        if not steps:
            return False
        if instance.module not in self._given_unknown:
            parent = ".".join(steps[:-1])
            call = self._call(parent, steps[-1])
            site = _Site(parent, _key_of(steps[-1]), call)
            given = [self._resolve(site, _references(item)) for item in _object(call.get("expressions")).values()]
            found = any(not item.whole or any(target.is_unknown for target in item.found) for item in given)
            self._given_unknown[instance.module] = found
        return self._given_unknown[instance.module]

    def _call(self, parent: str, step: str) -> Mapping[str, Any]:
        calls = _object(self._modules.get(_names(parent), {}).get("module_calls"))
        return _object(calls.get(_bare(step)))

    def _walk(self, root: Mapping[str, Any]) -> None:
        waiting: list[tuple[tuple[str, ...], Mapping[str, Any]]] = [((), root)]
        while waiting:
            names, module = waiting.pop()
            self._modules[names] = module
            found: dict[str, Mapping[str, Any]] = {
                resource["address"].removeprefix(".".join([*(f"module.{name}" for name in names), ""])): resource
                for resource in _list(module.get("resources"))
                if isinstance(resource, dict) and isinstance(resource.get("address"), str)
            }
            self._resources[names] = found
            for name, call in _object(module.get("module_calls")).items():
                waiting.append(((*names, name), _object(_object(call).get("module"))))

    def _note_module(self, module: str) -> None:
        steps = steps_of(module)
        for count in range(len(steps), 0, -1):
            children = self._children[".".join(steps[: count - 1]), _bare(steps[count - 1])]
            key = _key_of(steps[count - 1])
            if key in children:
                return
            children[key] = ".".join(steps[:count])

    def _resolve(self, site: _Site, references: tuple[str, ...]) -> Targets:
        key = (site.module, references, site.index, id(site.block))
        if site.depth == 0 and key in self._memory:
            return self._memory[key]
        aligned = site.index if _ALIGNING.intersection(references) else None
        found: dict[tuple[str, str], Target] = {}
        whole = site.depth < _DEEPEST
        for reference in references if whole else ():
            part = self._one(site, reference, aligned)
            whole = whole and part.whole
            found.update({(item.instance.address, item.attribute): item for item in part.found})
        targets = Targets(tuple(found.values()), whole, references[0] if references else "")
        if site.depth == 0:
            self._memory[key] = targets
        return targets

    def _one(self, site: _Site, reference: str, aligned: str | int | None) -> Targets:
        """What one name refers to; `aligned` is the key of the resource itself, where its expression uses that."""
        if match := _EACH.fullmatch(reference):
            return self._each(site, match[1])
        if reference.startswith(_KNOWN):
            return Targets()
        if match := _VARIABLE.fullmatch(reference):
            return self._variable(site, match[1], match[2])
        if match := _MODULE.fullmatch(reference):
            return self._output(site, match, aligned)
        match = _RESOURCE.fullmatch(reference)
        if match is None or reference.startswith("local."):
            return Targets(whole=False)
        key = _written_key(match)
        kept = self._keyed.get((site.module, match[1], aligned if key is None else key), [])
        if key is None and not kept:
            kept = self._made.get((site.module, match[1]), [])
        return Targets(tuple(Target(item, match[4] or "") for item in kept), bool(kept))

    def _each(self, site: _Site, attribute: str | None) -> Targets:
        """`each.value` of a resource over other resources is the one with the same key."""
        source = self._resolve(
            site.inner(site.module, site.index, {}), _references(site.block.get("for_each_expression"))
        )
        same = [item for item in source.found if item.instance.index == site.index and site.index is not None]
        return _renamed(Targets(tuple(same) or source.found, source.whole), attribute)

    def _variable(self, site: _Site, name: str, rest: str) -> Targets:
        """A variable of a module is what its caller gives; those of the root are known while planning."""
        steps = steps_of(site.module)
        if not steps:
            return Targets()
        parent = ".".join(steps[:-1])
        call = self._call(parent, steps[-1])
        expression = _object(call.get("expressions")).get(name)
        if expression is None:
            return Targets()
        references = _references(expression)
        inside = site.inner(parent, _key_of(steps[-1]), call)
        outputs = tuple(f"{name}{rest}" if _is_whole_module(name) else name for name in references)
        if outputs != references:
            return self._resolve(inside, outputs)
        return _renamed(self._resolve(inside, references), rest.lstrip("."), only_if_told=True)

    def _output(self, site: _Site, match: re.Match[str], aligned: str | int | None) -> Targets:
        """An output of a module; where the reference names none (`module.a[each.key].id`), all of its outputs may be."""
        name, output = match[1], match[4]
        outputs = _object(self._modules.get((*_names(site.module), name), {}).get("outputs"))
        chosen = [outputs[output]] if output in outputs else list(outputs.values()) if output is None else []
        children = self._children.get((site.module, name), {})
        key = _written_key(match)
        wanted = aligned if key is None else key
        same = [children[wanted]] if wanted in children else list(children.values())
        found: dict[tuple[str, str], Target] = {}
        whole = bool(chosen) and bool(children)
        for child in same:
            for expression in chosen:
                part = self._resolve(site.inner(child, None, {}), _references(_object(expression).get("expression")))
                whole = whole and part.whole
                found.update({(item.instance.address, item.attribute): item for item in part.found})
        return Targets(tuple(found.values()), whole)


def _renamed(targets: Targets, attribute: str | None, *, only_if_told: bool = False) -> Targets:
    """The same resources, each with another attribute where the reference goes on after them."""
    if only_if_told and not attribute:
        return targets
    found = (
        Target(item.instance, f"{item.attribute}.{attribute}".strip(".") if only_if_told else attribute or "")
        for item in targets.found
    )
    return Targets(tuple(found), targets.whole, targets.text)


def _references(expression: Any) -> tuple[str, ...]:
    """The names in an expression, without those that only begin longer ones."""
    found: dict[str, None] = {}
    waiting = [expression]
    while waiting:
        current = waiting.pop()
        names = current.get("references") if isinstance(current, dict) else None
        if isinstance(names, list):
            found.update(dict.fromkeys(name for name in names if isinstance(name, str)))
        elif isinstance(current, dict | list):
            waiting.extend(reversed(list(current.values() if isinstance(current, dict) else current)))
    begun = {name[: at.start()] for name in found for at in re.finditer(r"[.\[]", name)}
    return tuple(name for name in found if name not in begun)


def _is_whole_module(reference: str) -> bool:
    match = _MODULE.fullmatch(reference)
    return match is not None and match[4] is None and not match[5]


def _written_key(match: re.Match[str]) -> str | int | None:
    """The key that a reference writes in brackets."""
    if match[2] is not None:
        return match[2].replace('\\"', '"').replace("\\\\", "\\")
    return None if match[3] is None else int(match[3])


def _own_name(instance: Instance) -> str:
    return f"{'data.' if instance.data else ''}{instance.type}.{instance.name}"


@cache
def _names(module: str) -> tuple[str, ...]:
    return tuple(_bare(step) for step in steps_of(module))


def _bare(step: str) -> str:
    return step.removeprefix("module.").partition("[")[0]


def _key_of(step: str) -> str | int | None:
    key = step.partition("[")[2].rstrip("]")
    if not key:
        return None
    return key[1:-1].replace('\\"', '"').replace("\\\\", "\\") if key.startswith('"') else int(key)


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
