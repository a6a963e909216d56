"""`scan --notify`: only news are told, to real receivers on this machine, and no URL is ever quoted."""

from __future__ import annotations

import builtins
import logging
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.errors import ExitCode, UsageError
from auditor.model.snapshot import Header
from auditor.model.snapshot_file import write_snapshot
from auditor.notification.news import plain
from auditor.notification.sending import targets_of
from tests.builders import SUBSCRIPTION_ID, gap, snapshot, storage
from tests.notification.receivers import mail_server, webhook
from tests.policy.files import RULE, write

CLEAN, FINDINGS, USAGE, _ = ExitCode
HTTPS, HTTP = {"supportsHttpsTrafficOnly": True}, {"supportsHttpsTrafficOnly": False}
SECRET = "tok3nThatNobodyMaySee"
WAIVER = """\
schema: auditor.waivers/1
waivers:
  - {rule: T-TLS-001, resource: "*/storageAccounts/a", reason: r, owner: The team, approvedBy: b, ticket: T-7, expires: "2026-11-20"}
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "r", rule=RULE)


def scan(night: int, stores: dict[str, Any], *options: str, gaps: tuple[Any, ...] = ()) -> int:
    """Audit an estate of stores, with their properties by name, in a night of November."""
    found = snapshot(*(storage(name, **properties) for name, properties in stores.items()), gaps=gaps)
    header = Header("0", "azure", (SUBSCRIPTION_ID,), f"2026-11-{night:02d}T06:00:00Z")
    write_snapshot(Path("s.jsonl"), replace(found, header=header))
    given = ["--snapshot", "s.jsonl", "--policies", "r", "--scope", "all", "-q", "-o", "json=r.json"]
    return main(["scan", *given, "--history", "h.db", *options])


def test_news_go_to_a_webhook_and_no_news_do_not() -> None:
    with webhook() as (port, sent):
        told = ("--notify", f"json://127.0.0.1:{port}", "--report-link", "https://reports.example/today")
        assert scan(1, {"a": HTTP, "b": HTTPS, "c": HTTPS}, *told) == FINDINGS
        assert scan(2, {"a": HTTP, "b": HTTPS, "c": HTTPS}, *told) == FINDINGS
        assert scan(3, {"a": HTTPS, "b": HTTP}, *told) == FINDINGS
    first, second = sent
    assert first["title"] == "Document Intelligence privacy: 1 now failing (first audit)"
    assert second["title"] == "Document Intelligence privacy: 1 now failing, 1 fixed, 1 gone"
    assert second["message"] == (
        "FAILS NOW\nhigh T-TLS-001 Only HTTPS: b\n\n"
        "FIXED\nhigh T-TLS-001 Only HTTPS: a\n\n"
        "GONE, WITH THE RESOURCE OR THE RULE\nhigh T-TLS-001 Only HTTPS: c\n\n"
        "As it is now: 1 fail, 0 unknown, 0 waived, 1 pass; 2026-11-03 06:00 UTC, run 3.\n\n"
        "Report: https://reports.example/today"
    )


def test_what_nobody_sees_any_more_is_news_and_comes_by_mail() -> None:
    stores = {f"store{number:02d}": HTTPS for number in range(12)}
    with mail_server() as (port, mails):
        told = ("--notify", f"mailto://127.0.0.1:{port}?from=auditor@example.com&to=team@example.com&mode=insecure")
        assert scan(1, stores, *told) == CLEAN
        lost = gap(SUBSCRIPTION_ID, "Microsoft.Storage/storageAccounts")
        scan(2, {}, *told, gaps=(lost,))
    (mail,) = mails
    assert mail["to"] == "team@example.com"
    assert mail["subject"].startswith("Document Intelligence privacy: 13 no longer seen or not decided")
    body = mail.get_body(("html", "plain"))
    assert body is not None
    text = body.get_content()
    assert "store00, store01" in text
    assert "store10" not in text
    assert "and 3 more" in text
    assert "Not everything could be read." in text


@pytest.mark.parametrize(
    ("nights", "titles"),
    [
        ((1, 2), []),
        ((5, 6, 7), ["1 waiver about to expire"]),
        ((19, 20, 21, 22), ["1 now failing, 1 waiver expired"]),
        ((1, 22), ["1 now failing, 1 waiver expired"]),
    ],
)
def test_a_waiver_is_told_once_as_it_nears_its_end_and_once_as_it_ends(
    nights: tuple[int, ...], titles: list[str], tmp_path: Path
) -> None:
    (tmp_path / "waivers.yaml").write_text(WAIVER, encoding="utf-8")
    scan(nights[0], {"a": HTTP}, "--set", "maxWaiverDays=100000")
    with webhook() as (port, sent):
        for night in nights[1:]:
            scan(night, {"a": HTTP}, "--set", "maxWaiverDays=100000", "--notify", f"json://127.0.0.1:{port}")
    assert [item["title"].removeprefix("Document Intelligence privacy: ") for item in sent] == titles
    assert all(
        "T-TLS-001 for …/storageAccounts/a, 2026-11-20 23:59 UTC: The team, T-7" in item["message"] for item in sent
    )


def test_what_does_not_arrive_is_said_and_fails_nothing(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = taken.getsockname()[1]
    with webhook(status=500) as (broken, sent), webhook() as (whole, arrived):
        urls = [f"json://127.0.0.1:{port}/{SECRET}" for port in (broken, closed, whole)]
        Path("urls.txt").write_text("# the team's\n\n" + "\n".join(urls) + "\n", encoding="utf-8")
        assert scan(1, {"a": HTTPS, "b": HTTPS}, "--notify", "@urls.txt") == CLEAN
        assert (sent, arrived) == ([], [])
        assert scan(2, {"a": HTTPS, "b": HTTP}, "--notify", "@urls.txt") == FINDINGS
    assert (len(sent), len(arrived)) == (1, 1)
    out, err = capsys.readouterr()
    assert err.splitlines() == [
        "notice: the notification did not reach URL 1 (json) of --notify",
        "notice: the notification did not reach URL 2 (json) of --notify",
    ]
    everything = out + err + caplog.text + Path("r.json").read_text(encoding="utf-8")
    assert SECRET not in everything
    assert SECRET.encode() not in Path("h.db").read_bytes()


@pytest.mark.parametrize(
    ("wish", "problem"),
    [
        (f"slak://{SECRET}", "URL 1 (slak) is none"),
        (f"{SECRET}", "URL 1 (no scheme) is none"),
        (f"{SECRET}x://y", "URL 1 (no scheme) is none"),
        ("@missing.txt", "cannot read missing.txt"),
        ("@empty.txt", "empty.txt has no URL in it"),
        ("@letters.txt", "cannot read letters.txt"),
    ],
)
def test_a_wrong_target_is_refused_before_the_scan_and_not_quoted(
    wish: str, problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("empty.txt").write_text("# none yet\n", encoding="utf-8")
    Path("letters.txt").write_bytes(b"\xff\xfe\xfa")
    assert scan(1, {"a": HTTPS}, "--notify", wish) == USAGE
    said = capsys.readouterr().err
    assert problem in said
    assert SECRET not in said
    assert not Path("r.json").exists()


def test_without_a_history_there_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scan", "--snapshot", "s.jsonl", "--notify", f"json://{SECRET}"]) == USAGE
    said = capsys.readouterr().err
    assert "Add --history." in said
    assert SECRET not in said


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "apprise":
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert targets_of(()) == ()
    with pytest.raises(UsageError, match="the extra `notify`"):
        targets_of(("json://localhost",))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("<!channel> [look](https://evil.example)", "(!channel) (look)(https:/ /evil.example)"),
        ("@everyone\u202e *now*", "(at)everyone(U+202E) …now…"),
        ("a\n\nFIXED\nb", "a FIXED b"),
        ("`&amp;`", "'+amp;'"),
    ],
)
def test_names_do_nothing_in_a_message(name: str, told: str) -> None:
    assert plain(name) == told
