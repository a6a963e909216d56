"""What an identity may read, held against what the rules need: the rights that are missing, and what they leave open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.collectors.catalogue import ON_REQUEST, Permissions, permissions
from auditor.collectors.collect import Request
from auditor.errors import SourceError
from auditor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.audit import Audit
    from auditor.collectors.collect import Progress
    from auditor.collectors.rights import Held, Identity, Rights

SCHEMA: Final = "auditor.doctor/1"
BELOW: Final = "not at the subscription; may be granted at accounts"
"""Rights on data are often given at an account, or a container, and what is given below a scope does not show at it."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A right that the identity lacks at a subscription, and the rules that cannot do without it.

    `data`: it is one on a data plane, so that it may be there all the same, granted below the subscription.
    """

    action: str
    data: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription and what is missing there; `unread` says why that could not be told."""

    id: str
    name: str
    missing: tuple[Missing, ...]
    unread: str | None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Who signed in and what is missing where; `unread`: why there may be further subscriptions."""

    identity: Identity
    profile: str
    rules: int
    subscriptions: tuple[Subscription, ...]
    unread: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether everything that the rules need is known to be granted."""
        told = all(item.unread is None and not item.missing for item in self.subscriptions)
        return told and not self.unread


@dataclass(frozen=True, slots=True)
class Patient:
    """Whose rights to look at, as the user said it. `inspect_blobs`, `batch_results`: for a scan with these options."""

    subscriptions: tuple[str, ...] = ()
    management_group: str | None = None
    cloud: str = "public"
    auth: str | None = None
    inspect_blobs: bool = False
    batch_results: bool = False


def examine(audit: Audit, patient: Patient, progress: Progress) -> Diagnosis:
    """Sign in, read the rights and hold them against the rules of an audit.

    Raises `SourceError` if they could not be read at any subscription.
    """
    from auditor.collectors.rights import read_rights  # noqa: PLC0415 - loads Azure

    request = Request(
        types=frozenset(),
        subscriptions=patient.subscriptions,
        management_group=patient.management_group,
        cloud=patient.cloud,
        auth=patient.auth,
        skipped={},
        tool=VERSION,
    )
    rights = read_rights(request, progress)
    if all(held.unread is not None for held in rights.held):
        raise SourceError(
            f"what this identity may do could not be read: {rights.held[0].unread}",
            "The role that `auditor role` prints includes the right to ask, and so does Reader.",
        )
    left_out = frozenset(name for option, name in ON_REQUEST.items() if not getattr(patient, option))
    return diagnose(audit, rights, left_out)


def diagnose(audit: Audit, rights: Rights, left_out: frozenset[str] = frozenset(ON_REQUEST.values())) -> Diagnosis:
    """Hold the rights against the rules, without the types that a scan leaves out. Pure."""
    needed = permissions(audit.types - left_out)
    by_rule = {rule: permissions(types - left_out) for rule, types in audit.needs.items()}
    subscriptions = tuple(_examined(held, needed, by_rule) for held in rights.held)
    return Diagnosis(rights.identity, audit.choice.profile, len(audit.rules), subscriptions, rights.unread)


def _examined(held: Held, needed: Permissions, by_rule: Mapping[str, Permissions]) -> Subscription:
    if held.unread is not None:
        return Subscription(held.subscription, held.name, (), held.unread)
    actions = [
        Missing(action, data=False, rules=_rules_with(action, {rule: own.actions for rule, own in by_rule.items()}))
        for action in needed.actions
        if not held.allows(action)
    ]
    data = [
        Missing(action, data=True, rules=_rules_with(action, {rule: own.data_actions for rule, own in by_rule.items()}))
        for action in needed.data_actions
        if not held.allows(action, data=True)
    ]
    return Subscription(held.subscription, held.name, (*actions, *data), None)


def _rules_with(action: str, rights: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The rules that need a right; none if it only helps to find which storage accounts hold documents."""
    return tuple(sorted(rule for rule, own in rights.items() if action in own))


def as_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis for other programs."""
    who = diagnosis.identity
    return {
        "schema": SCHEMA,
        "tool": {"name": "auditor", "version": VERSION},
        "identity": {
            "kind": who.kind,
            "name": who.name or None,
            "objectId": who.object_id or None,
            "applicationId": who.application_id or None,
            "tenant": who.tenant or None,
        },
        "policy": {"profile": diagnosis.profile, "rules": diagnosis.rules},
        "complete": diagnosis.complete,
        "subscriptions": [_subscription_json(item) for item in diagnosis.subscriptions],
        "unread": list(diagnosis.unread),
    }


def _subscription_json(item: Subscription) -> dict[str, Any]:
    missing = [
        {"action": lack.action, "data": lack.data, "note": BELOW if lack.data else None, "rules": list(lack.rules)}
        for lack in item.missing
    ]
    return {"id": item.id, "name": item.name, "unread": item.unread, "missing": missing}
