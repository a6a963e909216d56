"""States: `terraform show -json` without a plan, and `tofu show -json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.terraform import instances
from auditor.infra.terraform.build import Building
from auditor.infra.terraform.configuration import Configuration
from auditor.infra.terraform.plan import note_oddities
from auditor.infra.terraform.table import TABLE

if TYPE_CHECKING:
    from auditor.infra.declared import Declared, Document, Inputs

_HINT: Final = "Write the file by `terraform show -json`, or `tofu show -json`."


def read(document: Document, inputs: Inputs) -> Declared:  # noqa: ARG001 - a state has no inputs
    """What Terraform has made and read. A state has no configuration, and says nothing of changes."""
    state = document.value
    if not isinstance(state, dict):
        raise InfrastructureError((Mistake(document.shown, 1, 1, "this is no Terraform state"),), _HINT)
    found = instances.of_state(state)
    building = Building(document.shown, found, Configuration({}, found), TABLE, state=True)
    note_oddities(building, state)
    return building.declared()
