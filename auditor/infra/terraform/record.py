"""Rows of the table of Terraform types: an argument and its property in ARM; and how bodies are filled from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from auditor.infra.terraform.versions import Default, Span, default_for
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditor.infra.terraform.arguments import Arguments

Body: TypeAlias = dict[str, Any]
NOT_IN_FILE: Final = Unread("the file does not give it")


def same(value: Json) -> Json:
    """The value as it is."""
    return value


def negated(value: Json) -> Json:
    """`local_auth_enabled` of Terraform is `disableLocalAuth` of Azure."""
    return not value if isinstance(value, bool) else value


def switched(value: Json) -> Json:
    """A yes or no of Terraform that is a word in Azure; a word stays."""
    return ("Enabled" if value else "Disabled") if isinstance(value, bool) else value


def joined(value: Json) -> Json:
    """Several words that Azure writes in one text."""
    return ", ".join(sorted(str(item) for item in value)) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument: where it stands in ARM, its names in all versions of the provider (newest first), how it is turned.

    `defaults` say, in ARM's words, what the provider sends where it is not set; `required` that a whole file has it.
    """

    path: str
    names: tuple[str, ...]
    turn: Callable[[Json], Json] = same
    defaults: tuple[Default, ...] = ()
    required: bool = False

    def read(self, arguments: Arguments, span: Span) -> Json:
        """The value in ARM's words; None where nothing is sent."""
        value = arguments.get(*self.names)
        if value is None:
            return NOT_IN_FILE if self.required else default_for(self.defaults, span) if self.defaults else None
        return value if isinstance(value, Unread) else self.turn(value)


def argument(
    path: str,
    *names: str,
    turn: Callable[[Json], Json] = same,
    defaults: Iterable[Default] = (),
    required: bool = False,
) -> Argument:
    """A row of the table."""
    return Argument(path, names, turn, tuple(defaults), required)


def always(value: Json) -> tuple[Default, ...]:
    """What every version of the provider sends where an argument is not set."""
    return (Default((), value),)


def put(body: Body, path: str, value: Json) -> None:
    """Write a value into a body; nothing for None, and nothing below a part that was not read."""
    *parents, last = path.split(".")
    holder = _holder(body, parents) if value is not None else None
    if holder is not None:
        holder[last] = value


def write_part(body: Body, path: str, value: Json) -> None:
    """Write what another resource sets in a body: an object member by member, where None takes a member away."""
    *parents, last = path.split(".")
    holder = _holder(body, parents)
    if holder is None:
        return
    before = holder.get(last)
    if isinstance(value, dict):
        merged = {**(before if isinstance(before, dict) else {}), **value}
        holder[last] = {name: item for name, item in merged.items() if item is not None}
    elif value is None:
        holder.pop(last, None)
    else:
        holder[last] = value


def extend(body: Body, path: str, item: Json) -> None:
    """Add to a list of a body, which begins with it; nothing where the list was not read."""
    *parents, last = path.split(".")
    holder = _holder(body, parents)
    items = [] if holder is None else holder.get(last, [])
    if holder is not None and isinstance(items, list):
        holder[last] = [*items, item]


def _holder(body: Body, parents: list[str]) -> Body | None:
    """The object that nested names lead to, made where it is not there; None below a part that was not read."""
    current: Any = body
    for name in parents:
        current = current.setdefault(name, {}) if isinstance(current, dict) else None
    return current if isinstance(current, dict) else None


def copied(value: Json) -> Json:
    """A body of its own, into which may be written without writing into the file or the table."""
    if isinstance(value, dict):
        return {name: copied(item) for name, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def fill(body: Body, rows: Iterable[Argument], arguments: Arguments, span: Span) -> None:
    """Write all rows of a table into a body."""
    for row in rows:
        put(body, row.path, row.read(arguments, span))


def read_block(block: Arguments | Unread | None, rows: Iterable[Argument], span: Span) -> Json:
    """A block by its table; unread where the block is, None where there is none."""
    if block is None or isinstance(block, Unread):
        return block
    found: Body = {}
    fill(found, rows, block, span)
    return found
