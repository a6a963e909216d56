"""What the parameters settle before any resource is looked at.

A rule may open a way out that only a user can take (`{parameter: allowedRegions, …}`). Where it is closed it decides
nothing, and evidence that tells of it would only hide what does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.model.verdict import Verdict
from auditor.policy.condition import ANY_TIME, AllOf, AnyOf, Not, Setting

if TYPE_CHECKING:
    from auditor.policy.condition import Condition


def that_matter(fold: type[AllOf | AnyOf], parts: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """The parts that decide alone by the parameters; if there is none, those that are open; if none is, all of them.

    The verdict of the fold stays the same.
    """
    alone = Verdict.FAIL if fold is AllOf else Verdict.PASS
    answers = [settled(part) for part in parts]
    deciding = tuple(part for part, answer in zip(parts, answers, strict=True) if answer is alone)
    still_open = tuple(part for part, answer in zip(parts, answers, strict=True) if answer is None)
    return deciding or still_open or parts


def settled(condition: Condition) -> Verdict | None:
    """The answer that the parameters alone give; None where it takes a resource, or the time."""
    match condition:
        case Setting(value=value, operator=operator, operand=operand) if operator.name != "within":
            return Verdict.PASS if operator.test(value, operand.prepared, ANY_TIME) else Verdict.FAIL
        case Not(part=part):
            answer = settled(part)
            return None if answer is None else ~answer
        case AllOf(parts=parts) | AnyOf(parts=parts):
            answers = {settled(part) for part in parts}
            return answers.pop() if len(answers) == 1 else None
        case _:
            return None
