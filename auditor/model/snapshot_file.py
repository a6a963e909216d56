"""The snapshot file, `auditor.snapshot/1`: JSON Lines, written while the scan goes on, read again without Azure.

The lines are a header, then in any order resources, gaps and lists that were read, then the end; `docs/snapshot.md`
describes them and `auditor/schemas/snapshot-1.schema.json` says it to a validator. Compressed by gzip or Zstandard
when the name ends so. The format is for exchange: a file may come from an untrusted hand, so reading it is bounded and
never evaluates anything.
"""

from __future__ import annotations

import errno
import gzip
import io
import json
import math
import zlib
from contextlib import ExitStack, contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, NoReturn, cast

import msgspec

from auditor.errors import SnapshotFormatError, SourceError
from auditor.model.durations import parse_moment
from auditor.model.gathering import Gathering
from auditor.model.reading import UNREAD_KEY, mark_unread, plain
from auditor.model.redaction import cut_secrets, cut_text
from auditor.model.resource import Gap, ListRead, Read, Resource
from auditor.model.snapshot import AZURE, INFRASTRUCTURE, Asked, End, Header, Snapshot
from auditor.model.types import BY_NAME
from auditor.model.whole_file import PARTIAL, Draft, InUseError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

SCHEMA: Final = "auditor.snapshot/1"
LONGEST_LINE: Final = 64 * 1024 * 1024
"""Characters; ARM answers with at most a few MB a resource, and a longer line would only fill the memory."""
MOST_UNPACKED: Final = 500
"""Times the size of a compressed file; snapshots have some 20 to 50, and blanks more than 1,000."""
DEEPEST: Final = 200
"""Levels of objects and lists in a line; ARM nests some twenty deep, and Python's own limit is not far off."""


class SnapshotWriter:
    """Writes a snapshot line by line. Without `end`, or after an exception, the file has no end and is partial.

    `calls` says how many calls were made so far, by operation; the lines tell it, so that a scan that goes on with the
    file can count on. Raises `SourceError`, which names the `path`, where there is no room for a line.
    """

    def __init__(
        self, stream: IO[str], header: Header, calls: Mapping[str, int] | None = None, path: Path | None = None
    ) -> None:
        self._stream = stream
        self._path = path
        self._calls: Mapping[str, int] = {} if calls is None else calls
        self._told: dict[str, int] = {}
        self.resources = self.gaps = self.reads = 0
        source: dict[str, Any] = {"kind": header.kind, "scope": list(header.scope)}
        if header.asked is not None:
            source["asked"] = self._asked(header.asked)
        self._write(
            {
                "schema": SCHEMA,
                "tool": {"name": "auditor", "version": header.tool},
                "source": source,
                "started": header.started,
            }
        )

    def _asked(self, asked: Asked) -> dict[str, Any]:
        found: dict[str, Any] = {"cloud": asked.cloud, "subscriptions": list(asked.subscriptions)}
        if asked.management_group is not None:
            found["managementGroup"] = asked.management_group
        return found | {"calls": dict(sorted(self._calls.items()))}

    def resource(self, resource: Resource) -> None:
        """Write one resource."""
        line: dict[str, Any] = {"resource": plain(dict(resource.body))}
        if resource.read is not None:
            kind = BY_NAME.get(resource.type_key)
            told = {"from": resource.read.source, "at": resource.read.at}
            line["read"] = told | (self._so_far(kind.operation) if kind is not None else {})
        self.resources += 1
        self._write(line)

    def gap(self, gap: Gap) -> None:
        """Write what could not be read."""
        self.gaps += 1
        told = {"scope": gap.scope, "operation": gap.operation, "reason": gap.reason, "at": gap.at}
        self._write({"gap": told | self._so_far(gap.operation)})

    def list_read(self, read: ListRead) -> None:
        """Write that a list was read to its end."""
        self.reads += 1
        told = {"of": read.of, "operation": read.operation, "from": read.source, "at": read.at}
        self._write({"read": told | self._so_far(read.operation)})

    def _so_far(self, operation: str) -> dict[str, int]:
        """How many calls of this kind were made by now, if that is more than was told."""
        calls = self._calls.get(operation, 0)
        if calls <= self._told.get(operation, 0):
            return {}
        self._told[operation] = calls
        return {"calls": calls}

    def all_of(self, snapshot: Snapshot) -> None:
        """Write everything that a snapshot holds, but for its head."""
        for resource in snapshot.resources:
            self.resource(resource)
        for gap in snapshot.gaps:
            self.gap(gap)
        for read in snapshot.reads:
            self.list_read(read)
        if snapshot.end is not None:
            self.end(snapshot.end)

    def end(self, end: End) -> None:
        """Write the end; a file without it is partial."""
        self._write(
            {
                "end": {
                    "finished": end.finished,
                    "resources": self.resources,
                    "gaps": self.gaps,
                    "calls": dict(sorted(end.calls.items())),
                }
            }
        )

    def _write(self, line: Mapping[str, Any]) -> None:
        text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n"
        try:
            self._stream.write(text)
            self._stream.flush()  # whatever becomes of us: what was read is in the file, compressed or not
        except OSError as error:
            raise _not_written(self._path, error) from error


