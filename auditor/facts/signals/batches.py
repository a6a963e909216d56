"""Batch analyses of the last 24 hours: proof that documents, or results with their content, lay in a container."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.facts.addresses import Address, address_in
from auditor.facts.parts import list_in, part_of, text_in
from auditor.facts.signals.link import Link
from auditor.model.types import BATCH_RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Batch:
    """A container of a batch analysis, and how that is known; the account is that of the batch, where it was seen."""

    account: Resource | None
    told_by: Resource
    address: Address
    words: str


def links(estate: Estate) -> Iterator[Link]:
    """A link for each container that a batch analysis read from or wrote to."""
    for batch in batches(estate):
        if batch.address.store is not None:
            yield Link(
                batch.address.store.key, batch.account, "batchResults", "proof", batch.words, batch.address.container
            )


def doubt(_storage: Resource, _estate: Estate) -> None:
    """Never: the service remembers batches for 24 hours, so that there is none proves nothing."""


def batches(estate: Estate) -> Iterator[Batch]:
    """The containers of all batch analyses that the service told of, in stores that were seen or not."""
    for told in estate.snapshot.of_type(BATCH_RESULTS):
        account = None if told.owner is None else estate.snapshot.get(told.owner)
        for item in list_in(part_of(told.body.get("properties"), "containers")):
            address = address_in(text_in(part_of(item, "url")), estate)
            if address is not None:
                place = "it" if address.container is None else f"its container {address.container}"
                wrote = text_in(part_of(item, "purpose")) == "result"
                done = f"wrote results to {place}" if wrote else f"read documents from {place}"
                model = text_in(part_of(item, "model"))
                words = f"a batch analysis{f' with model {model}' if model else ''} {done}"
                yield Batch(account, told, address, words)
