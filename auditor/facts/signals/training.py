"""What custom models and classifiers were trained from: proof that documents lay there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.facts.addresses import Address, address_in, host_and_path
from auditor.facts.parts import object_in
from auditor.facts.signals.link import Link
from auditor.model.reading import LIVE_SCAN, Json, Unread
from auditor.model.types import BY_NAME, CLASSIFIER, MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SOURCES: Final = ("azureBlobSource", "azureBlobFileListSource")


@dataclass(frozen=True, slots=True)
class Source:
    """A training source of a model: what it says of its container, and the address if that names a storage account."""

    model: Resource
    url: Json
    address: Address | None


def links(estate: Estate) -> Iterator[Link]:
    """A link for each container that a model or classifier was trained from."""
    for source in training_sources(estate):
        if source.address is not None and source.address.store is not None:
            model, container = source.model, source.address.container
            account = None if model.owner is None else estate.snapshot.get(model.owner)
            words = f"{describe(model)} was trained from {'it' if container is None else f'its container {container}'}"
            yield Link(source.address.store.key, account, "trainingSource", "proof", words, container)


def doubt(_storage: Resource, estate: Estate) -> Unread | None:
    """Any storage account may be the one of a model that was not read, or whose URL names none.

    That files declare no models is said once, by the blind spots, and not of each store.
    """
    return estate.once("doubt about training sources", lambda: _doubt(estate))


def describe(model: Resource) -> str:
    """`model invoices`, `classifier mail`."""
    return f"{BY_NAME[model.type_key].label.removeprefix('custom ')} {model.name}"


def models(estate: Estate) -> Sequence[Resource]:
    """All custom models and classifiers."""
    return (*estate.snapshot.of_type(MODEL), *estate.snapshot.of_type(CLASSIFIER))


def training_sources(estate: Estate) -> Sequence[Source]:
    """Every training source that the data plane told, those that name no storage account among them."""
    return estate.once(
        "training sources", lambda: [source for model in models(estate) for source in _of(model, estate)]
    )


def _of(model: Resource, estate: Estate) -> Iterator[Source]:
    for url in dict.fromkeys(urls_of(model)):
        yield Source(model, url, address_in(url, estate) if isinstance(url, str) else None)


def urls_of(model: Resource) -> Iterator[Json]:
    """What stands for the containers' URLs: of the model itself, and of the types of documents that it knows.

    A part that was not read is yielded as `Unread`; so is one that has no text where the URL should stand.
    """
    for source in sources_of(model):
        url = source if isinstance(source, Unread) else object_in(source).get("containerUrl")
        yield url if isinstance(url, str | Unread) else Unread("it has no URL")


def sources_of(model: Resource) -> Iterator[Json]:
    """The training sources as the model tells them: a container, with a prefix or a list of files; or `Unread`."""
    properties = model.body.get("properties")
    yield from _sources_in(properties)
    types = properties.get("docTypes") if isinstance(properties, dict) else None
    for item in (types,) if isinstance(types, Unread) else object_in(types).values():
        yield from _sources_in(item)


def _sources_in(holder: Json) -> Iterator[Json]:
    if isinstance(holder, Unread):
        yield holder
    for name in _SOURCES:
        source = object_in(holder).get(name)
        if source is not None:
            yield source


def _doubt(estate: Estate) -> Unread | None:
    for source in training_sources(estate):
        if isinstance(source.url, Unread):
            return Unread(f"the training source of {source.model.name} was not read: {source.url.why}")
        if source.address is None:
            host = host_and_path(source.url)[0]
            named = f"at {host}, which names" if host else "at an address that names"
            return Unread(f"{describe(source.model)} was trained from a container {named} no storage account")
        if len(estate.storage_by_name.get(source.address.name, ())) > 1 and source.address.store is None:
            return Unread(f"{describe(source.model)} was trained from one of several accounts {source.address.name}")
    for account in estate.accounts:
        for kind in (MODEL, CLASSIFIER):
            unread = estate.snapshot.listing(account.id, kind).unread
            if unread is not None and unread.settled_by != LIVE_SCAN:
                label = BY_NAME[kind.lower()].label
                return Unread(f"the training sources of each {label} of {account.name} were not read: {unread.why}")
    return None
