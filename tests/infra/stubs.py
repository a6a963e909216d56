"""Readers that take a document as it stands: enough to try what is done before and after the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.detect import Kind
from auditor.infra.ids import group_scope, resource_id
from auditor.infra.json_text import Places
from auditor.lazy import Entry
from auditor.model.resource import Gap, Origin, Resource
from auditor.model.types import STORAGE


def template(document: Document, inputs: Inputs) -> Declared:
    """The resources of a template with plain names; `parameters.name` is put in place of `[name]`."""
    found = []
    places = Places(document.text)
    for number, item in enumerate(document.value["resources"]):
        name = inputs.parameters.get("name", item["name"]) if item["name"] == "[name]" else item["name"]
        names = str(name).split("/")
        body = {"id": resource_id(group_scope(), item["type"], *names), **item, "name": names[-1]}
        body.pop("apiVersion", None)
        found.append(Resource(body, None, _origin(document, places, ("resources", number), name)))
    gaps = tuple(Gap(group_scope(), operation, why) for operation, why in document.value.get("gaps", {}).items())
    return Declared(tuple(found), gaps)


def plan(document: Document, _inputs: Inputs) -> Declared:
    """The `after` of each change as the body; those whose action is no-op are there and not changed."""
    found, changed = [], set()
    places = Places(document.text)
    for number, item in enumerate(document.value["resource_changes"]):
        after = item["change"]["after"]
        resource = Resource(after, None, _origin(document, places, ("resource_changes", number), item["address"]))
        found.append(resource)
        if item["change"]["actions"] != ["no-op"]:
            changed.add(resource.key)
    return Declared(tuple(found), changed=frozenset(changed))


def _origin(document: Document, places: Places, pointer: tuple[str | int, ...], address: str) -> Origin:
    at = places.at(pointer)
    line = {} if at is None else {"": at}
    for path in ("properties.minimumtlsversion", "properties"):
        if found := places.find(pointer, path):
            line[path] = found
    return Origin(document.shown, address, line)


STUBS: Final[Mapping[Kind, Entry]] = {
    Kind.TEMPLATE: Entry("tests.infra.stubs:template", ""),
    Kind.COMPILED_BICEP: Entry("tests.infra.stubs:template", ""),
    Kind.BICEP: Entry("tests.infra.stubs:bicep", ""),
    Kind.WHAT_IF: Entry("tests.infra.stubs:nothing", ""),
    Kind.PLAN: Entry("tests.infra.stubs:plan", ""),
    Kind.STATE: Entry("tests.infra.stubs:nothing", ""),
}


def bicep(document: Document, inputs: Inputs) -> Declared:
    """A store named after the file, or after the parameter `name`; a text is what is wrong with it."""
    if document.text:
        raise InfrastructureError((Mistake(document.shown, 1, 1, document.text),), "Mend it.")
    name = str(inputs.parameters.get("name", document.path.stem))
    body: dict[str, Any] = {"id": resource_id(group_scope(), STORAGE, name), "type": STORAGE, "name": name}
    return Declared((Resource(body, None, Origin(document.shown, name, {"": (1, 1)})),))


def nothing(_document: Document, _inputs: Inputs) -> Declared:
    """Nothing at all."""
    return Declared(())
