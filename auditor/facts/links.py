"""Which storage belongs to Document Intelligence? Every signal that can be seen, with its strength (azure-facts 3e).

The signals stand in `auditor.facts.signals`, one module for each place to look at; what none of them can see is said by
`auditor.facts.blind_spots`. A diagnostic setting that writes logs to a storage account is no signal: it is a sink for logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.facts.signals import accounts, batches, connections, declared, grants, logs, replication, stores, training
from auditor.facts.signals.link import STRENGTHS, Link
from auditor.model.reading import Json, Unread
from auditor.model.snapshot import INFRASTRUCTURE

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

SIGNALS: Final = (accounts, training, connections, grants, stores, logs, batches, declared)
"""In the order in which their doubts are told: first what may hide links to any store. Object replication, which passes
links on, comes after all of them."""
NOT_IN_A_FILE: Final = Unread(
    "a file does not show whether it holds documents: declare it in auditor.yaml, or use --scope all"
)
"""What links a store may stand in another file, or nowhere: a template need not hold role assignments."""
UNSEEN: Final = "/unseen"
"""Where the ids of storage accounts begin of which nothing but their name is known."""


def links_of(storage: Resource, estate: Estate) -> Json:
    """All links of a storage account; an `Unread` at the end when there may be more that could not be seen."""
    found: list[Json] = [link.as_json() for link in known_links(storage, estate)]
    doubt = (
        doubt_about(storage, estate)
        or replication.doubt(storage, lambda store: _by_signals(store, estate), estate)
        or replication.doubt_by_unread_policies(storage, lambda store: bool(known_links(store, estate)), estate)
    )
    return [*found, doubt] if doubt else found


def holds_documents(storage: Resource, estate: Estate) -> Json:
    """Whether a storage account is linked by any signal, or counts as document storage (`--scope all`, or in files).

    Document Intelligence reads and writes blobs, of which an account of kind FileStorage has none (storage account
    overview, Microsoft Learn).
    """
    found = holds_documents_so_far(storage, estate)
    if found is not False:
        return found
    return (
        replication.doubt_by_unread_policies(storage, lambda store: bool(known_links(store, estate)), estate) or False
    )


def holds_documents_so_far(storage: Resource, estate: Estate) -> Json:
    """The same while a scan has still to read object replication policies: that one was not read puts nothing in doubt."""
    if estate.all_documents:
        return True
    kind = storage.body.get("kind")
    if isinstance(kind, str) and kind.lower() == "filestorage":
        return False
    links = known_links(storage, estate)
    if links and isinstance(kind, Unread) and all(link.strength != "proof" for link in links):
        return Unread(f"its kind was not read: {kind.why}")
    if links:
        return True
    if estate.snapshot.header.kind == INFRASTRUCTURE:
        return True if estate.assumes_documents else NOT_IN_A_FILE
    return (
        doubt_about(storage, estate)
        or replication.doubt(storage, lambda store: _by_signals(store, estate), estate)
        or False
    )


def _by_signals(storage: Resource, estate: Estate) -> bool | Unread:
    """Whether a store has links, or why it may have some, but for those that object replication passes on."""
    return bool(known_links(storage, estate)) or doubt_about(storage, estate) or False


def is_assumed(storage: Resource, estate: Estate) -> bool:
    """Whether a storage account counts as document storage only because no file says what it is for."""
    return estate.assumes_documents and not known_links(storage, estate) and holds_documents(storage, estate) is True


def known_links(storage: Resource, estate: Estate) -> tuple[Link, ...]:
    """The links of a storage account that were seen, strongest first."""
    return estate.once("links", lambda: _by_storage(estate)).get(storage.key, ())


def doubt_about(storage: Resource, estate: Estate) -> Unread | None:
    """Why there may be links that could not be seen, or None."""
    return next((why for signal in SIGNALS if (why := signal.doubt(storage, estate)) is not None), None)


def _by_storage(estate: Estate) -> dict[str, tuple[Link, ...]]:
    """All links by storage account; of several by one signal to one account and container only the first counts."""
    found: dict[str, dict[tuple[str, str, str | None], Link]] = {}

    def add(link: Link) -> bool:
        links = found.setdefault(link.storage, {})
        key = ("" if link.account is None else link.account.key, link.signal, link.container)
        return links.setdefault(key, link) is link

    for signal in SIGNALS:
        for link in signal.links(estate):
            add(link)
    replication.links(lambda storage: tuple(found.get(storage, {}).values()), add, estate)
    return {
        storage: tuple(sorted(links.values(), key=lambda link: (STRENGTHS.index(link.strength), link.words)))
        for storage, links in found.items()
    }


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A container that documents were in, in a storage account that was not seen; `words` say how that is known."""

    storage: str
    container: str | None
    words: str
    told_by: Resource


def used_elsewhere(estate: Estate) -> tuple[Elsewhere, ...]:
    """Containers that are proven to be used, in storage accounts that are not in the snapshot.

    They lie in other subscriptions or tenants, or are deleted.
    """
    trained = (
        Elsewhere(
            source.address.name,
            source.address.container,
            f"{training.describe(source.model)} was trained from it",
            source.model,
        )
        for source in training.training_sources(estate)
        if source.address is not None and source.address.store is None
    )
    logged = (
        Elsewhere(use.storage.lower(), use.container, use.words, use.account)
        for use in logs.uses(estate)
        if estate.storage(use.storage) is None
    )
    batched = (
        Elsewhere(batch.address.name, batch.address.container, batch.words, batch.told_by)
        for batch in batches.batches(estate)
        if batch.address.store is None
    )
    return (*trained, *logged, *batched)
