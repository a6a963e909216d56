"""The data behind the pictures: where documents go, how long they live, and the models' time line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from auditor.model.finding import SEVERITIES
from auditor.model.region import normalise_region
from auditor.model.types import (
    ACCOUNT,
    CLASSIFIER,
    DOCUMENT_INTELLIGENCE_KINDS,
    ERASURE_REQUEST,
    MODEL,
    STORAGE,
)
from auditor.report.pictures.tables import WORST
from auditor.report.report import Bar, Edge, Erasure, Model, Place, Residency, Segment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.model.finding import Status
    from auditor.model.reading import Json
    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot
    from auditor.policy.target import FactSource
    from auditor.report.report import Line

Statuses: TypeAlias = "Mapping[str, Mapping[str, Status]]"
"""The worst status of each rule, the most severe rule first, by the key of the resource that was judged."""
_TOP_LEVEL: Final = 9
"""How many parts the id of a resource has that lies in a resource group: `/subscriptions/S/resourceGroups/G/providers/P/T/N`."""
_NOWHERE: Final = "a place that was not read"
_SECOND: Final = {"routing": "further region"}
"""What a place is called where one thing lies in two regions."""


def by_resource(lines: Iterable[Line]) -> Statuses:
    """The findings by resource. What lies in a storage account or another resource of a group counts for that, too."""
    found: dict[str, dict[str, Status]] = {}
    for line in sorted(lines, key=lambda line: (SEVERITIES.index(line.rule.severity), line.rule.id)):
        key = line.finding.subject.id.rstrip("/").lower()
        for place in {key, "/".join(key.split("/")[:_TOP_LEVEL])}:
            _keep_worst(found.setdefault(place, {}), line.rule.id, line.finding.status)
    return found


def _keep_worst(statuses: dict[str, Status], rule: str, status: Status) -> None:
    statuses[rule] = min(statuses.get(rule, status), status, key=WORST.__getitem__)


def _failing(statuses: Statuses, key: str) -> tuple[str, ...]:
    return tuple(rule for rule, status in statuses.get(key, {}).items() if status == "fail")


def document_stores(snapshot: Snapshot, facts: FactSource) -> list[Resource]:
    """Storage accounts that hold documents or may, in order of name."""
    stores = [item for item in snapshot.of_type(STORAGE) if _holds_documents(item, facts) is not False]
    return sorted(stores, key=lambda item: (item.name.lower(), item.key))


def _holds_documents(store: Resource, facts: FactSource) -> Json:
    """Asked of every store, most of which hold none: their other facts need not be derived."""
    return facts.one(store, "holdsDocuments")


def residency(snapshot: Snapshot, facts: FactSource, statuses: Statuses) -> Residency:
    """Accounts and stores that are linked, and every edge on which bytes leave one of them."""
    places: dict[str, Place] = {}
    edges: list[Edge] = []
    for store in document_stores(snapshot, facts):
        known = facts.of(store)
        copies = _edges_of(store, facts)
        if known.get("holdsDocuments") is not True and not _objects(known.get("links")) and not copies:
            continue
        region = _region(known.get("restsIn"))
        places[store.key] = Place(store.id, store.name, "store", region)
        for link in _objects(known.get("links")):
            edges.extend(_link_edge(store, region, link, snapshot, places))
        edges.extend(_copy_edge(store, edge, places) for edge in copies)
    for account in sorted(snapshot.of_type(ACCOUNT), key=lambda item: (item.name.lower(), item.key)):
        copies = _edges_of(account, facts) if _hosts_documents(account) else []
        if account.key in places or any(edge.get("leavesRegion") is True for edge in copies):
            places[account.key] = Place(account.id, account.name, "account", _region(account.location))
            edges.extend(_copy_edge(account, edge, places) for edge in copies)
    judged = [replace(place, failing=_failing(statuses, key)) for key, place in places.items()]
    ordered = sorted(judged, key=lambda place: (place.region or "~", place.kind, place.name.lower(), place.id))
    return Residency(tuple(ordered), tuple(sorted(set(edges), key=lambda edge: (edge.source, edge.target, edge.via))))


def _edges_of(resource: Resource, facts: FactSource) -> list[dict[str, Any]]:
    """The edges of a resource but those to its accounts, which its links tell signal by signal."""
    edges = _objects(_object(facts.of(resource).get("residency")).get("edges"))
    return [edge for edge in edges if edge["via"] != "accountLink"]


def _hosts_documents(account: Resource) -> bool:
    return str(account.body.get("kind")).lower() in DOCUMENT_INTELLIGENCE_KINDS


def _link_edge(
    store: Resource, home: str | None, link: dict[str, Any], snapshot: Snapshot, places: dict[str, Place]
) -> list[Edge]:
    """The edge of a link; object replication has one of its own, from the source to the copies."""
    if link.get("signal") == "replicationTarget":
        return []
    account = snapshot.get(link["account"]) if isinstance(link.get("account"), str) else None
    if account is None:
        return []
    region = _region(account.location)
    places[account.key] = Place(account.id, account.name, "account", region)
    leaves = None if region is None or home is None else region != home
    return [Edge(store.id, account.id, region, str(link["signal"]), "documents", leaves, str(link["words"]))]


def _copy_edge(source: Resource, edge: dict[str, Any], places: dict[str, Place]) -> Edge:
    """An edge as the picture draws it; one that leads nowhere known has no place, and stands in the table only.

    What keeps a second copy in another region (a vault, a workspace, the store itself) is a second place there.
    """
    region, via = _region(edge.get("region")), str(edge["via"])
    leaves = edge["leavesRegion"] if isinstance(edge.get("leavesRegion"), bool) else None
    name = edge["name"] if isinstance(edge.get("name"), str) else None
    target = edge["to"] if isinstance(edge.get("to"), str) else f"{source.id}#{via}:{name}"
    there = places.get(target.lower())
    if name is None:
        target = _NOWHERE
    elif there is None:
        places[target.lower()] = Place(target, name, "elsewhere", region)
    elif there.region != region:
        target = f"{target}#{region or via}"
        places[target.lower()] = Place(target, f"{name} ({_SECOND.get(via, 'second copy')})", "elsewhere", region)
    return Edge(source.id, target, region, via, str(edge["carries"]), leaves, str(edge["words"]))


def retention(snapshot: Snapshot, facts: FactSource, statuses: Statuses) -> tuple[Bar, ...]:
    """A bar for each documents store, longest first."""
    bars = []
    for store in document_stores(snapshot, facts):
        known = _object(facts.of(store).get("retention"))
        status = statuses.get(store.key, {}).get("DI-RET-001")
        if not known or status is None:
            continue
        segments = tuple(
            Segment(**{key: item[key] for key in ("cause", "kind", "hours", "words", "container")})
            for item in _objects(known.get("reasons"))
        )
        bars.append(
            Bar(
                id=store.id,
                name=store.name,
                region=_region(facts.of(store).get("restsIn")),
                unbounded=known["unbounded"] is True,
                exceeds=_number(known["exceedsHours"]),
                at_most=_number(known["atMostHours"]),
                segments=segments,
                status=status,
                failing=_failing(statuses, store.key),
            )
        )
    return tuple(sorted(bars, key=lambda bar: (not bar.unbounded, -(bar.exceeds or 0), bar.name.lower(), bar.id)))


def models(snapshot: Snapshot, facts: FactSource, statuses: Statuses) -> tuple[Model, ...]:
    """Every custom model and classifier, oldest first."""
    found = []
    for type_name, kind in ((MODEL, "model"), (CLASSIFIER, "classifier")):
        for item in snapshot.of_type(type_name):
            properties = _object(item.body.get("properties"))
            known = facts.of(item)
            register = known.get("register")
            entry = _object(register)
            found.append(
                Model(
                    id=item.id,
                    name=item.name,
                    account="" if item.owner is None else item.owner.rpartition("/")[2],
                    kind=kind,  # type: ignore[arg-type]
                    created=_text(properties.get("createdDateTime")),
                    expires=_text(properties.get("expirationDateTime")),
                    delete_by=_text(entry.get("deleteBy")),
                    owner=_text(entry.get("owner")),
                    registered=False if register is None else True if isinstance(register, dict) else None,
                    statuses=_with_requests(item, known, statuses),
                )
            )
    return tuple(sorted(found, key=lambda model: (model.created or "~", model.name, model.id)))


def _with_requests(model: Resource, known: Mapping[str, Json], statuses: Statuses) -> Mapping[str, Status]:
    """How a model was judged, together with the requests to erase it."""
    requests = [str(request["id"]).lower() for request in _objects(known.get("erasureRequests"))]
    found: dict[str, Status] = {}
    for key in (model.key, *requests):
        for rule, status in statuses.get(key, {}).items():
            _keep_worst(found, rule, status)
    return dict(sorted(found.items()))


def erasures(snapshot: Snapshot, facts: FactSource, statuses: Statuses) -> tuple[Erasure, ...]:
    """Every request to erase a model, oldest first."""
    found = []
    for item in snapshot.of_type(ERASURE_REQUEST):
        stated = _object(item.body.get("properties"))
        present = facts.of(item).get("modelPresent")
        found.append(
            Erasure(
                model=str(stated.get("model", "")),
                account=str(stated.get("account", "")),
                requested=str(stated.get("requestedAt", "")),
                gone=None if not isinstance(present, bool) else not present,
                status=statuses.get(item.key, {}).get("DI-MDL-005"),
                failing=_failing(statuses, item.key),
            )
        )
    return tuple(sorted(found, key=lambda request: (request.requested, request.model)))


def _object(value: Json) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: Json) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _region(value: Json) -> str | None:
    return normalise_region(value) if isinstance(value, str) and value.strip() else None


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Json) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
