"""Plans: `terraform show -json PLAN`, and `tofu show -json PLAN`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.terraform import instances
from auditor.infra.terraform.build import Building
from auditor.infra.terraform.configuration import Configuration
from auditor.infra.terraform.table import RECORDS
from auditor.model.resource import resource_key
from auditor.model.types import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.infra.declared import Declared, Document, Inputs

_HINT: Final = "Write the file by `terraform show -json PLAN`, or `tofu show -json PLAN`."
_PARTIAL: Final = (
    ("errored", True, "planning ended with an error, so the plan is not whole"),
    ("complete", False, "the plan is not whole: Terraform has put a part of it off"),
)


def read(document: Document, inputs: Inputs) -> Declared:  # noqa: ARG001 - a plan has its inputs in itself
    """What will be there once the plan is applied, and what of it the plan makes or changes."""
    plan = document.value
    if not isinstance(plan, dict):
        raise InfrastructureError((Mistake(document.shown, 1, 1, "this is no Terraform plan"),), _HINT)
    found = instances.of_plan(plan)
    variables = plan.get("variables")
    building = Building(
        document.shown,
        found,
        Configuration(plan, found),
        variables=variables if isinstance(variables, dict) else {},
    )
    note_oddities(building, plan)
    for name, value, reason in _PARTIAL:
        if plan.get(name) is value:
            building.hide_all(reason)
    _note_changes(building, plan)
    declared = building.declared()
    return replace(declared, changed=(declared.changed or frozenset()) | _named_by_removed(plan))


def _named_by_removed(plan: Mapping[str, Any]) -> frozenset[str]:
    """The ids in what the plan removes: its own, and those of what it belonged to, which answer differently without it."""
    found: set[str] = set()
    for change in _objects(plan.get("resource_changes")):
        done = change.get("change")
        before = done.get("before") if isinstance(done, dict) else None
        actions = done.get("actions") if isinstance(done, dict) else None
        if isinstance(before, dict) and isinstance(actions, list) and {"delete", "forget"} & set(map(str, actions)):
            found.update(
                resource_key(value) for value in before.values() if isinstance(value, str) and value[:1] == "/"
            )
    return frozenset(found)


def note_oddities(building: Building, document: Mapping[str, Any]) -> None:
    """Entries that name no resource."""
    count = instances.oddities(document)
    if count:
        building.gap("", "Terraform/resource", f"{count} of its entries name no resource")


def _note_changes(building: Building, plan: Mapping[str, Any]) -> None:
    """What the plan puts off, and what it lets go without deleting it."""
    for entry in _objects(plan.get("deferred_changes")):
        change = entry.get("resource_change")
        if isinstance(change, dict) and instances.is_whole(change):
            reason = str(entry.get("reason", "unknown")).replace("_", " ")
            _hide(building, change, f"{change['address']} is put off to a later plan: {reason}")
    for change in _objects(plan.get("resource_changes")):
        done = change.get("change")
        actions = done.get("actions") if isinstance(done, dict) else None
        if isinstance(actions, list) and "forget" in actions and "create" not in actions and instances.is_whole(change):
            _hide(building, change, f"{change['address']} stays in Azure, but Terraform lets go of it")


def _hide(building: Building, change: Mapping[str, Any], reason: str) -> None:
    record = RECORDS.get(change["type"])
    kind = None if record is None else BY_NAME.get(record.arm.lower())
    if record is not None or change["type"].startswith("azapi_"):
        operation = f"Terraform/{change['type']}" if kind is None else kind.operation
        building.gap("", operation, reason)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
