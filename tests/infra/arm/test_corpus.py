"""Every expression of the corpus of real templates."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from auditor.infra.arm.evaluate import evaluate
from auditor.infra.arm.expressions import ExpressionError, is_expression, parse, show
from auditor.infra.arm.values import Symbolic
from auditor.model.reading import Json, Unread
from tests.infra.arm.scopes import Simple
from tests.needs import corpus

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_STRICT = 3
"""Files with comments, trailing commas or line breaks in texts, which `json` does not read."""

BROKEN = {
    # No template: an example of a REST body.
    "[tartget url]": "expected “(”, found “url”",
    # Broken upstream: `['2015-10-01'…` lost its bracket (orchard-cms-video-portal).
    (
        "[listKeys(resourceId('Microsoft.Media/mediaservices', variables('mediaServicesAccountName')), "
        "providers('Microsoft.Media', 'mediaservices')'2015-10-01'0]).primaryKey]"
    ): "expected “)”, found “'2015-10-01'”",
}
TOO_MANY_NAMES = {
    # `resourceId` of deployments with a second name, in three nested templates of SAP.
    "[resourceId('Microsoft.Resources/deployments', variables('nestedDeploymentNameLBSCS'), '0')]",
    "[resourceId('Microsoft.Resources/deployments/', variables('nestedDeploymentNameLBDB'), '0')]",
    "[resourceId('Microsoft.Resources/deployments/', variables('nestedDeploymentNameLBERS'), '0')]",
}


class Unknowing(Simple):
    """Nothing has a value yet; every loop is at its start."""

    def parameter(self, name: str) -> Json:
        return Unread(f"parameter {name} has no value")

    def variable(self, name: str) -> Json:
        return Unread(f"variable {name} is not asked")

    def copy_index(self, loop: str | None, offset: int) -> Json:  # noqa: ARG002
        return offset


def strings(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, item in value.items():
                yield key
                yield from strings(item)
        case list():
            for item in value:
                yield from strings(item)


@cache
def expressions() -> tuple[int, frozenset[str]]:
    """How many expressions there are, and each once."""
    found: list[str] = []
    unreadable = 0
    for path in sorted(corpus().rglob("*.json")):
        try:
            value = json.loads(path.read_text("utf-8-sig"), strict=False)
        except ValueError:
            unreadable += 1
        else:
            found += filter(is_expression, strings(value))
    assert unreadable == NOT_STRICT
    return len(found), frozenset(found)


def test_every_expression_is_a_tree_but_for_those_that_are_broken() -> None:
    count, texts = expressions()
    assert (count, len(texts)) == (24_398, 8_003)
    problems = {}
    for text in texts:
        try:
            node = parse(text)
        except ExpressionError as error:
            problems[text] = error.problem
        else:
            assert show(parse(f"[{show(node)}]")) == show(node)
    assert problems == BROKEN


def test_every_expression_has_a_value_where_nothing_is_known_yet() -> None:
    """All functions of the corpus exist and take what is given to them; what is unread has a text for names."""
    scope = Unknowing()
    refused = set()
    known = 0
    for text in expressions()[1] - BROKEN.keys():
        try:
            value = evaluate(text, scope)
        except ExpressionError:
            refused.add(text)
        else:
            assert not isinstance(value, Unread) or isinstance(value, Symbolic)
            known += not isinstance(value, Unread)
    assert refused == TOO_MANY_NAMES
    assert known == 1_597
