"""What no auditor can see from the outside: said where it applies, with the resources that it concerns."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Concerned:
    """A resource that a blind spot concerns; `words` say what of it, and are empty where that is the same for all."""

    name: str
    id: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """Something that cannot be seen. `kind` names it for programs; `words` and `advice` are sentences.

    `resources` are sorted; there are none where it concerns the estate as a whole.
    """

    kind: str
    words: str
    advice: str
    resources: tuple[Concerned, ...] = ()