@contextmanager
def open_writer(path: Path, header: Header) -> Iterator[SnapshotWriter]:
    """Open a snapshot for writing. While it is written it is called `NAME.partial`; whole, it gets its name.

    A scan that is broken off leaves the `.partial` file, which can be judged as the partial snapshot that it is.
    Raises `SourceError` where the file cannot be written, now or later.
    """
    with saving(path) as file:
        yield file.begin(header)
        file.finish()


def write_snapshot(path: Path, snapshot: Snapshot) -> None:
    """Write a whole snapshot at once."""
    with open_writer(path, snapshot.header) as writer:
        writer.all_of(snapshot)


@contextmanager
def saving(path: Path) -> Iterator[SnapshotFile]:
    """A snapshot file to be written by this process alone. Raises `SourceError` where it cannot be, now or later."""
    with _explained(path):
        file = SnapshotFile(Draft(path))
    try:
        yield file
    finally:
        file.close()


class SnapshotFile:
    """A snapshot file while it is written: begun, perhaps begun once more from what it held, finished."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._open: list[IO[Any]] = []

    def begin(
        self, header: Header, calls: Mapping[str, int] | None = None, kept: Snapshot | None = None
    ) -> SnapshotWriter:
        """Write the head, and what is kept of the file; until that is written, what it held is still there."""
        path = self._draft.path
        with _explained(path):
            self._put_down()
            raw = self._draft.empty() if kept is None else self._draft.beside()
            self._open = [_text_into(raw, path.name), raw]
        writer = SnapshotWriter(self._open[0], header, calls, path)
        if kept is not None:
            writer.all_of(kept)
            with _explained(path):
                self._draft.show()
        return writer

    def finish(self) -> None:
        """Give the file its name."""
        with _explained(self._draft.path):
            self._put_down()
            self._draft.finish()

    def close(self) -> None:
        """Let go of the file, finished or not."""
        with suppress(OSError):  # a full disk was told of when the line was written
            self._put_down()
        self._draft.close()

    def _put_down(self) -> None:
        streams, self._open = self._open, []
        with ExitStack() as stack:
            for stream in reversed(streams):
                stack.callback(stream.close)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path | None, error: OSError) -> SourceError:
    match error:
        case InUseError():
            hint = "Wait until it is done, or name another file."
        case OSError(errno=errno.ENOSPC | errno.EDQUOT | errno.EFBIG | errno.EIO):
            hint = f"Make room; `auditor scan --resume {path}` then goes on, and asks for nothing that the file holds."
        case _:
            hint = "Name a file in a folder that you can write."
    return SourceError(f"cannot write the snapshot {path}: {error.strerror or error}", hint)


def read_snapshot(path: Path, gathered: Gathering | None = None) -> Snapshot:
    """Read a snapshot file; a file without its end line is read as the partial snapshot that it is.

    `gathered` takes what it holds, in memory or in a temporary file if that is much.

    Raises `SnapshotFormatError` with the line of the first thing that is not as the format says.
    """
    return read_with_calls(path, gathered)[0]


def read_with_calls(path: Path, gathered: Gathering | None = None) -> tuple[Snapshot, Mapping[str, int]]:
    """Read a snapshot file, and how many calls it took as far as the file tells, by operation. Raises as above."""
    try:
        with _open_text(path, path.name.removesuffix(PARTIAL)) as stream:
            reader = _Reader(path)
            return reader.read(stream, gathered or Gathering()), reader.calls
    except FileNotFoundError as error:
        raise SnapshotFormatError(path, 1, "there is no such file") from error
    except IsADirectoryError as error:
        raise SnapshotFormatError(path, 1, "this is a folder") from error
    except SnapshotFormatError:
        raise
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise SnapshotFormatError(path, 1, f"the file cannot be read: {error}") from error


class _Reader:
    """Reads one file; keeps the line's number for the errors, and how many letters it has."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._line = 0
        self._letters = 0
        self._marked = False
        self.calls: dict[str, int] = {}
        self._length = 0
        packed = path.name.removesuffix(".partial").endswith((".gz", ".zst"))
        self._most = max(LONGEST_LINE, MOST_UNPACKED * path.stat().st_size) if packed else math.inf

    def read(self, stream: IO[str], gathered: Gathering) -> Snapshot:
        lines = self._lines(stream)
        header = self._header(next(lines, None))
        gaps: list[Gap] = []
        end: End | None = None
        count = 0
        for line in lines:
            if end is not None:
                self._fail("there is something after the end")
            match line:
                case {"resource": dict(body), **rest}:
                    gathered.take(self._resource(body, rest), self._letters)
                    count += 1
                case {"gap": dict(gap)}:
                    self._count_calls({gap.get("operation"): gap.get("calls")})
                    gaps.append(Gap(*(self._text(gap, name) for name in ("scope", "operation", "reason", "at"))))
                case {"read": dict(read)}:
                    self._count_calls({read.get("operation"): read.get("calls")})
                    gathered.take_read(
                        ListRead(*(self._text(read, name) for name in ("of", "operation", "from", "at")))
                    )
                case {"end": dict(body)}:
                    end = self._end(body, count, len(gaps))
                case _:
                    self._fail("a line holds one of resource, gap, read or end")
        return gathered.snapshot(header, gaps, end)

    def _lines(self, stream: IO[str]) -> Iterator[Any]:
        while text := self._next(stream):
            self._line += 1
            self._letters = len(text)
            if len(text) >= LONGEST_LINE:
                self._fail(f"the line is longer than {LONGEST_LINE} characters")
            self._check_size(len(text))
            if not text.strip():
                continue
            try:
                value = self._json(text)
            except (ValueError, RecursionError) as error:
                if not text.endswith("\n") and self._line > 1:
                    return  # broken off in the middle of a line: what came before counts
                self._fail(f"this is not JSON ({error})")
            self._marked = UNREAD_KEY in text or "\\u00" in text  # or escaped
            if text.count("{") + text.count("[") > DEEPEST and _depth(value) > DEEPEST:
                self._fail(f"the line is nested deeper than {DEEPEST}")
            yield _whole_letters(value) if "\\ud" in text or "\\uD" in text else value

    def _json(self, text: str) -> Any:
        """The value of a line. What msgspec refuses, the standard library reads, or says why not."""
        try:
            return msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeEncodeError):
            return json.loads(text, parse_constant=self._no_constant, parse_float=self._number)

    def _check_size(self, length: int) -> None:
        """Refuse a small file that unpacks to a very large one, before that takes hours."""
        self._length += length
        if self._length > self._most:
            self._fail(f"the file unpacks to more than {MOST_UNPACKED} times its size")

    def _next(self, stream: IO[str]) -> str:
        """The next line, or an empty text at the end, be it where a compressed file was torn."""
        try:
            return stream.readline(LONGEST_LINE)
        except EOFError:
            if self._line == 0:
                raise
            return ""

    def _header(self, line: Any) -> Header:  # noqa: RET503 - `_fail` never returns
        match line:
            case {"schema": "auditor.snapshot/1", "started": str(started), "source": {"kind": str(kind), **source}}:
                if kind not in {AZURE, INFRASTRUCTURE}:
                    self._fail(f"the source's kind is {kind!r}; it can be azure or infrastructure")
                scope = source.get("scope", [])
                if not isinstance(scope, list):
                    self._fail("the source's scope is a list of ids")
                self._check_time("started", started)
                tool = line.get("tool")
                version = tool.get("version", "") if isinstance(tool, dict) else ""
                return Header(str(version), kind, tuple(map(str, scope)), started, self._asked(source.get("asked")))
            case {"schema": str(schema)} if schema != SCHEMA:
                self._fail(f"the schema is {schema!r}; this version reads {SCHEMA}")
            case None:
                self._line = 1
                self._fail("the file is empty")
            case _:
                self._fail(f'the first line is not the header of a snapshot: {{"schema": "{SCHEMA}", …}}')

    def _asked(self, asked: Any) -> Asked | None:
        match asked:
            case {"cloud": str(cloud), "subscriptions": list(subscriptions), **rest}:
                self._count_calls(rest.get("calls"))
                group = rest.get("managementGroup")
                return Asked(cloud, tuple(map(str, subscriptions)), group if isinstance(group, str) else None)
            case _:
                return None

    def _count_calls(self, calls: Any) -> None:
        """Calls that were made so far, by operation: the highest number counts."""
        for operation, count in calls.items() if isinstance(calls, dict) else ():
            if isinstance(count, int):
                self.calls[str(operation)] = max(self.calls.get(str(operation), 0), count)

    def _resource(self, body: dict[Any, Any], rest: Mapping[Any, Any]) -> Resource:  # noqa: RET503 - as above
        for name in ("id", "type"):
            if not isinstance(body.get(name), str) or not body[name]:
                self._fail(f"the resource has no {name}")
        known = cut_secrets(body)
        if self._marked:
            known = mark_unread(known)
        if "read" not in rest:
            return Resource(known)
        match rest["read"]:
            case {"from": str(source), "at": str(at), **more}:
                kind = BY_NAME.get(str(known["type"]).lower())
                if kind is not None:
                    self._count_calls({kind.operation: more.get("calls")})
                return Resource(known, Read(source, at))
            case _:
                self._fail("a resource's read holds from and at")

    def _end(self, body: Mapping[str, Any], resources: int, gaps: int) -> End:
        if "resources" in body and body["resources"] != resources:
            self._fail(f"the end counts {body['resources']} resources, the file holds {resources}")
        if "gaps" in body and body["gaps"] != gaps:
            self._fail(f"the end counts {body['gaps']} gaps, the file holds {gaps}")
        calls = body.get("calls", {})
        if not isinstance(calls, dict) or not all(isinstance(count, int) for count in calls.values()):
            self._fail("the end's calls are numbers by operation")
        finished = self._text(body, "finished")
        self._check_time("finished", finished)
        return End(finished, calls)

    def _text(self, body: Mapping[str, Any], name: str) -> str:
        value = body.get(name, "" if name in {"at", "from"} else None)
        if not isinstance(value, str):
            self._fail(f"{name} is missing, or no text")
        return cut_text(value) if name == "reason" else value

    def _check_time(self, name: str, text: str) -> None:
        if parse_moment(text) is None:
            self._fail(f"{name} is no time: {text!r}")

    def _no_constant(self, name: str) -> NoReturn:
        raise ValueError(f"{name} is not a JSON value")

    def _number(self, text: str) -> float:
        number = float(text)
        if math.isinf(number):
            raise ValueError(f"{text} is too large")
        return number

    def _fail(self, problem: str) -> NoReturn:
        raise SnapshotFormatError(self._path, self._line, problem)


