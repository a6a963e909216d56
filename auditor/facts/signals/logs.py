"""What logs show of the accounts' identities at blobs: proof of use. Logs only add; without them nothing is missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.facts.parts import list_in, part_of, text_in
from auditor.facts.signals.accounts import principals
from auditor.facts.signals.link import Link
from auditor.model.types import DOCUMENT_ACCESS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Use:
    """An account's identity at a container, as a workspace's logs tell it; `container` is None where they do not."""

    account: Resource
    storage: str
    container: str | None
    words: str


def links(estate: Estate) -> Iterator[Link]:
    """A link for each container that an account's identity was seen at."""
    for use in uses(estate):
        storage = estate.storage(use.storage)
        if storage is not None:
            yield Link(storage.key, use.account, "blobLogs", "proof", use.words, use.container)


def doubt(_storage: Resource, _estate: Estate) -> None:
    """Never: a workspace that was not read takes nothing away from what the configuration says."""


def uses(estate: Estate) -> Iterator[Use]:
    """What the logs of all workspaces tell of identities of accounts that host Document Intelligence."""
    known = principals(estate)
    for access in estate.snapshot.of_type(DOCUMENT_ACCESS):
        for use in list_in(part_of(access.body.get("properties"), "uses")):
            storage = text_in(part_of(use, "storage"))
            for account in known.get(text_in(part_of(use, "principal")).lower(), ()) if storage else ():
                container = text_in(part_of(use, "container")) or None
                yield Use(account, storage, container, _words(account, container, use))


def _words(account: Resource, container: str | None, use: Json) -> str:
    place = "its blobs" if container is None else f"blobs of its container {container}"
    done = [verb for name, verb in _VERBS.items() if _is_positive(part_of(use, name))]
    last = text_in(part_of(use, "last"))
    since = f", last at {last}" if last else ""
    return f"logs show the identity of {account.name} {' and '.join(done) or 'at work on'} {place}{since}"


_VERBS = {"reads": "reading", "writes": "writing", "deletes": "deleting"}


def _is_positive(count: Json) -> bool:
    return isinstance(count, int | float) and not isinstance(count, bool) and count > 0
