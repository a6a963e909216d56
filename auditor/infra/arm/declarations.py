"""One resource that several declarations of a file write, as where a nested deployment adds a customer-managed key.

A later declaration updates the earlier one: what it does not say stays (create a storage account with a customer-managed
key, Microsoft Learn). `dependsOn` and `reference` tell which is later, also between the deployments that hold them. Where
they do not, what both say, or one alone, holds; where they differ it is unread.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.comparing import either, merged
from auditor.infra.arm.copies import text_of
from auditor.infra.arm.expressions import Access, Call, ExpressionError, is_expression, parse, show
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.infra.arm.deployment import Planned
    from auditor.infra.arm.expressions import Node
    from auditor.model.reading import Json

_ORDER: Final = Unread("several declarations of it differ here, and the file does not tell which comes last")
_REFERENCES: Final = frozenset({"reference", "references"})


def in_order(group: Sequence[Planned]) -> list[Planned]:
    """The declarations so that each stands behind those that it comes after; otherwise as the file has them."""
    left = list(group)
    found: list[Planned] = []
    while left:
        first = next((item for item in left if not any(_is_after(item, other) for other in left)), left[0])
        left.remove(first)
        found.append(first)
    return found


def together(group: Sequence[Planned], bodies: Sequence[dict[str, Json]]) -> dict[str, Json]:
    """What several declarations, in order, make of a resource. Each has its body, of what it says alone."""
    whole = bodies[0]
    same = {name: whole[name] for name in ("id", "type", "name")}
    for at in range(1, len(group)):
        earlier, item, own = group[:at], group[at], bodies[at]
        after = merged(whole, own, deep=True)
        ordered = all(_is_after(item, other) for other in earlier)
        if not ordered:
            after = _either(after, merged(own, whole, deep=True), _ORDER)
        if item.doubt is not None:
            after = _either(after, whole, item.doubt)
        if at == 1 and group[0].doubt is not None:
            after = _either(after, own, group[0].doubt)
        whole = {**after, **same}
    return whole


def _either(first: dict[str, Json], second: dict[str, Json], why: Unread) -> dict[str, Json]:
    found: dict[str, Json] = either(first, second, why)
    return found


def _is_after(item: Planned, other: Planned) -> bool:
    """Whether one declaration is deployed after another for certain."""
    for own, its in zip(_way(item), _way(other), strict=False):
        if own is not its:
            return own.deployment is its.deployment and any(found is its for found in _needed(own))
    return False


def _way(item: Planned) -> list[Planned]:
    """The deployments that a resource lies in, from the outermost to itself."""
    way = [item]
    while (inside := way[0].deployment.inside) is not None:
        way.insert(0, inside)
    return way


def _needed(item: Planned) -> Iterator[Planned]:
    """All resources of the same deployment that one waits for."""
    seen: set[int] = set()
    waiting = [item]
    while waiting:
        for found in item.deployment.named(_names(waiting.pop())):
            if id(found) not in seen:
                seen.add(id(found))
                waiting.append(found)
                yield found


def _names(item: Planned) -> Iterator[Json]:
    """What a resource names as that on which it depends."""
    listed = item.value("dependsOn")
    yield from listed if isinstance(listed, list) else [listed]
    for name, value in item.written.raw.items():
        if name.lower() not in {"dependson", "resources"}:
            for text in _expressions(value):
                yield from (text_of(f"[{show(target)}]", item.view) for target in _targets(text))


def _expressions(value: Json, name: str = "") -> Iterator[str]:
    """All expressions of a value, without those of a template in it, which has names of its own."""
    match value:
        case str() if is_expression(value):
            yield value
        case dict() if name != "template":
            for key, item in value.items():
                yield from _expressions(item, key.lower())
        case list():
            for item in value:
                yield from _expressions(item)
        case _:
            pass


def _targets(text: str) -> Iterator[Node]:
    """What an expression refers to."""
    try:
        waiting: list[Node] = [parse(text)]
    except ExpressionError:
        return
    while waiting:
        match waiting.pop():
            case Call() as call:
                if call.name.lower() in _REFERENCES and call.arguments:
                    yield call.arguments[0]
                waiting += call.arguments
            case Access(base=base, key=key):
                waiting += [base, key]
            case _:
                pass
