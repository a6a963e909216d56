"""Trying the examples of rules: what an example says, what is taken for granted, and what is told when it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.policy.examples import Trial, try_examples
from tests.policy.files import load, write

RULE = """\
id: T-TLS-001
name: https-only
title: Only HTTPS
severity: high
profile: baseline
basis: data-in-transit
appliesTo: [Microsoft.Storage/storageAccounts, Microsoft.Storage/storageAccounts/blobServices/containers]
parameters: {wanted: {default: a}}
where: WHERE
check: CHECK
why: Because.
fix: {text: Turn it on.}
references: []
examples:
  - EXAMPLE
"""
SAME = "{field: name, equals: {parameter: wanted}}"


def trial(folder: Path, example: str, check: str = SAME, where: str = "{field: location, equals: here}") -> Trial:
    text = RULE.replace("WHERE", where).replace("CHECK", check).replace("EXAMPLE", example)
    policy = load(write(folder / "r", rule=text))
    (found,) = try_examples(policy, policy.rules[0])
    return found


@pytest.mark.parametrize(
    ("example", "got"),
    [
        ("{expect: pass, resource: {name: a}}", "pass"),
        ("{expect: fail, resource: {name: b}}", "fail"),
        ("{expect: unknown, resource: {}}", "unknown"),
        ("{expect: unknown}", "unknown"),
        ("{expect: unknown, resource: {name: {$unread: why}}}", "unknown"),
        ("{expect: pass, resource: {name: b}, parameters: {wanted: b}}", "pass"),
        # `where` is taken as met, unless the example gives what decides it.
        ("{expect: pass, resource: {name: a, location: there}}", "pass"),
        ("{expect: notApplicable, resource: {name: a, location: there}}", "notApplicable"),
        ("{expect: notApplicable, resource: {name: a, location: there}, facts: {links: []}}", "notApplicable"),
    ],
)
def test_an_example_that_is_right(example: str, got: str, tmp_path: Path) -> None:
    found = trial(tmp_path, example)
    assert (found.got, found.mistake) == (got, None)


@pytest.mark.parametrize(
    ("example", "told"),
    [
        ("{expect: pass, resource: {name: b}}", "T-TLS-001: expected pass, got fail"),
        ("{expect: fail, about: why not, resource: {}}", "T-TLS-001 (why not): expected fail, got unknown"),
        (
            "{expect: notApplicable, resource: {location: here}}",
            "T-TLS-001: expected notApplicable, got that it applies (pass)",
        ),
        ("{expect: notApplicable, resource: {}}", "T-TLS-001: expected notApplicable, got that it applies (unknown)"),
        (
            "{expect: fail, facts: {links: []}, resource: {name: b, location: there}}",
            "T-TLS-001: expected fail, got notApplicable",
        ),
        (
            "{expect: pass, resource: {name: a}, parameters: {wanted: null}}",
            "T-TLS-001: expected pass, got a mistake: equals: null can be asked for with exists: false",
        ),
    ],
)
def test_an_example_that_is_wrong_is_told_with_its_line(example: str, told: str, tmp_path: Path) -> None:
    found = trial(tmp_path, example)
    assert found.mistake is not None
    assert (found.mistake.line, found.mistake.problem) == (15, told)
    assert found.mistake.file.endswith("rule.yaml")


CONTAINER = "type: Microsoft.Storage/storageAccounts/blobServices/containers"


@pytest.mark.parametrize(
    ("check", "example"),
    [
        ("{field: type, like: '*/containers'}", f"{{expect: pass, resource: {{{CONTAINER}}}}}"),
        ("{field: type, like: '*/storageAccounts'}", "{expect: pass}"),
        ("{field: parent.name, equals: up}", "{expect: pass, parent: {name: up}}"),
        ("{field: parent.name, equals: up}", "{expect: unknown}"),
    ],
)
def test_an_example_is_of_the_type_it_names_or_of_the_first(check: str, example: str, tmp_path: Path) -> None:
    assert trial(tmp_path, example, "{anyOf: [" + SAME + ", " + check + "]}").mistake is None


@pytest.mark.parametrize(
    ("check", "given", "expect"),
    [
        ("{field: facts.holdsDocuments, equals: true}", "facts: {holdsDocuments: true}", "pass"),
        ("{field: facts.holdsDocuments, equals: true}", "resource: {}", "unknown"),
        ("{field: facts.holdsDocuments, exists: false}", "facts: {holdsDocuments: null}", "pass"),
        ('{field: "children.containers[*].name", equals: a}', "children: {containers: []}", "pass"),
        ('{field: "children.containers[*].name", equals: a}', "resource: {}", "unknown"),
        ('{field: "children.containers[*].name", equals: a}', "children: {CONTAINERS: [{name: b}]}", "fail"),
        ("{field: children.blobService, exists: false}", "children: {blobService: null}", "pass"),
    ],
)
def test_facts_and_children_that_are_not_given_are_unread(check: str, given: str, expect: str, tmp_path: Path) -> None:
    lines = [line for line in RULE.splitlines() if not line.startswith(("appliesTo", "where", "parameters"))]
    text = "\n".join([*lines, "appliesTo: Microsoft.Storage/storageAccounts"]).replace("CHECK", check)
    policy = load(write(tmp_path / "r", rule=text.replace("EXAMPLE", f"{{expect: {expect}, {given}}}")))
    assert [found.mistake for found in try_examples(policy, policy.rules[0])] == [None]


@pytest.mark.parametrize(("now", "expect"), [("", "pass"), (", now: '2026-01-02T00:00:01Z'", "fail")])
def test_the_time_of_an_example_is_the_first_of_january_2026_unless_it_says(
    now: str, expect: str, tmp_path: Path
) -> None:
    check = "{anyOf: [" + SAME + ", {field: tags.made, within: 24h}]}"
    example = f"{{expect: {expect}, resource: {{name: z, tags: {{made: 2026-01-01}}}}{now}}}"
    assert trial(tmp_path, example, check).mistake is None
