"""Files that are there whole or not at all, for their owner alone: made under another name, then put in place.

Every file that the auditor makes tells of somebody's estate, so only its owner may read it; whoever has let others read
the file that stood there before has the new one as it was. A draft that takes long is locked, since two scans may be
told to write the same file; the lock goes with its process, however that ends.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

PARTIAL: Final = ".partial"
"""Behind the name of a file while it is made."""
OURS_ALONE: Final = 0o600


class InUseError(OSError):
    """Another process writes this file."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its name, then put it in place; raises `OSError`, and leaves nothing behind then."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        put_in_place(made, path)
    except BaseException:
        made.unlink(missing_ok=True)
        raise


def put_in_place(made: Path, target: Path) -> None:
    """Give a finished file its name. What stood there before leaves its permissions."""
    try:
        made.chmod(stat.S_IMODE(target.stat().st_mode))
    except FileNotFoundError:
        made.chmod(OURS_ALONE)
    made.replace(target)


class Draft:
    """A file that is written for a long time, as `NAME.partial`, by one process: `finish` gives it its name.

    Everything raises `OSError`; `InUseError` where another process is at it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.partial = partial_of(path)
        self._handle = _locked(self.partial)
        self._beside: tuple[int, Path] | None = None

    def empty(self) -> BinaryIO:
        """Begin anew: what a draft of before held is gone."""
        os.ftruncate(self._handle, 0)
        return os.fdopen(os.dup(self._handle), "wb")

    def beside(self) -> BinaryIO:
        """Begin anew beside the draft of before, which stays what it is until `show`."""
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")
        self._beside = handle, Path(name)
        _lock(handle)
        return os.fdopen(os.dup(handle), "wb")

    def show(self) -> None:
        """Put what was begun beside in the place of the draft of before."""
        if self._beside is None:
            return
        handle, made = self._beside
        os.fsync(handle)
        made.replace(self.partial)
        os.close(self._handle)
        self._handle, self._beside = handle, None

    def finish(self) -> None:
        """Give the file its name; its streams are closed."""
        self.show()
        os.fsync(self._handle)
        put_in_place(self.partial, self.path)

    def close(self) -> None:
        """Let go of it; what was begun beside and never shown is gone."""
        os.close(self._handle)
        if self._beside is not None:
            handle, made = self._beside
            os.close(handle)
            made.unlink(missing_ok=True)


def partial_of(path: Path) -> Path:
    """The name of a file while it is made."""
    return path.with_name(f"{path.name}{PARTIAL}")


def _locked(path: Path) -> int:
    """Open a file, made if need be, for this process alone."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, OURS_ALONE)
        try:
            _lock(handle)
            if _is(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # it was finished, or begun anew, while we waited for it


def _is(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise InUseError(error.errno, "another scan is writing it") from error
    except OSError:
        return  # a file system without locks, as some networks have them
