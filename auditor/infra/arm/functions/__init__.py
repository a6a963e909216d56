"""All functions of the template language, one table a group.

Their meaning is that of the reference (https://learn.microsoft.com/azure/azure-resource-manager/templates/
template-functions). Where two of Microsoft's sources differ on a case, the answer is unread in just that case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.functions import (
    arrays,
    dates,
    deployment,
    lambdas,
    logic,
    networks,
    numbers,
    objects,
    resources,
    strings,
)

if TYPE_CHECKING:
    from auditor.infra.arm.functions.function import Function

_TABLES: Final = (arrays, dates, deployment, lambdas, logic, networks, numbers, objects, resources, strings)
FUNCTIONS: Final[dict[str, Function]] = {
    function.name.lower(): function for table in _TABLES for function in table.FUNCTIONS
}
