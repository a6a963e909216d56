"""Values of a template's parameters, from a file: as `az deployment` takes them, or as `bicep build-params` prints them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import InfrastructureError, Mistake
from auditor.infra.arm.comparing import field_of, key_of
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.text import decode, read_bytes
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from pathlib import Path

HINT: Final = (
    "A parameter file is JSON, as for `az deployment group create --parameters`; `bicep build-params` makes one."
)
_ENVIRONMENT: Final = re.compile(r"\$\{([A-Za-z_]\w*)[^}]*\}")
_USUAL: Final = "azuredeploy"


def read_parameters(path: Path, shown: str) -> dict[str, Json]:
    """The values by parameter; one that a key vault or the environment gives is unread. Raises `InfrastructureError`."""
    if path.name.lower().endswith(".bicepparam"):
        problem = f"this is Bicep: run `bicep build-params {shown}` and pass the JSON that it makes"
        raise InfrastructureError((Mistake(shown, 1, 1, problem),), HINT)
    text = decode(read_bytes(path, shown), shown)
    try:
        given = _entries(parse_json(text))
    except JsonTextError as error:
        mistake = Mistake(shown, error.line, error.column, f"this is no JSON: {error.problem}")
        raise InfrastructureError((mistake,), HINT) from error
    if given is None:
        raise InfrastructureError((Mistake(shown, 1, 1, "this is no parameter file"),), HINT)
    return {name: _value(name, entry) for name, entry in given.items()}


def parameters_beside(template: Path) -> Path | None:
    """The parameter file that belongs to a template by its name: `NAME.parameters.json` beside it.

    For `main.bicep` and `azuredeploy.json`, of which the one makes the other, `azuredeploy.parameters.json` will do.
    """
    stem = template.name.rpartition(".")[0] or template.name
    names = [stem, _USUAL] if stem.lower() in {"main", _USUAL} else [stem]
    files = (template.with_name(f"{name}.parameters.json") for name in names)
    return next((file for file in files if file.is_file()), None)


def _entries(value: Json) -> dict[str, dict[str, Any]] | None:
    printed = field_of(value, "parametersJson")
    if isinstance(printed, str):  # bicep build-params --stdout
        return _entries(parse_json(printed))
    given = field_of(value, "parameters")
    found = given if isinstance(given, dict) else value
    if not isinstance(found, dict):
        return None
    names = ("value", "reference", "expression")
    whole = all(isinstance(entry, dict) and any(key_of(entry, name) for name in names) for entry in found.values())
    return found if whole else None


def _value(name: str, entry: dict[str, Any]) -> Json:
    key = key_of(entry, "value")
    if key is None:
        return Unread(f"the value of parameter {name} is kept elsewhere, in a key vault say")
    return _without_environment(name, entry[key])


def _without_environment(name: str, value: Json) -> Json:
    """The value; where the Azure Developer CLI would fill in a variable of the environment, it is not known."""
    match value:
        case str() if match := _ENVIRONMENT.search(value):
            return Unread(f"parameter {name} takes the variable {match[1]} of the environment")
        case dict():
            return {key: _without_environment(name, item) for key, item in value.items()}
        case list():
            return [_without_environment(name, item) for item in value]
        case _:
            return value
