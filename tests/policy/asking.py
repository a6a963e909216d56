"""Asks conditions of plain data, without rule files: for tests of the language.

The paths that conditions may use stand in `TREE`, as facts about storage accounts; where Azure's own paths matter, the
real shapes are there too.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from auditor.model.finding import STATUS_OF, Evidence, Judgement
from auditor.model.reading import Json
from auditor.model.types import STORAGE
from auditor.policy.compiler import CompiledRule, Language, compile_rule
from auditor.policy.condition import Condition, Scope
from auditor.policy.defaults import Default, Defaults
from auditor.policy.rule import Fix, Rule
from auditor.policy.shapes import Shapes
from auditor.policy.target import given
from auditor.yaml_source import Place

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ELEMENT = {"a": None, "b": None, "l": {"[]": {"a": None}}}
TREE = {"a": None, "b": None, "o": {"a": None, "b": None}, "l": {"[]": ELEMENT}}
SHAPES = Shapes({STORAGE: TREE})
PARAMETERS: Mapping[str, Json] = {"few": [], "one": 1}


def rule(check: Json, where: Json = None, **changes: Any) -> Rule:
    """A rule about storage accounts, of which only the conditions matter."""
    fields: dict[str, Any] = {
        "id": "T-TLS-001",
        "name": "wanted",
        "title": "It is as wanted",
        "severity": "high",
        "profile": "baseline",
        "basis": "data-in-transit",
        "applies_to": (STORAGE,),
        "where": where,
        "check": check,
        "parameters": (),
        "why": "Because.",
        "fix": Fix("Mend it."),
        "references": (),
        "mappings": {},
        "peers": None,
        "examples": (),
        "file": "rule.yaml",
    }
    return Rule(**{**fields, **changes})


def language(defaults: Mapping[str, Json] | None = None) -> Language:
    """The language, with a table of defaults for storage accounts."""
    entries = {(STORAGE.lower(), path.lower()): Default(value, "") for path, value in (defaults or {}).items()}
    return Language(SHAPES, Defaults(entries))


def mistakes(check: Json, type_name: str = STORAGE, **parameters: Json) -> list[tuple[Place, str]]:
    """What is wrong with a condition."""
    found: list[tuple[Place, str]] = []
    compiled = compile_rule(
        rule(check), type_name, language(), parameters, lambda place, text: found.append((place, text))
    )
    assert (compiled is None) == bool(found)
    return found


def compile_one(
    check: Json,
    where: Json = None,
    *,
    against: Language | None = None,
    type_name: str = STORAGE,
    parameters: Mapping[str, Json] = PARAMETERS,
    **changes: Any,
) -> CompiledRule:
    """Compile a rule that has no mistake."""
    found: list[str] = []
    compiled = compile_rule(
        rule(check, where, **changes),
        type_name,
        against or language(),
        parameters,
        lambda _place, text: found.append(text),
    )
    assert compiled is not None, found
    return compiled


def condition(written: Json, **defaults: Json) -> Condition:
    """Compile one condition that has no mistake."""
    return compile_one(written, against=language(defaults)).check


def scope(facts: Json, body: Json = None, children: Mapping[str, Json] | None = None) -> Scope:
    """What a condition is asked of."""
    return Scope(given(body or {}, facts, children or {}, None, silent="not given"), NOW)


def judged(
    written: Json, facts: Json, body: Json = None, defaults: Mapping[str, Json] | None = None
) -> tuple[str, tuple[Evidence, ...]]:
    """The answer of a condition in a word, with its evidence; both ways of asking agree."""
    asked = compile_one(written, against=language(defaults)).check
    place = scope(facts, body)
    judgement: Judgement = asked.judge(place)
    assert asked.verdict(place) is judgement.verdict
    return STATUS_OF[judgement.verdict], judgement.because


def answer(written: Json, facts: Json, body: Json = None, defaults: Mapping[str, Json] | None = None) -> str:
    """The answer of a condition in a word."""
    return judged(written, facts, body, defaults)[0]
