"""Storage that the customer declares in `auditor.yaml`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.parts import object_in
from auditor.facts.signals.link import Link
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import DECLARED_STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


def links(estate: Estate) -> Iterator[Link]:
    """A link for each storage account that is declared, with the reason that stands there."""
    for declaration in estate.snapshot.of_type(DECLARED_STORAGE):
        stated = object_in(declaration.body.get("properties"))
        written = str(stated.get("storage", ""))
        named = str(stated.get("account") or "").lower()
        account = next((item for item in estate.accounts if named in {item.key, item.name.lower()}), None)
        for storage in _stores(written, estate):
            reason = stated.get("reason")
            words = f"declared in auditor.yaml: {reason}" if reason else "declared in auditor.yaml"
            yield Link(storage.key, account, "declared", "declared", words)


def _stores(written: str, estate: Estate) -> Sequence[Resource]:
    """The store of an id, or all of a name: of files that are not deployed yet several may use one."""
    if "/" not in written and estate.snapshot.header.kind == INFRASTRUCTURE:
        return estate.storage_by_name.get(written.lower(), ())
    store = estate.storage(written)
    return () if store is None else (store,)


def doubt(_storage: Resource, _estate: Estate) -> None:
    """Never: what the customer does not say is not hidden."""
