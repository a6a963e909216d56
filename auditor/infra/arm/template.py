"""ARM templates, written by hand or compiled from Bicep, become resources.

A template is expanded as a deployment would: conditions, loops, nested templates, expressions. What that cannot tell
stays: a resource whose condition is not known is there with `condition` unread (the judge then takes what fails for
unknown), or, where it belongs to another one, as a gap in that one's list.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.additions import DECLARABLE, KEPT, Draft, complete, hidden_lists
from auditor.infra.arm.bodies import EXISTS, body_of
from auditor.infra.arm.deployment import DEPLOYMENTS, Deployment, Planned, Source, World
from auditor.infra.arm.levels import scope_by_schema, subscription_in
from auditor.infra.arm.nested import open_nested
from auditor.infra.arm.symbols import Text, field_of
from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.origins import origin
from auditor.infra.text import HINT
from auditor.model.resource import Gap
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BACKUP_VAULT,
    BLOB_SERVICE,
    BY_NAME,
    PRIVATE_ENDPOINT,
    ROLE_DEFINITION,
    STORAGE,
    STORAGE_PERIMETER,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
    ResourceType,
    owner_of,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.infra.arm.symbols import Given
    from auditor.model.reading import Json, Unread

STANDING: Final = frozenset(name.lower() for name in (ACCOUNT, STORAGE, VAULT, WORKSPACE, BACKUP_VAULT))
"""Types (lower case) of resources that stand for themselves: rules judge them, and others refer to them."""
_HARMLESS: Final = frozenset(name.lower() for name in (BLOB_SERVICE, ROLE_DEFINITION, PRIVATE_ENDPOINT))
"""Types (lower case) that templates name as existing to reach what lies below, or to call by name."""
_ASSOCIATION: Final = "microsoft.network/networksecurityperimeters/resourceassociations"
_PERIMETERS: Final = ((ACCOUNT, ACCOUNT_PERIMETER), (STORAGE, STORAGE_PERIMETER))
_READ_DEPLOYMENT: Final = "Microsoft.Resources/deployments/read"


def read(document: Document, inputs: Inputs) -> Declared:
    """The resources that a template declares. Raises `InfrastructureError` where it is no template at all."""
    resources = field_of(document.value, "resources")
    if not isinstance(document.value, dict) or not isinstance(resources, dict | list | None):
        raise InfrastructureError((Mistake(document.shown, 1, 1, "this is no template"),), HINT)
    source = Source(document.path, document.shown, document.text)
    stem = document.shown.rpartition(".")[0] or document.shown
    scope = scope_by_schema(field_of(document.value, "$schema"))
    root = Deployment(document.value, scope, source, World(stem, open_nested), given=_given(inputs))
    return _declared(root)


def _given(inputs: Inputs) -> Given:
    """What the user gives: values of a file, and over them those of the command line."""
    values: dict[str, Json] = {name.lower(): value for name, value in inputs.parameters.items()}
    values |= {name.lower(): Text(value) for name, value in inputs.variables.items()}
    return {name: _thunk(value) for name, value in values.items()}


def _thunk(value: Json) -> Callable[[], Json]:
    return lambda: value


def _declared(root: Deployment) -> Declared:
    drafts: list[Draft] = []
    gaps: list[Gap] = []
    unread: list[tuple[str, Unread]] = []
    for planned in _once_each(root):
        nested = planned.nested
        if nested is not None and not isinstance(nested, Deployment):
            gaps.append(Gap(planned.what.id, _READ_DEPLOYMENT, f"{address_of(planned)}: {nested.why}"))
            unread.append((planned.deployment.scope, nested))
        elif planned.what.type.lower() not in DEPLOYMENTS:
            gaps += _gaps(planned)
            drafts += _drafts(planned)
    gaps += _hidden(unread)
    whole = complete(drafts, gaps, hidden=bool(unread))
    changed = frozenset(item.key for item, draft in whole if not draft.existing)
    return Declared(
        tuple(item for item, _ in whole),
        tuple(dict.fromkeys(gaps)),
        changed=changed,
        through=frozenset(root.world.linked),
    )


def _once_each(root: Deployment) -> list[Planned]:
    """All resources; what one template declares is left out where another one names it as existing."""
    whole = list(root.whole())
    return [item for item in whole if not item.existing or item.what.id.lower() not in root.world.declared]


def address_of(planned: Planned) -> str:
    """How the file names a resource: its name, behind those of the deployments around it."""
    return "/".join((*planned.deployment.labels, planned.what.name))


def _drafts(planned: Planned) -> Iterator[Draft]:
    """What a resource becomes, if it is one that is kept; those in doubt that belong to others are gaps."""
    kind = planned.what.type.lower()
    if kind not in KEPT:
        return
    told = not (planned.existing or planned.doubt is not None or planned.what.id.startswith("{"))
    kept = kind in STANDING or told
    if kept or not planned.existing:
        source = planned.deployment.source
        where = origin(source.shown, address_of(planned), source, planned.written.pointer)
        yield Draft(body_of(planned), where, planned.existing, planned.doubt, kept)


def _gaps(planned: Planned) -> Iterator[Gap]:
    """What is not known of a resource that belongs to others, and of the lists of one that exists already."""
    kind = BY_NAME.get(planned.what.type.lower())
    if kind is None:
        yield from _perimeter_gaps(planned)
        return
    name = address_of(planned)
    if kind.key in STANDING:
        if planned.existing:
            yield Gap(planned.what.id, kind.operation, f"{name}: {EXISTS}")
            yield from hidden_lists(planned.what.id, kind.name, f"{planned.what.name}: {EXISTS}")
    elif planned.existing:
        if kind.key not in _HARMLESS:
            yield Gap(_owner(planned, kind), kind.operation, f"{name}: {EXISTS}")
    elif planned.doubt is not None:
        yield Gap(_owner(planned, kind), kind.operation, f"{name}: {planned.doubt.why}")
    elif planned.what.id.startswith("{"):
        yield Gap(_owner(planned, kind), kind.operation, f"{name}: what it belongs to is not known")


def _perimeter_gaps(planned: Planned) -> Iterator[Gap]:
    """An association with a network security perimeter, whose mode and rules are not read from files."""
    if planned.what.type.lower() != _ASSOCIATION:
        return
    target = field_of(field_of(planned.value("properties"), "privateLinkResource"), "id")
    known = target if isinstance(target, str) and target.startswith("/") else None
    why = f"{address_of(planned)} associates it with a network security perimeter, which is not read from files"
    for owner, kind in _PERIMETERS:
        if known is None or f"/providers/{owner}/".lower() in known.lower():
            yield Gap(known or "", BY_NAME[kind.lower()].operation, why)


def _owner(planned: Planned, kind: ResourceType) -> str:
    """The scope whose list of such resources is not known in full; everything where not even that is known."""
    if kind.owner == SUBSCRIPTION:
        return subscription_of(planned.what.id) or subscription_of(planned.deployment.scope) or ""
    owner = owner_of(planned.what.id, kind.name) or ""
    return owner if owner.startswith("/") else ""


def _hidden(unread: list[tuple[str, Unread]]) -> Iterator[Gap]:
    """What templates that were not read may declare: anything, in the subscription that they are deployed to."""
    reasons = dict(reversed(unread))
    counts = Counter(scope for scope, _ in unread)
    for scope, why in reasons.items():
        own = subscription_in(scope)
        more = f" (and {counts[scope] - 1} more like it)" if counts[scope] > 1 else ""
        for kind in DECLARABLE:
            yield Gap("" if own is None else f"/subscriptions/{own}", kind.operation, f"{why.why}{more}")
