"""The snapshot as facts see it: with the moment of judging, the user's scope, and a memory for what was derived."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeVar

from auditor.model.reading import Unread
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT, BY_NAME, DECLARED_STORAGE, DOCUMENT_INTELLIGENCE_KINDS, STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence
    from datetime import datetime

    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot

T = TypeVar("T")
_MOST_OF_LATE: Final = 64
"""A store is derived from itself and from those that it is copied to, which are few."""


@dataclass
class Estate:
    """One snapshot under derivation.

    `all_documents` is the user's `--scope all`: every storage account holds documents. `declared_only` is the gate's
    `--scope declared`: only accounts that are linked or declared are known to hold documents.
    """

    snapshot: Snapshot
    now: datetime
    all_documents: bool = False
    declared_only: bool = False
    _memory: dict[Hashable, Any] = field(default_factory=dict)
    _of_late: OrderedDict[Hashable, Any] = field(default_factory=OrderedDict)

    def once(self, key: Hashable, derive: Callable[[], T]) -> T:
        """Derive something on first use and remember it."""
        if key not in self._memory:
            self._memory[key] = derive()
        found: T = self._memory[key]
        return found

    def lately(self, key: Hashable, derive: Callable[[], T]) -> T:
        """As `once`, but remembered only until enough others came after it: what would be as large as the estate."""
        if key in self._of_late:
            self._of_late.move_to_end(key)
        else:
            self._of_late[key] = derive()
            if len(self._of_late) > _MOST_OF_LATE:
                self._of_late.popitem(last=False)
        found: T = self._of_late[key]
        return found

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
