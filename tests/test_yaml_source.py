"""YAML that people wrote: only the plain part, safely, with the place of everything."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import Mistake
from auditor.yaml_source import DEEPEST, LARGEST, nearest, parse_yaml, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# a comment only", None),
        ("---\n", None),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("a:", {"a": None}),
        ("True", "True"),
        ("yes", "yes"),
        ("on", "on"),
        ("off", "off"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("1_000", "1_000"),
        ("0x10", "0x10"),
        ("010", "010"),
        ("1e3", "1e3"),
        (".5", ".5"),
        ("+1", "+1"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("TLS1_2", "TLS1_2"),
        ("1.10", 1.1),
        ("-0", 0),
        ("-12.5", -12.5),
        ("123456789012345678", 123456789012345678),
        ("1234567890123456789", "1234567890123456789"),
        ('"24"', "24"),
        ("'true'", "true"),
        ('"a\\u00e9"', "aé"),
        ("|\n  24\n", "24\n"),
        (">-\n  a\n  b\n", "a b"),
        ("[a, 1, null]", ["a", 1, None]),
        ("{on: 1, 1: x, null: y}", {"on": 1, "1": "x", "null": "y"}),
        ("a: {b: [1, {c: d}]}", {"a": {"b": [1, {"c": "d"}]}}),
        ("- a\n- [b]\n", ["a", ["b"]]),
        ("! x", "x"),
        ("\ufeffa: 1", {"a": 1}),
    ],
)
def test_reads(text: str, value: Any, tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    document = read_yaml(file)
    assert not document.mistakes
    assert repr(document.value) == repr(value)


@pytest.mark.parametrize(
    ("text", "where", "problem"),
    [
        ("a: &x 1", (1, 4), "anchors and aliases are not taken; write the value out"),
        ("a: 1\nb: *x", (2, 4), "anchors and aliases are not taken; write the value out"),
        ("&x {a: 1}", (1, 1), "anchors and aliases"),
        ("a: !!str 1", (1, 4), "the tag tag:yaml.org,2002:str is not taken; only plain YAML is"),
        ("a: !Ref x", (1, 4), "the tag !Ref is not taken"),
        ("!!map {a: 1}", (1, 1), "the tag tag:yaml.org,2002:map is not taken"),
        ("a: 1\n---\nb: 2", (2, 1), "a file holds one document"),
        ("a: 1\na: 2", (2, 1), "a stands here a second time"),
        ("a: {b: 1, 'b': 2}", (1, 11), "b stands here a second time"),
        ("? [a]\n: 1", (1, 3), "a key is a text"),
        ("? {a: b}\n: 1", (1, 3), "a key is a text"),
        ("a: [1", (2, 1), "this is not YAML: did not find expected ',' or ']'"),
        ("a: b: c", (1, 5), "this is not YAML: mapping values are not allowed in this context"),
        ("\tx: 1", (1, 1), "this is not YAML: found character that cannot start any token"),
        ("a: 'x", (1, 6), "this is not YAML"),
        ("a: \x07", (1, 1), "this is not YAML"),
        ("x" * (LARGEST + 1), (1, 1), f"the file is larger than {LARGEST} characters"),
        ("[" * (DEEPEST + 1), (1, DEEPEST + 1), f"nested deeper than {DEEPEST}"),
        ("[" * 900_000, (1, DEEPEST + 1), f"nested deeper than {DEEPEST}"),
    ],
)
def test_refuses(text: str, where: tuple[int, int], problem: str) -> None:
    (mistake,) = parse_yaml(text, "x.yaml").mistakes
    assert mistake.problem.startswith(problem)
    assert (mistake.file, (mistake.line, mistake.column)) == ("x.yaml", where)


def test_takes_what_is_as_deep_and_as_long_as_it_may_be() -> None:
    assert not parse_yaml("[" * DEEPEST + "]" * DEEPEST, "x").mistakes
    assert not parse_yaml("x" * LARGEST, "x").mistakes


def test_a_file_that_cannot_be_read_is_a_mistake_too(tmp_path: Path) -> None:
    assert [item.problem for item in read_yaml(tmp_path).mistakes] == ["the file cannot be read: Is a directory"]
    (missing,) = read_yaml(tmp_path / "none.yaml", "shown.yaml").mistakes
    assert missing == Mistake("shown.yaml", 1, 1, "the file cannot be read: No such file or directory")
    odd = tmp_path / "odd.yaml"
    odd.write_bytes(b"a: 1\nb: 2\nc: \xe9\n")
    assert [(item.line, item.problem) for item in read_yaml(odd).mistakes] == [(3, "the file is not UTF-8")]


def test_mistakes_stand_where_the_value_does_or_at_the_nearest_place_above() -> None:
    document = parse_yaml("a:\n  b:\n    - x\n    - {c: 1}\n", "x.yaml")
    for place in (("a", "b", 1, "c"), ("a", "b", 1, "none", "deeper"), ("a", "b", 0), ("none",), ()):
        document.mistake(place, "here")
    assert [(item.line, item.column) for item in document.mistakes] == [(4, 8), (4, 7), (3, 7), (1, 1)]
    assert document.line_of(("a", "b", 1)) == 4
    assert document.line_of(("none",)) == 1


def test_the_same_mistake_is_told_once() -> None:
    document = parse_yaml("a: 1", "x.yaml")
    document.mistake(("a",), "wrong")
    document.mistake(("a",), "wrong")
    document.mistake(("a",), "wrong too")
    assert [item.problem for item in document.mistakes] == ["wrong", "wrong too"]


@pytest.mark.parametrize(
    ("word", "words", "hint"),
    [
        ("equal", ["equals", "exists"], "did you mean equals?"),
        ("EQUALS", ["equals"], "did you mean equals?"),
        ("storageaccounts", ["storageAccounts", "x"], "did you mean storageAccounts?"),
        ("zzz", ["b", "a"], "known: a, b"),
        (
            "zzz",
            [f"w{number:02}" for number in range(13)],
            "known: " + ", ".join(f"w{n:02}" for n in range(12)) + ", …",
        ),
        ("", [], "known: "),
    ],
)
def test_hints_at_the_nearest_word(word: str, words: list[str], hint: str) -> None:
    assert nearest(word, words) == hint


@settings(deadline=None)
@given(st.text(alphabet=" \n\t-:?[]{},&*!|>'\"%@`#abc01.~<\x00\ufeff", max_size=60))
def test_whatever_is_written_gives_a_value_or_a_mistake_with_a_place(text: str) -> None:
    document = parse_yaml(text, "x")
    assert all(item.line >= 1 and item.column >= 1 and item.problem for item in document.mistakes)
