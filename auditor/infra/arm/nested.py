"""Deployments in a template: written in it, or linked from a file beside it.

What lies at an address, or in a template spec, is not fetched: nothing is, while files are judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError
from auditor.infra.arm import levels
from auditor.infra.arm.comparing import field_of, key_of
from auditor.infra.arm.copies import value_of
from auditor.infra.arm.deployment import HERE, Deployment, Planned, Source
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.parameters import read_parameters
from auditor.infra.text import decode, is_file, read_bytes
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from auditor.infra.arm.symbols import Given, Symbols
    from auditor.infra.json_text import Pointer

DEEPEST: Final = 20
"""Templates in templates."""


def open_nested(planned: Planned) -> Deployment | Unread:
    """The deployment that a resource is, or why its template was not read."""
    parent = planned.deployment
    if len(parent.labels) >= DEEPEST:
        return Unread(f"templates are nested deeper than {DEEPEST}")
    raw = planned.written.raw
    properties = field_of(raw, "properties")
    template = field_of(properties, "template")
    if isinstance(template, dict):
        pointer = (*planned.written.pointer, *_spelled(raw, properties))
        outer = None if _is_inner(properties, parent) else planned.view
        return _deployment(planned, template, parent.source, pointer, outer)
    found = _linked(_link(field_of(properties, "templateLink"), planned.view), parent.source)
    if isinstance(found, Unread):
        return found
    source, linked = found
    parent.world.linked.add(source.path.resolve())
    return _deployment(planned, linked, source, (), None)


def _spelled(raw: dict[str, Json], properties: dict[str, Json]) -> tuple[str, str]:
    """The way from a deployment to its template, as it is spelled."""
    outer = next(key for key in raw if key.lower() == "properties")
    return outer, next(key for key in properties if key.lower() == "template")


def _deployment(
    planned: Planned, template: dict[str, Any], source: Source, pointer: Pointer, outer: Symbols | None
) -> Deployment:
    parent = planned.deployment
    return Deployment(
        template,
        _scope(planned),
        source,
        parent.world,
        given=_given(planned, template),
        pointer=pointer,
        labels=(*parent.labels, planned.label),
        name=planned.what.name,
        doubt=planned.doubt,
        outer=outer,
        inside=planned,
    )


def _scope(planned: Planned) -> str:
    to, subscription, group = (planned.value(name) for name in ("scope", "subscriptionId", "resourceGroup"))
    if to is None:  # as stacks say it
        to = value_of(field_of(field_of(planned.written.raw, "properties"), "deploymentScope"), planned.view)
    return levels.moved(planned.deployment.scope, to=to, subscription=subscription, group=group)


def _is_inner(properties: Json, parent: Deployment) -> bool:
    """Whether expressions are evaluated in the nested template.

    That is so where it says so, and always since language version 2.0 (linked templates page, Microsoft Learn).
    """
    scope = field_of(field_of(properties, "expressionEvaluationOptions"), "scope")
    version = str(field_of(parent.template, "languageVersion") or "")
    return (isinstance(scope, str) and scope.lower() == "inner") or version.startswith("2")


def _given(planned: Planned, template: dict[str, Any]) -> Given:
    """The values that a deployment hands to its template; evaluated where they are written."""
    properties, view = field_of(planned.written.raw, "properties"), planned.view
    link = field_of(properties, "parametersLink")
    if link is not None:
        return _linked_values(_link(link, view), template, planned.deployment)
    raw = field_of(properties, "parameters")
    if isinstance(raw, str):
        raw = value_of(raw, view)
        if isinstance(raw, Unread):
            return _all_unread(template, Unread(f"what parameters it gets is not known: {raw.why}"))
        return {name.lower(): _known(name, entry) for name, entry in raw.items()} if isinstance(raw, dict) else {}
    return {name.lower(): _later(name, entry, view) for name, entry in raw.items()} if isinstance(raw, dict) else {}


def _linked_values(link: Json, template: dict[str, Any], parent: Deployment) -> Given:
    """The values of a linked file, which takes the place of `parameters`; what cannot be read hides all of them.

    A parameter that the file may give does not have its default (linked templates, Microsoft Learn).
    """
    if isinstance(link, Unread):
        return _all_unread(template, Unread(f"which parameter file is linked is not known: {link.why}"))
    path = _path(link, parent.source.path, "parameter file")
    if isinstance(path, Unread):
        return _all_unread(template, path)
    shown = _shown(path, parent.source)
    try:
        values = read_parameters(path, shown) if is_file(path) else None
    except InfrastructureError as error:
        return _all_unread(template, Unread(f"the linked parameter file {shown}: {error.mistakes[0].problem}"))
    if values is None:
        return _all_unread(template, Unread(f"the linked parameter file {shown} cannot be read"))
    return {name.lower(): _thunk(value) for name, value in values.items()}


def _all_unread(template: dict[str, Any], why: Unread) -> Given:
    parameters = field_of(template, "parameters")
    return {name.lower(): _thunk(why) for name in parameters} if isinstance(parameters, dict) else {}


def _thunk(value: Json) -> Callable[[], Json]:
    return lambda: value


def _known(name: str, entry: Json) -> Callable[[], Json]:
    return lambda: _handed(name, entry)


def _later(name: str, entry: Json, view: Symbols) -> Callable[[], Json]:
    return lambda: _handed(name, value_of(entry, view))


def _handed(name: str, entry: Json) -> Json:
    if isinstance(entry, Unread):
        return entry
    value = None if not isinstance(entry, dict) else key_of(entry, "value")
    if value is not None:
        return entry[value]
    return Unread(f"the value of parameter {name} is kept elsewhere, in a key vault say")


def _link(raw: Json, view: Symbols) -> Json:
    """A link, evaluated. The token at the end of an address, which is secret, does not change which file beside it is."""
    link = value_of(raw, view)
    if isinstance(field_of(link, "uri"), Unread):
        bare = value_of(raw, view.without_secrets())
        uri = field_of(bare, "uri")
        return bare if isinstance(uri, str) and uri.startswith(HERE) else link
    return link


def _linked(link: Json, source: Source) -> tuple[Source, dict[str, Any]] | Unread:
    """A linked template, if it lies in a file beside the one that links it."""
    if isinstance(link, Unread):
        return Unread(f"which template is linked is not known: {link.why}")
    path = _path(link, source.path)
    if isinstance(path, Unread):
        return path
    shown = _shown(path, source)
    if not is_file(path):
        return Unread(f"the linked template {shown} cannot be read")
    chain = (*source.above, source.path.resolve())
    if path.resolve() in chain:
        return Unread(f"the linked template {shown} links itself")
    try:
        text = decode(read_bytes(path, shown), shown)
        value = parse_json(text)
    except InfrastructureError:
        return Unread(f"the linked template {shown} cannot be read")
    except JsonTextError as error:
        return Unread(f"the linked template {shown} is no JSON: {error.problem} (line {error.line})")
    return (Source(path, shown, text, chain), value) if isinstance(value, dict) else Unread(f"{shown} is no template")


def _path(link: Json, beside: Path, what: str = "template") -> Path | Unread:
    relative, uri, spec = (field_of(link, name) for name in ("relativePath", "uri", "id"))
    if isinstance(uri, str) and uri.startswith(HERE):
        relative = uri.removeprefix(HERE).partition("?")[0]
    if isinstance(relative, str) and relative and "\0" not in relative:
        return beside.parent / relative
    if isinstance(spec, str):
        return Unread(f"the template spec {spec} is not in the file")
    if isinstance(uri, Unread):
        return Unread(f"the address of the linked {what} is not known: {uri.why}")
    return Unread(f"the linked {what} {uri} was not fetched" if isinstance(uri, str) else f"it has no {what}")


def _shown(path: Path, source: Source) -> str:
    """How reports call a file beside another: `nested/x.json` beside `infra/main.json` is `infra/nested/x.json`."""
    try:
        relative = path.resolve().relative_to(source.path.resolve().parent).as_posix()
    except ValueError:
        return path.as_posix()
    folder = source.shown.rpartition("/")[0]
    return f"{folder}/{relative}" if folder else relative
