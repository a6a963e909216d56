"""A scope for tests: what is given by name, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from auditor.infra.arm.about import PUBLIC_CLOUD, group_values, subscription_values
from auditor.infra.arm.evaluate import UserFunction, evaluate
from auditor.infra.arm.values import Open
from auditor.infra.ids import group_scope
from auditor.model.reading import Json, Unread

LATER = "known only after deployment"


@dataclass
class Simple:
    """Parameters and variables by name; variables may be expressions."""

    parameters: dict[str, Json] = field(default_factory=dict)
    variables: dict[str, Json] = field(default_factory=dict)
    loops: dict[str, int] = field(default_factory=dict)
    functions: dict[str, UserFunction] = field(default_factory=dict)
    references: dict[str, Json] = field(default_factory=dict)
    scope: str = group_scope()

    def parameter(self, name: str) -> Json:
        return self.parameters[name]

    def variable(self, name: str) -> Json:
        value = self.variables[name]
        return evaluate(value, self) if isinstance(value, str) else value

    def copy_index(self, loop: str | None, offset: int) -> Json:
        return (self.loops[loop] if loop else list(self.loops.values())[-1]) + offset if self.loops else self._none()

    def _none(self) -> Any:
        raise KeyError("loop")

    def reference(self, target: Json, api_version: Json, full: bool) -> Json:  # noqa: ARG002
        return self.references.get(f"{target}{' full' if full else ''}", Unread(LATER))

    def function(self, namespace: str, name: str) -> UserFunction | None:
        return self.functions.get(f"{namespace}.{name}".lower())

    def deployment(self, name: str) -> Json:
        match name:
            case "environment":
                return PUBLIC_CLOUD
            case "resourceGroup":
                return group_values(self.scope)
            case "subscription":
                return subscription_values(self.scope)
            case _:
                return Open({}, LATER)

    def resource_scope(self) -> str:
        return self.scope
