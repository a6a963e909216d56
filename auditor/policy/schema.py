"""The JSON Schema of rule files, for editors. The loader is stricter: it also knows paths, types and parameters."""

from __future__ import annotations

from typing import Any

from auditor.model.finding import SEVERITIES
from auditor.model.types import BY_NAME
from auditor.policy.clauses import BASES
from auditor.policy.operators import OPERATORS
from auditor.policy.rule import PROFILES, REQUIRED

_ANY: dict[str, Any] = {}


def rule_schema() -> dict[str, Any]:
    """The schema, made from the same tables that the loader uses."""
    types = _types()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A rule of the Document Intelligence privacy auditor",
        "type": "object",
        "additionalProperties": False,
        "required": list(REQUIRED),
        "properties": {
            "id": _text(
                "Opaque and never reused; waivers and history refer to it.", "^[A-Z][A-Z0-9]*(-[A-Z0-9]+){1,4}$"
            ),
            "name": _text("The wanted state: storage-https-only.", "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"),
            "title": _text("The wanted state in a sentence."),
            "summary": {
                **_object({"one": _text(), "many": _text()}, "one", "many"),
                "description": "What a report says of the resources that fail, behind their number.",
            },
            "severity": {"enum": list(SEVERITIES)},
            "profile": {"enum": list(PROFILES)},
            "basis": {"enum": list(BASES), "description": "The clause of Microsoft's page that the rule serves."},
            "appliesTo": {"anyOf": [types, {"type": "array", "items": types, "minItems": 1}]},
            "where": {"$ref": "#/$defs/condition", "description": "Where it fails, the rule does not apply."},
            "parameters": {
                "type": "object",
                "additionalProperties": _object(
                    {"default": _ANY, "allowed": {"type": "array"}, "about": _text()}, "default"
                ),
            },
            "check": {"$ref": "#/$defs/condition"},
            "why": _text("Why it matters, for someone who was not there."),
            "fix": _object(
                {
                    "text": _text("What to do."),
                    "warning": _text("What the fix deletes, exposes, breaks or cannot undo; shown first."),
                    "az": _text(),
                    "set": {"type": "object", "description": "Values of properties by path, for Bicep and ARM JSON."},
                    "bicep": _text(),
                    "terraform": _text(),
                },
                "text",
            ),
            "references": _texts("^https://"),
            "mappings": _object(dict.fromkeys(("iso27001", "nist80053", "gdpr", "mcsb"), _texts())),
            "peers": _object({"rules": _texts(), "asks": _text(), "overruled": _text()}, "rules", "asks", "overruled"),
            "examples": {"type": "array", "items": _example()},
        },
        "$defs": {
            "condition": _condition(),
            "path": _text("properties.minimumTlsVersion, children.containers[*].name"),
        },
    }


def _types() -> dict[str, Any]:
    return {"enum": sorted(kind.name for kind in BY_NAME.values())}


def _example() -> dict[str, Any]:
    parts = {part: {"type": "object"} for part in ("resource", "facts", "children", "parent", "parameters")}
    expect = {"enum": ["pass", "fail", "unknown", "notApplicable"]}
    return _object({"expect": expect, "about": _text(), "now": _text(), **parts}, "expect")


def _condition() -> dict[str, Any]:
    part = {"$ref": "#/$defs/condition"}
    parts = {"type": "array", "items": part, "minItems": 1}
    operators = {name: {"description": operator.summary} for name, operator in OPERATORS.items()}
    kinds = {"type": "object", "propertyNames": _types(), "additionalProperties": part, "minProperties": 1}
    counting = {name: body for name, body in operators.items() if OPERATORS[name].of_count}
    count = _object({"field": {"$ref": "#/$defs/path"}, "where": part}, "field")
    return {
        "oneOf": [
            _object({"allOf": parts}, "allOf"),
            _object({"anyOf": parts}, "anyOf"),
            _object({"not": part}, "not"),
            _object({"seen": part}, "seen"),
            _object({"byType": kinds}, "byType"),
            {**_object({"parameter": _text(), **operators}, "parameter"), "minProperties": 2, "maxProperties": 2},
            {**_object({"count": count, **counting}, "count"), "minProperties": 2, "maxProperties": 2},
            {
                **_object({"field": {"$ref": "#/$defs/path"}, "default": _ANY, **operators}, "field"),
                "minProperties": 2,
                "maxProperties": 3,
            },
        ]
    }


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    body: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**body, "required": list(required)} if required else body


def _text(description: str = "", pattern: str = "") -> dict[str, Any]:
    body = {"type": "string", "description": description, "pattern": pattern}
    return {key: value for key, value in body.items() if value}


def _texts(pattern: str = "") -> dict[str, Any]:
    return {"type": "array", "items": _text(pattern=pattern)}
