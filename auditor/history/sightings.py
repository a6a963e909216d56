"""Which runs looked at what, so that nothing has to be written for what a run found unchanged.

A pair of rule and resource has an *anchor*: the subscriptions that a run must have in its scope to judge it. That is
the subscription it lies in; for what lies in none (the register of models, stores known only by name) it is all that
was in scope when it was first seen, because a narrower run may not see what leads there. A run that has the anchor in
its scope and applied the rule either found the pair as it was, or the interval ends there.

A run that began earlier than another that looked at the same thing, and was recorded later, tells nothing new about it.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.history.period import Run


def anchor_of(resource_id: str, scope: Sequence[str]) -> str:
    """The anchor of a pair that is seen for the first time, as one text."""
    own = subscription_of(resource_id)
    return own if own is not None else " ".join(sorted(scope))


def stored(anchor: str, resource_id: str) -> str:
    """An anchor as it is stored: nothing where the resource's id tells it, which is nearly everywhere."""
    return "" if anchor == subscription_of(resource_id) else anchor


def restored(anchor: str, resource_id: str) -> str:
    """The anchor that was stored so."""
    return anchor or subscription_of(resource_id) or ""


def same_policy(run: Run, earlier: Run) -> bool:
    """Whether a run judged by the policy of an earlier one, changed perhaps, and not by some other.

    That shows in the profile, and in that it still has half of the rules at least.
    """
    rules = set(earlier.rules)
    return run.profile in {earlier.profile, "strict"} and 2 * len(rules & set(run.rules)) >= len(rules)


class Sightings:
    """Answers which runs, in order of their numbers, had an eye on an anchor by a rule.

    `floor` is the latest start among the runs that were pruned.
    """

    def __init__(self, runs: Sequence[Run], floor: str = "") -> None:
        self._runs = runs
        self._floor = floor
        self._scopes = [frozenset(run.scope) for run in runs]
        self._rules = [frozenset(run.rules) for run in runs]
        self._in_scope: dict[str, list[int]] = {}
        self._found: dict[tuple[str, str], tuple[list[int], list[Run]]] = {}

    def last(self, anchor: str, rule: str, before: int | None = None) -> Run | None:
        """The last run, before the one of that number, that looked."""
        numbers, runs = self._of(anchor, rule)
        index = len(runs) if before is None else bisect_left(numbers, before)
        return runs[index - 1] if index else None

    def looked(self, run: Run, anchor: str, rule: str) -> bool:
        """Whether a run looked, and tells something new."""
        return self.last(anchor, rule, run.number + 1) is run

    def late(self, run: Run, anchor: str, rule: str) -> bool:
        """Whether a run began before another that looked and was recorded earlier."""
        before = self.last(anchor, rule, run.number)
        return run.started < (self._floor if before is None else before.started)

    def _of(self, anchor: str, rule: str) -> tuple[list[int], list[Run]]:
        found = self._found.get((anchor, rule))
        if found is None:
            latest, runs = self._floor, []
            for index in self._around(anchor):
                run = self._runs[index]
                if run.started < latest:
                    continue
                if rule in self._rules[index]:
                    latest = run.started
                    runs.append(run)
                elif runs and same_policy(run, runs[-1]):  # it has taken the rule out, and what began before it is late
                    latest = run.started
            found = self._found[anchor, rule] = ([run.number for run in runs], runs)
        return found

    def _around(self, anchor: str) -> list[int]:
        """Where in the order the runs stand that had all of an anchor in their scope."""
        if anchor not in self._in_scope:
            wanted = frozenset(anchor.split())
            self._in_scope[anchor] = [index for index, scope in enumerate(self._scopes) if wanted <= scope]
        return self._in_scope[anchor]
