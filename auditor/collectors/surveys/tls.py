"""Which versions of TLS an endpoint takes on the wire: each is tried once, with a handshake of exactly that version.

What is answered over an old version is compared with what the same request gets over a new one, for storage refuses
by request (test-bed 5): 400 `TlsVersionNotPermitted`, says the field; azure-facts has no source for the name. So:

- A 400 of that name is a refusal, and so is any 400 that newer versions do not get. A 400 that they get in the same
  words is not about the version. Without words, nobody can tell; nor where newer ones get a 429 or 5xx, which pass.
- A 403, 429 or 5xx of storage over an old version tells nothing: which is looked at first, the network rules or the
  version, is documented nowhere.
- Every other answer means that the version was taken.
- An ended handshake is a refusal only of a host that spoke some other version. A line that is silent never is one.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final, assert_never
from urllib.parse import urlsplit

from auditor.collectors.answers import NotReadError
from auditor.collectors.guard import is_blob_host, is_cognitive_host
from auditor.collectors.limits import Counted
from auditor.collectors.questions import subdomain
from auditor.collectors.surveys import Desk, Survey
from auditor.collectors.wire import VERSIONS, Answered, Foreign, Outcome, Refused, Unclear, greet, spoke
from auditor.model.reading import Unread
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_LOG: Final = logging.getLogger(__name__)
TOO_OLD: Final = "TlsVersionNotPermitted"
_MODERN: Final = ("TLS1_3", "TLS1_2")
_BAD_REQUEST: Final = 400
_TOO_MANY: Final = 429
_BEFORE_LOOKING: Final = frozenset({403, _TOO_MANY})
_SERVER_ERRORS: Final = 500


async def probe_account(account: Resource, desk: Desk) -> Survey:
    """The versions that a Document Intelligence endpoint takes; the platform enforces 1.2 (azure-facts 2.1, D8)."""
    own = subdomain(account).lower()
    host = f"{own}.{desk.cloud.cognitive_suffix}" if own else _host_of(_properties(account).get("endpoint"))
    if not host:
        raise NotReadError("the account names no endpoint")
    if not is_cognitive_host(host, desk.cloud):
        raise NotReadError(f"refused: not an endpoint of the {desk.cloud.name} cloud")
    return await _probe(account, host, desk, by_request=False)


async def probe_storage(storage: Resource, desk: Desk) -> Survey:
    """The versions that the blob endpoint of a storage account takes."""
    host = blob_host(storage, desk)
    return await _probe(storage, host, desk, by_request=True)


def blob_host(storage: Resource, desk: Desk) -> str:
    """The host of a storage account's blob endpoint, made from its name where the account names none of the cloud's."""
    endpoints = _properties(storage).get("primaryEndpoints")
    named = _host_of(endpoints.get("blob")) if isinstance(endpoints, dict) else ""
    host = named if is_blob_host(named, desk.cloud) else f"{storage.name.lower()}.{desk.cloud.blob_suffix}"
    if not is_blob_host(host, desk.cloud):
        raise NotReadError(f"refused: not a blob endpoint of the {desk.cloud.name} cloud")
    return host


async def _probe(owner: Resource, host: str, desk: Desk, *, by_request: bool) -> Survey:
    counted = Counted(desk.record.throttle, subscription_of(owner.key) or owner.key)
    outcomes: dict[str, Outcome] = {}
    for version in reversed(VERSIONS):  # new ones first: where nobody answers, the rest need not be tried
        outcome = await desk.reader.probe(desk.record.operation, counted, partial(greet, host, version))
        outcomes[version] = outcome
        _LOG.info("handshake with %s, %s: %s", host, version, type(outcome).__name__.lower())
        if len(outcomes) == 1 and isinstance(outcome, Unclear) and not outcome.reached:
            outcomes = dict.fromkeys(VERSIONS, outcome)
            break
    offers = [_offer(version, outcomes, by_request=by_request) for version in VERSIONS]
    issuers = {outcome.issuer for outcome in outcomes.values() if isinstance(outcome, Answered) and outcome.issuer}
    vouched = f" with a certificate by {' and by '.join(sorted(issuers))}" if issuers else ""
    return Survey({"host": host, "offers": offers}, f"TLS handshakes and HEAD https://{host}/{vouched}")


def _offer(version: str, outcomes: Mapping[str, Outcome], *, by_request: bool) -> Json:
    accepted, words = judged(version, outcomes, by_request=by_request)
    return {"version": version, "accepted": accepted, "words": words}


def judged(version: str, outcomes: Mapping[str, Outcome], *, by_request: bool) -> tuple[bool | Unread, str]:
    """Whether a version is taken, and why that is thought; `outcomes` are those of all versions with one host."""
    foreign = next((outcome for outcome in outcomes.values() if isinstance(outcome, Foreign)), None)
    outcome = foreign or outcomes[version]
    match outcome:
        case Foreign(why=why):
            return _unread(f"something between answers in its place: {why}")
        case Unclear(why=why):
            return _unread(why)
        case Refused(how=how):
            if any(map(spoke, outcomes.values())):
                return False, f"refused in the handshake: {how}"
            return _unread(f"{how}, but the host spoke no other version either, so this may be no refusal of its own")
        case Answered():
            return _by_answer(version, outcome, outcomes, by_request=by_request)
        case _:
            assert_never(outcome)


def _by_answer(
    version: str, answer: Answered, outcomes: Mapping[str, Outcome], *, by_request: bool
) -> tuple[bool | Unread, str]:
    said = f"answered {answer.status} {answer.code}".rstrip()
    if answer.status == _BAD_REQUEST and answer.code == TOO_OLD:
        return False, said
    if version in _MODERN:
        return True, said
    if answer.status == _BAD_REQUEST:
        newer = next(
            (other for name in _MODERN if isinstance(other := outcomes[name], Answered) if _lasts(other)), None
        )
        if newer is None:
            return _unread(f"{said}, and no newer version answered to compare with")
        if newer != answer:
            return False, f"{said}, where newer versions get {newer.status} {newer.code}".rstrip()
        if not answer.code:
            return _unread(f"{said} over every version, without a word why")
    if by_request and (answer.status in _BEFORE_LOOKING or answer.status >= _SERVER_ERRORS):
        return _unread(f"{said}, which may come before the version is looked at")
    return True, said


def _lasts(answer: Answered) -> bool:
    """Whether the same request would be answered so again: a busy moment over one version says nothing of another."""
    return answer.status != _TOO_MANY and answer.status < _SERVER_ERRORS


def _unread(why: str) -> tuple[Unread, str]:
    return Unread(why), why


def _host_of(url: Json) -> str:
    try:
        return (urlsplit(url).hostname or "") if isinstance(url, str) else ""
    except ValueError:
        return ""


def _properties(resource: Resource) -> dict[str, Json]:
    properties = resource.body.get("properties")
    return properties if isinstance(properties, dict) else {}
