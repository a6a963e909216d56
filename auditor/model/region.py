"""Azure's region names, of which there are several spellings: `westeurope`, `West Europe`, `(Europe) West Europe`."""

from __future__ import annotations

import re

_GEOGRAPHY_BEFORE = re.compile(r"^\s*\([^()]*\)\s*(?=\S)")
"""What the locations API puts before the name in `regionalDisplayName`."""


def normalise_region(name: str) -> str:
    """Return the programmatic spelling, `westeurope`; unknown names only lose blanks and capitals."""
    return "".join(_GEOGRAPHY_BEFORE.sub("", name).split()).lower()
