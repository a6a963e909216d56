"""Files on which something broke once, found by `benchmarks/fuzz.py` or by hand: they are read, or refused with a reason."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from auditor.errors import AuditorError
from tests.needs import PROJECT

FOUND = sorted(path for path in (Path(__file__).parent / "found").rglob("*") if path.is_file())


@cache
def fuzz() -> ModuleType:
    """The script with its readers, which are no package."""
    sys.path.insert(0, str(PROJECT / "benchmarks"))
    try:
        spec = importlib.util.spec_from_file_location("fuzz", PROJECT / "benchmarks" / "fuzz.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["fuzz"] = module
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(PROJECT / "benchmarks"))
    return module


@cache
def readers() -> dict[str, object]:
    return {reader.name: reader for reader in fuzz().readers()}


@pytest.mark.parametrize("path", FOUND, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_broke_once_breaks_no_more(path: Path) -> None:
    reader = readers()[path.parent.name]
    with contextlib.suppress(AuditorError):
        assert reader.run(path) in {"judged", "nothing to judge"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["infra", "snapshot", "rules", "waivers", "register", "configuration"])
def test_every_reader_can_be_fuzzed(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reader = readers()[name]
    texts = reader.texts()  # type: ignore[attr-defined]
    if texts:  # the corpus of real files may not be there
        assert fuzz().fuzz(reader, texts[-1:], iter(range(5)), tmp_path / "kept", loud=True) == 0
        assert f"{name}: 5 files made from 1" in capsys.readouterr().out
