"""Functions on resources: their ids, which a template can tell in part, and what they will be, which it cannot.

An id is always a text, so that links find it; names that are unread stand in braces (`auditor.infra.ids`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.values import ArgumentError, Partly, UndecidedError, integer, symbol_of, text
from auditor.infra.ids import resource_id
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.infra.arm.evaluate import Evaluation
    from auditor.infra.arm.expressions import Call
    from auditor.model.reading import Json

_GROUPS: Final = "/resourcegroups/"
_MANAGEMENT_GROUPS: Final = "/providers/Microsoft.Management/managementGroups"


def _id(scope: str, type_name: str, names: list[str]) -> str:
    """The id at a scope; templates write types with a slash at the end as well, and Azure takes them."""
    if not names:
        raise ArgumentError("expected the name of a resource")
    try:
        found = resource_id(scope, type_name.strip("/"), *names)
    except ValueError as error:
        raise ArgumentError(str(error)) from error
    return Partly(found) if "{" in found else found


def _split(evaluation: Evaluation, call: Call) -> tuple[list[str], str, list[str]]:
    """What stands before the type of a resource, the type, and the names after it."""
    values = [evaluation.value(argument) for argument in call.arguments]
    place = next((at for at, value in enumerate(values) if isinstance(value, str) and "/" in value), None)
    if place is None:
        if unread := next((value for value in values if isinstance(value, Unread)), None):
            raise UndecidedError(unread)
        raise ArgumentError("expected the type of a resource")
    words = [_word(value) for value in values]
    return words[:place], words[place], words[place + 1 :]


def _word(value: Json) -> str:
    """A name; a number serves as well."""
    match value:
        case str():
            return value
        case Unread():
            return symbol_of(value)
        case _:
            return str(integer(value))


def _subscription_of(scope: str) -> str:
    return scope[: scope.lower().index(_GROUPS)] if _GROUPS in scope.lower() else scope


def _resource_id(evaluation: Evaluation, call: Call) -> str:
    """`resourceId([subscription], [group], type, names…)` from where the template is deployed."""
    before, type_name, names = _split(evaluation, call)
    scope = evaluation.scope.resource_scope()
    match before:
        case []:
            return _id(scope if scope.startswith("/subscriptions/") else "", type_name, names)
        case [one] if _GROUPS in scope.lower():
            return _id(f"{_subscription_of(scope)}/resourceGroups/{one}", type_name, names)
        case [one]:
            return _id(f"/subscriptions/{one}", type_name, names)
        case [subscription, group]:
            return _id(f"/subscriptions/{subscription}/resourceGroups/{group}", type_name, names)
        case _:
            raise ArgumentError("expected a subscription and a group at most before the type")


def _subscription_resource_id(evaluation: Evaluation, call: Call) -> str:
    before, type_name, names = _split(evaluation, call)
    match before:
        case []:
            return _id(_subscription_of(evaluation.scope.resource_scope()), type_name, names)
        case [subscription]:
            return _id(f"/subscriptions/{subscription}", type_name, names)
        case _:
            raise ArgumentError("expected a subscription at most before the type")


def _tenant_resource_id(evaluation: Evaluation, call: Call) -> str:
    before, type_name, names = _split(evaluation, call)
    if before:
        raise ArgumentError("expected the type first")
    return _id("", type_name, names)


def _management_group_resource_id(evaluation: Evaluation, call: Call) -> str:
    before, type_name, names = _split(evaluation, call)
    scope = evaluation.scope.resource_scope()
    match before:
        case [] if scope.lower().startswith(_MANAGEMENT_GROUPS.lower()):
            return _id(scope, type_name, names)
        case []:
            return _id(f"{_MANAGEMENT_GROUPS}/{{managementGroup}}", type_name, names)
        case [group]:
            return _id(f"{_MANAGEMENT_GROUPS}/{group}", type_name, names)
        case _:
            raise ArgumentError("expected a management group at most before the type")


def _extension_resource_id(evaluation: Evaluation, call: Call) -> str:
    base, type_name, *names = (evaluation.value(argument) for argument in call.arguments)
    return _id(_word(base), text(type_name), [_word(name) for name in names])


def _reference(evaluation: Evaluation, call: Call) -> Json:
    """What a resource will be: the scope knows, or says why nobody does."""
    target, *further = (evaluation.value(argument) for argument in call.arguments)
    version = further[0] if further else None
    full = len(further) > 1 and isinstance(further[1], str) and further[1].lower() == "full"
    return evaluation.scope.reference(target, version, full)


def _references(evaluation: Evaluation, call: Call) -> Json:
    target, *further = (evaluation.value(argument) for argument in call.arguments)
    full = bool(further) and isinstance(further[0], str) and further[0].lower() == "full"
    return evaluation.scope.reference(target, None, full)


def _resource_info(evaluation: Evaluation, call: Call) -> Json:
    """Id, name and type of a resource by its symbolic name."""
    return evaluation.scope.reference(evaluation.value(call.arguments[0]), None, True)  # noqa: FBT003


def _unread(why: str) -> Callable[..., Json]:
    return lambda *_: Unread(why)


LIST: Final = Function("list*", 0, 3, _unread("keys and other answers of an action are never asked for"), Takes.ANY)
"""`listKeys` and all others: what resource providers call so."""

FUNCTIONS: Final = (
    Function("extensionResourceId", 3, MANY, _extension_resource_id, Takes.CALL),
    Function("managementGroupResourceId", 2, MANY, _management_group_resource_id, Takes.CALL),
    Function("pickZones", 3, 5, _unread("which zones a region has is known to Azure alone"), Takes.ANY),
    Function("providers", 1, 2, _unread("what a provider offers is known to Azure alone"), Takes.ANY),
    Function("reference", 1, 3, _reference, Takes.CALL),
    Function("references", 1, 2, _references, Takes.CALL),
    Function("resourceId", 2, MANY, _resource_id, Takes.CALL),
    Function("resourceInfo", 1, 1, _resource_info, Takes.CALL),
    Function("subscriptionResourceId", 2, MANY, _subscription_resource_id, Takes.CALL),
    Function("tenantResourceId", 2, MANY, _tenant_resource_id, Takes.CALL),
    Function("toLogicalZone", 3, 3, _unread("zones of a subscription are known to Azure alone"), Takes.ANY),
    Function("toLogicalZones", 3, 3, _unread("zones of a subscription are known to Azure alone"), Takes.ANY),
    Function("toPhysicalZone", 3, 3, _unread("zones of a subscription are known to Azure alone"), Takes.ANY),
    Function("toPhysicalZones", 3, 3, _unread("zones of a subscription are known to Azure alone"), Takes.ANY),
)
