"""What `--history` takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.history.url import default_file, history_url


@pytest.mark.parametrize("text", [None, "", "default"])
def test_the_default_is_a_file_in_the_folder_for_data(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert history_url(text).render_as_string() == f"sqlite:///{tmp_path}/docintel-auditor/history.db"
    assert default_file() == tmp_path / "docintel-auditor" / "history.db"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("h.db", "sqlite:///h.db"),
        ("~/h.db", f"sqlite:///{Path.home()}/h.db"),
        ("sqlite:///h.db", "sqlite:///h.db"),
        ("postgresql://me@host/audits", "postgresql+psycopg://me@host/audits"),
        ("postgres://host/audits", "postgresql+psycopg://host/audits"),
        ("postgresql+asyncpg://host/audits", "postgresql+psycopg://host/audits"),
    ],
)
def test_files_and_urls(text: str, expected: str) -> None:
    assert history_url(text).render_as_string() == expected


def test_a_file_may_have_any_name() -> None:
    assert history_url("/data/ä b%.db").database == "/data/ä b%.db"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mysql://host/audits", "mysql is not supported"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
        ("://", "cannot be read"),
        ("postgresql://me:secret@host:port/audits", "cannot be read"),
    ],
)
def test_what_is_no_history_is_an_error_without_its_password(text: str, problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        history_url(text)
    assert "secret" not in str(caught.value) + caught.value.hint


def test_the_driver_of_postgresql_may_be_missing() -> None:
    with pytest.raises(UsageError) as caught:
        history_url("postgresql://host/audits", installed=lambda _name: None)
    assert "'.[postgres]'" in caught.value.hint
