"""Storage that the customer declares in `auditor.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.parts import object_in
from auditor.facts.signals.link import Link
from auditor.model.types import DECLARED_STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def links(estate: Estate) -> Iterator[Link]:
    """A link for each storage account that is declared, with the reason that stands there."""
    for declaration in estate.snapshot.of_type(DECLARED_STORAGE):
        stated = object_in(declaration.body.get("properties"))
        storage = estate.storage(str(stated.get("storage", "")))
        named = str(stated.get("account") or "").lower()
        account = next((item for item in estate.accounts if named in {item.key, item.name.lower()}), None)
        if storage is not None:
            reason = stated.get("reason")
            words = f"declared in auditor.yaml: {reason}" if reason else "declared in auditor.yaml"
            yield Link(storage.key, account, "declared", "declared", words)


def doubt(_storage: Resource, _estate: Estate) -> None:
    """Never: what the customer does not say is not hidden."""
