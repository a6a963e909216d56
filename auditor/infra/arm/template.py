"""ARM templates, written by hand or compiled from Bicep, become resources.

A template is expanded as a deployment would: conditions, loops, nested templates, expressions. What that cannot tell
stays: a resource whose condition is not known is there with `condition` unread (the judge then takes what fails for
unknown), or, where it belongs to another one, as a gap in that one's list.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.additions import DECLARABLE, KEPT, Draft, complete, hidden_lists
from auditor.infra.arm.bodies import body_of
from auditor.infra.arm.comparing import field_of
from auditor.infra.arm.declarations import in_order
from auditor.infra.arm.deployment import DEPLOYMENTS, Deployment, Planned, Source, World
from auditor.infra.arm.levels import scope_by_schema, subscription_in
from auditor.infra.arm.nested import open_nested
from auditor.infra.arm.symbols import Text
from auditor.infra.origins import origin
from auditor.infra.same_ids import STANDING, SameIds, parsed_id
from auditor.infra.text import HINT
from auditor.model.resource import Gap
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BLOB_SERVICE,
    BY_NAME,
    PRIVATE_ENDPOINT,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    STORAGE_PERIMETER,
    SUBSCRIPTION,
    ResourceType,
    owner_of,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from auditor.infra.arm.symbols import Given
    from auditor.infra.declared import Declared, Document, Inputs
    from auditor.model.reading import Json, Unread

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
    gaps: list[Gap] = []
    unread: list[tuple[str, Unread]] = []
    groups: dict[object, list[Planned]] = {}
    whole = list(root.whole())
    of = SameIds(item.what.id for item in whole if item.existing is None and item.what.type.lower() in STANDING).of
    declared = {of(item.what.id).lower() for item in whole if item.existing is None}
    for deployment in dict.fromkeys(item.deployment for item in whole) | {root: None}:
        unread += [(deployment.scope, why) for why in deployment.untyped]
    for planned in whole:
        nested, own = planned.nested, of(planned.what.id).lower()
        if nested is not None and not isinstance(nested, Deployment):
            gaps.append(Gap(planned.what.id, _READ_DEPLOYMENT, f"{address_of(planned)}: {nested.why}"))
            unread.append((planned.deployment.scope, nested))
        elif planned.what.type.lower() not in DEPLOYMENTS and (planned.existing is None or own not in declared):
            gaps += _gaps(planned)
            if _is_drawn(planned):
                groups.setdefault(own if _is_one(planned) else id(planned), []).append(planned)
    drafts = [_draft(in_order(group)) for group in groups.values()]
    gaps += _hidden(unread)
    found = complete(drafts, gaps, (draft.key for draft in drafts if draft.changed), hidden=bool(unread))
    return replace(found, through=frozenset(root.world.linked))


def address_of(planned: Planned) -> str:
    """How the file names a resource: its name, behind those of the deployments around it."""
    return "/".join((*planned.deployment.labels, planned.what.name))


def _is_told(planned: Planned) -> bool:
    """Whether a resource will be there as it is declared, at a place that is known."""
    return planned.existing is None and planned.doubt is None and not planned.what.id.startswith("{")


def _is_drawn(planned: Planned) -> bool:
    """Whether this makes a resource, or matters to others; those in doubt that belong to others are gaps."""
    kind = planned.what.type.lower()
    return kind in KEPT and (kind in STANDING or planned.existing is None)


def _is_one(planned: Planned) -> bool:
    """Whether all that have its id are one resource: names of roles are made up, and one text may stand for several."""
    return planned.what.type.lower() in STANDING or (_is_told(planned) and planned.what.type != ROLE_ASSIGNMENT)


def _draft(group: Sequence[Planned]) -> Draft:
    """What declarations of one resource make of it. The last one that names a property is where it stands."""
    first = group[0]
    source = first.deployment.source
    later = [item.written.pointer for item in group[1:] if item.deployment.source is source]
    where = origin(source.shown, address_of(first), source, first.written.pointer, *later)
    kept = first.what.type.lower() in STANDING or _is_told(first)
    doubt = first.doubt if all(item.doubt is not None for item in group) else None
    return Draft(body_of(group), where, first.existing is not None, doubt, kept, new=first.only_new)


def _gaps(planned: Planned) -> Iterator[Gap]:
    """What is not known of a resource that belongs to others, and of the lists of one that exists already."""
    kind = BY_NAME.get(planned.what.type.lower())
    name = address_of(planned)
    if kind is None:
        yield from _perimeter_gaps(planned)
        yield from _misplaced(planned, name)
    elif kind.key in STANDING:
        if planned.existing is not None:
            yield Gap(planned.what.id, kind.operation, f"{name}: {planned.existing.why}")
            yield from hidden_lists(planned.what.id, kind.name, f"{planned.what.name}: {planned.existing.why}")
    elif planned.existing is not None:
        if kind.key not in _HARMLESS or planned.only_new:
            yield Gap(_owner(planned, kind), kind.operation, f"{name}: {planned.existing.why}")
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


def _misplaced(planned: Planned, name: str) -> Iterator[Gap]:
    """What stands in a resource under a type or a name that does not fit may be any child of it."""
    parent = parsed_id(planned.what.id)
    kind = None if parent is None else BY_NAME.get(parent.type)
    if planned.what.doubt is not None and parent is not None and kind is not None:
        root = planned.what.id[: len(planned.what.id) - len(parent.rest)]
        yield from hidden_lists(root, kind.name, f"{name}: {planned.what.doubt.why}")


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