def _depth(value: Any) -> int:
    """How deep a JSON value is nested, found without going deep."""
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [below for item in level for below in (item.values() if isinstance(item, dict) else item)]
    return depth


def _whole_letters(value: Any) -> Any:
    """The JSON value with `?` in place of each half of a surrogate pair, which JSON can hold and no encoding can."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


def _open_text(path: Path, name: str) -> IO[str]:
    """Open a file to read it as text, compressed as its name says.

    `backslashreplace` is JSON's own escape when it writes; when it reads, it makes bytes that are no text no JSON.
    """
    if name.endswith(".gz"):
        return cast("IO[str]", gzip.open(path, "rt", encoding="utf-8", errors="backslashreplace"))
    if name.endswith(".zst"):
        return _open_zstandard(path)
    return path.open(encoding="utf-8", errors="backslashreplace")


def _open_zstandard(path: Path) -> IO[str]:
    import zstandard  # noqa: PLC0415 - only for such files

    class Text(io.TextIOWrapper):
        """Turns the library's own error into ours when the file is damaged."""

        def __exit__(
            self,
            kind: type[BaseException] | None,
            error: BaseException | None,
            trace: TracebackType | None,
        ) -> None:
            super().__exit__(kind, error, trace)
            if isinstance(error, zstandard.ZstdError):
                raise SnapshotFormatError(path, 1, f"the file is damaged: {error}") from error

    return Text(zstandard.open(path, "rb"), encoding="utf-8", errors="backslashreplace")


def _text_into(raw: BinaryIO, name: str) -> IO[str]:
    """Text that ends in this file, compressed as the name says; the file itself is closed after it."""
    into: Any = raw
    if name.endswith(".gz"):
        into = gzip.GzipFile(name, "wb", fileobj=raw)
    elif name.endswith(".zst"):
        import zstandard  # noqa: PLC0415 - only for such files

        into = zstandard.ZstdCompressor().stream_writer(raw, closefd=False)
    return io.TextIOWrapper(into, encoding="utf-8", errors="backslashreplace", newline="\n")
