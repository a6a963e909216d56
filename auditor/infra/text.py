"""The text of a file, whatever it is encoded in: UTF-8, UTF-16 or UTF-32, with a byte order mark or without one."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError, Mistake

if TYPE_CHECKING:
    from pathlib import Path

LARGEST: Final = 256 * 1024 * 1024
"""Bytes; the plan of 50,000 resources has some 180 MB, and a larger file is hardly one."""
HINT: Final = "The documentation of the gate says which files can be read: docs/gate.md."
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is the first half of this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ZEROS: Final = (
    (b"x000", "utf-32-le"),  # as many bytes as RFC 4627 looks at, section 3: `0` is a zero byte, `x` another
    (b"000x", "utf-32-be"),
    (b"x0x0", "utf-16-le"),
    (b"0x0x", "utf-16-be"),
)


def is_file(path: Path) -> bool:
    """Whether there is a file at a path that somebody else wrote: no pipe or device, on which one could wait for ever."""
    try:
        return path.is_file()
    except ValueError:  # a zero byte is in no path
        return False


def read_bytes(path: Path, shown: str, largest: int = LARGEST) -> bytes:
    """What a file holds; raises `InfrastructureError` where it cannot be read or is too large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(largest + 1)
    except OSError as error:
        problem = f"the file cannot be read: {error.strerror or error}"
        raise InfrastructureError((Mistake(shown, 1, 1, problem),), HINT) from error
    if len(data) > largest:
        problem = f"the file is larger than {largest // 1024 // 1024} MB"
        raise InfrastructureError((Mistake(shown, 1, 1, problem),), HINT)
    return data


def decode(data: bytes, shown: str) -> str:
    """The text in the bytes, without its byte order mark; raises `InfrastructureError` where they are none."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", _unmarked(data)))
    try:
        return data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: len(mark) + error.start].count(b"\n") + 1
        problem = f"this is no text in {encoding.upper()}"
        hint = "Save the file as UTF-8; UTF-16 is best with its byte order mark."
        raise InfrastructureError((Mistake(shown, line, 1, problem),), hint) from error


def _unmarked(data: bytes) -> str:
    """The encoding of a text without a mark: those of these files begin with letters and marks of ASCII."""
    zeros = bytes(ord("x" if byte else "0") for byte in data[:4])
    return next((name for pattern, name in _ZEROS if zeros == pattern), "utf-8")
