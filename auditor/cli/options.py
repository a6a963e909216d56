"""The options that commands share, each once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from click.shell_completion import CompletionItem

from auditor.cli.configuration import config_option
from auditor.cli.log import log_to_stderr
from auditor.errors import UsageError
from auditor.model.finding import SEVERITIES
from auditor.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from auditor.lazy import Entry

STDOUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Output:
    """One `-o FORMAT[=PATH]`; without a path, or with `-`, the report goes to stdout."""

    format: str
    path: Path | None


class OutputType(click.ParamType[Output]):
    """A format of a table, with where it goes."""

    name = "FORMAT[=PATH]"

    def __init__(self, formats: Mapping[str, Entry]) -> None:
        self.formats = formats

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Output:
        """Read what the user gave."""
        if isinstance(value, Output):
            return value
        format_name, _, path = str(value).partition("=")
        if format_name not in self.formats:
            from auditor.yaml_source import nearest

            self.fail(f"no format {format_name!r}; {nearest(format_name, self.formats)}", param, ctx)
        return Output(format_name, None if path in {"", STDOUT} else Path(path))

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The formats; behind `FORMAT=` the shell knows better."""
        return [
            CompletionItem(name, help=entry.summary)
            for name, entry in self.formats.items()
            if name.startswith(incomplete)
        ]

    def within(self, value: str, folder: Path) -> str:
        """The value as a file in that folder means it."""
        format_name, _, path = value.partition("=")
        return value if path in {"", STDOUT} else f"{format_name}={folder / path}"


class HistoryType(click.ParamType[str]):
    """Where a history is: a file, or the URL of a database."""

    name = "URL"

    def within(self, value: str, folder: Path) -> str:
        """The value as a file in that folder means it. A URL is taken as it is."""
        return value if value == "default" or "://" in value or value.startswith("~") else str(folder / value)


def named_values(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """The values of an option that is given as NAME=VALUE, by name; those of the configuration stay unless given anew."""
    settings = {}
    for value in (*(ctx.lookup_default(param.name or "") or ()), *values):
        name, sign, text = value.partition("=")
        if not sign or not name:
            raise click.BadParameter(f"{value!r} is not NAME=VALUE")
        settings[name.strip()] = text.strip()
    return settings


policies = click.option(
    "--policies",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Rules to use in place of ours: a folder or a file; repeatable.",
)
profile = click.option(
    "--profile", type=click.Choice(["baseline", "strict"]), default="baseline", show_default=True, help="Which rules."
)
settings = click.option(
    "--set",
    "settings",
    multiple=True,
    callback=named_values,
    metavar="NAME=VALUE",
    help="A parameter of the rules, as maxRetentionHours=48; repeatable.",
)
scope = click.option(
    "--scope",
    type=click.Choice(["documents", "all"]),
    default="documents",
    show_default=True,
    help="Judge the storage accounts that hold documents, or all of them.",
)
gate_scope = click.option(
    "--scope",
    type=click.Choice(["documents", "declared", "all"]),
    default="documents",
    show_default=True,
    help="Which storage accounts to judge as document storage. documents: those that are linked or declared; if "
    "auditor.yaml has no storage list, also those of which no file tells. declared: those that are linked or declared. "
    "all: all of them.",
)
fail_on = click.option(
    "--fail-on",
    type=click.Choice(list(reversed(SEVERITIES))),
    default="low",
    show_default=True,
    help="Exit with 1 from this severity on.",
)
fail_on_unknown = click.option(
    "--fail-on-unknown", is_flag=True, help="Exit with 1 also when something could not be decided."
)
outputs = click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=OutputType(FORMATS),
    help=f"{', '.join(FORMATS)}; without a path to stdout; repeatable. [default: text]",
)
models = click.option(
    "--models",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The register of models. [default: models.yaml, if there is one]",
)
config = config_option()
waivers = click.option(
    "--waivers",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Which failures somebody accepts until when. [default: waivers.yaml, if there is one]",
)
quiet = click.option("-q", "--quiet", is_flag=True, help="No progress and no notices on stderr.")
no_color = click.option("--no-color", is_flag=True, help="No colours, as NO_COLOR in the environment asks too.")

