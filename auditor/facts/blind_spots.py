"""The blind spots of azure-facts 3e: ways to documents that leave no trace in what an audit reads, where they apply.

A blind spot is no gap: nothing failed, and no right would help. A report names it so that silence is not taken for proof.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.access import lets_read_results
from auditor.facts.addresses import address_in
from auditor.facts.keys import shared_key_access
from auditor.facts.links import UNSEEN, is_assumed, known_links, used_elsewhere
from auditor.facts.parts import any_of, is_hidden, object_in, part_of, text_in
from auditor.facts.signals.accounts import named_storage
from auditor.facts.signals.connections import address_of, connections
from auditor.facts.signals.grants import lets_at_blobs
from auditor.facts.signals.stores import access_rules, lets_in_unseen, tenant_of
from auditor.facts.signals.training import models, urls_of
from auditor.model.blind_spot import BlindSpot, Concerned
from auditor.model.reading import Unread
from auditor.model.resource import resource_key
from auditor.model.snapshot import AZURE, INFRASTRUCTURE
from auditor.model.types import CONTAINER, OBJECT_REPLICATION, ROLE_ASSIGNMENT, STORAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource


def blind_spots(estate: Estate) -> tuple[BlindSpot, ...]:
    """The blind spots that apply to an estate, in the order of this module."""
    found = (spot(estate) for spot in _SPOTS)
    return tuple(spot for spot in found if spot is not None)


def _accounts_without_trace(estate: Estate) -> BlindSpot | None:
    """Accounts that can use storage by a shared access signature alone, or of which no storage was found."""
    linked = {
        link.account.key for store in _stores(estate) for link in known_links(store, estate) if link.account is not None
    }
    found = []
    for account in estate.accounts:
        if account.key not in linked:
            found.append(_concerned(account, "nothing links it to any storage account that was read"))
        elif _has_no_identity(account):
            found.append(_concerned(account, "it has no system-assigned managed identity"))
    return _spot(
        "sharedAccessSignatures",
        "Storage that an account reaches by a shared access signature alone leaves no trace in the configuration, unless "
        "a model was trained from it.",
        "Give the account a system-assigned managed identity and let it reach storage by a role, or declare the storage in auditor.yaml.",
        found,
    )


def _has_no_identity(account: Resource) -> bool:
    """Whether an account has no system-assigned identity, the only kind that Document Intelligence supports.

    Source: azure-facts 6; an absent identity means none (2.1).
    """
    identity = account.body.get("identity")
    named = "systemassigned" in text_in(part_of(identity, "type")).lower()
    return not (named or is_hidden(identity, "type") or part_of(identity, "principalId"))


def _stores_with_keys(estate: Estate) -> BlindSpot | None:
    """Stores for which anybody with a key can sign, or may, and that nothing links."""
    if not estate.accounts:
        return None
    found = [
        _concerned(store)
        for store in _stores(estate)
        if not known_links(store, estate) and shared_key_access(store, estate) is not False
    ]
    return _spot(
        "sharedKeys",
        "Whoever holds a key of a storage account can sign a link to its documents for Document Intelligence. Nothing "
        "links these accounts, and their keys are on.",
        "Turn off shared key access, or declare in auditor.yaml which of them hold documents; --scope all judges each.",
        found,
    )


def _hierarchical_namespaces(estate: Estate) -> BlindSpot | None:
    """Grants by access control lists stand beside the files, and reading them takes reading the data."""
    return _spot(
        "accessControlLists",
        "Access control lists of a hierarchical namespace can let any identity read documents without a role assignment, "
        "that of an account too.",
        "Look at the lists of these accounts: who can read documents, and the identities of Document Intelligence among "
        "them. Declare these accounts in auditor.yaml.",
        [
            _concerned(store, "" if has is True else "whether it has such a namespace was not read")
            for store in _stores(estate)
            if isinstance(has := _property(store, "isHnsEnabled"), Unread) or has is True
        ],
    )


def _anonymous_containers(estate: Estate) -> BlindSpot | None:
    """Containers that anybody reads, and accounts that do not forbid them and whose containers were not listed."""
    found = []
    for store in _stores(estate):
        if _property(store, "allowBlobPublicAccess") is False:
            continue
        listing = estate.snapshot.listing(store.id, CONTAINER)
        found += [
            _concerned(container, f"a container of {store.name}")
            for container in listing.resources
            if text_in(_property(container, "publicAccess")).lower() in {"blob", "container"}
        ]
        if listing.unread is not None:
            found.append(_concerned(store, "it may have anonymous containers, since its containers were not listed"))
    return _spot(
        "anonymousContainers",
        "Documents in an anonymous container can be read by every account of Document Intelligence, in any tenant, without "
        "a trace.",
        "Disallow anonymous access on the storage account.",
        found,
    )


def _eligible_roles(estate: Estate) -> BlindSpot | None:
    return _spot(
        "eligibleRoles",
        "Roles that somebody is only eligible for, and can activate at any time, are not among the role assignments.",
        "Review the eligible assignments in Privileged Identity Management.",
        applies=_is_live_with_roles(estate),
    )


def _groups(estate: Estate) -> BlindSpot | None:
    """Groups whose role lets their members at blobs or results; an identity of an account may be a member."""
    found = []
    for assignment in estate.snapshot.of_type(ROLE_ASSIGNMENT) if _is_live_with_roles(estate) else ():
        properties = assignment.body.get("properties")
        kind = text_in(part_of(properties, "principalType")).lower()
        lets = any_of((lets_at_blobs(assignment, estate), lets_read_results(assignment, estate)))
        if kind.endswith("group") and lets is not False:
            scope = text_in(part_of(properties, "scope")) or "a scope that was not read"
            group = text_in(part_of(properties, "principalId")) or assignment.name
            found.append(
                Concerned(
                    f"group {group}", assignment.id, f"its role at {scope} may let its members at blobs or results"
                )
            )
    return _spot(
        "groupMemberships",
        "Who belongs to a group is not read, so a group counts as one reader of documents. An account's identity may be "
        "a member of a group whose role lets it at blobs.",
        "Look at the members of these groups, or give roles to the identities themselves.",
        found,
        applies=_is_live_with_roles(estate),
    )


def _silent_models(estate: Estate) -> BlindSpot | None:
    """Models that tell no training source: the data plane need not tell it (azure-facts 3e)."""
    found = [
        _concerned(model)
        for model in models(estate)
        if not any(True for _ in urls_of(model)) and not _is_composed(model)
    ]
    return _spot(
        "silentModels",
        "A model does not always tell what it was trained from.",
        "Ask its owner, and declare the storage in auditor.yaml.",
        found,
    )


def _is_composed(model: Resource) -> bool:
    """Whether a model was put together from others, which tell their sources themselves."""
    properties = object_in(model.body.get("properties"))
    types = object_in(properties.get("docTypes")).values()
    return properties.get("classifierId") is not None or any(part_of(item, "modelId") is not None for item in types)


def _workspaces(estate: Estate) -> BlindSpot | None:
    found = [
        account for account in estate.accounts if part_of(account.body, "properties", "amlWorkspace", "resourceId")
    ]
    return _spot(
        "machineLearningWorkspaces",
        "An account names a Machine Learning workspace; which storage that workspace uses is not read.",
        "Declare the workspace's storage in auditor.yaml if documents go there.",
        [_concerned(account) for account in found],
    )


def _outside(estate: Estate) -> BlindSpot | None:
    """Whatever names a storage account, or an account, that was not read."""
    return _spot(
        "outside",
        "Something that was read leads to what was not: it lies in another subscription or tenant, or is gone.",
        "Audit those subscriptions too, or remove what leads there.",
        (*_outside_by_use(estate), *_outside_by_settings(estate), *_outside_by_stores(estate)),
    )


def _outside_by_use(estate: Estate) -> Iterator[Concerned]:
    """Stores that are proven to be used; an audit adds them to the snapshot to judge them as unread."""
    for item in used_elsewhere(estate):
        yield Concerned(item.storage, f"{UNSEEN}/providers/{STORAGE}/{item.storage}", item.words)
    for store in estate.snapshot.of_type(STORAGE):
        for link in known_links(store, estate) if _is_unseen(store) else ():
            yield _concerned(store, link.words)


def _outside_by_settings(estate: Estate) -> Iterator[Concerned]:
    for account in estate.accounts:
        for setting, written in named_storage(account):
            address = address_in(written, estate)
            if address is None or _is_unseen(address.store):
                yield _concerned(account, f"its {setting} names {written}")
    for connection, account in connections(estate):
        address = address_of(connection, estate)
        if address is not None and _is_unseen(address.store):
            yield _concerned(connection, f"a connection of {account.name} leads to storage account {address.name}")


def _outside_by_stores(estate: Estate) -> Iterator[Concerned]:
    for store in _stores(estate):
        for rule in access_rules(store):
            if lets_in_unseen(rule, estate):
                yield _concerned(store, f"a resource access rule of its firewall lets in {rule['resourceId']}")
    for policy in estate.snapshot.of_type(OBJECT_REPLICATION):
        owner = estate.snapshot.get(policy.owner or "")
        for end in ("sourceAccount", "destinationAccount"):
            written = text_in(_property(policy, end))
            if owner is not None and written and _is_unseen(estate.storage(resource_key(written))):
                yield _concerned(owner, f"object replication names {written} as its {end}")


def _other_tenants(estate: Estate) -> BlindSpot:
    found = [
        _concerned(store, f"a resource access rule of its firewall is for tenant {text_in(rule.get('tenantId'))}")
        for store in _stores(estate)
        for rule in access_rules(store)
        if (own := tenant_of(store, estate)) and text_in(rule.get("tenantId")).lower() not in {"", own}
    ]
    return BlindSpot(
        "otherTenants",
        "Accounts and storage in other tenants, and in subscriptions that were not read, are not seen.",
        "Audit them on their own, and declare in auditor.yaml what they share with this estate.",
        tuple(sorted(set(found))),
    )


def _leftovers(estate: Estate) -> BlindSpot | None:
    return _spot(
        "leftovers",
        "Old versions and soft-deleted blobs that an earlier setting left behind are invisible without reading blobs.",
        "List versions and deleted blobs once after such a setting was turned off.",
        applies=bool(estate.snapshot.of_type(STORAGE)),
    )


def _uncommitted_blocks(estate: Estate) -> BlindSpot | None:
    return _spot(
        "uncommittedBlocks",
        "Blocks of an upload that was never committed stay for up to a week. No lifecycle rule deletes them, and no list "
        "of blobs tells their age.",
        "Let applications commit or delete each upload; --inspect-blobs counts what is left.",
        applies=bool(estate.snapshot.of_type(STORAGE)),
    )


def _other_files(estate: Estate) -> BlindSpot | None:
    return _spot(
        "otherFiles",
        "A file shows what it declares and no more: a role, a copy, a model or a setting that stands elsewhere is not seen.",
        "Judge files that are deployed together in one run, and scan the estate once they are deployed.",
        applies=estate.snapshot.header.kind == INFRASTRUCTURE,
    )


def _assumed_stores(estate: Estate) -> BlindSpot | None:
    """Storage accounts that count as document storage because no file says what they are for."""
    found = [_concerned(store) for store in _stores(estate) if is_assumed(store, estate)]
    return _spot(
        "assumedDocuments",
        f"{len(found)} storage {'account is' if len(found) == 1 else 'accounts are'} judged as document storage because "
        "no file tells what they hold.",
        "List the accounts that hold documents under storage in auditor.yaml, or use --scope declared.",
        found,
    )


def _microsoft(_estate: Estate) -> BlindSpot:
    return BlindSpot(
        "microsoft",
        "Microsoft's own half (input and results deleted within 24 hours of completion, deleted models within 48 hours) is a contract; "
        "nothing here verifies it from the outside.",
        "Keep Microsoft's page and its date with this report.",
    )


_SPOTS: Final[tuple[Callable[[Estate], BlindSpot | None], ...]] = (
    _accounts_without_trace,
    _stores_with_keys,
    _hierarchical_namespaces,
    _anonymous_containers,
    _eligible_roles,
    _groups,
    _silent_models,
    _workspaces,
    _outside,
    _other_tenants,
    _leftovers,
    _uncommitted_blocks,
    _other_files,
    _assumed_stores,
    _microsoft,
)


def _spot(
    kind: str, words: str, advice: str, found: Iterable[Concerned] = (), *, applies: bool = False
) -> BlindSpot | None:
    """A blind spot that applies if it concerns anything, or in any case."""
    resources = tuple(sorted(set(found)))
    return BlindSpot(kind, words, advice, resources) if resources or applies else None


def _concerned(resource: Resource, words: str = "") -> Concerned:
    return Concerned(resource.name, resource.id, words)


def _stores(estate: Estate) -> Iterator[Resource]:
    """The storage accounts that can hold blobs and of which more is known than their name."""
    for store in estate.snapshot.of_type(STORAGE):
        if not _is_unseen(store) and text_in(store.body.get("kind")).lower() != "filestorage":
            yield store


def _is_unseen(store: Resource | None) -> bool:
    return store is None or store.key.startswith(f"{UNSEEN}/")


def _property(resource: Resource, name: str) -> Json:
    return part_of(resource.body.get("properties"), name)


def _is_live_with_roles(estate: Estate) -> bool:
    return estate.snapshot.header.kind == AZURE and bool(estate.snapshot.of_type(ROLE_ASSIGNMENT))
