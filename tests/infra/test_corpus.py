"""Every file of the corpus through the front door of the gate: no traceback, no account lost, never a silent pass.

Accounts are counted by walking the raw JSON, which knows nothing of how templates and plans are read. That loops, nested
deployments and modules give as many as they should is the business of the readers' own tests.
"""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra import bicep
from auditor.infra.json_text import parse_json
from auditor.infra.read import read
from auditor.infra.text import decode
from auditor.model.types import ACCOUNT, STORAGE
from tests.infra.terraform.test_corpus import accounts_in
from tests.needs import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.infra.read import Infrastructure
    from auditor.model.resource import Resource

ACCOUNTS = {STORAGE.lower(), ACCOUNT.lower()}
MAY_BE_ABSENT = {"condition", "copy", "existing"}
NOTHING_IN_IT = ("this file holds no infrastructure", "this file gives values to a template")


def declared(value: Any, pointer: tuple[Any, ...] = (), *, certain: bool = True) -> Iterator[tuple[Any, Any, bool]]:
    """All that looks like an account of a template: its pointer, its name, and whether it is there in any case."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from declared(item, (*pointer, index), certain=certain)
    elif isinstance(value, dict):
        certain = certain and not MAY_BE_ABSENT & {key.lower() for key in value}
        if str(value.get("type")).lower() in ACCOUNTS and "apiVersion" in value and "name" in value:
            yield pointer, value["name"], certain
        for key, item in value.items():
            yield from declared(item, (*pointer, key), certain=certain)


def read_alone(path: Path) -> Infrastructure:
    return read([path], started="2026-11-24T12:00:00Z", tool="test")


def accounts(found: Infrastructure) -> list[Resource]:
    return [item for item in found.snapshot.resources if item.type_key in ACCOUNTS]


def lost_from(value: Any, found: Infrastructure) -> list[Any]:
    """The accounts that are there in any case, and of which no resource was made."""
    places = [item.origin.places for item in accounts(found) if item.origin]
    read_at = {item.pointer for each in places for item in getattr(each, "declarations", (each,))}  # type: ignore[attr-defined]
    own = list(declared(value))
    # What a template declares twice by one name is one account.
    known = {(pointer[:-1], str(name)) for pointer, name, _ in own if pointer in read_at}
    return [pointer for pointer, name, certain in own if certain and (pointer[:-1], str(name)) not in known]


def test_no_file_breaks_the_gate_and_no_account_is_lost() -> None:
    kinds: Counter[str] = Counter()
    lost: dict[str, Any] = {}
    refused: Counter[str] = Counter()
    walked = 0
    for path in sorted(corpus().rglob("*.json")):
        value = parse_json(decode(path.read_bytes(), path.name))
        walked += len(list(declared(value)))
        try:
            found = read_alone(path)
        except InfrastructureError as error:
            reason = next(words for words in NOTHING_IN_IT if words in error.problem)
            refused[reason] += 1
            missing: Any = [pointer for pointer, _, _ in declared(value)]
        else:
            kinds.update(found.files)
            by_address = {item.origin.address for item in accounts(found) if item.origin}
            is_terraform = any(kind.startswith("Terraform") for kind in found.files)
            missing = accounts_in(value) - by_address if is_terraform else lost_from(value, found)
        if missing:
            lost[str(path)] = missing
    assert lost == {}
    assert walked > 350  # or the walk finds nothing, and proves nothing
    assert kinds["ARM template"] > 300
    assert kinds["compiled Bicep"] > 150
    assert kinds["Terraform plan"] + kinds["Terraform state"] > 25
    assert set(refused) == set(NOTHING_IN_IT)


def test_the_walk_sees_what_a_reader_could_lose() -> None:
    store = {"type": "microsoft.storage/STORAGEACCOUNTS", "apiVersion": "2023-01-01", "name": "docs"}
    nested = {"condition": "[parameters('x')]", "properties": {"template": {"resources": {"a": store}}}}
    walked = list(declared({"resources": [store, nested]}))
    assert walked == [
        (("resources", 0), "docs", True),
        (("resources", 1, "properties", "template", "resources", "a"), "docs", False),
    ]


def test_a_folder_is_read_as_a_whole(tmp_path: Path) -> None:
    """Quickstarts with parameter files, linked templates and much that is no infrastructure; Bicep needs a compiler."""
    source = corpus("Azure+azure-quickstart-templates/quickstarts")
    copied = shutil.copytree(source, tmp_path / "quickstarts", ignore=shutil.ignore_patterns("*.bicep"))
    found = read_alone(copied)
    templates = [path for path in copied.rglob("*.json") if "deploymentTemplate.json" in path.read_text("utf-8-sig")]
    assert sum(found.files.values()) == len(templates) > 2
    assert {item.type_key for item in accounts(found)} == ACCOUNTS


@pytest.mark.parametrize("ending", ["*.bicep", "*.tf"])
def test_a_source_is_refused_in_one_sentence(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a compiler, and without a plan: never an empty answer. A module with nothing of Azure may hold nothing."""
    monkeypatch.setattr(bicep, "_command", list)
    said = Counter[str]()
    for path in sorted(corpus().rglob(ending)):
        with pytest.raises(InfrastructureError) as caught:
            read_alone(path)
        said.update(mistake.problem for mistake in caught.value.mistakes)
        assert caught.value.hint
    (problem,) = said
    assert "no Bicep compiler" in problem or "terraform show -json" in problem
    assert said[problem] > 400
