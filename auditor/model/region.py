"""Azure's region names, of which there are two spellings: `West Europe` and `westeurope`."""

from __future__ import annotations


def normalise_region(name: str) -> str:
    """Return the programmatic spelling, `westeurope`; unknown names only lose blanks and capitals."""
    return "".join(name.split()).lower()
