#!/usr/bin/env python3
"""Writes the tables of `docs` from the records, and the schema of `auditor.yaml`: `python tools/documented_tables.py`.

A table stands between two comments, `<!-- table: NAME -->` and `<!-- end -->`; the prose around it is written by hand.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli import cli, keys
from auditor.cli.configuration import configured
from auditor.collectors.catalogue import COLLECTORS, Collector
from auditor.collectors.limits import Throttle
from auditor.model.types import BY_NAME, DIAGNOSTIC_SETTING, REGISTER_ID, RESOURCE_TYPES, ResourceType
from auditor.report.fixes.values import NAMES
from auditor.rulebook import load_rules

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditor.policy.rule import Peers, Rule

DOCS: Final = Path(__file__).parents[1] / "docs"
SCHEMA: Final = Path(keys.__file__).parents[1] / "schemas" / "configuration-1.schema.json"
_TABLE: Final = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->\n)", re.DOTALL)


def collectors() -> str:
    """What each collector asks, and with which right."""
    head = ("type", "asked once for each", "stage", "address, or what is found out", "version", "right")
    return _table(head, (_collector(record) for record in COLLECTORS))


def _collector(record: Collector) -> tuple[str, ...]:
    rights = ", ".join(f"`{right}`" for right in (*record.actions, *record.data_actions))
    asked = record.survey.summary if record.survey is not None else f"`{record.below}{record.path}`"
    owner = BY_NAME[record.owner.lower()].label if record.owner is not None else "tenant"
    return (f"`{record.type}`", owner, record.stage.name.lower(), asked, record.api_version or "none", rights or "none")


def types() -> str:
    """Which resources a snapshot holds, under which ids, and which list they belong to."""
    return _table(("type", "id", "list of", "right that reads it"), map(_type, RESOURCE_TYPES))


def _type(kind: ResourceType) -> tuple[str, ...]:
    return (f"`{kind.name}`", _id(kind), _list_of(kind), f"`{kind.operation}`")


def _id(kind: ResourceType) -> str:
    if kind.name.startswith("Auditor."):
        return "see below"
    record = next(record for record in COLLECTORS if record.type == kind.name)
    last = kind.name.rpartition("/")[2]
    if kind.single:
        return f"`…/{last}/default`"
    return f"`…/{last}/{{id}}`" if record.throttle is Throttle.DOCUMENT_INTELLIGENCE else "ARM id"


def _list_of(kind: ResourceType) -> str:
    if kind.name.startswith("Auditor."):
        return f"`{REGISTER_ID}`"
    if kind.name == DIAGNOSTIC_SETTING:
        return "account or blob service"
    owner = BY_NAME[kind.owner.lower()].label if kind.owner is not None else "the tenant, `/`"
    return f"{owner}, one" if kind.single else owner


def configuration() -> str:
    """Every option: its key, its variable, the commands that it reaches, and what it says of itself."""
    commands = keys.all_commands()
    rows = [_option(reached) for _, reached in sorted(keys.shared(commands).items())]
    other = [
        _option({words: option}, words)
        for words, command in commands.items()
        for key, option in keys.options_of(command).items()
        if words not in keys.shared(commands)[key]
    ]
    return _table(("key", "variable", "commands", "means"), [*rows, *other])


def _option(reached: dict[str, click.Option], words: str = "") -> tuple[str, ...]:
    option = next(iter(reached.values()))
    key = f"`commands: {words}: {keys.key_of(option)}`" if words else f"`{keys.key_of(option)}`"
    meaning = (option.help or f"`{keys.long_name(option)}`.").replace("|", "\\|")
    return (key, f"`{keys.variable_of(option, words)}`", ", ".join(reached), meaning)


def contradictions() -> str:
    """What rules of other auditors ask for, and why it is overruled here."""
    head = ("rule", "others", "ask", "why it is overruled")
    rules = (rule for rule in load_rules().rules if rule.peers is not None)
    return _table(head, (_contradiction(rule, rule.peers) for rule in rules if rule.peers is not None))


def _contradiction(rule: Rule, peers: Peers) -> tuple[str, ...]:
    return (f"[{rule.id}](rules/{rule.id}.md)", ", ".join(peers.rules), peers.asks, peers.overruled)


def commands() -> str:
    """What each command says of itself, as `--help` prints it."""
    found = keys.all_commands()
    return "\n".join(f"## auditor {words}\n\n```text\n{_help(words, found[words])}\n```\n" for words in sorted(found))


def _help(words: str, command: click.Command) -> str:
    above = click.Context(cli, info_name="auditor", terminal_width=100, **cli.context_settings)
    return configured(command).get_help(click.Context(command, info_name=words, parent=above))


def placeholders() -> str:
    """What snippets of fixes can be filled with."""
    lifecycle = (
        "`{lifecycle}`",
        "alone in a line: the lifecycle rules that were read, and one over each documents container",
    )
    rows = ((f"`{{{name}}}`", meaning) for name, (meaning, _) in NAMES.items())
    return _table(("placeholder", "stands for"), [*rows, lifecycle])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, tuple("---" for _ in head), *rows)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


TABLES: Final[dict[str, Callable[[], str]]] = {
    "collectors": collectors,
    "types": types,
    "configuration": configuration,
    "contradictions": contradictions,
    "commands": commands,
    "placeholders": placeholders,
}
FILES: Final = tuple(
    DOCS / name
    for name in (
        "collectors.md",
        "snapshot.md",
        "configuration.md",
        "comparison.md",
        "commands.md",
        "rules-language.md",
    )
)


def schema() -> str:
    """The schema of `auditor.yaml` as it is published."""
    return json.dumps(keys.schema(), indent=2, ensure_ascii=False) + "\n"


def renewed(text: str) -> str:
    """The text of a document with its tables as they are now."""
    return _TABLE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


if __name__ == "__main__":
    for file in FILES:
        file.write_text(renewed(file.read_text(encoding="utf-8")), encoding="utf-8")
    SCHEMA.write_text(schema(), encoding="utf-8")
