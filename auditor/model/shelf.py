"""What was read of a large estate, kept in a temporary file: in memory is only what somebody looks at.

Nothing of a body is left out, so a property that a rule reads can never seem to be missing because nobody kept it. The
file is a database of SQLite that has no name: nobody else can open it, and it is gone with the process, however that
ends. What stands in it has no secrets any more, as in a snapshot file.
"""

from __future__ import annotations

import json
import sqlite3
import weakref
from collections import OrderedDict, defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from auditor.errors import SourceError
from auditor.model.index import InOrder, Reads, Resources
from auditor.model.reading import UNREAD_KEY, mark_unread, plain
from auditor.model.resource import ListRead, Read, Resource, resource_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.model.reading import Json

_AT_ONCE: Final = 500
"""Rows that are fetched at once where all are walked through."""
_TABLES: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -16384;
CREATE TABLE resource (
    place INTEGER PRIMARY KEY, key BLOB NOT NULL, type INTEGER NOT NULL, owner BLOB, line TEXT NOT NULL
);
CREATE UNIQUE INDEX resource_by_key ON resource (key);
CREATE INDEX resource_by_type ON resource (type);
CREATE INDEX resource_by_owner ON resource (owner, type) WHERE owner IS NOT NULL;
CREATE TABLE listed (place INTEGER PRIMARY KEY, key BLOB NOT NULL, operation TEXT NOT NULL, line TEXT NOT NULL);
CREATE INDEX listed_by_key ON listed (key, operation);
BEGIN;
"""


class Shelf(NamedTuple):
    """The resources and the lists that stand in one temporary file."""

    resources: ShelvedResources
    reads: ShelvedReads


def new_shelf(most_at_hand: int) -> Shelf:
    """An empty shelf; its file is where the system has temporary files (`TMPDIR`), and grows as it is filled.

    Of so many characters of JSON the values stay in memory once somebody looked at them.
    """
    file = _File()
    return Shelf(ShelvedResources(file, most_at_hand), ShelvedReads(file))


class ShelvedResources(Resources):
    """Resources in a temporary file. What it hands out knows its key, type and owner, and looks up what it says."""

    def __init__(self, file: _File, most_at_hand: int) -> None:
        self._file = file
        self._most_at_hand = most_at_hand
        self._types: list[str] = []
        self._numbers: dict[str, int] = {}
        self._counts: defaultdict[int, int] = defaultdict(int)
        self._at_hand: OrderedDict[int, tuple[Resource, int]] = OrderedDict()
        self._size_at_hand = 0

    def put(self, resource: Resource) -> None:
        """Keep a resource; one with the same key gives up its place to it."""
        key, owner = _stored(resource.key), None if resource.owner is None else _stored(resource.owner)
        number = self._number(resource.type_key)
        before = self._file.row("SELECT place, type FROM resource WHERE key = ?", key)
        if before is None:
            query = "INSERT INTO resource (type, owner, line, key) VALUES (?, ?, ?, ?)"
        else:
            query = "UPDATE resource SET type = ?, owner = ?, line = ? WHERE key = ?"
            self._counts[before[1]] -= 1
            self._size_at_hand -= self._at_hand.pop(before[0], (None, 0))[1]
        self._file.rows(query, number, owner, _written(resource), key)
        self._counts[number] += 1

    def look_at(self, place: int) -> Resource:
        """The whole resource in a place; what was looked at last is still in memory."""
        found = self._at_hand.get(place)
        if found is not None:
            self._at_hand.move_to_end(place)
            return found[0]
        (line,) = self._file.row("SELECT line FROM resource WHERE place = ?", place)
        resource = _read(line)
        self._at_hand[place] = resource, len(line)
        self._size_at_hand += len(line)
        while self._size_at_hand > self._most_at_hand and len(self._at_hand) > 1:
            self._size_at_hand -= self._at_hand.popitem(last=False)[1][1]
        return resource

    def __len__(self) -> int:
        """How many there are."""
        return sum(self._counts.values())

    def __iter__(self) -> Iterator[Resource]:
        """All of them."""
        return self.walk("TRUE")

    def keys(self) -> Iterator[str]:
        """The keys of all."""
        return (resource.key for resource in self)

    def get(self, key: str) -> Resource | None:
        """The resource with this key."""
        row = self._file.row("SELECT place, key, type, owner FROM resource WHERE key = ?", _stored(key))
        return None if row is None else self._handle(*row)

    def of_type(self, type_key: str) -> Sequence[Resource]:
        """All of one type."""
        return _Some(self, "type = ?", (self._number(type_key),))

    def below(self, owner: str, type_key: str) -> Sequence[Resource]:
        """The children of one type that the resource with this key has."""
        return _Some(self, "type = ? AND owner = ?", (self._number(type_key), _stored(owner)))

    def how_many(self, wanted: str, values: tuple[int | bytes, ...]) -> int:
        """How many there are of which a condition holds."""
        (count,) = self._file.row(f"SELECT count(*) FROM resource WHERE {wanted}", *values)  # noqa: S608 - of ours
        return int(count)

    def walk(self, wanted: str, values: tuple[int | bytes, ...] = ()) -> Iterator[Resource]:
        """All of which a condition holds, in order; those that come meanwhile may be among them."""
        query = f"SELECT place, key, type, owner FROM resource WHERE {wanted} AND place > ? ORDER BY place LIMIT ?"  # noqa: S608 - of ours
        rows = self._file.rows(query, *values, -1, _AT_ONCE)
        yield from (self._handle(*row) for row in rows)
        while len(rows) == _AT_ONCE:
            rows = self._file.rows(query, *values, rows[-1][0], _AT_ONCE)
            yield from (self._handle(*row) for row in rows)

    def _handle(self, place: int, key: bytes, number: int, owner: bytes | None) -> Resource:
        return _Shelved(self, place, _text(key), self._types[number], None if owner is None else _text(owner))

    def _number(self, type_key: str) -> int:
        if type_key not in self._numbers:
            self._numbers[type_key] = len(self._types)
            self._types.append(type_key)
        return self._numbers[type_key]


class ShelvedReads(Reads):
    """Lists that were read, in a temporary file."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._length = 0

    def put(self, read: ListRead) -> None:
        """Keep that a list was read."""
        line = json.dumps((read.of, read.operation, read.source, read.at))
        query = "INSERT INTO listed (key, operation, line) VALUES (?, ?, ?)"
        self._file.rows(query, _stored(resource_key(read.of)), read.operation.lower(), line)
        self._length += 1

    def __len__(self) -> int:
        """How many there are."""
        return self._length

    def __iter__(self) -> Iterator[ListRead]:
        """All of them."""
        last = -1
        query = "SELECT place, line FROM listed WHERE place > ? ORDER BY place LIMIT ?"
        while rows := self._file.rows(query, last, _AT_ONCE):
            last = rows[-1][0]
            yield from (ListRead(*json.loads(line)) for _, line in rows)

    def has(self, owner: str, operation: str) -> bool:
        """Whether the list that an operation (lower case) reads was read at the resource with this key."""
        query = "SELECT 1 FROM listed WHERE key = ? AND operation = ? LIMIT 1"
        return self._file.row(query, _stored(owner), operation) is not None


