"""What was not seen, why, what it makes unknown, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.model.blind_spot import BlindSpot
from auditor.model.snapshot import kind_of_gap
from auditor.model.types import BY_NAME, ONLY_LIVE, REGISTER_TYPES, SUBSCRIPTION
from auditor.report.report import Unseen
from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.model.finding import Finding
    from auditor.model.resource import Gap
    from auditor.model.snapshot import Snapshot
    from auditor.policy.judge import Judged
    from auditor.policy.rule import Rule

MOST_CONCERNED: Final = 12
"""How many of the resources that a blind spot concerns a page names; the JSON names all."""


def unseen(snapshot: Snapshot, needs: Mapping[str, frozenset[str]], findings: Sequence[Finding]) -> tuple[Unseen, ...]:
    """Every gap, and every list in a subscription that was needed and not read. `needs`: types by rule id."""
    undecided = {finding.rule for finding in findings if finding.status == "unknown"}
    found = {_of_gap(gap, snapshot, needs, undecided) for gap in snapshot.gaps}
    wanted = frozenset[str]().union(*needs.values())
    for kind in BY_NAME.values():
        if kind.name in wanted and kind.owner == SUBSCRIPTION:
            for scope, why in snapshot.unlisted(kind):
                if snapshot.gap_at(scope, kind) is None:
                    rules = _rules(kind.name, needs, undecided)
                    advice = "read it: `auditor scan`, or say in the snapshot that the list was read"
                    found.add(Unseen(scope, _name(snapshot, scope), kind.operation, why.why, rules, advice, ""))
    return tuple(sorted(found, key=lambda item: (item.scope.lower(), item.operation, item.reason)))


def unanswerable(rules: Sequence[Rule], judged: Judged) -> tuple[BlindSpot, ...]:
    """The rules that infrastructure files cannot answer, in one line: what they ask is in no file."""
    elsewhere = ONLY_LIVE | REGISTER_TYPES | {SUBSCRIPTION.lower()}
    names = {rule.id for rule in rules if {name.lower() for name in rule.applies_to} <= elsewhere}
    names |= {name for name, count in judged.only_live.items() if count}
    if not names:
        return ()
    listed = ", ".join(sorted(names))
    asks = "asks" if len(names) == 1 else "ask"
    words = f"{plural(len(names), 'rule')} {asks} about what no file holds (models, handshakes, logs, keys): {listed}."
    return (BlindSpot("onlyLive", words, "They need a live scan: run `auditor scan` once it is deployed."),)


def _of_gap(gap: Gap, snapshot: Snapshot, needs: Mapping[str, frozenset[str]], undecided: set[str]) -> Unseen:
    kind = kind_of_gap(gap)
    rules = () if kind is None else _rules(kind.name, needs, undecided)
    return Unseen(gap.scope, _name(snapshot, gap.scope), gap.operation, gap.reason, rules, _advice(gap), gap.at)


def _rules(type_name: str, needs: Mapping[str, frozenset[str]], undecided: set[str]) -> tuple[str, ...]:
    return tuple(sorted(rule for rule, types in needs.items() if type_name in types and rule in undecided))


def _name(snapshot: Snapshot, scope: str) -> str:
    resource = snapshot.get(scope)
    if resource is None:
        return scope.rstrip("/").rpartition("/")[2]
    shown = resource.body.get("displayName")
    return shown if isinstance(shown, str) and shown else resource.name


def _advice(gap: Gap) -> str:
    """The next step for one gap."""
    if gap.reason.startswith(("401", "403")):
        data = "/FormRecognizer/" in gap.operation or gap.operation.endswith("/blobs/read")
        where = "at the workspace that gets the logs" if "/workspaces/query/" in gap.operation else "at this scope"
        return f"grant the {'data action' if data else 'action'} {gap.operation} {where}"
    if gap.operation.startswith("Auditor.Wire/") and not gap.reason.startswith("--"):
        return "run the audit from where the endpoint can be reached, or leave the handshakes out with --no-probe"
    if "custom subdomain" in gap.reason:
        return "give the account a custom subdomain: without one its models cannot be listed without keys"
    if gap.reason.startswith("429"):
        return "Azure throttled the audit: run it again later, or with fewer subscriptions"
    if gap.reason.startswith("--") or "was given" in gap.reason:
        return "run again without that option"
    if gap.reason.startswith("404"):
        return "it went away while the audit ran: run again"
    return "run again; if it stays, look at the resource in the portal"
