"""The lifecycle rules that a fix writes: those that were read, and one that deletes what lies in containers of documents.

Azure keeps one policy an account and replaces it as a whole, so a fix repeats the rules that are there. A rule has at
most ten prefixes (lifecycle management policy structure on Microsoft Learn).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.report.fixes import bicep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MOST_PREFIXES: Final = 10
_DAYS: Final = {"daysAfterCreationGreaterThan": 0}
NOT_READ: Final = "<the rules that are there: the policy was not read>"
_PARTS: Final = ("baseBlob", "snapshot", "version")
_TYPES: Final = ("blockBlob", "appendBlob")
"""What rules can delete; page blobs no rule takes."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a fix of lifecycle rules rests on: the rules that were read (None: nobody could), and containers by name."""

    rules: tuple[Any, ...] | None = ()
    containers: tuple[str, ...] = ()

    def written(self, language: str) -> str:
        """The elements of the list of rules in a language."""
        added = tuple(self._added())
        kept = () if self.rules is None else self.rules
        if language == "terraform":
            unread = [NOT_READ] if self.rules is None else []
            return "\n".join([*unread, *(_block("rule", _terraform(rule)) for rule in (*kept, *added))])
        every = [*([NOT_READ] if self.rules is None else []), *kept, *added]
        if language == "bicep":
            return "\n".join(bicep.literal(rule) for rule in every)
        return ",\n".join(json.dumps(_whole(rule), ensure_ascii=False, indent=2) for rule in every)

    def _added(self) -> Iterator[dict[str, Any]]:
        prefixes = [f"{name}/" for name in self.containers or ("<container>",)]
        taken = {str(rule.get("name")).lower() for rule in self.rules or () if isinstance(rule, dict)}
        for start in range(0, len(prefixes), _MOST_PREFIXES):
            yield {
                "name": _free("delete-documents", taken),
                "enabled": True,
                "type": "Lifecycle",
                "definition": {
                    "filters": {"blobTypes": list(_TYPES), "prefixMatch": prefixes[start : start + _MOST_PREFIXES]},
                    "actions": {part: {"delete": dict(_DAYS)} for part in _PARTS},
                },
            }


def _whole(value: Any) -> Any:
    """The same with days as whole numbers: Azure writes `1.0`."""
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _free(name: str, taken: set[str]) -> str:
    """A name that no rule has yet."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}-{number}"
    taken.add(found)
    return found


_BLOCKS: Final = {"baseBlob": "base_blob", "snapshot": "snapshot", "version": "version"}
_SINCE: Final = {
    "daysAfterModificationGreaterThan": "modification",
    "daysAfterLastAccessTimeGreaterThan": "last_access_time",
    "daysAfterCreationGreaterThan": "creation",
}
_MOVES: Final = {
    "delete": "delete",
    "tierToCool": "tier_to_cool",
    "tierToCold": "tier_to_cold",
    "tierToArchive": "tier_to_archive",
}
_OF_BLOBS: Final = {
    (move, since): f"{_MOVES[move]}_after_days_since_{_SINCE[since]}_greater_than"
    for move in _MOVES
    for since in _SINCE
}
_OF_COPIES: Final = {
    ("snapshot", "delete"): "delete_after_days_since_creation_greater_than",
    ("version", "delete"): "delete_after_days_since_creation",
    ("snapshot", "tierToCool"): "change_tier_to_cool_after_days_since_creation",
    ("version", "tierToCool"): "change_tier_to_cool_after_days_since_creation",
    ("snapshot", "tierToArchive"): "change_tier_to_archive_after_days_since_creation",
    ("version", "tierToArchive"): "change_tier_to_archive_after_days_since_creation",
    ("snapshot", "tierToCold"): "tier_to_cold_after_days_since_creation_greater_than",
    ("version", "tierToCold"): "tier_to_cold_after_days_since_creation_greater_than",
}
_LAST_CHANGE: Final = "tier_to_archive_after_days_since_last_tier_change_greater_than"


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _terraform(rule: Any) -> list[str]:
    """The lines of a `rule` block (azurerm, `storage_management_policy`)."""
    rule = _object(rule)
    definition = _object(rule.get("definition"))
    filters, actions = _object(definition.get("filters")), _object(definition.get("actions"))
    tags = [
        _block(
            "match_blob_index_tag",
            [f"{key} = {_quoted(tag[name])}" for name, key in _TAG.items() if tag.get(name) is not None],
        )
        for tag in map(_object, _list(filters.get("blobIndexMatch")))
    ]
    lists = [
        f"{key} = [{', '.join(map(_quoted, _list(filters[name])))}]"
        for name, key in _FILTERS.items()
        if filters.get(name)
    ]
    parts = [(block, part, _object(actions.get(part))) for part, block in _BLOCKS.items()]
    return [
        f"name = {_quoted(rule.get('name'))}",
        f"enabled = {'false' if rule.get('enabled') is False else 'true'}",
        _block("filters", [*lists, *tags]),
        _block("actions", [_block(block, _conditions(part, found)) for block, part, found in parts if found]),
    ]


_FILTERS: Final = {"blobTypes": "blob_types", "prefixMatch": "prefix_match"}
_TAG: Final = {"name": "name", "op": "operation", "value": "value"}


def _conditions(part: str, actions: Mapping[str, Any]) -> list[str]:
    lines = []
    for move, conditions in actions.items():
        if move == "enableAutoTierToHotFromCool":
            lines.append(f"auto_tier_to_hot_from_cool_enabled = {'true' if conditions else 'false'}")
            continue
        for name, days in _object(conditions).items():
            if name == "daysAfterLastTierChangeGreaterThan":
                argument = _LAST_CHANGE
            elif part == "baseBlob":
                argument = _OF_BLOBS.get((move, name), _quoted(f"<{part}.{move}.{name}>"))
            else:
                argument = _OF_COPIES.get((part, move), _quoted(f"<{part}.{move}.{name}>"))
            lines.append(f"{argument} = {days:g}" if isinstance(days, int | float) else f"{argument} = {_quoted(days)}")
    return lines


def _block(name: str, lines: list[str]) -> str:
    inner = "\n".join(f"  {line}" for part in lines for line in part.split("\n"))
    return f"{name} {{\n{inner}\n}}"


def _quoted(value: Any) -> str:
    text = json.dumps(str(value), ensure_ascii=False)
    return text.replace("${", "$${").replace("%{", "%%{")
