"""`auditor rules`."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from auditor import rulebook
from auditor.cli import options
from auditor.errors import ExitCode, UsageError
from auditor.policy.examples import try_examples
from auditor.policy.rule import FAMILIES
from auditor.policy.schema import rule_schema
from auditor.report.json_text import json_text
from auditor.report.wording import visible
from auditor.yaml_source import nearest


@click.group()
def rules() -> None:
    """List, show, test and document the rules; write their schema.

    \b
    auditor rules list                                   all of them
    auditor rules show DI-RET-001                        one: what it asks, why, how to fix it
    auditor rules test my-rules/                         the examples of your own
    auditor rules schema > rule.schema.json              for editors
    auditor rules docs --policies my-rules/ --directory pages
    """


@rules.command("list")
@options.policies
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
def list_rules(policies: tuple[Path, ...], as_json: bool) -> None:
    """List all rules: id, severity, profile, what they want."""
    policy = rulebook.load_rules(policies)
    if as_json:
        keys = ("id", "name", "title", "severity", "profile", "basis")
        click.echo(json_text([{key: getattr(rule, key) for key in keys} for rule in policy.rules]))
        return
    family = ""
    for rule in policy.rules:
        if rule.family != family:
            family = rule.family
            click.echo(click.style(visible(FAMILIES.get(family, (family, family))[1]), bold=True))
        click.echo(f"  {rule.id:<12} {rule.severity:<9} {rule.profile:<9} {visible(rule.title)}")
    click.echo(f"{len(policy.rules)} rules, policy {policy.sha256[:12]}")


def _rule_ids(context: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    known = rulebook.load_rules(context.params.get("policies") or ()).rules
    return [CompletionItem(rule.id, help=rule.title) for rule in known if rule.id.startswith(incomplete.upper())]


@rules.command()
@click.argument("rule_id", metavar="ID", shell_complete=_rule_ids)
@options.policies
def show(rule_id: str, policies: tuple[Path, ...]) -> None:
    """Show one rule: what it asks, why, how to fix it, what it is mapped to, and who asks for the opposite."""
    policy = rulebook.load_rules(policies)
    rule = policy.rule(rule_id)
    if rule is None:
        known = [item.id for item in policy.rules]
        raise UsageError(f"there is no rule {rule_id}", f"{nearest(rule_id, known)} `auditor rules list` lists all.")
    from auditor.report.rule_pages import rule_page

    click.echo(rule_page(rule, rulebook.types_of([rule])[rule.id]), nl=False)


@rules.command()
@options.policies
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("docs"),
    show_default=True,
    help="Where to write; made if it is missing.",
)
def docs(policies: tuple[Path, ...], directory: Path) -> None:
    """Write a page a rule and their index below `rules/`, and the coverage of Microsoft's page beside it."""
    from auditor.report.rule_pages import rule_pages

    policy = rulebook.load_rules(policies)
    pages = rule_pages(policy.rules, rulebook.types_of(policy.rules))
    try:
        for name, text in pages.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {directory}: {error.strerror or error}", "Choose another --directory."
        ) from error
    click.echo(f"{len(pages)} pages in {directory}", err=True)


@rules.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("-v", "--verbose", count=True, help="Name each example.")
def test(paths: tuple[Path, ...], verbose: int) -> int:
    """Try the examples of rules: ours, or those in the files and folders named."""
    policy = rulebook.load_rules(paths)
    trials = [trial for rule in policy.rules for trial in try_examples(policy, rule)]
    without = [rule.id for rule in policy.rules if not rule.examples]
    wrong = [trial.mistake for trial in trials if trial.mistake is not None]
    for trial in trials if verbose else ():
        outcome = "ok  " if trial.mistake is None else "FAIL"
        click.echo(visible(f"{outcome} {trial.rule.id} {trial.example.expect} {trial.example.about}"))
    for mistake in wrong:
        click.echo(visible(str(mistake)), err=True)
    for rule_id in without:
        click.echo(f"{rule_id} has no examples, so nothing shows that it works", err=True)
    click.echo(f"{len(policy.rules)} rules, {len(trials)} examples, {len(wrong)} wrong")
    return ExitCode.USAGE if wrong or without else ExitCode.CLEAN


@rules.command()
def schema() -> None:
    """Write the JSON Schema of rule files, for editors."""
    click.echo(json_text(rule_schema()))
