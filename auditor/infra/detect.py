"""What kind of infrastructure a file holds: told by its content, since names say little.

Bicep and Terraform sources are no JSON and have no mark of their own: they go by the ending of their name.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from auditor.infra.arm.comparing import field_of, key_of

if TYPE_CHECKING:
    from auditor.model.reading import Json


class Kind(StrEnum):
    """A kind of file, as a report calls it."""

    TEMPLATE = "ARM template"
    COMPILED_BICEP = "compiled Bicep"
    BICEP = "Bicep source"
    WHAT_IF = "what-if answer"
    PLAN = "Terraform plan"
    STATE = "Terraform state"
    PARAMETERS = "parameter file"
    BICEP_PARAMETERS = "Bicep parameter file"
    TERRAFORM = "Terraform source"
    RAW_STATE = "raw Terraform state"
    PLAN_LOG = "log of a Terraform plan"
    EXPORT = "export of live resources"


_BY_ENDING: Final = {
    ".bicep": Kind.BICEP,
    ".bicepparam": Kind.BICEP_PARAMETERS,
    ".tf": Kind.TERRAFORM,
    ".tofu": Kind.TERRAFORM,
}
ENDINGS: Final = (".json", ".jsonc", ".tfstate", *_BY_ENDING)
"""How the names of files end that a folder is searched for."""
_TEMPLATE: Final = re.compile(
    r"(?:^|/)(?:subscription|managementGroup|tenant)?deploymentTemplate\.json(?:[?#]|$)", re.IGNORECASE
)
_PARAMETERS: Final = re.compile(r"(?:^|/)\w*deploymentParameters\.json(?:[?#]|$)", re.IGNORECASE)
_HINTS: Final = re.compile(
    r"deploymentTemplate\.json|\"(?:resource_changes|planned_values|root_module|changeType)\"|Microsoft\.(?:Storage|CognitiveServices)/",
    re.IGNORECASE,
)
STACK_RESULTS: Final = "microsoft.resources/deploymentstackswhatifresults"
_AZURE_SOURCE: Final = re.compile(r"\b(?:azurerm|azapi)_\w+")


def kind_by_name(name: str) -> Kind | None:
    """The kind of a source, which goes by its name."""
    lowered = name.lower()
    if lowered.endswith((".tf.json", ".tofu.json")):
        return Kind.TERRAFORM
    return next((kind for ending, kind in _BY_ENDING.items() if lowered.endswith(ending)), None)


def kind_of(value: Json) -> Kind | None:
    """The kind of a JSON document; None where it is no infrastructure."""
    match value:
        case dict():
            return next((kind for kind, holds in _TESTS if holds(value)), None)
        case [dict(), *_] if all(map(is_change, value)):
            return Kind.WHAT_IF
        case [dict(), *_]:
            return Kind.EXPORT if all(map(_is_resource, value)) else None
        case _:
            return None


def may_be_infrastructure(text: str) -> bool:
    """Whether a text that is no JSON names what infrastructure files are made of."""
    return _HINTS.search(text) is not None


def azure_line(source: str) -> int | None:
    """The line in which Terraform's source or state first names anything of Azure; None if it does not."""
    match = _AZURE_SOURCE.search(source)
    return None if match is None else source.count("\n", 0, match.start()) + 1


def is_plan_log(text: str) -> bool:
    """Whether this is what `terraform plan -json` prints: a message a line, and no plan."""
    return text.lstrip().startswith('{"@level"')


def _schema(value: dict[str, Any]) -> str:
    schema = field_of(value, "$schema")
    return schema if isinstance(schema, str) else ""


def _is_template(value: dict[str, Any]) -> bool:
    """By its schema of any host and version; a template that lost it still has a version of content and resources.

    Names have no case in a template, in a parameter file and in an answer of PowerShell.
    """
    if _TEMPLATE.search(_schema(value)):
        return True
    has_content = key_of(value, "contentVersion") is not None
    return not _schema(value) and has_content and isinstance(field_of(value, "resources"), dict | list)


def _is_compiled_bicep(value: dict[str, Any]) -> bool:
    name = field_of(field_of(field_of(value, "metadata"), "_generator"), "name")
    return isinstance(name, str) and name.lower() == "bicep" and _is_template(value)


def _is_parameters(value: dict[str, Any]) -> bool:
    if _PARAMETERS.search(_schema(value)):
        return True
    has_content = key_of(value, "contentVersion") is not None
    return not _schema(value) and has_content and isinstance(field_of(value, "parameters"), dict)


def _is_what_if(value: dict[str, Any]) -> bool:
    """As the CLI or PowerShell prints it, or as the API answers for a deployment or a stack; a change alone too."""
    if str(field_of(value, "type")).lower() == STACK_RESULTS or is_change(value):
        return True
    holder = value if field_of(value, "changes") is not None else field_of(value, "properties")
    changes = field_of(holder, "changes")
    if isinstance(changes, dict):
        return isinstance(field_of(changes, "resourceChanges"), list)
    if not isinstance(changes, list):
        return False
    return all(isinstance(item, dict) and key_of(item, "changeType") for item in changes) and bool(
        changes or key_of(value, "status") or key_of(holder, "diagnostics")
    )


def is_change(value: Json) -> bool:
    """Whether this is one change of a what-if answer, on its own."""
    return isinstance(value, dict) and all(key_of(value, name) for name in ("changeType", "before", "after"))


def _is_plan(value: dict[str, Any]) -> bool:
    changes = value.get("resource_changes")
    if isinstance(changes, list):
        return all(isinstance(item, dict) and "change" in item for item in changes)
    return isinstance(value.get("planned_values"), dict)


def _is_state(value: dict[str, Any]) -> bool:
    values = value.get("values")
    if isinstance(values, dict):
        return isinstance(values.get("root_module"), dict)
    return "format_version" in value and set(value) <= {"format_version", "terraform_version"}  # of nothing at all


def _is_raw_state(value: dict[str, Any]) -> bool:
    return {"lineage", "serial", "terraform_version"} <= set(value)


def _is_resource(value: Json) -> bool:
    match value:
        case {"id": str(name), "type": str(kind)}:
            return name.startswith("/") and "/providers/" in name.lower() and "/" in kind
        case _:
            return False


_TESTS: Final = (
    (Kind.COMPILED_BICEP, _is_compiled_bicep),
    (Kind.TEMPLATE, _is_template),
    (Kind.PARAMETERS, _is_parameters),
    (Kind.PLAN, _is_plan),
    (Kind.STATE, _is_state),
    (Kind.RAW_STATE, _is_raw_state),
    (Kind.WHAT_IF, _is_what_if),
    (Kind.EXPORT, _is_resource),
)
"""In the order in which they are asked: the narrower first."""
