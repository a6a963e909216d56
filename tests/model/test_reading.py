"""Found, missing, unread: three answers, and how the third is written in JSON."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.reading import Json, Unread, mark_unread, plain, read_whole

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.builds(Unread, st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"$unread": "why"}, Unread("why")),
        ({"a": {"$unread": "why"}}, {"a": Unread("why")}),
        ([1, {"$unread": ""}], [1, Unread("")]),
        ({"$unread": 7}, {"$unread": 7}),
        ({"$unread": None}, {"$unread": None}),
        ({"$unread": "why", "more": 1}, {"$unread": "why", "more": 1}),
        ({"$unread": {"$unread": "deep"}}, {"$unread": Unread("deep")}),
        ("$unread", "$unread"),
    ],
)
def test_unread_values_are_marked(written: Json, read: Json) -> None:
    before = copy.deepcopy(written)
    assert mark_unread(written) == read
    assert written == before


@settings(deadline=None)
@given(values)
def test_what_is_written_is_json_and_read_again_the_same(value: Json) -> None:
    assert mark_unread(json.loads(json.dumps(plain(value)))) == value


def test_tuples_are_written_as_lists() -> None:
    assert plain({"a": (1, Unread("x"))}) == {"a": [1, {"$unread": "x"}]}


@pytest.mark.parametrize(
    ("value", "whole"),
    [
        (None, True),
        ([], True),
        ({"a": [1, {}]}, True),
        (Unread("x"), False),
        ([[Unread("x")]], False),
        ({"a": {"b": Unread("x")}}, False),
        ((1, Unread("x")), False),
    ],
)
def test_read_whole(value: Json, whole: bool) -> None:
    assert read_whole(value) is whole