history = click.option(
    "--history",
    type=HistoryType(),
    metavar="[URL]",
    is_flag=False,
    flag_value="default",
    help="Record this audit, and tell what changed: a file, or postgresql://… [without URL: a file of the platform]",
)
history_to_read = click.option(
    "--history",
    type=HistoryType(),
    metavar="URL",
    help="The history: an SQLite file, or postgresql://USER@HOST/DATABASE. [default: a file of the platform]",
)
signing_key = click.option(
    "--signing-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Sign what is recorded: an Ed25519 key in PEM. [default: AUDITOR_SIGNING_KEY, if set]",
)
notify = click.option(
    "--notify",
    multiple=True,
    metavar="URL|@FILE",
    help="Tell somebody what changed, by an Apprise URL (Teams, Slack, mail, webhook, …) or a file of them; with --history; repeatable.",
)
report_link = click.option(
    "--report-link", metavar="URL", help="Where the report can be read; notifications lead there."
)
batch_results = click.option(
    "--batch-results",
    is_flag=True,
    help="With the right that `auditor scan --batch-results` takes to list batch analyses.",
)
inspecting_blobs = click.option(
    "--inspect-blobs",
    is_flag=True,
    help="With the right that `auditor scan --inspect-blobs` takes to list blobs; it could also read them.",
)


def verbose(command: Callable[..., Any]) -> Callable[..., Any]:
    """`-v`. It sets up the log before the command runs, which need not know of it."""

    @wraps(command)
    def logged(*, verbose: int, **given: Any) -> Any:
        log_to_stderr(verbose)
        try:
            return command(**given)
        finally:
            log_to_stderr(0)

    return click.option(
        "-v",
        "--verbose",
        count=True,
        help="Log each step and each request on stderr; -vv also pauses, gaps and the sign-in. No secrets.",
    )(logged)


_WHERE = (
    click.option(
        "-s",
        "--subscription",
        "subscriptions",
        multiple=True,
        metavar="ID|NAME",
        help="Only these; repeatable. [default: all]",
    ),
    click.option("--management-group", metavar="ID", help="Only subscriptions below this management group."),
    click.option(
        "--cloud",
        type=click.Choice(["public", "usgov", "china"]),
        default="public",
        show_default=True,
        help="Which of Azure's clouds.",
    ),
    click.option(
        "--auth",
        type=click.Choice(["environment", "workload-identity", "managed-identity", "cli", "powershell", "azd"]),
        help="One way to sign in. [default: the standard chain of azure-identity]",
    ),
)
_JUDGING = (
    policies,
    profile,
    settings,
    scope,
    config,
    waivers,
    fail_on,
    fail_on_unknown,
    outputs,
    quiet,
    verbose,
    no_color,
)


def where(command: Callable[..., Any]) -> Callable[..., Any]:
    """All options that say which part of Azure is meant and how to sign in, in the order of the help."""
    for option in reversed(_WHERE):
        command = option(command)
    return command


def judging(command: Callable[..., Any]) -> Callable[..., Any]:
    """All options of a command that judges, in the order of its help."""
    for option in reversed(_JUDGING):
        command = option(command)
    return command


def judging_files(command: Callable[..., Any]) -> Callable[..., Any]:
    """The same for a command that judges files, which do not show what every storage account is for."""
    for option in reversed(_JUDGING):
        command = (gate_scope if option is scope else option)(command)
    return command


def check_outputs(outputs: tuple[Output, ...], default: str = "text") -> tuple[Output, ...]:
    """The outputs, or the default on stdout; looked at before a long scan, not after it.

    Raises `UsageError` where two would end up in one place, or where a folder is missing.
    """
    chosen = outputs or (Output(default, None),)
    places = [output.path and output.path.absolute() for output in chosen]
    for place in places:
        if places.count(place) > 1:
            name = "stdout" if place is None else str(place)
            raise UsageError(f"two reports would go to {name}", "Give each -o a path of its own: -o json=out.json")
        if place is not None and not place.parent.is_dir():
            raise UsageError(f"cannot write {place}: there is no folder {place.parent}", "Make the folder first.")
    return chosen
