"""The keys of `auditor.yaml` and the variables of the environment: made from the options of the command line.

Nothing is listed here, so no option can be forgotten: `--fail-on` is the key `failOn` and the variable
`AUDITOR_FAIL_ON`. At the top of the file a key means the option of the first command in the table that has it, and
reaches every other command whose option takes the same kind of value; below `commands`, the options of one command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from auditor.cli.configuration import is_named

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMANDS: Final = "commands"
STORAGE: Final = "storage"
_CONFIG: Final = "config"
_TEXT: Final = {"type": "string", "pattern": "\\S"}
_DESCRIPTION: Final = (
    "The configuration, auditor.yaml. Command line before environment before this file; paths are relative to the file. "
    "docs/configuration.md tells more."
)


def all_commands() -> dict[str, click.Command]:
    """Every command that does something, by its words: `scan`, `rules list`."""
    from auditor.cli import COMMANDS as TABLE

    return {
        words: command for name, entry in TABLE.items() for words, command in commands_below(name, entry.load()).items()
    }


def commands_below(words: str, command: click.Command) -> dict[str, click.Command]:
    """A command, or those of a group, by their words."""
    if not isinstance(command, click.Group):
        return {words: command}
    return {
        longer: found
        for name, below in command.commands.items()
        for longer, found in commands_below(f"{words} {name}", below).items()
    }


def options_of(command: click.Command) -> dict[str, click.Option]:
    """The options of a command by key; not `--config`, which says where the keys are."""
    options = [item for item in command.params if isinstance(item, click.Option) and item.name != _CONFIG]
    return {key_of(option): option for option in options}


def key_of(option: click.Option) -> str:
    """`--fail-on` is `failOn`."""
    first, *rest = long_name(option).removeprefix("--").split("-")
    return first + "".join(word.capitalize() for word in rest)


def variable_of(option: click.Option, words: str = "") -> str:
    """`--fail-on` is `AUDITOR_FAIL_ON`, and `AUDITOR_GATE_FAIL_ON` for that command alone."""
    named = " ".join(("auditor", words, long_name(option).removeprefix("--"))).split()
    return "_".join(named).replace("-", "_").upper()


def long_name(option: click.Option) -> str:
    """The option as it is written out."""
    return max(option.opts, key=len)


def shared(commands: Mapping[str, click.Command]) -> dict[str, dict[str, click.Option]]:
    """The keys at the top of the file, each with the options that it means, by command."""
    found: dict[str, dict[str, click.Option]] = {}
    for words, command in commands.items():
        for key, option in options_of(command).items():
            reached = found.setdefault(key, {words: option})
            if shape(option) == shape(next(iter(reached.values()))):
                reached[words] = option
    return found


def shape(option: click.Option) -> dict[str, Any]:
    """What an option takes, as JSON Schema."""
    if option.is_flag:
        return {"type": "boolean"}
    if is_named(option):
        kinds = ["string", "number", "boolean", "array"]
        return {"type": "object", "additionalProperties": {"type": kinds}}
    item = _item(option.type)
    return {"oneOf": [item, {"type": "array", "items": item}]} if option.multiple else item


def _item(kind: click.ParamType[Any]) -> dict[str, Any]:
    if isinstance(kind, click.Choice):
        return {"enum": list(kind.choices)}
    if isinstance(kind, click.types.IntParamType):
        return {"type": "integer"}
    return _TEXT


def schema() -> dict[str, Any]:
    """The JSON Schema of `auditor.yaml`, published as `auditor/schemas/configuration-1.schema.json`."""
    commands = all_commands()
    top = {key: _property(next(iter(reached.values()))) for key, reached in sorted(shared(commands).items())}
    one = {
        words: _object({key: _property(option) for key, option in sorted(options_of(command).items())})
        for words, command in commands.items()
        if options_of(command)
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "auditor.configuration/1",
        "description": _DESCRIPTION,
        **_object({STORAGE: _storage(), COMMANDS: _object(one) | {"description": "Options of one command."}} | top),
    }


def _property(option: click.Option) -> dict[str, Any]:
    return {"description": option.help or f"{long_name(option)}.", "anyOf": [shape(option), {"type": "null"}]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": properties}


def _storage() -> dict[str, Any]:
    declared = _object({"storage": _TEXT, "account": _TEXT, "reason": _TEXT})
    return {
        "description": "Storage accounts that hold documents and show no sign of it. docs/register.md tells more.",
        "type": ["array", "null"],
        "items": declared | {"type": "object", "required": ["storage"]},
    }
