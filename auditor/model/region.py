"""Azure's region names, of which there are several spellings: `westeurope`, `West Europe`, `(Europe) West Europe`."""

from __future__ import annotations

import re

_GEOGRAPHY_BEFORE = re.compile(r"^\s*\([^()]*\)\s*(?=\S)")
"""What the locations API puts before the name in `regionalDisplayName`."""


def normalise_region(name: str) -> str:
    """Return the programmatic spelling, `westeurope`; unknown names only lose blanks and capitals."""
    return "".join(_GEOGRAPHY_BEFORE.sub("", name).split()).lower()


def same_region(left: str, right: str) -> bool | None:
    """Whether two names are of one region; None where one of them stands for a region that is not known yet.

    Infrastructure code writes `{location of the resource group in main}` for such a region: that is the same as itself,
    and nobody knows whether it is the same as another.
    """
    one, other = normalise_region(left), normalise_region(right)
    if one == other:
        return True
    return None if is_stand_in(one) or is_stand_in(other) else False


def is_stand_in(name: str) -> bool:
    """Whether a name stands for a region that only the deployment knows."""
    return name.startswith("{")
