"""Changes values and texts by chance; what `fuzz.py` makes its cases of."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**30,
        1e308,
        "",
        " ",
        "x",
        [],
        {},
        [[]],
        [None],
        {"": None},
        "\ud800",
        "İ",
        "\x00",
    ),
    *(
        "[",
        "[]",
        "[[",
        "[parameters('x')]",
        "[reference('a').b]",
        "[if(1, 2, 3)]",
        "[range(0, 9999999)]",
        "[copyIndex()]",
    ),
    *(
        "[concat(",
        "[json('{')]",
        "[variables(variables('a'))]",
        "[resourceId('a/b')]",
        "[string(createObject())]",
        "['",
    ),
    *(
        "Microsoft.Storage/storageAccounts",
        "microsoft.cognitiveservices/ACCOUNTS",
        "a/b/c/d",
        "/",
        "//",
        "../..",
        "{x}",
    ),
    *(
        {"name": "a", "count": 10**9},
        {"name": "a", "count": -1},
        {"references": ["each.value"]},
        {"constant_value": []},
    ),
    *({"type": "SystemAssigned"}, {"reference": {}}, {"mode": "Incremental", "template": {}}, [{"address": 1}], 2**63),
    *(
        "2026-13-45T99:99:99Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59.999999Z",
        "P99999999999D",
        "99999999999999h",
        -1e-300,
        "TLS1_2",
        "İ" * 40,
        "\u202e::error::x",
        "=1+1",
    ),
    *(
        {"$unread": "junk"},
        {"auditor.unread": 1},
        "/subscriptions/x",
        "/subscriptions/x/providers/y",
        "/subscriptions//resourceGroups//providers///",
        "Microsoft.CognitiveServices/accounts/documentModels",
        "auditor.register/models",
    ),
)


def values_in(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: the object or list, and the key or index."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        at = waiting.pop()
        keys: Any = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        found += [(at, key) for key in keys]
        waiting += [at[key] for key in keys]
    return found


def change(value: Any, chance: random.Random) -> None:
    """Change one place: another value, nothing, another's value, another key, twice, a piece of text."""
    places = values_in(value)
    if not places:
        return
    at, key = chance.choice(places)
    match chance.randrange(7):
        case 0 | 1:
            at[key] = deepcopy(chance.choice(JUNK))
        case 2:
            del at[key]
        case 3:
            other, step = chance.choice(places)
            try:
                at[key] = deepcopy(other[step])
            except (KeyError, IndexError):
                return
        case 4 if isinstance(at, dict):
            at[chance.choice([str(key).upper(), str(key).lower(), "copy", "condition", "scope", "existing"])] = at[key]
        case 5 if isinstance(at, list):
            at.insert(chance.randrange(len(at) + 1), deepcopy(at[key]))
        case _:
            if isinstance(at[key], str):
                at[key] = scramble(at[key], chance)


def scramble(text: str, chance: random.Random) -> str:
    """The text with a piece cut out, doubled, or replaced."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice([1, 1, 2, 5, 40]))
    piece = chance.choice(["", text[start:end] * 2, chance.choice("[](){}'\",.:/\\\0\n٣é"), "//", "/*", "\ud800"])
    return text[:start] + piece + text[end:]
