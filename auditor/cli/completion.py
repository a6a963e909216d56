"""`auditor completion`."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from auditor.errors import UsageError

SHELLS: Final[dict[str, type[ShellComplete]]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
_VARIABLE: Final = "_AUDITOR_COMPLETE"
"""What click asks the command by, as it derives it from the name of the program."""


@click.command()
@click.argument("shell", required=False, type=click.Choice(list(SHELLS)), metavar=f"[{'|'.join(SHELLS)}]")
def completion(shell: str | None) -> None:
    """Print what makes a shell complete commands, options, formats and rule ids. Without a name: for your own shell.

    \b
    eval "$(auditor completion bash)"                              # in ~/.bashrc
    eval "$(auditor completion zsh)"                               # in ~/.zshrc
    auditor completion fish > ~/.config/fish/completions/auditor.fish
    """
    name = shell or PurePath(os.environ.get("SHELL", "")).name
    if name not in SHELLS:
        raise UsageError("which shell is not known", f"Name one: auditor completion {'|'.join(SHELLS)}.")
    context = click.get_current_context()
    script = SHELLS[name](context.find_root().command, {}, "auditor", _VARIABLE)
    click.echo(script.source_template % script.source_vars())
