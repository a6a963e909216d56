"""The snapshot as facts see it: with the moment of judging, the user's scope, and a memory for what was derived."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.model.reading import Unread
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT, BY_NAME, DECLARED_STORAGE, DOCUMENT_INTELLIGENCE_KINDS, STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from datetime import datetime

    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot

T = TypeVar("T")


@dataclass
class Estate:
    """One snapshot under derivation.

    `all_documents` is the user's `--scope all`: every storage account holds documents. `declared_only` is the gate's
    `--scope declared`: only accounts that are linked or declared are known to hold documents.

    What is derived is kept until the end of the run, or until `forget` for what belongs to one resource.
    """

    snapshot: Snapshot
    now: datetime
    all_documents: bool = False
    declared_only: bool = False
    _known: dict[Hashable, Any] = field(default_factory=dict)
    _known_of: dict[str, dict[str, Any]] = field(default_factory=dict)

    def once(self, key: Hashable, derive: Callable[[], T]) -> T:
        """Derive something from the whole snapshot on first use."""
        if key not in self._known:
            self._known[key] = derive()
        found: T = self._known[key]
        return found

    def once_for(self, resource: Resource, name: str, derive: Callable[[Resource, Estate], T]) -> T:
        """Derive something about one resource on first use."""
        known = self._known_of.get(resource.key)
        if known is None:
            known = self._known_of[resource.key] = {}
        if name not in known:
            known[name] = derive(resource, self)
        found: T = known[name]
        return found

    def forget(self, resource: Resource) -> None:
        """Release what was derived about one resource; it is derived again if it is asked for."""
        self._known_of.pop(resource.key, None)

    @cached_property
    def accounts(self) -> tuple[Resource, ...]:
        """The accounts that host Document Intelligence. One without a kind counts, since it may."""
        return tuple(item for item in self.snapshot.of_type(ACCOUNT) if hosts_document_intelligence(item) is True)

    @cached_property
    def assumes_documents(self) -> bool:
        """Whether a storage account counts as document storage although nothing links it.

        Files do not show what an account is for, so a failing check must not be hidden behind that. The user ends the
        assumption with `storage` in `auditor.yaml`, also an empty list, or with `--scope declared`.
        """
        if self.snapshot.header.kind != INFRASTRUCTURE or self.all_documents or self.declared_only:
            return False
        operation = BY_NAME[DECLARED_STORAGE.lower()].operation
        return all(read.operation != operation for read in self.snapshot.reads)

    @cached_property
    def storage_by_name(self) -> Mapping[str, Sequence[Resource]]:
        """Storage accounts by name, which is unique in all of Azure (but for a template that is not deployed yet)."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.snapshot.of_type(STORAGE):
            found[resource.name.lower()].append(resource)
        return found

    def storage(self, name_or_id: str) -> Resource | None:
        """The storage account with this id or bare name, if it was seen and there is only one."""
        if "/" in name_or_id:
            return self.snapshot.get(name_or_id)
        named = self.storage_by_name.get(name_or_id.lower(), ())
        return named[0] if len(named) == 1 else None


def hosts_document_intelligence(resource: Resource) -> bool | Unread:
    """Whether a cognitive account's kind hosts Document Intelligence; one without a kind does, since it may."""
    kind = resource.body.get("kind")
    if isinstance(kind, Unread):
        return Unread(f"the kind of {resource.name} was not read: {kind.why}")
    return not isinstance(kind, str) or kind.lower() in DOCUMENT_INTELLIGENCE_KINDS
