"""Facts read only what the API version has in which the auditor asks: a property of a later version is never there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from auditor import audit
from auditor.data import samples_folder
from auditor.facts.derive import Facts
from auditor.facts.estate import Estate
from auditor.model.reading import Json
from auditor.model.resource import Resource
from auditor.model.snapshot import Snapshot
from auditor.model.types import ACCOUNT, CLASSIFIER, CONTAINER, MODEL, STORAGE, SUBSCRIPTION
from auditor.policy.shapes import tree_of
from tests.builders import account, blob_service, container, now, snapshot, storage

Path = tuple[str, ...]

READ_ALIKE = ((ACCOUNT, STORAGE), (MODEL, CLASSIFIER))
"""Types that one function reads: each path has to be known of one of the two."""
MADE_BY_THE_AUDITOR = (SUBSCRIPTION,)
"""Types whose `properties` the auditor puts together (`auditor.collectors.shapes`)."""

SET_BY_TERRAFORM = [f"{STORAGE}: properties.staticWebsite"]
"""Settings that Azure keeps elsewhere and the Terraform provider sets on this type (`auditor.infra.terraform.storage`)."""

READ_OF_ALL = ("extendedLocation", "azureBlobSource.fileList", "azureBlobFileListSource.prefix")
"""Names that one function looks up in every type or source that may have them; some have the other one alone."""


class Watched(dict[str, Any]):
    """An object of a body that notes by which names something was looked up in it, those that it does not have too."""

    def __init__(self, value: dict[str, Any], path: Path, asked: set[Path]) -> None:
        super().__init__({name: watched(item, (*path, name), asked) for name, item in value.items()})
        self._path, self._asked = path, asked

    def get(self, name: str, default: Any = None) -> Any:
        self._asked.add((*self._path, name))
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self._asked.add((*self._path, name))
        return super().__getitem__(name)


def watched(value: Json, path: Path, asked: set[Path]) -> Json:
    match value:
        case dict():
            return Watched(value, path, asked)
        case list():
            return [watched(item, (*path, "[]"), asked) for item in value]
    return value


def asked_of(found: Snapshot) -> dict[str, set[Path]]:
    """The paths that facts ask for, by the type of the resource, when all facts about all resources are derived."""
    asked: dict[str, set[Path]] = {}
    resources = tuple(
        replace_body(item, watched(dict(item.body), (), asked.setdefault(item.type, set()))) for item in found.resources
    )
    facts = Facts(Estate(replace(found, resources=resources), now()))
    for paths in asked.values():
        paths.clear()  # what the making of resources asked for
    for item in resources:
        facts.of(item)
    return asked


def replace_body(resource: Resource, body: Any) -> Resource:
    return Resource(body, resource.read, resource.origin)


def knows(type_name: str, path: Path) -> bool:
    tree: Any = tree_of(type_name)
    for name in path:
        if tree is None or not {name, "*"} & tree.keys():
            return False
        tree = tree[name] if name in tree else tree["*"]
    return True


def unknown_paths(asked: dict[str, set[Path]]) -> Iterator[str]:
    for type_name, paths in asked.items():
        if type_name in MADE_BY_THE_AUDITOR or type_name.startswith("Auditor."):
            continue
        types = next((pair for pair in READ_ALIKE if type_name in pair), (type_name,))
        for path in sorted(paths):
            if not any(knows(name, path) for name in types):
                yield f"{type_name}: {'.'.join(path)}"


def with_the_newest_settings() -> Snapshot:
    """One of each that has properties of late versions."""
    policy = {"allowStorageConnectors": True, "allowCrossTenantDataSharing": True}
    keys = {name: {"enabled": False} for name in ("blob", "file", "queue", "table")}
    store = storage(dataCollaborationPolicyProperties=policy, allowSharedKeyAccessForServices=keys)
    view = {"blobAccessPointConfigurationName": "elsewhere"}
    return snapshot(account(), store, blob_service(store), container(store, blobAccessPointConfiguration=view))


@pytest.mark.parametrize("estate", ["sample", "newest settings"])
def test_facts_read_what_the_collected_versions_have(estate: str) -> None:
    sample = estate == "sample"
    found = audit.read_saved(samples_folder() / "estate.jsonl", []) if sample else with_the_newest_settings()
    asked = asked_of(found)
    assert ("properties", "allowSharedKeyAccessForServices") in asked[STORAGE]
    assert ("properties", "blobAccessPointConfiguration") in asked[CONTAINER]
    assert ("properties", "disableLocalAuth") in asked[ACCOUNT]
    assert [
        path for path in unknown_paths(asked) if path not in SET_BY_TERRAFORM and not path.endswith(READ_OF_ALL)
    ] == []


def test_a_name_that_the_version_does_not_have_is_found() -> None:
    asked = {STORAGE: {("properties", "allowSharedKeyAccess"), ("properties", "ofTheFuture")}}
    assert list(unknown_paths(asked)) == [f"{STORAGE}: properties.ofTheFuture"]
