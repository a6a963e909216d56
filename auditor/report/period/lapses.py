"""Lapses: how long a rule was failed, told from the intervals of one pair of rule and resource.

What was not seen is unknown, never a pass: a lapse ends only when a run saw the rule kept, when a waiver took it, or when
the resource or the rule is gone. An outage of the audits, or a time in which nothing could be decided, does not end it.
"""

from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Final

from auditor.report.period.period_report import Lapse, LapseEnding, Tally
from auditor.report.period.watch import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.history.period import Interval
    from auditor.model.reading import Json
    from auditor.report.period.timeline import Stretch

ENDINGS: Final[tuple[LapseEnding, ...]] = ("open", "fixed", "waived", "gone", "not applicable", "rule gone")
_NEXT: Final[dict[str, LapseEnding]] = {"pass": "fixed", "waived": "waived"}
_GONE: Final[dict[str | None, LapseEnding]] = {"ruleGone": "rule gone", "notApplicable": "not applicable"}


def lapses_of(stretches: Sequence[Stretch], since: int, until: int, owner: str | None) -> list[Lapse]:
    """The lapses of one pair, from its stretches in order."""
    found: list[Lapse] = []
    chain: list[Stretch] = []
    for stretch in stretches:
        follows = not chain or chain[-1].ends_at == stretch.begins
        if chain and not (follows and _goes_on(stretch.interval)):
            found.append(_lapse(chain, stretch.interval if follows else None, since, until, owner))
            chain = []
        if chain or _begins(stretch.interval):
            chain.append(stretch)
    if chain:
        found.append(_lapse(chain, None, since, until, owner))
    return found


def _begins(interval: Interval) -> bool:
    return interval.state == "fail" or (interval.state == "notSeen" and interval.last_known == "fail")


def _goes_on(interval: Interval) -> bool:
    return interval.state not in _NEXT


def _lapse(chain: Sequence[Stretch], following: Interval | None, since: int, until: int, owner: str | None) -> Lapse:
    last = chain[-1]
    begins = chain[0].begins
    ending: LapseEnding = "open"
    if last.ends_at is not None:
        ending = _GONE.get(last.interval.ending, "gone") if following is None else _NEXT[following.state]
    failing = [stretch for stretch in chain if stretch.interval.state == "fail"]
    about = (failing or chain)[-1].interval
    return Lapse(
        rule=about.rule,
        severity=about.severity,
        fingerprint=about.fingerprint,
        resource_id=about.resource_id,
        resource_type=about.resource_type,
        resource_name=about.resource_name,
        location=about.location,
        first_seen=chain[0].interval.first_seen,
        last_seen=moment_of(failing[-1].last_seen) if failing else None,
        carried=begins < since,
        ended=None if last.ends_at is None else moment_of(last.ends_at),
        ending=ending,
        length=(until if last.ends_at is None else last.ends_at) - begins,
        failing=sum(stretch.known for stretch in failing),
        not_known=sum(stretch.length for stretch in chain) - sum(stretch.known for stretch in failing),
        owner=owner,
        message=about.message,
    )


def tally(lapses: Iterable[Lapse]) -> Tally:
    """Count lapses, and measure the repairs among them: a resource that is gone was not repaired."""
    listed = list(lapses)
    counted = Counter(lapse.ending for lapse in listed)
    repairs = [lapse.length for lapse in listed if lapse.ending == "fixed"]
    still = [lapse.length for lapse in listed if lapse.ending == "open"]
    return Tally(
        endings={ending: counted[ending] for ending in ENDINGS},
        median=int(median(repairs)) if repairs else None,
        longest=max(repairs, default=None),
        oldest=max(still, default=None),
    )


def waives(waiver: Mapping[str, Json], rule: str, resource_id: str) -> bool:
    """Whether a waiver is about a rule and a resource: its id, or a pattern with `*`; letters' case does not matter."""
    pattern = re.escape(str(waiver.get("resource", "")).rstrip("/")).replace(r"\*", ".*")
    fits = re.fullmatch(pattern, resource_id.rstrip("/"), re.IGNORECASE | re.DOTALL)
    return waiver.get("rule") == rule and fits is not None
