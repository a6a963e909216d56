from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.text import decode, read_bytes

TEXT = '{"a": "é😀"}'


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        b"\xff\xfe\0\0" + TEXT.encode("utf-32-le"),
        b"\0\0\xfe\xff" + TEXT.encode("utf-32-be"),
        *(TEXT.encode(name) for name in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")),
    ],
)
def test_encodings(data: bytes) -> None:
    assert decode(data, "x.json") == TEXT


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{\n"a": "\xe9"}', "x.json:2:1: this is no text in UTF-8"),
        (b"\xff\xfea", "x.json:1:1: this is no text in UTF-16"),
        ("{}\n1".encode("utf-16-le") + b"x", "x.json:2:1: this is no text in UTF-16-LE"),
    ],
)
def test_what_is_no_text(data: bytes, place: str) -> None:
    with pytest.raises(InfrastructureError, match=place):
        decode(data, "x.json")


def test_a_file_has_a_largest_size(tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_bytes(b"12345")
    assert read_bytes(file, "x.json", 5) == b"12345"
    with pytest.raises(InfrastructureError, match=r"x\.json:1:1: the file is larger than 0 MB"):
        read_bytes(file, "x.json", 4)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="cannot be read: No such file"):
        read_bytes(tmp_path / "none.json", "none.json")
