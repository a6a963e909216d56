"""Paths: how they are written, and what reading them finds."""

from __future__ import annotations

import pytest

from auditor.model.reading import MISSING, Found, Json, Reading, Unread
from auditor.policy.condition import ANY_TIME, Field, Scope
from auditor.policy.paths import EACH, PathSyntaxError, Segment, parse_path, walk
from auditor.policy.target import Target, UnreadTarget, given

UNREAD = Unread("403 AuthorizationFailed")


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("kind", ("kind",)),
        ("properties.minimumTlsVersion", ("properties", "minimumTlsVersion")),
        ("tags['cost.centre']", ("tags", "cost.centre")),
        (r"tags['it\'s \\ odd']", ("tags", "it's \\ odd")),
        ("tags['']", ("tags", "")),
        ("['odd one'].x", ("odd one", "x")),
        ("tags['[*]']", ("tags", "[*]")),
        ("a[*]", ("a", EACH)),
        ("a[*].b[*]['c']", ("a", EACH, "b", EACH, "c")),
        ("a[*][*]", ("a", EACH, EACH)),
        ("_a.$b.c-d", ("_a", "$b", "c-d")),
        ("größe", ("größe",)),
    ],
)
def test_parses(text: str, segments: tuple[Segment, ...]) -> None:
    path = parse_path(text)
    assert path.segments == segments
    assert path.text == text
    assert path.many == (EACH in segments)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "does not begin with a name"),
        ("[*]", "does not begin with a name"),
        ("[*].a", "does not begin with a name"),
        (".a", "goes wrong at '.a'"),
        ("a.", "goes wrong at '.'"),
        ("a..b", "goes wrong at '..b'"),
        ("a b", "goes wrong at ' b'"),
        ("a.['b']", "goes wrong at \".['b']\""),
        ("a['b']c", "goes wrong at 'c'"),
        ("a[0]", "goes wrong at '[0]'"),
        ("a[*", "goes wrong at '[*'"),
        ('a["b"]', "goes wrong at"),
        ("a['b]", "goes wrong at"),
        ("a['b\\']", "goes wrong at"),
        ("a.1b", "goes wrong at '.1b'"),
        ("a" * 501, "at most 500 characters"),
    ],
)
def test_says_where_a_path_goes_wrong(text: str, wrong: str) -> None:
    with pytest.raises(PathSyntaxError) as caught:
        parse_path(text)
    assert wrong in str(caught.value)


def test_a_path_of_the_greatest_length_is_taken() -> None:
    assert parse_path("a" * 500).segments == ("a" * 500,)


@pytest.mark.parametrize(
    ("text", "other", "below"),
    [
        ("a.b[*].c", "a.b[*]", ("c",)),
        ("A.B[*].c", "a.b[*]", ("c",)),
        ("a.b[*]", "a.b[*]", ()),
        ("a.b.c", "a.b[*]", None),
        ("a.bc[*]", "a.b[*]", None),
        ("a", "a.b[*]", None),
    ],
)
def test_tells_whether_a_path_lies_below_another(text: str, other: str, below: tuple[Segment, ...] | None) -> None:
    assert parse_path(text).below(parse_path(other)) == below


BODY: Json = {
    "Kind": "StorageV2",
    "sku": None,
    "tags": {"cost.centre": "7", "Env": "a", "env": "b"},
    "properties": {"hidden": UNREAD, "list": [{"a": 1}], "text": "x", "zero": 0, "no": False, "empty": {}},
}


