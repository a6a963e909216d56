"""Lifecycle policies of storage accounts (`website/docs/r/storage_management_policy.html.markdown`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.terraform.build import Record
from auditor.infra.terraform.record import NOT_IN_FILE, Body, argument, fill, put
from auditor.model.reading import Json, Unread
from auditor.model.types import LIFECYCLE_POLICY

if TYPE_CHECKING:
    from auditor.infra.terraform.arguments import Arguments
    from auditor.infra.terraform.build import Building
    from auditor.infra.terraform.instances import Instance

_SINCE: Final = {
    "modification": "daysAfterModificationGreaterThan",
    "last_access_time": "daysAfterLastAccessTimeGreaterThan",
    "creation": "daysAfterCreationGreaterThan",
}
_MOVES: Final = {
    "delete": "delete",
    "tier_to_cool": "tierToCool",
    "tier_to_cold": "tierToCold",
    "tier_to_archive": "tierToArchive",
}
_CREATION: Final = "daysAfterCreationGreaterThan"
_CHANGED: Final = (
    "tier_to_archive_after_days_since_last_tier_change_greater_than",
    "tierToArchive.daysAfterLastTierChangeGreaterThan",
)
_COPIES: Final = (
    ("delete_after_days_since_creation_greater_than", f"delete.{_CREATION}"),
    ("delete_after_days_since_creation", f"delete.{_CREATION}"),
    ("change_tier_to_archive_after_days_since_creation", f"tierToArchive.{_CREATION}"),
    ("change_tier_to_cool_after_days_since_creation", f"tierToCool.{_CREATION}"),
    ("tier_to_cold_after_days_since_creation_greater_than", f"tierToCold.{_CREATION}"),
    _CHANGED,
)
_ACTIONS: Final = {
    "base_blob": (
        "baseBlob",
        (
            *(
                (f"{move}_after_days_since_{since}_greater_than", f"{_MOVES[move]}.{_SINCE[since]}")
                for move in _MOVES
                for since in _SINCE
            ),
            _CHANGED,
        ),
    ),
    "snapshot": ("snapshot", _COPIES),
    "version": ("version", _COPIES),
}
"""By block: its name in ARM, and for each argument with a number of days the condition that it is."""
_FILTERS: Final = (
    argument("blobTypes", "blob_types", required=True),
    argument("prefixMatch", "prefix_match"),
)
_TAG: Final = (argument("name", "name"), argument("op", "operation"), argument("value", "value"))
_ZERO_IS_SET: Final = (4,)
_NOT_SET: Final = -1


def _finish(building: Building, _: Instance, arguments: Arguments, body: Body) -> None:
    blocks = arguments.blocks("rule")
    rules = blocks if isinstance(blocks, Unread) else [_rule(building, block) for block in blocks]
    body["name"] = "default"
    put(body, "properties.policy.rules", rules)


def _rule(building: Building, block: Arguments) -> Body:
    name, enabled = block.get("name"), block.get("enabled")
    return {
        "name": NOT_IN_FILE if name is None else name,
        "enabled": NOT_IN_FILE if enabled is None else enabled,
        "type": "Lifecycle",
        "definition": {
            "filters": _filters(building, block.block("filters")),
            "actions": _actions(building, block.block("actions")),
        },
    }


def _filters(building: Building, block: Arguments | Unread | None) -> Json:
    if block is None or isinstance(block, Unread):
        return NOT_IN_FILE if block is None else block
    found: Body = {}
    fill(found, _FILTERS, block, building.span)
    tags = block.blocks("match_blob_index_tag")
    if isinstance(tags, Unread):
        found["blobIndexMatch"] = tags
    elif tags:
        found["blobIndexMatch"] = []
        for tag in tags:
            item: Body = {"op": "=="}
            fill(item, _TAG, tag, building.span)
            found["blobIndexMatch"].append(item)
    return found


def _actions(building: Building, block: Arguments | Unread | None) -> Json:
    if block is None or isinstance(block, Unread):
        return NOT_IN_FILE if block is None else block
    found: Body = {}
    for name, (path, conditions) in _ACTIONS.items():
        inner = block.block(name)
        if isinstance(inner, Unread):
            found[path] = inner
        elif inner is not None:
            found[path] = _conditions(building, inner, conditions)
    return found


def _conditions(building: Building, block: Arguments, conditions: tuple[tuple[str, str], ...]) -> Body:
    """The conditions that are set. -1 means not set, and in old versions 0 does: which of both is told by the others."""
    found: Body = {}
    for name, path in conditions:
        days = block.get(name)
        if days == _NOT_SET and days is not None:
            continue
        if days == 0 and not _zero_is_set(building, block):
            days = Unread("0 days, which versions of azurerm before 4.0 may take for not set")
        put(found, path, days)
    if block.get("auto_tier_to_hot_from_cool_enabled") is True:
        put(found, "enableAutoTierToHotFromCool", value=True)
    return found


def _zero_is_set(building: Building, block: Arguments) -> bool:
    return building.span.low >= _ZERO_IS_SET or any(value == _NOT_SET for value in block.values.values())


MANAGEMENT_POLICY: Final = Record(
    "azurerm_storage_management_policy", LIFECYCLE_POLICY, finish=_finish, parent=("storage_account_id",)
)
