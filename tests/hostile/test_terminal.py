"""Rules of others, names of files and mistakes in what others wrote: they are shown, and do nothing."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from auditor.cli import main
from auditor.cli.log import Guarded, guarded, log_to_stderr
from auditor.errors import Mistake
from auditor.report.json_text import json_text
from auditor.report.wording import visible
from tests.hostile.names import NAMES, commands, hidden
from tests.infra.arm.templates import store, template
from tests.policy.files import RULE

ATTACK = "x\x1b[2J\n::error::y\n##vso[task.complete]z\u202e\x9b31m"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def harmless(capsys: pytest.CaptureFixture[str]) -> str:
    printed = capsys.readouterr()
    text = printed.out + printed.err
    assert hidden(text) == set()
    assert commands(text) == []
    return text


def test_a_rule_of_a_stranger_prints_nothing_but_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    text = json.dumps(ATTACK)
    rule = RULE.replace("Only HTTPS", text).replace("Because.", text).replace("Turn it on.", text)
    examples = [{"expect": "fail", "about": ATTACK, "resource": {"properties": {"x": ATTACK}}}]
    Path("r.yaml").write_text(f"{rule}examples: {json.dumps(examples)}\n", encoding="utf-8")
    for words in (["list"], ["list", "--json"], ["show", "T-TLS-001"], ["docs"]):
        assert main(["rules", *words, "--policies", "r.yaml"]) == 0
    assert main(["rules", "test", "r.yaml", "-v"]) == 2
    assert "task.complete" in harmless(capsys)
    for page in Path("docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        assert hidden(text) == set()
        assert commands(text) == []


def test_a_rule_names_no_file_outside_of_the_folder_of_its_pages(capsys: pytest.CaptureFixture[str]) -> None:
    for number, rule_id in enumerate(["../../T-TLS-001", "T-TLS-001/../../x", "/tmp/T-TLS", "T-TLS-001\0", "T\n-1"]):  # noqa: S108 - no file is made
        Path(f"{number}.yaml").write_text(RULE.replace("T-TLS-001", json.dumps(rule_id)), encoding="utf-8")
        assert main(["rules", "docs", "--policies", f"{number}.yaml"]) == 2
    assert not Path("docs").exists()
    assert harmless(capsys).count("error: ") == 5


def test_the_name_of_a_file_prints_nothing_but_itself(capsys: pytest.CaptureFixture[str]) -> None:
    name = "::error::a\x1b[31m\n::error::b\u202e.json"
    Path(name).write_text(json.dumps(template(store())), encoding="utf-8")
    assert main(["gate", ".", "--scope", "all", "-vv"]) == 1
    Path(f"{name}.parameters.json").write_text('{"parameters": ', encoding="utf-8")
    Path(name).write_text('{"resources": [{"type": "Microsoft.Storage/storageAccounts"', encoding="utf-8")
    assert main(["gate", ".", "-vv"]) == 2
    assert "this is no JSON" in harmless(capsys)


@pytest.mark.parametrize("name", [*NAMES, ATTACK], ids=range(len(NAMES) + 1))
def test_a_mistake_prints_nothing_but_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "\n" not in str(Mistake(name, 1, 1, name))
    Path("kept.jsonl").write_text(json.dumps({"schema": name}) + "\n", encoding="utf-8")
    assert main(["scan", "--snapshot", "kept.jsonl", "--policies", "."]) == 2
    Path("r.yaml").write_text(RULE, encoding="utf-8")
    assert main(["scan", "--snapshot", "kept.jsonl", "--policies", "r.yaml"]) == 2
    Path("waivers.yaml").write_text(json.dumps({"schema": name, name: name, "waivers": [name, {name: name}]}))
    assert main(["scan", "--snapshot", "kept.jsonl", "--policies", "r.yaml"]) == 2
    Path("waivers.yaml").unlink()
    assert harmless(capsys).count("error: ") == 3


# What this rests on


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("##vso[task.complete]", "#<U+0023>vso[task.complete]"),
        ("a ##[error]b", "a #<U+0023>[error]b"),
        ("::error file=x::y", ":<U+003A>error file=x::y"),
        ("## Heading", "## Heading"),
        ("fe80::1%eth0 ::ffff:10.0.0.1", "fe80::1%eth0 ::ffff:10.0.0.1"),
        ("a::b", "a::b"),
        ("::error \n::", ":<U+003A>error <U+000A>::"),
        ("::error::x::warning::", ":<U+003A>error:<U+003A>x:<U+003A>warning::"),
    ],
)
def test_a_command_to_a_pipeline_loses_a_sign(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@pytest.mark.parametrize("name", [*NAMES, ATTACK, "é\xa0漢", "###[x]", "\U0001f600"])
def test_json_holds_what_it_is_given_in_letters_that_do_nothing(name: str) -> None:
    text = json_text({name: [name]})
    assert json.loads(text) == {name: [name]}
    assert hidden(text) == set()
    assert commands(text) == []


def test_json_leaves_other_letters_as_they_are() -> None:
    assert json_text({"a": "é\xa0漢 # ##"}) == '{\n  "a": "é\xa0漢 # ##"\n}'


def test_a_log_is_set_up_anew_by_each_command(capsys: pytest.CaptureFixture[str]) -> None:
    ours, sign_in = logging.getLogger("auditor"), logging.getLogger("azure.identity")
    for level, told in ((0, ""), (1, "info"), (2, "info debug azure"), (9, "info debug azure"), (0, "")):
        log_to_stderr(level)
        ours.info("info")
        ours.debug("debug")
        sign_in.info("azure")
        assert " ".join(line.partition(" ")[2] for line in capsys.readouterr().err.splitlines()) == told
        assert len([item for item in ours.handlers if isinstance(item.formatter, Guarded)]) == bool(level)


def test_a_log_has_one_line_for_each_record_and_no_secret() -> None:
    assert (
        guarded(f"a\nb https://x.example/c?sig=1 {'0' * 32} \x1b")
        == "a<U+000A>b https://x.example/c [secret removed] <U+001B>"
    )
    record = logging.LogRecord("x", logging.INFO, "f", 1, "%s to %s", ("\n", "##[error]"), None)
    assert Guarded().format(record)[12:] == " <U+000A> to #<U+0023>[error]"
