"""`auditor.yaml` and the environment: every option has its key, the right one counts, and mistakes are told in one go."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

from auditor.cli import COMMANDS, cli, keys, main
from auditor.cli.configuration import read_options
from auditor.cli.options import Output, named_values
from auditor.errors import ConfigurationError
from auditor.yaml_source import parse_yaml
from tests.needs import PROJECT
from tools.documented_tables import DOCS, SCHEMA, schema

ESTATE = str(PROJECT / "samples" / "estate.jsonl")
COMMANDS_BY_WORDS = keys.all_commands()
SHARED = keys.shared(COMMANDS_BY_WORDS)
PLACES = [
    pytest.param(words, option, place, id=f"{words}: {key}: {place}")
    for words, command in COMMANDS_BY_WORDS.items()
    for key, option in keys.options_of(command).items()
    for place in ("own key", "own variable", *(("general key", "general variable") if words in SHARED[key] else ()))
]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "auditor.yaml") -> Path:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")
    return Path(name)


def seen(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> dict[str, Any]:
    """The values that a command is called with."""
    command = cli
    words = list(arguments)
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None
        command = found
    values: dict[str, Any] = {}
    monkeypatch.setattr(command, "callback", lambda **given: values.update(given))
    assert main(arguments) == 0
    return values


def published() -> Draft202012Validator:
    read = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(read)
    return Draft202012Validator(read)


def mistakes(text: str, words: str = "scan") -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read_options(write(text), words)
    return [f"{item.line} {item.problem}" for item in caught.value.mistakes]


# Every option


def test_no_command_of_the_table_is_left_out() -> None:
    assert {words.split()[0] for words in COMMANDS_BY_WORDS} == set(COMMANDS)
    assert {"scan", "gate", "rules list"} <= set(COMMANDS_BY_WORDS)


def example(option: click.Option, folder: Path) -> tuple[Any, str]:
    """A value for an option that differs from its default, as the file has it and as the environment has it."""
    if option.is_flag:
        return True, "true"
    if option.callback is named_values:
        return {"a": 1}, "a=1"
    if isinstance(option.type, click.Choice):
        chosen = next(item for item in option.type.choices if item != option.default)
        return chosen, chosen
    if isinstance(option.type, click.types.IntParamType):
        return 7, "7"
    if isinstance(option.type, click.Path):
        path = folder / "here"
        if not option.type.file_okay:
            path.mkdir(exist_ok=True)
        else:
            path.write_text("", encoding="utf-8")
        return "here", str(path)
    if option.name == "outputs":
        return "json", "json"
    return "2026-01-01", "2026-01-01"


@pytest.mark.parametrize(("words", "option", "place"), PLACES)
def test_every_option_is_taken_from_the_file_and_from_the_environment(
    words: str, option: click.Option, place: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = keys.key_of(option)
    general = place.startswith("general")
    value, text = example(option, tmp_path)
    if place.endswith("variable"):
        monkeypatch.setenv(keys.variable_of(option, "" if general else words), text)
    else:
        stated = {key: value} if general else {"commands": {words: {key: value}}}
        published().validate(stated)
        write(json.dumps(stated))
    needed = [item for item in COMMANDS_BY_WORDS[words].params if item.required]
    found = seen(monkeypatch, *words.split(), *("x" for _ in needed))
    assert found[option.name or ""] not in (None, False, (), {}, option.default)


def test_no_option_has_the_name_of_another_key_and_no_variable_means_two() -> None:
    commands = COMMANDS_BY_WORDS
    assert not {keys.STORAGE, keys.COMMANDS} & set(keys.shared(commands))
    general = {
        keys.variable_of(option) for command in commands.values() for option in keys.options_of(command).values()
    }
    own = [
        keys.variable_of(option, words)
        for words, command in commands.items()
        for option in keys.options_of(command).values()
    ]
    assert len(own) == len(set(own))
    assert not general & set(own)
    assert "AUDITOR_CONFIG" not in general


@pytest.mark.parametrize("words", COMMANDS_BY_WORDS)
def test_every_command_with_options_takes_the_name_of_the_file(words: str, capsys: pytest.CaptureFixture[str]) -> None:
    main([*words.split(), "--help"])
    takes = bool(keys.options_of(COMMANDS_BY_WORDS[words]))
    assert ("--config FILE" in capsys.readouterr().out) is takes


def test_the_published_schema_is_made_from_the_options() -> None:
    assert SCHEMA.read_text(encoding="utf-8") == schema(), "run python tools/documented_tables.py"


def test_the_example_of_the_documentation_is_taken() -> None:
    example_text, environment = re.findall(
        r"```yaml\n(.*?)```", (DOCS / "configuration.md").read_text(encoding="utf-8"), re.DOTALL
    )
    published().validate(parse_yaml(example_text, "x").value)
    path = write(example_text, "sub/auditor.yaml")
    write("schema: auditor.models/1", "sub/privacy/models.yaml")
    assert read_options(path, "scan") == {
        "profile": "strict",
        "fail_on": "high",
        "subscriptions": ["Production", "Claims"],
        "settings": ["maxRetentionHours=24", 'allowedRegions=["westeurope", "northeurope"]'],
        "outputs": ["text", "html=sub/reports/privacy.html"],
        "models": "sub/privacy/models.yaml",
    }
    gate = read_options(path, "gate")
    assert (gate["fail_on"], gate["outputs"]) == ("low", ["text", "sarif=sub/gate.sarif"])
    assert read_options(path, "role")["scopes"] == ["/subscriptions/11111111-1111-1111-1111-111111111111"]
    variables = {
        keys.variable_of(option)
        for command in COMMANDS_BY_WORDS.values()
        for option in keys.options_of(command).values()
    }
    assert set(re.findall(r"AUDITOR_\w+", environment)) <= variables


def test_the_sample_is_taken() -> None:
    path = PROJECT / "samples" / "auditor.yaml"
    published().validate(parse_yaml(path.read_text(encoding="utf-8"), "x").value)
    assert read_options(path, "scan") == {"models": str(PROJECT / "samples" / "models.yaml")}


# What counts


def test_command_line_before_environment_before_file_before_default(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_on(*arguments: str) -> str:
        return str(seen(monkeypatch, "scan", *arguments)["fail_on"])

    assert fail_on() == "low"
    write("failOn: medium")
    assert fail_on() == "medium"
    write("{failOn: medium, commands: {scan: {failOn: high}, gate: {failOn: low}}}")
    assert fail_on() == "high"
    monkeypatch.setenv("AUDITOR_FAIL_ON", "critical")
    assert fail_on() == "critical"
    monkeypatch.setenv("AUDITOR_GATE_FAIL_ON", "low")
    assert fail_on() == "critical"
    monkeypatch.setenv("AUDITOR_SCAN_FAIL_ON", "high")
    assert fail_on() == "high"
    assert fail_on("--fail-on", "low") == "low"
    monkeypatch.setenv("AUDITOR_FAIL_ON", "")
    monkeypatch.setenv("AUDITOR_SCAN_FAIL_ON", " ")
    assert fail_on() == "high"


def test_lists_are_replaced_and_named_values_are_taken_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    write("{subscription: [A, B], set: {a: 1, b: two, c: '3', d: [x], e: true}, noLogs: true}")
    found = seen(monkeypatch, "scan", "--set", "b=4")
    assert found["subscriptions"] == ("A", "B")
    assert found["settings"] == {"a": "1", "b": "4", "c": '"3"', "d": '["x"]', "e": "true"}
    assert found["no_logs"] is True
    monkeypatch.setenv("AUDITOR_SUBSCRIPTION", "Production\nClaims, North\n")
    monkeypatch.setenv("AUDITOR_SET", "a=9")
    monkeypatch.setenv("AUDITOR_NO_LOGS", "false")
    found = seen(monkeypatch, "scan")
    assert found["subscriptions"] == ("Production", "Claims, North")
    assert (found["settings"]["a"], found["settings"]["b"]) == ("9", "two")
    assert found["no_logs"] is False
    assert seen(monkeypatch, "scan", "-s", "C")["subscriptions"] == ("C",)


def test_the_file_is_found_named_or_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    write("failOn: high", "sub/mine.yaml")
    assert seen(monkeypatch, "scan")["config"] is None
    monkeypatch.setenv("AUDITOR_CONFIG", "sub/mine.yaml")
    found = seen(monkeypatch, "scan")
    assert (found["config"], found["fail_on"]) == (Path("sub/mine.yaml"), "high")
    write("failOn: critical")
    assert seen(monkeypatch, "scan", "--config", "auditor.yaml")["fail_on"] == "critical"
    assert seen(monkeypatch, "scan", "--config", "/dev/null")["fail_on"] == "low"


def test_a_key_means_the_option_of_the_first_command_and_reaches_what_is_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    write("{scope: all, output: json, commands: {role: {scope: [/a, /b]}}}")
    assert seen(monkeypatch, "scan")["scope"] == "all"
    assert seen(monkeypatch, "gate", "x")["outputs"] == (Output("json", None),)
    assert seen(monkeypatch, "role")["scopes"] == ("/a", "/b")
    assert seen(monkeypatch, "doctor")["output"] == "text"
    monkeypatch.setenv("AUDITOR_SCOPE", "documents")
    assert seen(monkeypatch, "role")["scopes"] == ("/a", "/b")
    monkeypatch.setenv("AUDITOR_ROLE_SCOPE", "/c")
    assert seen(monkeypatch, "role")["scopes"] == ("/c",)


def test_paths_are_relative_to_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    absolute = str(tmp_path / "out.json")
    write(
        f"{{policies: [r, /rules], saveSnapshot: s.gz, output: [text, html=-, markdown=m.md, 'json={absolute}']}}",
        "sub/a.yaml",
    )
    found = seen(monkeypatch, "scan", "--config", "sub/a.yaml")
    assert found["policies"] == (Path("sub/r"), Path("/rules"))
    assert found["save_snapshot"] == Path("sub/s.gz")
    wanted = [("text", None), ("html", None), ("markdown", Path("sub/m.md")), ("json", Path(absolute))]
    assert found["outputs"] == tuple(Output(*item) for item in wanted)
    monkeypatch.setenv("AUDITOR_SAVE_SNAPSHOT", "s.gz")
    assert seen(monkeypatch, "scan", "--config", "sub/a.yaml")["save_snapshot"] == Path("s.gz")


def test_what_is_for_azure_is_refused_beside_a_snapshot_only_on_the_command_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("{subscription: [A], noLogs: true}")
    monkeypatch.setenv("AUDITOR_NO_PROBE", "1")
    assert main(["scan", "--snapshot", ESTATE, "-q"]) == 1
    assert main(["scan", "--snapshot", ESTATE, "--no-logs"]) == 2
    assert "--no-logs is for Azure" in capsys.readouterr().err


# Mistakes


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[1]", ["1 a mapping is wanted here"]),
        ("failOn: &a high", ["1 anchors and aliases are not taken; write the value out"]),
        ("fail-on: high", ["1 fail-on is no key here; did you mean failOn?"]),
        ("stroage: []", ["1 stroage is no key here; did you mean storage?"]),
        ("config: x.yaml", ["1 config is no key here"]),
        ("failOn: hihg", ["1 'hihg' is none of low, medium, high, critical; did you mean high?"]),
        ("failOn: 7", ["1 a text is wanted here (put numbers in quotes)"]),
        ("failOn: [high]", ["1 a text is wanted here (put numbers in quotes)"]),
        ("quiet: yes", ["1 true or false is wanted here"]),
        ("set: [a=1]", ["1 a mapping is wanted here: NAME: value"]),
        ("set:\n  a: {}\n  b:", ["2 a text, a number, true", "3 a text, a number, true"]),
        ("subscription:\n  - A\n  - 7\n  - ''", ["3 a text is wanted", "4 a text is wanted"]),
        ("output: htlm=x.html", ["1 no format 'htlm'; did you mean html?"]),
        ("models: none.yaml", ["1 File 'none.yaml' does not exist"]),
        ("commands: [gate]", ["1 a mapping is wanted here"]),
        ("commands:\n  gaet: {}", ["2 gaet is no command here; did you mean gate?"]),
        ("commands:\n  gate: {plain: x}", ["2 plain is no key here; known: baseline, changedOnly, "]),
        ("commands:\n  gate: {failOn: x}", ["2 'x' is none of low, medium, high, critical; known: "]),
        ("commands:\n  rules list: 7", ["2 a mapping is wanted here"]),
        (
            "storage: [{account: a}]\nfailOn: x\nprofile: lax",
            ["1 storage is missing", "2 'x' is none", "3 'lax' is none"],
        ),
    ],
    ids=range(20),
)
def test_every_mistake_is_told_with_its_line(text: str, wanted: list[str]) -> None:
    found = mistakes(text)
    assert len(found) == len(wanted), found
    assert all(got.startswith(start) for got, start in zip(found, wanted, strict=True)), found


@pytest.mark.parametrize("text", ["", "# none", "failOn:", "commands:\n  gate:\nstorage:\nset:"])
def test_a_key_without_a_value_says_nothing(text: str) -> None:
    assert read_options(write(text), "scan") == {}
    published().validate(parse_yaml(text, "x").value)


def test_what_the_reader_refuses_of_shapes_the_schema_refuses() -> None:
    for text in (
        "[1]",
        "fail-on: high",
        "failOn: hihg",
        "quiet: 1",
        "set: [a]",
        "subscription: [7]",
        "commands: {x: {}}",
    ):
        assert not published().is_valid(parse_yaml(text, "x").value), text


def test_a_number_is_a_number() -> None:
    option = click.Option(["--days"], type=int)
    assert keys.shape(option) == {"type": "integer"}


def test_a_file_of_another_command_need_not_be_there() -> None:
    assert read_options(write("models: none.yaml\nfailOn: high"), "gate") == {"fail_on": "high"}


def test_mistakes_of_the_file_and_of_the_environment_end_with_the_code_for_usage(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write("quiet: maybe")
    assert main(["rules", "list"]) == 2
    assert "auditor.yaml:1:1: true or false is wanted here" in capsys.readouterr().err
    write("")
    monkeypatch.setenv("AUDITOR_FAIL_ON", "hihg")
    monkeypatch.setenv("AUDITOR_QUIET", "perhaps")
    monkeypatch.setenv("AUDITOR_MODELS", "none.yaml")
    assert main(["scan", "--snapshot", ESTATE]) == 2
    err = capsys.readouterr().err
    assert "AUDITOR_FAIL_ON: 'hihg' is none of low, medium, high, critical; did you mean high?" in err
    assert "AUDITOR_QUIET: 'perhaps' is not a valid boolean" in err
    assert "AUDITOR_MODELS: File 'none.yaml' does not exist" in err
