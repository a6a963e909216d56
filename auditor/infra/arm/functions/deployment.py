"""Functions that ask where an expression stands: parameters, variables, loops, and what is deployed where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.functions.function import Function, Takes
from auditor.infra.arm.values import ArgumentError, integer, text
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.infra.arm.evaluate import Evaluation
    from auditor.infra.arm.expressions import Call
    from auditor.model.reading import Json


def _named(what: str, lookup: Callable[[Evaluation], Callable[[str], Json]]) -> Callable[[Evaluation, Call], Json]:
    """A function that takes one name: of a parameter or a variable."""

    def run(evaluation: Evaluation, call: Call) -> Json:
        name = text(evaluation.value(call.arguments[0]))
        try:
            return lookup(evaluation)(name)
        except KeyError:
            raise ArgumentError(f"there is no {what} “{name}”") from None

    return run


def _copy_index(evaluation: Evaluation, call: Call) -> Json:
    """The turn of a loop: the innermost or the named one, and what to add to it."""
    arguments = [evaluation.value(argument) for argument in call.arguments]
    loop = arguments.pop(0) if arguments and isinstance(arguments[0], str) else None
    offset = arguments.pop(0) if arguments else 0
    if arguments:
        raise ArgumentError("expected the name of a loop first")
    further = integer(offset)
    try:
        return evaluation.scope.copy_index(loop, further)
    except KeyError:
        raise ArgumentError(f"there is no loop “{loop}” here" if loop else "there is no loop here") from None


def _about(name: str) -> Callable[[Evaluation, Call], Json]:
    """What is known of the deployment, of where it goes or of the cloud."""
    return lambda evaluation, _: evaluation.scope.deployment(name)


def _fail(*arguments: Json) -> Json:
    raise ArgumentError(f"the template stops here: {text(arguments[0])}")


def _later(why: str) -> Callable[..., Json]:
    return lambda *_: Unread(why)


FUNCTIONS: Final = (
    Function("copyIndex", 0, 2, _copy_index, Takes.CALL),
    Function("deployer", 0, 0, _about("deployer"), Takes.CALL),
    Function("deployment", 0, 0, _about("deployment"), Takes.CALL),
    Function("environment", 0, 0, _about("environment"), Takes.CALL),
    Function("externalInput", 1, 2, _later("the value comes from outside of the file"), Takes.ANY),
    Function("externalInputs", 1, 1, _later("the value comes from outside of the file"), Takes.ANY),
    Function("fail", 1, 1, _fail),
    Function("managementGroup", 0, 0, _about("managementGroup"), Takes.CALL),
    Function("newGuid", 0, 0, _later("a new GUID is made at each deployment"), Takes.ANY),
    Function("parameters", 1, 1, _named("parameter", lambda evaluation: evaluation.scope.parameter), Takes.CALL),
    Function("resourceGroup", 0, 0, _about("resourceGroup"), Takes.CALL),
    Function("subscription", 0, 0, _about("subscription"), Takes.CALL),
    Function("tenant", 0, 0, _about("tenant"), Takes.CALL),
    Function("variables", 1, 1, _named("variable", lambda evaluation: evaluation.scope.variable), Takes.CALL),
)
