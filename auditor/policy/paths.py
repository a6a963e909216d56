"""Paths into a resource: `properties.minimumTlsVersion`, `children.containers[*].name`, `tags['odd.name']`.

Names ignore case, as ARM does. `[*]` stands for every element of an array. Three first segments lead elsewhere than
into the resource's own JSON: `facts`, `children` (resources below it, by the names in `auditor.model.types`) and
`parent`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from auditor.model.reading import MISSING, Found, Json, Reading, Unread

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


@dataclass(frozen=True, slots=True, eq=False)
class Each:
    """The segment `[*]`; there is one, so that it is told from names by identity."""


EACH: Final = Each()
Segment: TypeAlias = str | Each
_SEGMENT = re.compile(
    r"""(?P<dot>\.)?(?P<name>[A-Za-z_$][\w$-]*) | \[(?P<each>\*)\] | \['(?P<quoted>(?:[^'\\]|\\.)*)'\]""", re.VERBOSE
)
_LONGEST: Final = 500


class PathSyntaxError(ValueError):
    """The text is no path; the message says where it goes wrong."""


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path: `text` as written, and its segments."""

    text: str
    segments: tuple[Segment, ...]

    @property
    def many(self) -> bool:
        """Whether the path can lead to more than one place."""
        return EACH in self.segments

    def below(self, other: Path) -> tuple[Segment, ...] | None:
        """The segments that lead from `other` to here, or None if this path does not begin with it."""
        length = len(other.segments)
        if _folded(self.segments[:length]) != _folded(other.segments):
            return None
        return self.segments[length:]


def _folded(segments: tuple[Segment, ...]) -> list[Segment]:
    return [segment.lower() if isinstance(segment, str) else segment for segment in segments]


def parse_path(text: str) -> Path:
    """Parse a path; raises `PathSyntaxError`."""
    if len(text) > _LONGEST:
        raise PathSyntaxError(f"a path is at most {_LONGEST} characters long")
    segments: list[Segment] = []
    at = 0
    while at < len(text):
        match = _SEGMENT.match(text, at)
        if match is None or (match["name"] is not None and (match["dot"] is None) != (not segments)):
            raise PathSyntaxError(f"the path {text!r} goes wrong at {text[at:]!r}")
        if match["each"]:
            segments.append(EACH)
        else:
            segments.append(match["name"] if match["name"] is not None else re.sub(r"\\(.)", r"\1", match["quoted"]))
        at = match.end()
    if not segments or not isinstance(segments[0], str):
        raise PathSyntaxError(f"the path {text!r} does not begin with a name")
    return Path(text, tuple(segments))


def below(value: Json, names: tuple[Segment, ...]) -> Json:
    """The value that names lead to from `value` on: MISSING or an `Unread` where they lead nowhere; null is missing."""
    for name in names:
        value = member(value, name)  # type: ignore[arg-type]  # callers pass names only
    return MISSING if value is None else value


def walk(value: Json, segments: tuple[Segment, ...], text: str) -> Iterator[tuple[str, Reading]]:
    """Read every place below `value` that the segments lead to, each with its own path (`rules[0].name`).

    An array that is missing or unread gives that one reading; an empty array gives nothing.
    """
    for index, segment in enumerate(segments):
        if isinstance(segment, Each):
            if not isinstance(value, list | tuple):
                yield f"{text}[*]", _not_a("list", value)
                return
            for number, item in enumerate(value):
                yield from walk(item, segments[index + 1 :], f"{text}[{number}]")
            return
        value = member(value, segment)
        text = f"{text}.{segment}" if text else segment
    yield text, as_reading(value)


def as_reading(value: Json) -> Reading:
    """Tell found from missing and unread; `null` is how Azure writes an unset property."""
    if value is None or value is MISSING:
        return MISSING
    return value if isinstance(value, Unread) else Found(value)


def member(value: Json, name: str) -> Json:
    """The member of an object with this name, in any case; MISSING or an `Unread` where there is none."""
    if isinstance(value, dict):
        found = value.get(name, MISSING)
        if found is MISSING and (key := spelling(value, name)) is not None:
            return value[key]
        return found
    return _not_a("object", value)


def spelling(keys: Collection[str], name: str) -> str | None:
    """How an object with these keys spells a name: just so, or else in another case; None where it has no such name."""
    if name in keys:
        return name
    folded, length = name.lower(), len(name)
    for key in keys:
        if len(key) == length and key.lower() == folded:
            return key
    return None


def _not_a(wanted: str, value: Json) -> Reading:
    if value is None or value is MISSING:
        return MISSING
    if isinstance(value, Unread):
        return value
    return Unread(f"it is no {wanted}")