class _Some(InOrder[Resource]):
    """The resources in a temporary file of which a condition holds; they are looked up when somebody asks."""

    def __init__(self, shelved: ShelvedResources, wanted: str, values: tuple[int | bytes, ...]) -> None:
        self._shelved = shelved
        self._wanted = wanted
        self._values = values

    def __len__(self) -> int:
        """How many there are."""
        return self._shelved.how_many(self._wanted, self._values)

    def __iter__(self) -> Iterator[Resource]:
        """All of them."""
        return self._shelved.walk(self._wanted, self._values)


class _Shelved(Resource):
    """A resource in a temporary file: what it says is looked up when somebody asks."""

    __slots__ = ("_place", "_shelved")
    _shelved: ShelvedResources
    _place: int

    def __init__(self, shelved: ShelvedResources, place: int, key: str, type_key: str, owner: str | None) -> None:
        assign = object.__setattr__  # as frozen dataclasses do
        assign(self, "_shelved", shelved)
        assign(self, "_place", place)
        assign(self, "key", key)
        assign(self, "type_key", type_key)
        assign(self, "owner", owner)
        assign(self, "origin", None)

    @property
    def body(self) -> Mapping[str, Json]:
        """The JSON as Azure sent it."""
        return self._shelved.look_at(self._place).body

    @property
    def read(self) -> Read | None:
        """Where and when it was read."""
        return self._shelved.look_at(self._place).read


class _File:
    """The database; closed, and with that gone, once nobody has a part of it any more."""

    def __init__(self) -> None:
        # Whoever has it in several threads uses it in one after the other, as collecting and judging do.
        self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._connection.close)
        self._connection.executescript(_TABLES)

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query gives."""
        try:
            return self._connection.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            raise SourceError(
                f"the estate is too large for the memory, and cannot be kept in a temporary file: {error}",
                "Set TMPDIR to a folder where twice the size of the snapshot is free.",
            ) from error

    def row(self, query: str, *values: Any) -> Any:
        """The first row that a query gives, or None."""
        return next(iter(self.rows(query, *values)), None)


def _written(resource: Resource) -> str:
    read = None if resource.read is None else (resource.read.source, resource.read.at)
    return json.dumps((plain(dict(resource.body)), read))


def _read(line: str) -> Resource:
    body, read = json.loads(line)
    marked = mark_unread(body) if UNREAD_KEY in line else body
    return Resource(marked, None if read is None else Read(*read))


def _stored(text: str) -> bytes:
    """A text as the file has it: also with half of a surrogate pair, as an answer of Azure may have it."""
    return text.encode("utf-8", "surrogatepass")


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogatepass")
