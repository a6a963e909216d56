"""Which subscriptions a scan covers: those that the identity sees, narrowed to what the user named.

Nothing to audit is an error with a next step, never an empty report: no subscription in sight, a name that none has.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import MANAGEMENT_GROUP_ACTION, SUBSCRIPTIONS
from auditor.collectors.limits import Counted, Throttle
from auditor.collectors.paging import read_list
from auditor.collectors.reader import Call
from auditor.collectors.shapes import Body, OddItemError, subscription
from auditor.errors import SourceError
from auditor.model.resource import resource_key
from auditor.model.types import SUBSCRIPTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.collectors.clouds import Cloud
    from auditor.collectors.collect import Request
    from auditor.collectors.reader import Reader
    from auditor.model.reading import Json

TENANT: Final = "/"
"""The scope of the list of subscriptions."""

_MANAGEMENT_GROUPS: Final = "2020-05-01"
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Scope:
    """The subscriptions to read. `unread` says why there may be more, or None if the list was read to its end."""

    subscriptions: tuple[Body, ...]
    source: str
    unread: tuple[str, ...]
    whole: bool


async def find_scope(reader: Reader, cloud: Cloud, request: Request) -> Scope:
    """List the subscriptions and choose; raises `SourceError` if there is nothing to audit."""
    visible, source, unread = await _visible(reader, cloud)
    if not visible:
        if unread:
            raise SourceError(f"the subscriptions could not be listed: {unread[0]}", _NO_LIST)
        raise SourceError("this identity sees no subscription", _NO_SUBSCRIPTION)
    chosen = visible
    if request.management_group is not None:
        chosen = await _below(reader, cloud, request.management_group, visible)
    if request.subscriptions:
        chosen = _named(request.subscriptions, chosen, unread)
    # Whoever names subscriptions, and gets them, misses none of those that could not be listed.
    return Scope(tuple(chosen), source, () if request.subscriptions else tuple(unread), chosen is visible)


_NO_LIST: Final = "`auditor doctor` shows what this identity may read; try again later if Azure was not able to answer."
_NO_SUBSCRIPTION: Final = (
    "Assign it the role that `auditor role` prints, or Reader, at the subscriptions to audit; "
    "or sign in as somebody else (`--auth`)."
)


async def _visible(reader: Reader, cloud: Cloud) -> tuple[list[Body], str, list[str]]:
    """The subscriptions that could be read, from where, and why there may be more."""
    found: dict[str, Body] = {}
    unread: list[str] = []
    count = 0

    def take(item: Json) -> None:
        nonlocal count
        count += 1
        try:
            body = subscription(item, SUBSCRIPTION, None)
        except OddItemError as odd:
            unread.append(f"item {count} of the list {odd}")
        else:
            found.setdefault(resource_key(body["id"]), body)

    call = _tenant_call(cloud, f"{SUBSCRIPTIONS.path}?api-version={SUBSCRIPTIONS.api_version}", SUBSCRIPTIONS.operation)
    try:
        await read_list(reader, call, take)
    except NotReadError as failure:
        unread.append(failure.reason)
    return list(found.values()), f"GET {call.url}", unread


async def _below(reader: Reader, cloud: Cloud, group: str, visible: Sequence[Body]) -> list[Body]:
    """Those of the visible subscriptions that lie below a management group, at any depth."""
    below: set[str] = set()

    def take(item: Json) -> None:
        match item:
            case {"type": str(kind), "name": str(name)} if kind.lower().endswith("/subscriptions"):
                below.add(f"/subscriptions/{name.lower()}")
            case {"type": str(kind)} if kind.lower().endswith("/managementgroups"):
                pass  # its own descendants are in the list, too
            case _:
                raise NotReadError("the list holds something that is no subscription and no group")

    path = f"/providers/Microsoft.Management/managementGroups/{quote(group, safe='')}/descendants"
    call = _tenant_call(cloud, f"{path}?api-version={_MANAGEMENT_GROUPS}", MANAGEMENT_GROUP_ACTION)
    try:
        await read_list(reader, call, take)
    except NotReadError as failure:
        raise SourceError(
            f"the management group {group!r} could not be read: {failure.reason}",
            f"Give its id, not its display name. Reading it takes the right {MANAGEMENT_GROUP_ACTION} at the group.",
        ) from failure
    chosen = [body for body in visible if resource_key(body["id"]) in below]
    if not chosen:
        raise SourceError(f"no subscription below the management group {group!r} can be seen", _NO_SUBSCRIPTION)
    return chosen


def _named(names: Iterable[str], visible: Sequence[Body], unread: Sequence[str]) -> list[Body]:
    """The subscriptions that the user named, by id or display name; two may share a name, then both are meant."""
    chosen: dict[str, Body] = {}
    for name in names:
        wanted = name.strip().lower().removeprefix("/subscriptions/")
        found = [body for body in visible if wanted in _names_of(body)]
        if not found:
            raise _unknown(name, visible, unread)
        chosen.update({resource_key(body["id"]): body for body in found})
    return list(chosen.values())


def _names_of(body: Body) -> tuple[str, str]:
    return body["name"].lower(), resource_key(body["id"]).removeprefix("/subscriptions/")


def _unknown(name: str, visible: Sequence[Body], unread: Sequence[str]) -> SourceError:
    labels = {label: _label(body) for body in visible for label in _names_of(body)}
    close = dict.fromkeys(labels[match] for match in get_close_matches(name.lower(), labels, n=_SHOWN))
    shown = list(close or dict.fromkeys(labels.values()))[:_SHOWN]
    more = f" and {len(visible) - len(shown)} more" if len(visible) > len(shown) else ""
    torn = f" The list is not whole: {unread[0]}." if unread else ""
    return SourceError(
        f"the subscription {name!r} does not exist, or this identity cannot see it",
        f"{'Did you mean' if close else 'It sees'} {', '.join(shown)}{'?' if close else more + '.'}{torn}",
    )


def _label(body: Body) -> str:
    name = "".join(character if character.isprintable() else " " for character in body["name"])
    return f"{name} ({_names_of(body)[1]})"


def _tenant_call(cloud: Cloud, path: str, operation: str) -> Call:
    return Call("subscriptions", cloud.arm, f"{cloud.arm}{path}", operation, Counted(Throttle.ARM, TENANT))
