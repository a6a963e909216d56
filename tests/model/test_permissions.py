"""What Azure's patterns of actions grant, and what they take away again."""

from __future__ import annotations

import time

import pytest

from auditor.model.permissions import Permission, covers, permission_of
from auditor.model.reading import Json

READ = "Microsoft.Storage/storageAccounts/read"
BLOBS = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("*", READ, True),
        ("*/read", READ, True),
        ("*/READ", READ, True),
        ("Microsoft.Storage/*", READ, True),
        ("Microsoft.Storage/*/read", READ, True),
        ("Microsoft.Storage/*/read", BLOBS, True),
        ("microsoft.storage/STORAGEACCOUNTS/Read", READ, True),
        (READ, READ, True),
        (READ, BLOBS, False),
        ("Microsoft.Storage/*/write", READ, False),
        ("Microsoft.Storage/storageAccounts", READ, False),
        ("Microsoft.Storage/storageAccounts/rea", READ, False),
        ("icrosoft.Storage/storageAccounts/read", READ, False),
        ("Microsoft?Storage/storageAccounts/read", READ, False),
        ("Microsoft.Storage/storageAccounts/[r]ead", READ, False),
        ("MicrosoftXStorage/*", READ, False),
        ("", READ, False),
        ("**", READ, True),
        ("Microsoft.*/storageAccounts/*read", READ, True),
        ("*storageAccounts*blobs*", BLOBS, True),
        ("*blobs*storageAccounts*", BLOBS, False),
        ("Microsoft.Storage/storageAccounts/read*read", READ, False),
        ("*read/read", READ, False),
    ],
)
def test_a_star_stands_for_any_text_and_nothing_else_is_special(pattern: str, action: str, *, matches: bool) -> None:
    assert covers([pattern], action) == matches


def test_a_hostile_pattern_takes_no_time() -> None:
    began = time.perf_counter()
    assert not covers(["*a" * 5_000 + "b"], "a" * 20_000)
    assert time.perf_counter() - began < 2


def test_no_pattern_covers_nothing() -> None:
    assert not covers([], READ)


@pytest.mark.parametrize(
    ("permission", "control", "data"),
    [
        (Permission(), False, False),
        (Permission(actions=("*",)), True, False),
        (Permission(data_actions=("*",)), False, True),
        (Permission(actions=("*",), not_actions=("*/write",)), True, False),
        (Permission(actions=("*",), not_actions=("Microsoft.Storage/*",)), False, False),
        (Permission(actions=("*",), not_data_actions=("*",)), True, False),
        (Permission(data_actions=("*",), not_actions=("*",)), False, True),
        (Permission(data_actions=("*",), not_data_actions=("*/READ",)), False, False),
    ],
)
def test_what_is_taken_out_is_not_granted(permission: Permission, *, control: bool, data: bool) -> None:
    assert permission.allows(READ) == control
    assert permission.allows(READ, data=True) == data


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({}, Permission()),
        ({"actions": ["a"], "notActions": ["b"], "dataActions": ["c"], "notDataActions": ["d"]},
         Permission(("a",), ("b",), ("c",), ("d",))),
        ({"actions": None}, Permission()),
        ({"actions": ["a"], "condition": None, "more": 7}, Permission(("a",))),
        (None, None),
        ([], None),
        ("*", None),
        ({"actions": "*"}, None),
        ({"actions": [7]}, None),
        ({"actions": ["*"], "notActions": [None]}, None),
        ({"notDataActions": {}}, None),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_no_permission(item: Json, expected: Permission | None) -> None:
    assert permission_of(item) == expected
