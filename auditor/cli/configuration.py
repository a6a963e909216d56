"""Takes options from `auditor.yaml` and from the environment, for every command.

Precedence: command line, environment, file, default; and in each of these what is said for one command before what is
said for all. click asks `Context.default_map` before the default of an option, so that is where the values go.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from auditor.errors import ConfigurationError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.yaml_source import Document, Place

_PREFIX: Final = "AUDITOR_"
_NEAR: Final = 0.85
NAME: Final = Path("auditor.yaml")
_HINT: Final = "docs/configuration.md lists every key; editors take its schema, configuration-1.schema.json."
_TEXT: Final = "a text is wanted here (put numbers in quotes)"


def config_option() -> Any:
    """`--config`. Before any other option it reads the file and the environment, and hands on where the file is."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        envvar="AUDITOR_CONFIG",
        is_eager=True,
        callback=_configure,
        help="The configuration. [default: auditor.yaml, if there is one]",
    )


def is_named(option: click.Option) -> bool:
    """Whether an option takes NAME=VALUE; in the file it is a mapping, and its names are taken one by one."""
    from auditor.cli.options import named_values

    return option.callback is named_values


def configured(command: click.Command) -> click.Command:
    """The command, and all below it, with `--config` where they have options and name it not themselves."""
    from auditor.cli.keys import commands_below

    for below in commands_below("", command).values():
        options = [item for item in below.params if isinstance(item, click.Option)]
        if options and all(item.name != "config" for item in options):
            (option,) = config_option()(lambda: None).__click_params__
            option.expose_value = False
            below.params.append(option)
    return command


