"""As much of a compiler of Bicep as `deploy/container-apps` needs to be judged by our own gate.

The resources come out as ARM has them. What is no literal is read as the value of a parameter that nobody gave: to the
gate that is unread, never a pass.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pycep import BicepParser

LATER = "[parameters('later')]"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


def parsed(path: Path) -> dict[str, Any]:
    """Return what the parser makes of a file."""
    found: dict[str, Any] = BicepParser().parse(text=path.read_text(encoding="utf-8"))
    return found


def template(path: Path, **known: str) -> dict[str, Any]:
    """Return the resources of a file as a template; `known` gives the values of variables that matter."""
    whole = parsed(path)
    names = {name for part in ("parameters", "variables", "resources") for name in whole.get(part, {})}
    compiler = _Compiler(whole["resources"], names, known)
    resources = [compiler.resource(name) for name in whole["resources"]]
    parameters = {"later": {"type": "string"}}
    return {"$schema": SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters, "resources": resources}


class _Compiler:
    def __init__(self, resources: dict[str, Any], names: set[str], known: dict[str, str]) -> None:
        self.resources = resources
        self.names = names
        self.known = known

    def config(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.resources[name]["config"]
        return found["config"] if "condition" in found else found

    def resource(self, name: str) -> dict[str, Any]:
        body = {key: self.value(item) for key, item in self.config(name).items() if key not in {"parent", "dependsOn"}}
        head = {"type": self.resources[name]["type"], "apiVersion": self.resources[name]["api_version"]}
        return head | body | {"name": self.full_name(name)} | self.scope(name)

    def full_name(self, name: str) -> Any:
        config = self.config(name)
        own = self.value(config["name"])
        return f"{self.full_name(config['parent'])}/{own}" if "parent" in config else own

    def scope(self, name: str) -> dict[str, str]:
        above = self.config(name).get("scope")
        if above is None:
            return {}
        kinds, names = self.resources[above]["type"].split("/"), self.full_name(above).split("/")
        return {"scope": "/".join([f"{kinds[0]}/{kinds[1]}", names[0], *_pairs(kinds[2:], names[1:])])}

    def value(self, given: Any) -> Any:
        match given:
            case {"function": _} | {"operator": _}:
                return LATER
            case dict():
                return {key: self.value(item) for key, item in given.items()}
            case list():
                return [self.value(item) for item in given]
            case str() if given in self.known:
                return self.known[given]
            case str() if given in self.names:
                return LATER
            case str():
                return self.text(given)
        return given

    def text(self, given: str) -> str:
        filled = re.sub(r"\$\{(\w+)\}", lambda found: self.known.get(found[1], found[0]), given)
        return LATER if "${" in filled else filled


def _pairs(kinds: list[str], names: list[str]) -> list[str]:
    return [item for pair in zip(kinds, names, strict=True) for item in pair]
