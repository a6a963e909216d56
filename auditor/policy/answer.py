"""The judgement of one pair of rule and resource: what all faster ways of judging must agree with."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, TypeAlias

from auditor.model.finding import Evidence, Judgement
from auditor.model.reading import LIVE_SCAN, Unread
from auditor.model.verdict import Verdict
from auditor.policy.condition import COUNT_UNREAD

if TYPE_CHECKING:
    from auditor.policy.compiler import CompiledRule
    from auditor.policy.condition import Scope


class Unjudged(Enum):
    """Why a pair of rule and resource gives no finding."""

    NOT_APPLICABLE = auto()
    ONLY_LIVE = auto()


Answer: TypeAlias = Judgement | Unjudged


def applies(rule: CompiledRule, scope: Scope, subject_id: str) -> Verdict:
    """Whether a rule applies to a resource."""
    try:
        return rule.where.verdict(scope)
    except Exception as error:
        error.add_note(_while(rule, subject_id))
        raise


def answer(rule: CompiledRule, scope: Scope, subject_id: str, applied: Verdict, *, explain_passes: bool) -> Answer:
    """Judge one pair to which the rule applies, or may; the evidence is kept without source and place.

    Where it cannot be told whether the rule applies, a check that passes still passes, and one that fails is unknown.
    """
    try:
        if not explain_passes and rule.check.verdict(scope) is Verdict.PASS:
            return Judgement(Verdict.PASS, ())
        judgement = rule.check.judge(scope)
        if judgement.verdict is Verdict.UNKNOWN and _only_a_scan_tells(judgement):
            return Unjudged.ONLY_LIVE
        if applied is Verdict.UNKNOWN and judgement.verdict is not Verdict.PASS:
            doubt = rule.where.judge(scope)
            if _only_a_scan_tells(doubt):
                return Unjudged.ONLY_LIVE
            return Judgement(Verdict.UNKNOWN, (*doubt.because, *judgement.because))
        if judgement.verdict is Verdict.FAIL and (doubts := _deployment_doubt(scope)):
            return Judgement(Verdict.UNKNOWN, (*doubts, *judgement.because))
    except Exception as error:
        error.add_note(_while(rule, subject_id))
        raise
    return judgement


def _while(rule: CompiledRule, subject_id: str) -> str:
    return f"while judging {subject_id} by {rule.rule.id}"


def _only_a_scan_tells(judgement: Judgement) -> bool:
    """Whether all that leaves it open is what no file holds; in a live snapshot nothing is unread for that reason."""
    left_open = [item.reading for item in judgement.because if item.holds is None]
    whole = [item for item in left_open if not (isinstance(item, Unread) and item.why.startswith(COUNT_UNREAD))]
    return bool(whole) and all(isinstance(item, Unread) and item.settled_by == LIVE_SCAN for item in whole)


DEPLOYED = "condition"
"""Where a body says whether a template deploys the resource at all; see `_deployment_doubt`."""


def _deployment_doubt(scope: Scope) -> tuple[Evidence, ...]:
    """That nobody knows whether a template deploys the resource at all; nothing where that is plain.

    Its body then has a `condition` that is unread (`auditor.infra.arm.bodies`), which nothing from Azure has.
    """
    body = scope.target.body
    why = body.get(DEPLOYED) if isinstance(body, dict) else None
    if not isinstance(why, Unread):
        return ()
    return (Evidence(DEPLOYED, {"equals": True}, "be true", why),)
