"""What storage accounts say themselves: firewall and CORS rules that let an account, or the Studio, in."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from auditor.facts.addresses import host_and_path
from auditor.facts.parts import is_hidden, list_in, objects_in, part_of, text_in
from auditor.facts.signals.link import Link
from auditor.model.reading import Found, Json, Unread
from auditor.model.resource import resource_key
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT, BLOB_SERVICE, BY_NAME, STORAGE, subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

STUDIO_ADDRESS: Final = "20.3.165.95"
"""The fixed address of the Studio's server (azure-facts 2.1 and 3a, D6)."""
STUDIO_HOSTS: Final = frozenset(
    {
        f"{studio}.{domain}"
        for studio in ("documentintelligence.ai", "formrecognizer.appliedai")
        for domain in ("azure.com", "azure.us", "azure.cn")
    }
)
_RULE: Final = re.compile(
    r"^/subscriptions/([^/]+)(?:/resourcegroups/([^/]+))?(?:/providers/([^/]+/[^/]+)(?:/([^/]+)(?:/.*)?)?)?$"
)
_GUID: Final = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_MOST_NAMES: Final = 3
_PLAIN: Final = str.maketrans({"[": "[[]", "?": "[?]"})


def links(estate: Estate) -> Iterator[Link]:
    """A link for each account that a rule names, and a hint without an account where the Studio is let in."""
    for storage in estate.snapshot.of_type(STORAGE):
        for rule in access_rules(storage):
            pattern = text_in(rule.get("resourceId"))
            for account in accounts_let_in(rule, estate):
                through = f" for {pattern}" if resource_key(pattern) != account.key else ""
                words = f"a resource access rule of its firewall{through} lets {account.name} in"
                yield Link(storage.key, account, "resourceAccessRule", "intent", words)
        if admits_studio(storage):
            words = f"its firewall lets Document Intelligence Studio in{_studio_accounts(estate)}"
            yield Link(storage.key, None, "studioAddress", "hint", words)
        if _cors_admits_studio(storage, estate):
            words = f"its CORS rules let Document Intelligence Studio in{_studio_accounts(estate)}"
            yield Link(storage.key, None, "studioCors", "hint", words)


def doubt(storage: Resource, estate: Estate) -> Unread | None:
    """The store's own rules that were not read, and those that let in an account which was not seen."""
    if any(is_hidden(storage.body, "properties", "networkAcls", name) for name in ("resourceAccessRules", "ipRules")):
        return Unread("the rules of its firewall were not read")
    for rule in access_rules(storage):
        if lets_in_unseen(rule, estate) and "*" not in subscription_in(rule):
            named = rule["resourceId"]
            return Unread(
                f"a resource access rule of its firewall lets in {named}, which lies outside of what was read"
            )
    service = estate.snapshot.listing(storage.id, BLOB_SERVICE).only()
    if isinstance(service, Unread):
        return Unread(f"the CORS rules of its blob service were not read: {service.why}")
    if isinstance(service, Found) and is_hidden(service.value, "properties", "cors"):
        return Unread("the CORS rules of its blob service were not read")
    return None


def access_rules(storage: Resource) -> Sequence[dict[str, Json]]:
    """The rules of the firewall that let resources in by their id."""
    return objects_in(part_of(storage.body.get("properties"), "networkAcls", "resourceAccessRules"))


def accounts_let_in(rule: dict[str, Json], estate: Estate) -> Iterator[Resource]:
    """Accounts that hosts Document Intelligence and that a rule names, unless it says that they lie in another tenant."""
    named = resource_key(text_in(rule.get("resourceId")))
    matching = estate.once(("let in", named), lambda: [item for item in estate.accounts if _names(named, item.key)])
    tenant = text_in(rule.get("tenantId")).lower()
    for account in matching:
        if not (own := tenant_of(account, estate)) or not _GUID.match(tenant) or own == tenant:
            yield account


def _names(written: str, account: str) -> bool:
    """Whether a rule's id names an account: as it is, by `*` in any part, or by a scope above it.

    `…/resourceGroups/*/providers/Microsoft.CognitiveServices/accounts/*` is what the portal writes for all accounts of a
    subscription; a part that is left out stands for any as well, since a rule may not be read as narrower than it is.
    """
    rule, own = _RULE.match(written), _RULE.match(account)
    if rule is None or own is None:
        return written == account
    return all(
        wanted is None or _like(wanted, mine or "") for wanted, mine in zip(rule.groups(), own.groups(), strict=True)
    )


def _like(pattern: str, text: str) -> bool:
    return fnmatchcase(text, pattern.translate(_PLAIN))


def subscription_in(rule: dict[str, Json]) -> str:
    """What a rule says of the subscription of those that it lets in; empty where its id is of no form that is known."""
    match = _RULE.match(resource_key(text_in(rule.get("resourceId"))))
    return match[1] if match else ""


def lets_in_unseen(rule: dict[str, Json], estate: Estate) -> bool:
    """Whether a rule may let in a cognitive account that lies outside of what was read."""
    match = _RULE.match(resource_key(text_in(rule.get("resourceId"))))
    if match is None or not _like(match[3] or "*", ACCOUNT.lower()):
        return False
    if "*" in match[1]:
        return True
    subscription = f"/subscriptions/{match[1]}"
    if estate.snapshot.header.kind == INFRASTRUCTURE:
        return not any(_names(match[0], item.key) for item in estate.snapshot.of_type(ACCOUNT))
    read = subscription in estate.snapshot.subscriptions
    return not read or estate.snapshot.listing(subscription, ACCOUNT).unread is not None


def tenant_of(resource: Resource, estate: Estate) -> str:
    """The tenant that a resource lies in, in lower case; empty where nothing that was read tells."""
    subscription = estate.snapshot.get(subscription_of(resource.key) or "")
    body = {} if subscription is None else subscription.body
    told = (part_of(resource.body.get("identity"), "tenantId"), part_of(body.get("properties"), "tenantId"))
    return next((tenant.lower() for tenant in told if isinstance(tenant, str) and tenant), "")


def admits_studio(resource: Resource) -> bool:
    """Whether a firewall lets the Studio's server in; on an account's that says that the Studio is used with it."""
    rules = objects_in(part_of(resource.body.get("properties"), "networkAcls", "ipRules"))
    return any(text_in(rule.get("value")).split("/")[0] == STUDIO_ADDRESS for rule in rules)


def _studio_accounts(estate: Estate) -> str:
    """Which accounts the Studio is used with: no proof that it is used with a certain store, but a hint at which to ask."""

    def derive() -> str:
        names = [account.name for account in estate.accounts if admits_studio(account)]
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        return f", as the firewall of {', '.join(names[:_MOST_NAMES])}{more} does" if names else ""

    return estate.once("accounts of the Studio", derive)


def _cors_admits_studio(storage: Resource, estate: Estate) -> bool:
    """Whether a CORS rule names the Studio's origin; `*` admits it too, but is no sign that it is used."""
    children_of = estate.once("blob services", lambda: estate.snapshot.lister(BY_NAME[BLOB_SERVICE.lower()]))
    services, _ = children_of(storage.key)
    if not services:
        return False
    return any(
        host_and_path(text_in(origin))[0] in STUDIO_HOSTS
        for rule in objects_in(part_of(services[0].body.get("properties"), "cors", "corsRules"))
        for origin in list_in(rule.get("allowedOrigins"))
    )
