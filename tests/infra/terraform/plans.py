"""Small plans and states by hand, in the form that `terraform show -json` writes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.terraform import plan as plans
from auditor.infra.terraform import state as states
from auditor.model.reading import plain
from auditor.model.snapshot import INFRASTRUCTURE, End, Header, Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

GROUP = "/subscriptions/{subscription}/resourceGroups/rg"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/docs"
FORMS = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/forms"


def made(
    kind: str,
    name: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    unknown: Mapping[str, Any] | None = None,
    sensitive: Mapping[str, Any] | None = None,
    module: str = "",
    index: str | int | None = None,
    actions: Sequence[str] = ("create",),
    before: Mapping[str, Any] | None = None,
    data: bool = False,
    **refers: Any,
) -> dict[str, Any]:
    """A resource: what it holds in `values`, marks, and what arguments refer to (a text, several, or an expression)."""
    key = "" if index is None else f'["{index}"]' if isinstance(index, str) else f"[{index}]"
    own = f"{'data.' if data else ''}{kind}.{name}"
    address = f"{module}.{own}{key}" if module else f"{own}{key}"
    return {
        "address": address,
        "own": own,
        "module": module,
        "mode": "data" if data else "managed",
        "type": kind,
        "name": name,
        **({} if index is None else {"index": index}),
        "values": dict(values or {}),
        "unknown": dict(unknown or {}),
        "sensitive": dict(sensitive or {}),
        "actions": list(actions),
        "before": before,
        "expressions": {key: expression(value) for key, value in refers.items()},
    }


def expression(value: Any) -> Any:
    """References, with the shorter names in them as Terraform lists them; blocks and constants as they are."""
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, tuple):
        return {"references": [part for name in value for part in _prefixes(name)]}
    return value


def _prefixes(name: str) -> list[str]:
    parts = name.split(".")
    first = 3 if parts[0] == "data" else 2
    return [".".join(parts[:count]) for count in range(len(parts), max(first, 1) - 1, -1)] or [name]


def plan(
    *resources: Mapping[str, Any],
    version: str | None = "~> 4.0",
    calls: Mapping[str, Any] | None = None,
    before: Sequence[Mapping[str, Any]] = (),
    configured: bool = True,
    provider: Mapping[str, Any] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """A plan. `calls` are the modules by name: `{"expressions": …, "outputs": …, "calls": …}`."""
    kept = [
        item for item in resources if "create" in item["actions"] or not {"delete", "forget"} & set(item["actions"])
    ]
    azurerm = {"name": "azurerm", **({} if version is None else {"version_constraint": version}), **(provider or {})}
    configuration = {"provider_config": {"azurerm": azurerm}, "root_module": _module("", resources, calls or {})}
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": _values(kept)},
        "resource_changes": [_change(item) for item in resources],
        "prior_state": {"values": {"root_module": _values(before)}},
        **({"configuration": configuration} if configured else {}),
        **more,
    }


def _values(resources: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The values by modules, each module below the root."""
    wanted = ("address", "mode", "type", "name", "index", "values")
    by_module: dict[str, list[Any]] = {}
    for item in resources:
        entry = {key: item[key] for key in wanted if key in item} | {"sensitive_values": item["sensitive"]}
        by_module.setdefault(item["module"], []).append(entry)
    below = [{"address": name, "resources": found} for name, found in by_module.items() if name]
    return {"resources": by_module.get("", []), "child_modules": below}


def _change(item: Mapping[str, Any]) -> dict[str, Any]:
    change = {
        "actions": item["actions"],
        "before": item["before"],
        "after": item["values"],
        "after_unknown": item["unknown"],
        "after_sensitive": item["sensitive"],
    }
    return {key: item[key] for key in ("address", "mode", "type", "name", "index") if key in item} | {"change": change}


def _module(path: str, resources: Sequence[Mapping[str, Any]], calls: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for item in resources:
        bare = ".".join(part.partition("[")[0] for part in item["module"].split("."))
        if bare == path:
            found[item["own"]] = {
                **{key: item[key] for key in ("mode", "type", "name")},
                "address": item["own"],
                "provider_config_key": item.get("provider", "azurerm"),
                "expressions": item["expressions"],
                **({"for_each_expression": item["for_each"]} if "for_each" in item else {}),
            }
    return {
        "resources": list(found.values()),
        "module_calls": {
            name: {
                "source": f"./{name}",
                "expressions": {key: expression(value) for key, value in call.get("expressions", {}).items()},
                "module": {
                    **_module(f"{path}.module.{name}".lstrip("."), resources, call.get("calls", {})),
                    "outputs": {
                        key: {"expression": expression(value)} for key, value in call.get("outputs", {}).items()
                    },
                },
            }
            for name, call in calls.items()
        },
    }


def document(value: Any) -> Document:
    return Document(Path("plan.json"), "plan.json", "", value)


def read(*resources: Mapping[str, Any], **more: Any) -> Declared:
    """Read a plan of these resources."""
    return plans.read(document(plan(*resources, **more)), Inputs())


def read_state(*resources: Mapping[str, Any]) -> Declared:
    """Read a state of these resources."""
    value = {"format_version": "1.0", "terraform_version": "1.9.0", "values": {"root_module": _values(resources)}}
    return states.read(document(value), Inputs())


def bodies(declared: Declared) -> dict[str, Any]:
    """The resources by id, as JSON."""
    return {item.id: plain(dict(item.body)) for item in declared.resources}


def body(declared: Declared, resource_id: str) -> Any:
    return bodies(declared)[resource_id]


def snapshot(declared: Declared) -> Snapshot:
    header = Header("test", INFRASTRUCTURE, ("plan.json",), "2026-11-24T12:00:00Z")
    return Snapshot(header, declared.resources, declared.gaps, declared.reads, End("2026-11-24T12:00:00Z"))


def account(name: str = "docs", values: Mapping[str, Any] | None = None, /, **more: Any) -> dict[str, Any]:
    """A storage account in group `rg`; Terraform knows its id only after apply."""
    own = {"name": name, "resource_group_name": "rg", "location": "westeurope", **(values or {})}
    unknown = {"id": True, **more.pop("unknown", {})}
    return made("azurerm_storage_account", more.pop("label", name), own, unknown=unknown, **more)


def forms(name: str = "forms", values: Mapping[str, Any] | None = None, /, **more: Any) -> dict[str, Any]:
    """A Document Intelligence account in group `rg`."""
    own = {
        "name": name,
        "resource_group_name": "rg",
        "location": "westeurope",
        "kind": "FormRecognizer",
        **(values or {}),
    }
    unknown = {"id": True, **more.pop("unknown", {})}
    return made("azurerm_cognitive_account", more.pop("label", name), own, unknown=unknown, **more)