def _configure(context: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    if path is None and NAME.is_file():
        path = NAME
    found = {} if path is None else read_options(path, _words(context))
    context.default_map = _with_environment(context, found)
    return path


def _words(context: click.Context) -> str:
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(names)


def read_options(path: Path, words: str) -> dict[str, Any]:
    """What a file says for one command, by the names of its parameters. Raises `ConfigurationError` with all mistakes.

    The whole file is checked, also what is meant for other commands.
    """
    from auditor.cli import keys
    from auditor.statements import check_declared
    from auditor.yaml_source import read_yaml

    document = read_yaml(path)
    commands = keys.all_commands()
    shared = keys.shared(commands)
    body = _mapping(document, document.value, (), {keys.STORAGE, keys.COMMANDS, *shared})
    check_declared(document)
    one = {name: keys.options_of(command) for name, command in commands.items() if keys.options_of(command)}
    reader = _Reader(document, path.parent, words)
    for key, reached in shared.items():
        if key in body:
            reader.read((key,), body[key], reached)
    inside = _mapping(document, body.get(keys.COMMANDS), (keys.COMMANDS,), one)
    for name, options in one.items():
        place = (keys.COMMANDS, name)
        for key, value in _mapping(document, inside.get(name), place, options).items():
            if key in options:
                reader.read((*place, key), value, {name: options[key]})
    if document.mistakes:
        raise ConfigurationError(tuple(document.mistakes), _HINT)
    return reader.found


def _mapping(document: Document, value: Any, place: Place, known: Any) -> dict[str, Any]:
    from auditor.yaml_source import nearest

    if not isinstance(value, dict):
        if value is not None:
            document.mistake(place, "a mapping is wanted here")
        return {}
    for key in value:
        if key not in known:
            kind = "command" if place == ("commands",) else "key"
            document.mistake((*place, key), f"{key} is no {kind} here; {nearest(key, known)}")
    return value


@dataclass(slots=True)
class _Reader:
    """Reads values of a file; what is for the command that runs ends up in `found`."""

    document: Document
    folder: Path
    words: str
    found: dict[str, Any] = field(default_factory=dict)

    def read(self, place: Place, value: Any, reached: Mapping[str, click.Option]) -> None:
        """Check a value that is meant for some options, and keep it if the running command has one of them."""
        before = len(self.document.mistakes)
        runs = self.words in reached
        option = reached[self.words] if runs else next(iter(reached.values()))
        taken = None if value is None else self._value(place, value, option, runs=runs)
        if runs and taken is not None and len(self.document.mistakes) == before:
            self.found[option.name or ""] = taken

    def _value(self, place: Place, value: Any, option: click.Option, *, runs: bool) -> Any:
        if option.is_flag:
            if not isinstance(value, bool):
                self.document.mistake(place, "true or false is wanted here")
            return value
        if is_named(option):
            return self._named(place, value)
        if not option.multiple:
            return self._one(place, value, option, runs=runs)
        if not isinstance(value, list):
            return [self._one(place, value, option, runs=runs)]
        return [self._one((*place, index), item, option, runs=runs) for index, item in enumerate(value)]

    def _named(self, place: Place, value: Any) -> list[str]:
        """As it would stand on the command line, where a text that looks like a number needs its quotes."""
        from auditor.yaml_source import parse_yaml

        if not isinstance(value, dict):
            self.document.mistake(place, "a mapping is wanted here: NAME: value")
            return []
        texts = {}
        for name, item in value.items():
            if isinstance(item, dict) or item is None:
                self.document.mistake((*place, name), "a text, a number, true, false or a list is wanted here")
            plain = isinstance(item, str) and parse_yaml(item, name).value == item
            texts[name] = item if plain else json.dumps(item, ensure_ascii=False)
        return [f"{name}={text}" for name, text in texts.items()]

    def _one(self, place: Place, value: Any, option: click.Option, *, runs: bool) -> Any:
        whole, broken = (
            isinstance(option.type, kind) for kind in (click.types.IntParamType, click.types.FloatParamType)
        )
        wanted = int if whole else int | float if broken else str
        if isinstance(value, bool) or not isinstance(value, wanted) or value == "":
            self.document.mistake(place, "a number is wanted here" if whole or broken else _TEXT)
            return value
        if isinstance(option.type, click.Path):
            value = value if value == "-" else str(self.folder / str(value))
        elif hasattr(option.type, "within"):
            value = option.type.within(value, self.folder)
        problem = _problem(option, value, runs=runs)
        if problem:
            self.document.mistake(place, problem)
        return value


def _problem(option: click.Option, value: Any, *, runs: bool = True) -> str:
    """What click would say of a value. Whether a file is there is asked only for the command that runs."""
    from auditor.yaml_source import nearest

    if isinstance(option.type, click.Choice):
        choices = list(option.type.choices)
        return "" if value in choices else f"{value!r} is none of {', '.join(choices)}; {nearest(value, choices)}"
    if runs or not isinstance(option.type, click.Path):
        try:
            option.type.convert(value, option, None)
        except click.BadParameter as error:
            return error.message.rstrip(".")
        except ValueError as error:  # what the system says of a path with a zero byte in it
            return str(error)
    return ""


def _with_environment(context: click.Context, found: dict[str, Any]) -> dict[str, Any]:
    """The values with those of the environment in front of them. Raises `UsageError` with all mistakes."""
    problems: list[str] = []
    values = dict(found)
    for variable, option in _variables(context).items():
        text = os.environ[variable]
        if isinstance(option.type, click.Path) and text.lstrip().startswith("-----BEGIN "):
            values.pop(
                option.name or "", None
            )  # a key itself, not its file: whoever takes it looks there, nobody shows it
            continue
        lines = [line.strip() for line in (text.splitlines() if option.multiple else [text]) if line.strip()]
        problems += [f"{variable}: {problem}" for line in lines if (problem := _problem(option, line))]
        name = option.name or ""
        before = values.get(name, ()) if is_named(option) else ()
        if lines:
            values[name] = [*before, *lines] if option.multiple else lines[0]
    if problems:
        raise UsageError(
            "\n  ".join(["the environment holds what no option takes:", *problems]),
            "A repeatable option takes one value a line; docs/configuration.md lists every variable.",
        )
    return values


def _variables(context: click.Context) -> dict[str, click.Option]:
    """The variables that are set for a command: those for all commands first, then those for it alone."""
    from auditor.cli import keys

    words = _words(context)
    options = keys.options_of(context.command).values()
    general = {keys.variable_of(option): option for option in options if os.environ.get(keys.variable_of(option))}
    if general:  # an option may be called as that of another command, and mean something else: look at all
        shared = keys.shared(keys.all_commands())
        general = {name: option for name, option in general.items() if words in shared[keys.key_of(option)]}
    own = {keys.variable_of(option, words): option for option in options}
    _note_misspelt({*general, *own, *(keys.variable_of(option) for option in options)})
    return general | {name: option for name, option in own.items() if os.environ.get(name)}


def _note_misspelt(known: set[str]) -> None:
    """Say of a variable that it is no option's, where it looks as if it was meant for one. Others may use the prefix, too."""
    from auditor.cli import keys

    strange = [name for name in os.environ if name.startswith(_PREFIX) and name not in {*known, "AUDITOR_CONFIG"}]
    if not strange:
        return
    commands = keys.all_commands()
    options = [(words, option) for words, command in commands.items() for option in keys.options_of(command).values()]
    names = {keys.variable_of(option, own).removeprefix(_PREFIX) for words, option in options for own in ("", words)}
    for name in sorted(strange):
        stem = name.removeprefix(_PREFIX)
        near = [] if stem in names else get_close_matches(stem, names, n=1, cutoff=_NEAR)
        for meant in near:
            click.echo(f"note: {name} is the variable of no option; did you mean {_PREFIX}{meant}?", err=True)
