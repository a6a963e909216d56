"""The record of a function of the template language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.model.reading import Json

MANY: Final = 1_000
"""The most arguments of functions that take any number of them."""


class Takes(Enum):
    """How much of its arguments a function wants to be read; what it does not take makes its answer unread."""

    WHOLE = auto()
    """Every argument to its last leaf."""
    SHAPE = auto()
    """Every argument, but leaves inside may be unread."""
    ANY = auto()
    """Nothing: the function decides what an unread argument means."""
    CALL = auto()
    """The call itself, unevaluated, and who evaluates it: `run(evaluation, call)`."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its name as Azure spells it, the least and most arguments, and what answers.

    `run` takes the arguments and raises `ArgumentError` for what Azure would refuse, `UndecidedError` for what only a
    deployment decides.
    """

    name: str
    least: int
    most: int
    run: Callable[..., Json]
    takes: Takes = Takes.WHOLE
