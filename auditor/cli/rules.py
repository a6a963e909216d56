"""`auditor rules`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor import audit
from auditor.cli import options
from auditor.errors import ExitCode, UsageError
from auditor.policy.examples import try_examples
from auditor.policy.rule import FAMILIES
from auditor.policy.schema import rule_schema
from auditor.yaml_source import nearest

if TYPE_CHECKING:
    from auditor.policy.rule import Rule


@click.group()
def rules() -> None:
    """List, show and test the rules; write their schema."""


@rules.command("list")
@options.policies
@click.option("--json", "as_json", is_flag=True, help="For other programs.")
def list_rules(policies: tuple[Path, ...], as_json: bool) -> None:
    """List all rules: id, severity, profile, what they want."""
    policy = audit.load_rules(policies)
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
    policy = audit.load_rules(policies)
    rule = policy.rule(rule_id)
    if rule is None:
        known = [item.id for item in policy.rules]
        raise UsageError(f"there is no rule {rule_id}", f"{nearest(rule_id, known)} `auditor rules list` lists all.")
    click.echo(_page(rule))


def _prose(text: str) -> str:
    return click.wrap_text(text, width=100)


def _page(rule: Rule) -> str:
    lines = [
        f"{rule.id}  {rule.title}",
        f"{rule.name}; severity {rule.severity}, profile {rule.profile}, basis {rule.basis}",
        f"applies to {', '.join(rule.applies_to)}",
        "",
        _prose(rule.why),
    ]
    for item in rule.parameters:
        allowed = f", allowed: {', '.join(map(str, item.allowed))}" if item.allowed else ""
        lines += ["", f"Parameter {item.name} (default {item.default}{allowed}) {item.about}".rstrip()]
    lines += ["", _prose(f"Fix: {rule.fix.text}")]
    for name, snippet in (("az", rule.fix.az), ("Bicep", rule.fix.bicep), ("Terraform", rule.fix.terraform)):
        if snippet:
            lines += ["", f"{name}:", *(f"    {line}" for line in snippet.splitlines())]
    if rule.peers is not None:
        lines += ["", _prose(f"Others ask for the opposite ({', '.join(rule.peers.rules)}): {rule.peers.asks}")]
        lines += [_prose(f"Overruled here: {rule.peers.overruled}")]
    if rule.mappings:
        lines += ["", *(f"{name}: {', '.join(values)}" for name, values in rule.mappings.items())]
    lines += ["", *rule.references, "", f"{len(rule.examples)} examples in {rule.file}"]
    return "\n".join(lines)


@rules.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("-v", "--verbose", is_flag=True, help="Name each example.")
def test(paths: tuple[Path, ...], verbose: bool) -> int:
    """Try the examples of rules: ours, or those in the files and folders named."""
    policy = audit.load_rules(paths)
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
