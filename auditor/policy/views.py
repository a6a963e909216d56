"""What rules read of a value, taken out of it in one go: two values that look the same to rules are judged the same.

A *tree* holds the paths that rules read: names and `[*]` lead to further trees, None stands for all that lies there.
`sight` makes a function of a tree, which gives of a JSON value what lies at these paths. It is quick because objects
that Azure sends have few layouts: which names a layout has, in whatever case, is looked up once a layout.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Hashable, Iterable, Iterator
from hashlib import blake2b
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from auditor.model.reading import Json
from auditor.policy.condition import AllOf, AnyOf, Count, Not, Seen, Setting, Test
from auditor.policy.paths import EACH, Each, Segment, spelling

if TYPE_CHECKING:
    from auditor.policy.condition import Condition

Tree: TypeAlias = "dict[Segment, Tree] | None"
Sight: TypeAlias = Callable[[Json], Any]
_MOST_LAYOUTS: Final = 10_000
_MARSHAL: Final = 2
"""The version of the format in which equal values give equal bytes: later ones write what was seen before as a
reference, and tell interned texts from others."""


class UnknownReadsError(TypeError):
    """A condition of a kind of which it is not known what it reads."""


def reads(condition: Condition) -> Iterator[tuple[tuple[Segment, ...], bool]]:
    """The paths that a condition reads, from the root of its target on, and whether all counts that lies there.

    Raises `UnknownReadsError` for conditions that are none of the language's own.
    """
    match condition:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            for part in parts:
                yield from reads(part)
        case Not(part=part) | Seen(part=part):
            yield from reads(part)
        case Test(field=field, operand=operand):
            yield field.path.segments, True
            if operand.field is not None:
                yield operand.field.path.segments, True
        case Count(field=field, where=where):
            yield field.path.segments, where is None
            if where is not None:
                yield from reads(where)
        case Setting():
            pass
        case _:
            raise UnknownReadsError(type(condition).__name__)


def grown(tree: Tree, segments: tuple[Segment, ...], *, whole: bool) -> Tree:
    """The tree with one more path."""
    if tree is None or (not segments and whole):
        return None
    if segments:
        tree[segments[0]] = grown(tree.get(segments[0], {}), segments[1:], whole=whole)
    return tree


def sight(tree: Tree) -> Sight:
    """The function that takes out of a value what the tree leads to, and tells what is not there."""
    if tree is None:
        return _all_of_it
    names = {name: sight(below) for name, below in tree.items() if not isinstance(name, Each)}
    wanted = [(name, None if tree[name] is None else below) for name, below in names.items()]
    element = sight(tree[EACH]) if EACH in tree else None
    layouts: dict[tuple[str, ...], tuple[int, Sight, tuple[tuple[str, Sight], ...]]] = {}

    def look(value: Json) -> Any:
        if isinstance(value, dict):
            shape = tuple(value)
            layout = layouts.get(shape)
            if layout is None:
                if len(layouts) >= _MOST_LAYOUTS:
                    layouts.clear()
                layout = layouts[shape] = _layout(shape, wanted)
            there, get, inner = layout
            if inner:
                return (there, get(value), *[below(value[key]) for key, below in inner])
            return there, get(value)
        if element is not None and isinstance(value, list | tuple):
            return [element(item) for item in value]
        return value

    return look


def _all_of_it(value: Json) -> Json:
    return value


def _layout(
    shape: tuple[str, ...], wanted: Iterable[tuple[str, Sight | None]]
) -> tuple[int, Sight, tuple[tuple[str, Sight], ...]]:
    """Which of the wanted names are there, as bits; what gets those that are taken whole; and the others."""
    there, leaves, inner = 0, [], []
    for bit, (name, below) in enumerate(wanted):
        key = spelling(shape, name)
        if key is None:
            continue
        there |= 1 << bit
        if below is None:
            leaves.append(key)
        else:
            inner.append((key, below))
    return there, itemgetter(*leaves) if leaves else _nothing, tuple(inner)


def _nothing(_value: Json) -> None:
    return None


_SHORT: Final = 64
"""Bytes up to which a key is kept as it is; of longer ones a hash, which no two looks share by chance or on purpose."""


def written(seen: Any) -> bytes:
    """The same for what looks the same, and another for `true`, `1` and `1.0`; texts stand in it as they are."""
    try:
        return marshal.dumps(seen, _MARSHAL)
    except ValueError:  # a part of it is unread, or nested very deep
        return b"r" + repr(seen).encode("utf-8", "surrogatepass")


def digest(seen: Any) -> Hashable:
    """A key that is the same for what looks the same; a short one, for many are kept."""
    return shortened(written(seen))


def shortened(key: bytes) -> bytes:
    """What is `written`, or its hash where that is shorter."""
    return key if len(key) <= _SHORT else blake2b(key, digest_size=32).digest()