def target(body: Json = BODY) -> Target:
    parent = given({"name": "above"}, {"p": 1}, {"service": {"on": True}}, None, silent="not said")
    return given(
        body, {"f": {"g": 2}}, {"Service": {"on": False}, "gone": None, "hidden": UNREAD}, parent, silent="not said"
    )


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("kind", Found("StorageV2")),
        ("KIND", Found("StorageV2")),
        ("name", MISSING),
        ("sku", MISSING),
        ("sku.name", MISSING),
        ("tags['cost.centre']", Found("7")),
        ("tags.env", Found("b")),
        ("tags.Env", Found("a")),
        ("tags.ENV", Found("a")),
        ("properties.zero", Found(0)),
        ("properties.no", Found(False)),
        ("properties.empty", Found({})),
        ("properties.empty.x", MISSING),
        ("properties.hidden", UNREAD),
        ("properties.hidden.deeper.still", UNREAD),
        ("properties.text.x", Unread("it is no object")),
        ("properties.list.a", Unread("it is no object")),
        ("facts", Found({"f": {"g": 2}})),
        ("facts.F.g", Found(2)),
        ("facts.none", MISSING),
        ("children.service.on", Found(False)),
        ("children.SERVICE", Found({"on": False})),
        ("children.gone.on", MISSING),
        ("children.hidden.on", UNREAD),
        ("children.never", Unread("not said")),
        ("children", MISSING),
        ("parent.name", Found("above")),
        ("parent.facts.p", Found(1)),
        ("parent.children.service.on", Found(True)),
        ("parent.parent.name", MISSING),
        ("parent", Found({"name": "above"})),
    ],
)
def test_reads(text: str, reading: Reading) -> None:
    assert read(text, target()) == reading


def read(text: str, found: Target) -> Reading:
    path = parse_path(text)
    return Field(path, path.segments).read(Scope(found, ANY_TIME))


def test_of_what_could_not_be_seen_only_the_parent_is_known() -> None:
    found = UnreadTarget(UNREAD, target())
    assert read("name", found) == UNREAD
    assert read("facts.x", found) == UNREAD
    assert read("children.any", found) == UNREAD
    assert read("parent.kind", found) == Found("StorageV2")
    assert read("parent.kind", UnreadTarget(UNREAD, None)) == MISSING


@pytest.mark.parametrize(
    ("value", "text", "readings"),
    [
        ({"a": [1, 2]}, "a[*]", [("a[0]", Found(1)), ("a[1]", Found(2))]),
        ({"a": []}, "a[*]", []),
        ({"a": []}, "a[*].b[*].c", []),
        ({}, "a[*]", [("a[*]", MISSING)]),
        ({"a": None}, "a[*].b", [("a[*]", MISSING)]),
        ({"a": UNREAD}, "a[*].b", [("a[*]", UNREAD)]),
        (UNREAD, "a[*]", [("a[*]", UNREAD)]),
        ({"a": {"b": 1}}, "a[*].b", [("a[*]", Unread("it is no list"))]),
        ({"a": "x"}, "a[*]", [("a[*]", Unread("it is no list"))]),
        ({"a": [None, UNREAD]}, "a[*]", [("a[0]", MISSING), ("a[1]", UNREAD)]),
        (
            {"a": [{"b": 1}, {}, "x", UNREAD, {"b": None}]},
            "a[*].B",
            [
                ("a[0].B", Found(1)),
                ("a[1].B", MISSING),
                ("a[2].B", Unread("it is no object")),
                ("a[3].B", UNREAD),
                ("a[4].B", MISSING),
            ],
        ),
        (
            {"a": [{"b": [1]}, {"b": []}, {}, {"b": [2, 3]}]},
            "a[*].b[*]",
            [("a[0].b[0]", Found(1)), ("a[2].b[*]", MISSING), ("a[3].b[0]", Found(2)), ("a[3].b[1]", Found(3))],
        ),
        ({"a": [[1], []]}, "a[*][*]", [("a[0][0]", Found(1))]),
        ({"a": 1}, "a", [("a", Found(1))]),
    ],
)
def test_walks_to_every_place_with_its_own_path(value: Json, text: str, readings: list[tuple[str, Reading]]) -> None:
    assert list(walk(value, parse_path(text).segments, "")) == readings
