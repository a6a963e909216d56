from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.infra.json_text import DEEPEST, JsonTextError, Lines, Places, parse_json

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": 1}', {"a": 1}),
        ('// what it is\n{"a": 1}', {"a": 1}),
        ('{"a": 1} // the end', {"a": 1}),
        ('{"a": /* one */ 1, /* and\nmore */ "b": 2}', {"a": 1, "b": 2}),
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,],}', {"a": [1, 2]}),
        ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
        ('{"a": "one\ttwo",}', {"a": "one\ttwo"}),
        ('{"a": "http://x", "b": "/* no */",}', {"a": "http://x", "b": "/* no */"}),
        ('{"a": 1, "a": 2}', {"a": 2}),
        ('{"a": 1, "a": 2,}', {"a": 2}),
        ("[ ]", []),
        ("{/**/}", {}),
        ('[-1.5e3, 0, 7, true, false, null, "\\u00e9",]', [-1500.0, 0, 7, True, False, None, "é"]),
        ('"\\ud800x"', "?x"),
        ('["\\ud83d\\ude00",]', ["😀"]),
        (" 1 ", 1),
    ],
)
def test_what_azure_takes(text: str, value: Any) -> None:
    assert parse_json(text) == value


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "the text ends where a value is wanted"),
        ("{", 1, 2, "a key in double quotes"),
        ('{"a" 1}', 1, 6, "a colon"),
        ('{"a": 1 "b": 2}', 1, 9, 'a comma or "}"'),
        ("[1 2]", 1, 4, 'a comma or "]"'),
        ("[1,,2]", 1, 4, "a value is wanted here"),
        ("[,]", 1, 2, "a value is wanted here"),
        ("{\n  'a': 1\n}", 2, 3, "a key in double quotes"),
        ('{\r\n"a": "x', 2, 6, "a string is not closed"),
        ('["\\x"]', 1, 3, "an escape"),
        ("{} {}", 1, 4, "goes on behind the end"),
        ("[/* never ends", 1, 2, "a value is wanted here"),
        ("[NaN]", 1, 2, "a value is wanted here"),
        ("[1e999]", 1, 2, "too large"),
        (f"[{'9' * 5000}]", 1, 2, "too large"),
        ("[01]", 1, 3, 'a comma or "]"'),
        ("nul", 1, 1, "a value is wanted here"),
        ("a: yaml", 1, 1, "a value is wanted here"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), 1, DEEPEST + 1, "nested deeper"),
        ("[" * 100_000, 1, DEEPEST + 1, "nested deeper"),
    ],
)
def test_what_is_none_of_it_is_told_with_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(JsonTextError, match=words) as caught:
        parse_json(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_the_deepest_that_is_read() -> None:
    value = parse_json("[" * DEEPEST + "]" * DEEPEST)
    depth = 0
    while isinstance(value, list):
        depth, value = depth + 1, value[0] if value else None
    assert depth == DEEPEST
    assert parse_json('{"a":' * DEEPEST + "1" + "}" * DEEPEST)


@given(VALUES, st.sampled_from([None, 1, "\t"]))
def test_strict_json_is_read_as_it_is(value: Any, indent: int | str | None) -> None:
    assert parse_json(json.dumps(value, indent=indent)) == value


@given(VALUES)
def test_comments_change_nothing(value: Any) -> None:
    text = json.dumps(value, indent=1).replace("\n", ' // ,]}\n /* " */ ')
    assert parse_json(text) == value


def pointers(value: Any, way: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], Any]]:
    found = [(way, value)]
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in members:
        found += pointers(item, (*way, step))
    return found


@given(VALUES, st.booleans())
def test_each_place_is_where_its_text_begins(value: Any, loose: bool) -> None:
    text = json.dumps(value, indent=2)
    if loose:
        text = f"/* head */ {text} // tail"
    places, lines = Places(text), text.split("\n")
    for pointer, item in pointers(value):
        position = places.at(pointer)
        assert position is not None
        line, column = position
        rest = "\n".join([lines[line - 1][column - 1 :], *lines[line:]])
        if pointer and isinstance(pointer[-1], str):
            key, end = json.JSONDecoder().raw_decode(rest)
            assert key == pointer[-1]
            rest = rest[end:].lstrip().removeprefix(":").lstrip()
        assert json.JSONDecoder().raw_decode(rest)[0] == item


TEXT = """\
{
  "resources": [
    {"name": "a"},
    { // the second
      "name": "b",
      "Properties": {"networkAcls": {"ipRules": [{"value": "1.2.3.4"}, {"value": "5.6.7.8",},],},
        "tags": {"odd.name": 1}, "x": 1, "X": 2}
    },
  ],
}
"""


@pytest.mark.parametrize(
    ("pointer", "position"),
    [
        ((), (1, 1)),
        (("resources",), (2, 3)),
        (("resources", 1), (4, 5)),
        (("resources", 1, "name"), (5, 7)),
        (("resources", 1, "Properties", "networkAcls", "ipRules", 1), (6, 72)),
        (("resources", 2), None),
        (("resources", 2, "name"), None),
        (("resources", 0, "name", "below"), None),
        (("nothing", 0), None),
    ],
)
def test_places_in_loose_json(pointer: tuple[str | int, ...], position: tuple[int, int] | None) -> None:
    assert Places(TEXT).at(pointer) == position


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ("", (4, 5)),
        ("properties.networkacls", (6, 22)),
        ("properties.networkAcls.ipRules[1].value", (6, 73)),
        ("properties.tags['odd.name']", (7, 18)),
        ("properties.x", (7, 42)),
        ("properties.networkacls.iprules[2]", None),
        ("properties.networkacls.bypass", None),
        ("properties.none.below", None),
    ],
)
def test_places_of_paths_as_rules_write_them(path: str, position: tuple[int, int] | None) -> None:
    assert Places(TEXT).find(("resources", 1), path) == position


def test_the_last_of_two_keys_has_the_place() -> None:
    assert Places('{"a": 1,\n "a": 2}').at(("a",)) == (2, 2)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_three_ways(ending: str) -> None:
    text = ending.join(["ab", "", "cd"])
    assert [Lines(text).position(text.index(letter)) for letter in "abcd"] == [(1, 1), (1, 2), (3, 1), (3, 2)]


@given(st.text(alphabet='{}[]",:/*\\\n 01e-.truefalsn', max_size=40))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    lines = text.split("\n")
    try:
        value = parse_json(text)
    except JsonTextError as error:
        line, column = error.line, error.column
    else:
        line, column = Lines(text).position(len(text))
        assert parse_json(json.dumps(value)) == value
        assert all(Places(text).at(pointer) is not None for pointer, _ in pointers(value))
    assert 1 <= line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1
