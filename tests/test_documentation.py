"""What the documentation tells users to type exists, and its tutorials give what they say."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from auditor.cli import cli, main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(path for path in ROOT.glob("docs/*.md") if path.name != "commands.md")])
_FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.DOTALL | re.MULTILINE)
_CALL = re.compile(r"(?:^\s*(?:-\s)?|[|&;]|script:|run:|-\sscript:)\s*(?:\S*/)?auditor\s+(?P<words>[^|&;#>]*)")


def _calls() -> list[tuple[str, str]]:
    """Every call of the command in a block of code: the page, and what stands behind `auditor`."""
    return [
        (path.name, call["words"].split("  ")[0].strip())
        for path in PAGES
        for block in _FENCE.findall(path.read_text(encoding="utf-8"))
        for line in block.replace("\\\n", " ").splitlines()
        for call in _CALL.finditer(line)
    ]


CALLS = sorted({call for call in _calls() if call[1]})


def test_the_documentation_shows_many_calls() -> None:
    assert len(CALLS) > 40


@pytest.mark.parametrize(("page", "words"), CALLS)
def test_what_the_documentation_types_is_there(page: str, words: str) -> None:
    rest = shlex.split(words, posix=True)
    command: click.Command = cli
    while isinstance(command, click.Group) and rest and not rest[0].startswith(("-", "(", "[")):
        found = command.get_command(click.Context(command), rest.pop(0))
        assert found is not None, f"{page}: there is no auditor {words}"
        command = found
    known = {"-h", "--help", *(name for item in command.params for name in item.opts)}
    asked = {word.strip("[]").split("=")[0] for word in rest if word.strip("[").startswith("-") and len(word) > 1}
    unknown = {name for name in asked if name.startswith("--") and name not in known}
    unknown |= {name for name in asked if not name.startswith("--") and name[:2] not in known}
    assert not unknown, f"{page}: auditor {words}"


def _blocks(page: str, language: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_the_first_rule_goes_as_its_page_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole, example, better = _blocks("writing-a-rule.md", "yaml")
    rule = tmp_path / "account-cost-centre.yaml"

    rule.write_text(whole, encoding="utf-8")
    assert main(["rules", "test", str(tmp_path)]) == 0
    rule.write_text(whole + example, encoding="utf-8")
    assert main(["rules", "test", str(tmp_path)]) == 2
    assert "expected fail, got unknown" in capsys.readouterr().err
    check = next(line for line in whole.splitlines(keepends=True) if line.startswith("check:"))
    rule.write_text(whole.replace(check, better) + example, encoding="utf-8")
    assert main(["rules", "test", str(tmp_path)]) == 0


def test_the_first_template_has_what_its_page_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (template,) = _blocks("start.md", "json")
    (tmp_path / "main.json").write_text(template, encoding="utf-8")
    assert main(["gate", str(tmp_path / "main.json"), "-q"]) == 1
    said = capsys.readouterr().out
    assert "DI-ACC-001" in said
    assert "main.json:12:" in said
