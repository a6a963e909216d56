"""The page about the rule language says what the language does, no more and no less."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from auditor.facts.catalogue import FACTS
from auditor.model.types import RESOURCE_TYPES, relations_of
from auditor.policy.clauses import BASES
from auditor.policy.examples import try_examples
from auditor.policy.loader import load_policy
from auditor.policy.operators import OPERATORS
from tests.needs import PROJECT
from tests.rules.shipped import FOLDER, policy

PAGE = (PROJECT / "docs" / "rules-language.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    """The rows of the first table that begins with this heading."""
    table = PAGE.partition(f"\n| {heading} |")[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]


def words(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def test_every_operator_is_explained() -> None:
    assert {words(row[0])[0]: row[1] for row in rows("operator")} == {
        name: operator.summary for name, operator in OPERATORS.items()
    }


def test_the_operators_of_count_are_named() -> None:
    sentence = re.search(r"^`count` takes (.+?), with a whole number", PAGE, re.MULTILINE)
    assert sentence
    assert words(sentence[1]) == [name for name, operator in OPERATORS.items() if operator.of_count]


def test_the_children_of_every_type_are_named() -> None:
    named = {words(row[0])[0]: words(row[1]) for row in rows("type")}
    assert named == {
        kind.name: [name if child.single else f"{name}[*]" for name, child in relations_of(kind.name).items()]
        for kind in RESOURCE_TYPES
        if relations_of(kind.name)
    }


def names_in(tree: Any) -> set[str]:
    if not isinstance(tree, dict):
        return set()
    return {name for name in tree if name != "[]"}.union(*map(names_in, tree.values()))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.name}-{fact.about[0].rpartition(chr(47))[2]}")
def test_every_fact_is_explained_with_its_parts(fact: Any) -> None:
    explained = {words(row[0])[0].removesuffix("[*]"): row[2] for row in rows("fact")}
    assert names_in(fact.tree) <= {word.removesuffix("[*]") for word in words(explained[fact.name])}


def test_no_fact_is_explained_that_there_is_not() -> None:
    assert {words(row[0])[0].removesuffix("[*]") for row in rows("fact")} == {fact.name for fact in FACTS}


def test_the_words_of_basis_are_named() -> None:
    assert words(PAGE.partition("The words of `basis`:")[2].partition("\n\n")[0]) == list(BASES)


def test_the_rule_on_the_page_works(tmp_path: Path) -> None:
    file = tmp_path / "rule.yaml"
    file.write_text(PAGE.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    loaded = load_policy([file], policy().language.shapes, defaults_from=FOLDER)
    trials = list(try_examples(loaded, loaded.rules[0]))
    assert [trial.got for trial in trials] == ["pass", "fail", "unknown"]
    assert not [trial.mistake for trial in trials if trial.mistake]
