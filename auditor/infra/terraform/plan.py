"""Plans: `terraform show -json PLAN`, and `tofu show -json PLAN`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.terraform import instances
from auditor.infra.terraform.build import Building
from auditor.infra.terraform.configuration import Configuration
from auditor.infra.terraform.table import TABLE
from auditor.model.resource import resource_key

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
    configuration = Configuration(plan, found)
    building = Building(
        document.shown,
        found,
        configuration,
        TABLE,
        removed=instances.removed(plan),
        variables=variables if isinstance(variables, dict) else {},
    )
    note_oddities(building, plan)
    for name, value, reason in _PARTIAL:
        if plan.get(name) is value:
            building.hide_all(reason, parts=True)
    _note_left_out(building, plan)
    _note_changes(building, plan)
    declared = building.declared()
    return replace(declared, changed=(declared.changed or frozenset()) | _named_by_removed(plan))


def _note_left_out(building: Building, plan: Mapping[str, Any]) -> None:
    """Resources of the configuration that the plan passes over, as one with `-target` does."""
    listed = {instances.bare_address(change["address"]) for change in instances.changes_in(plan)}
    listed |= {instances.bare_address(item.address) for item in building.instances}
    for address, kind, known in building.configuration.always():
        if address not in listed:
            building.put_off(
                instances.placeholder(address, kind, known),
                f"{address} is in the configuration, and the plan passes it over",
            )


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
    """What the plan puts off, and what of it does not tell how it will be."""
    for entry in _objects(plan.get("deferred_changes")):
        change = entry.get("resource_change")
        if isinstance(change, dict) and instances.is_whole(change) and not instances.is_data(change):
            reason = str(entry.get("reason", "unknown")).replace("_", " ")
            why = f"{change['address']} is put off to a later plan: {reason}"
            known = {name: value for name, value in instances.after_of(change).items() if name in {"type", "method"}}
            building.put_off(instances.placeholder(change["address"], change["type"], known), why)
    for change in instances.changes_in(plan):
        if instances.is_lost(change):
            why = f"{change['address']} stays in Azure, but Terraform lets go of it"
            building.put_off(instances.placeholder(change["address"], change["type"], {}), why)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
