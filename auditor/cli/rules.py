"""`auditor rules`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from auditor import rulebook
from auditor.cli import options
from auditor.errors import ExitCode, UsageError
from auditor.policy.examples import try_examples
from auditor.policy.rule import FAMILIES
from auditor.policy.schema import rule_schema
from auditor.yaml_source import nearest


@click.group()
def rules() -> None:
    """List, show, test and document the rules; write their schema."""


@rules.command("list")
@options.policies
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
def list_rules(policies: tuple[Path, ...], as_json: bool) -> None:
    """List all rules: id, severity, profile, what they want."""
    policy = rulebook.load_rules(policies)
    if as_json:
        keys = ("id", "name", "title", "severity", "profile", "basis")
        click.echo(json.dumps([{key: getattr(rule, key) for key in keys} for rule in policy.rules], indent=2))
        return
    family = ""
    for rule in policy.rules:
        if rule.family != family:
            family = rule.family
            click.echo(click.style(FAMILIES.get(family, (family, family))[1], bold=True))
        click.echo(f"  {rule.id:<12} {rule.severity:<9} {rule.profile:<9} {rule.title}")
    click.echo(f"{len(policy.rules)} rules, policy {policy.sha256[:12]}")


@rules.command()
@click.argument("rule_id", metavar="ID")
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
@click.option("-v", "--verbose", is_flag=True, help="Name each example.")
def test(paths: tuple[Path, ...], verbose: bool) -> int:
    """Try the examples of rules: ours, or those in the files and folders named."""
    policy = rulebook.load_rules(paths)
    trials = [trial for rule in policy.rules for trial in try_examples(policy, rule)]
    without = [rule.id for rule in policy.rules if not rule.examples]
    wrong = [trial.mistake for trial in trials if trial.mistake is not None]
    for trial in trials if verbose else ():
        click.echo(
            f"{'ok  ' if trial.mistake is None else 'FAIL'} {trial.rule.id} {trial.example.expect} {trial.example.about}"
        )
    for mistake in wrong:
        click.echo(str(mistake), err=True)
    for rule_id in without:
        click.echo(f"{rule_id} has no examples, so nothing shows that it works", err=True)
    click.echo(f"{len(policy.rules)} rules, {len(trials)} examples, {len(wrong)} wrong")
    return ExitCode.USAGE if wrong or without else ExitCode.CLEAN


@rules.command()
def schema() -> None:
    """Write the JSON Schema of rule files, for editors."""
    click.echo(json.dumps(rule_schema(), indent=2))
