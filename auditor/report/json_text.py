"""JSON as it is written everywhere: the same values, in letters that do nothing to who prints, views or logs them."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, Final

import msgspec

HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Categories of characters that hide or reorder text."""
_ODD: Final = re.compile(r"[^\n -~]|##(?=[A-Za-z]*\[)")


def json_text(data: Any) -> str:
    """The data as JSON. Letters that hide or reorder text are escaped, and so is what a pipeline takes for a command.

    A command of Azure Pipelines may stand anywhere in a line that is printed: `##vso[task.complete result=Succeeded]`.
    """
    try:
        text = msgspec.json.format(msgspec.json.encode(data), indent=2).decode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can hold and UTF-8 cannot
        text = json.dumps(data, ensure_ascii=False, indent=2)
    return _ODD.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if found == "##":
        return "#\\u0023"
    return json.dumps(found)[1:-1] if unicodedata.category(found) in HIDDEN else found
