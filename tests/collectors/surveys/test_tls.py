"""What is concluded from handshakes, and which hosts they are tried with; expected by hand from azure-facts 2.1, 2.3, 3a."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from auditor.collectors.answers import NotReadError
from auditor.collectors.catalogue import COLLECTORS
from auditor.collectors.clouds import CLOUDS
from auditor.collectors.limits import Throttle
from auditor.collectors.surveys import Desk, Survey
from auditor.collectors.surveys.tls import judged, probe_account, probe_storage
from auditor.collectors.wire import VERSIONS, Answered, Foreign, Outcome, Refused, Unclear
from auditor.model.reading import Unread
from auditor.model.resource import Resource
from auditor.model.types import ACCOUNT_TLS, STORAGE_TLS
from tests.collectors.scans import Scan, scan
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.fakes.azure.tls import Floor

FINE = Answered(200, "")
STRANGER = Answered(409, "PublicAccessNotPermitted")
TOO_OLD = Answered(400, "TlsVersionNotPermitted")
BARE = Answered(400, "")
ODD = Answered(400, "InvalidQueryParameterValue")
FORBIDDEN = Answered(403, "AuthorizationFailure")
ALERT = Refused("alert protocol version")
LATE = Unclear("no answer in time")
GONE = Unclear("no connection", reached=False)
DEAF = Unclear("the OpenSSL of this machine cannot speak it (no protocols available)")
MUTE = Unclear("completed the handshake, then gave no answer that could be read", spoke=True)
FOREIGN = Foreign("the certificate that was shown is not trusted for docsstore")

YES, NO, UNREAD = True, False, None
# What came of 1.0 to 1.3, and whether each is taken (None: nobody can tell), by storage.
STORAGE_TABLE: list[tuple[tuple[Outcome, ...], tuple[bool | None, ...]]] = [
    ((FINE, FINE, FINE, FINE), (YES, YES, YES, YES)),
    ((STRANGER, STRANGER, STRANGER, STRANGER), (YES, YES, YES, YES)),
    ((ALERT, ALERT, STRANGER, STRANGER), (NO, NO, YES, YES)),
    ((ALERT, ALERT, STRANGER, ALERT), (NO, NO, YES, NO)),
    ((TOO_OLD, TOO_OLD, STRANGER, STRANGER), (NO, NO, YES, YES)),
    ((TOO_OLD, TOO_OLD, TOO_OLD, STRANGER), (NO, NO, NO, YES)),
    ((TOO_OLD, LATE, LATE, LATE), (NO, UNREAD, UNREAD, UNREAD)),
    # a 400 that newer versions do not get is a refusal, whatever it is called
    ((BARE, BARE, STRANGER, STRANGER), (NO, NO, YES, YES)),
    ((Answered(400, "Renamed"), ODD, ODD, ODD), (NO, YES, YES, YES)),
    ((BARE, BARE, ODD, ALERT), (NO, NO, YES, NO)),
    # a 400 that they get in the same words is not; without words nobody can tell
    ((ODD, ODD, ODD, ODD), (YES, YES, YES, YES)),
    ((BARE, BARE, BARE, BARE), (UNREAD, UNREAD, YES, YES)),
    ((BARE, ODD, LATE, LATE), (UNREAD, UNREAD, UNREAD, UNREAD)),
    # the network rules may have spoken before the version was looked at
    ((FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN), (UNREAD, UNREAD, YES, YES)),
    ((Answered(503, "ServerBusy"), Answered(429, ""), STRANGER, STRANGER), (UNREAD, UNREAD, YES, YES)),
    # a busy moment over a new version is nothing to compare an old one with
    ((BARE, ODD, Answered(429, ""), Answered(503, "")), (UNREAD, UNREAD, YES, YES)),
    ((BARE, ODD, ODD, Answered(500, "")), (NO, YES, YES, YES)),
    # silence, our own OpenSSL and a server that hangs up tell nothing of the version
    ((LATE, DEAF, STRANGER, STRANGER), (UNREAD, UNREAD, YES, YES)),
    ((MUTE, ALERT, STRANGER, STRANGER), (UNREAD, NO, YES, YES)),
    ((GONE, GONE, GONE, GONE), (UNREAD, UNREAD, UNREAD, UNREAD)),
    # who spoke nothing at all may have refused nothing either
    ((ALERT, ALERT, ALERT, ALERT), (UNREAD, UNREAD, UNREAD, UNREAD)),
    ((ALERT, ALERT, LATE, ALERT), (UNREAD, UNREAD, UNREAD, UNREAD)),
    ((ALERT, ALERT, MUTE, ALERT), (NO, NO, UNREAD, NO)),
    # one certificate of somebody else, and nothing is believed
    ((FINE, TOO_OLD, FOREIGN, STRANGER), (UNREAD, UNREAD, UNREAD, UNREAD)),
    ((ALERT, ALERT, FOREIGN, FOREIGN), (UNREAD, UNREAD, UNREAD, UNREAD)),
]


def verdicts(outcomes: tuple[Outcome, ...], *, by_request: bool = True) -> tuple[bool | None, ...]:
    named = dict(zip(VERSIONS, outcomes, strict=True))
    found = [judged(version, named, by_request=by_request)[0] for version in VERSIONS]
    return tuple(None if isinstance(item, Unread) else item for item in found)


@pytest.mark.parametrize(("outcomes", "expected"), STORAGE_TABLE)
def test_what_follows_for_storage(outcomes: tuple[Outcome, ...], expected: tuple[bool | None, ...]) -> None:
    assert verdicts(outcomes) == expected


@pytest.mark.parametrize("old", [FORBIDDEN, Answered(503, ""), Answered(429, "TooManyRequests"), Answered(401, "")])
def test_an_account_that_answers_at_all_has_taken_the_version(old: Answered) -> None:
    assert verdicts((old, ALERT, FINE, FINE), by_request=False) == (YES, NO, YES, YES)


@pytest.mark.parametrize(
    ("outcomes", "words"),
    [
        ((TOO_OLD, FINE, FINE, FINE), "answered 400 TlsVersionNotPermitted"),
        ((ALERT, FINE, FINE, FINE), "refused in the handshake: alert protocol version"),
        ((BARE, FINE, STRANGER, FINE), "answered 400, where newer versions get 200"),
        ((BARE, FINE, STRANGER, LATE), "answered 400, where newer versions get 409 PublicAccessNotPermitted"),
        ((BARE, BARE, BARE, BARE), "answered 400 over every version, without a word why"),
        ((BARE, BARE, LATE, LATE), "answered 400, and no newer version answered to compare with"),
        (
            (FORBIDDEN, FINE, FINE, FINE),
            "answered 403 AuthorizationFailure, which may come before the version is looked at",
        ),
        (
            (ALERT, ALERT, ALERT, ALERT),
            "alert protocol version, but the host spoke no other version either, so this may be no refusal of its own",
        ),
        (
            (FINE, FINE, FINE, FOREIGN),
            "something between answers in its place: the certificate that was shown is not trusted for docsstore",
        ),
        ((LATE, FINE, FINE, FINE), "no answer in time"),
        ((FINE, FINE, FINE, FINE), "answered 200"),
    ],
)
def test_the_words_for_it(outcomes: tuple[Outcome, ...], words: str) -> None:
    accepted, said = judged("TLS1_0", dict(zip(VERSIONS, outcomes, strict=True)), by_request=True)
    assert said == words
    assert not isinstance(accepted, Unread) or accepted.why == words


# Which host, and how often.


class Line:
    """Stands in for the reader: writes down whom it should greet, and gives the outcomes in their order."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.greeted: list[tuple[str, str]] = []
        self.counted: list[tuple[str, Throttle, str]] = []
        self._outcomes = list(outcomes or [FINE] * 4)

    async def probe(self, operation: str, counted: Any, greeting: Any) -> Outcome:
        self.greeted.append(greeting.args)
        self.counted.append((operation, counted.throttle, counted.subscription))
        return self._outcomes.pop(0)


def survey(body: dict[str, Any], line: Line, cloud: str = "public") -> Survey:
    name = STORAGE_TLS if "storageAccounts" in body["type"] else ACCOUNT_TLS
    record = next(item for item in COLLECTORS if item.type == name)
    assert record.survey is not None
    assert record.survey.load() is (probe_storage if name == STORAGE_TLS else probe_account)
    desk = Desk(CLOUDS[cloud], line, None, record)  # type: ignore[arg-type]
    return asyncio.run(record.survey.load()(Resource(body), desk))


def account(**properties: Any) -> dict[str, Any]:
    identity = f"/subscriptions/{make.SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/f"
    return {"id": identity, "type": "Microsoft.CognitiveServices/accounts", "name": "f", "properties": properties}


def store(name: str = "docsstore", **properties: Any) -> dict[str, Any]:
    identity = f"/subscriptions/{make.SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/{name}"
    return {"id": identity, "type": "Microsoft.Storage/storageAccounts", "name": name, "properties": properties}


@pytest.mark.parametrize(
    ("body", "cloud", "host"),
    [
        (account(customSubDomainName="Forms"), "public", "forms.cognitiveservices.azure.com"),
        (
            account(customSubDomainName="forms", endpoint="https://forms.services.ai.azure.com/"),
            "public",
            "forms.cognitiveservices.azure.com",
        ),
        (account(customSubDomainName="forms"), "usgov", "forms.cognitiveservices.azure.us"),
        (
            account(endpoint="https://WestEurope.api.cognitive.microsoft.com/"),
            "public",
            "westeurope.api.cognitive.microsoft.com",
        ),
        (
            account(customSubDomainName=None, endpoint="https://chinaeast2.api.cognitive.azure.cn/"),
            "china",
            "chinaeast2.api.cognitive.azure.cn",
        ),
        (store(), "public", "docsstore.blob.core.windows.net"),
        (store(), "china", "docsstore.blob.core.chinacloudapi.cn"),
        (
            store(primaryEndpoints={"blob": "https://DocsStore.blob.core.windows.net/"}),
            "public",
            "docsstore.blob.core.windows.net",
        ),
        # the name of a store is its own in the whole cloud, so an endpoint that is none of the cloud's is not needed
        (store(primaryEndpoints={"blob": "https://evil.example/"}), "public", "docsstore.blob.core.windows.net"),
        (store(primaryEndpoints={"blob": "https://[::1"}), "public", "docsstore.blob.core.windows.net"),
        (store(primaryEndpoints={"blob": 7}), "public", "docsstore.blob.core.windows.net"),
        (store(primaryEndpoints=None), "public", "docsstore.blob.core.windows.net"),
        ({**store(), "properties": Unread("a template's")}, "public", "docsstore.blob.core.windows.net"),
    ],
)
def test_the_host(body: dict[str, Any], cloud: str, host: str) -> None:
    line = Line()
    found = survey(body, line, cloud)
    assert found.properties["host"] == host
    assert found.source == f"TLS handshakes and HEAD https://{host}/"
    assert line.greeted == [(host, "TLS1_3"), (host, "TLS1_2"), (host, "TLS1_1"), (host, "TLS1_0")]
    assert [offer["version"] for offer in found.properties["offers"]] == ["TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"]
    operation = "Auditor.Wire/storageTls/read" if "storageAccounts" in body["type"] else "Auditor.Wire/accountTls/read"
    assert set(line.counted) == {(operation, Throttle.WIRE, f"/subscriptions/{make.SUBSCRIPTION}".lower())}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (account(), "the account names no endpoint"),
        (account(endpoint="https://[::1"), "the account names no endpoint"),
        (account(endpoint="https://evil.example/"), "refused: not an endpoint of the public cloud"),
        (account(endpoint="https://forms.cognitiveservices.azure.us/"), "refused: not an endpoint of the public cloud"),
        (account(customSubDomainName="evil.example/#"), "refused: not an endpoint of the public cloud"),
        (store("evil.example/"), "refused: not a blob endpoint of the public cloud"),
    ],
)
def test_nobody_else_is_greeted(body: dict[str, Any], why: str) -> None:
    line = Line()
    with pytest.raises(NotReadError) as raised:
        survey(body, line)
    assert raised.value.reason == why
    assert line.greeted == []


def test_who_vouches_for_the_host_stands_in_the_source() -> None:
    seen = [Answered(200, "", "Microsoft Corporation"), Answered(200, "", "DigiCert Inc"), FINE, ALERT]
    source = survey(store(), Line(*seen)).source
    assert source.endswith("net/ with a certificate by DigiCert Inc and by Microsoft Corporation")


def test_where_nobody_answers_one_try_is_enough() -> None:
    line = Line(GONE)
    found = survey(store(), line)
    assert len(line.greeted) == 1
    assert [offer["accepted"] for offer in found.properties["offers"]] == [Unread("no connection")] * 4


def test_a_line_that_is_lost_once_costs_one_version() -> None:
    found = survey(store(), Line(STRANGER, GONE, TOO_OLD, TOO_OLD))
    assert [offer["accepted"] for offer in found.properties["offers"]] == [False, False, Unread("no connection"), True]


# All of it, against the fake Azure.


def offers(result: Scan, name: str, type_name: str) -> dict[str, Any]:
    probes = [item for item in result.snapshot.of_type(type_name) if f"/{name}/".lower() in item.key]
    assert len(probes) == 1
    return {offer["version"]: offer["accepted"] for offer in probes[0].body["properties"]["offers"]}


MODERN = {"TLS1_0": False, "TLS1_1": False, "TLS1_2": True, "TLS1_3": True}
ANY = dict.fromkeys(VERSIONS, True)


def test_a_scan_greets_accounts_and_stores() -> None:
    estate = Estate(
        [
            make.document_intelligence("forms"),
            make.document_intelligence("regional", subdomain=None),
            make.document_intelligence("speech", kind="SpeechServices"),
            make.storage_account("docsstore"),
            make.storage_account("middling", tls="TLS1_1"),
            make.storage_account("oldstore", tls=None),
            make.storage_account("files", kind="FileStorage"),
        ]
    )
    with FakeAzure(estate, page_size=50) as azure:
        result = scan(azure, {ACCOUNT_TLS, STORAGE_TLS})
    assert offers(result, "forms", ACCOUNT_TLS) == MODERN
    assert offers(result, "regional", ACCOUNT_TLS) == MODERN
    assert offers(result, "docsstore", STORAGE_TLS) == MODERN
    assert offers(result, "middling", STORAGE_TLS) == {**ANY, "TLS1_0": False}
    assert offers(result, "oldstore", STORAGE_TLS) == ANY
    assert {item.name for item in result.snapshot.of_type(STORAGE_TLS)} == {"default"}
    assert len(result.snapshot.of_type(STORAGE_TLS)) == 3
    assert len(result.snapshot.of_type(ACCOUNT_TLS)) == 2
    assert result.reasons() == set()
    heads = [item for item in azure.exchanges if item.method == "HEAD"]
    assert Counter(item.host for item in heads)["docsstore.blob.core.windows.net"] == 4
    assert all("Authorization" not in item.request_headers for item in heads)
    assert azure.refused_hosts == set()
    assert result.snapshot.end is not None
    assert result.snapshot.end.calls["Auditor.Wire/storageTls/read"] == 12
    assert result.snapshot.end.calls["Auditor.Wire/accountTls/read"] == 8


def test_an_account_that_still_takes_old_tls_is_told() -> None:
    estate = Estate([make.document_intelligence("forms"), make.storage_account("docsstore", tls=None)])
    tls = {"forms.*": Floor("TLS1_1"), "docsstore.*": Floor("TLS1_2")}
    with FakeAzure(estate, tls=tls) as azure:
        result = scan(azure, {ACCOUNT_TLS, STORAGE_TLS})
    assert offers(result, "forms", ACCOUNT_TLS) == {**ANY, "TLS1_0": False}
    assert offers(result, "docsstore", STORAGE_TLS) == MODERN  # by the platform, whatever its own minimum


def test_a_store_behind_its_firewall_says_nothing_of_old_versions() -> None:
    with FakeAzure(
        Estate([make.storage_account("docsstore", tls=None, network="Deny")]), inside_network=False
    ) as azure:
        found = offers(scan(azure, {STORAGE_TLS}), "docsstore", STORAGE_TLS)
    hidden = Unread("answered 403 AuthorizationFailure, which may come before the version is looked at")
    assert found == {"TLS1_0": hidden, "TLS1_1": hidden, "TLS1_2": True, "TLS1_3": True}


def test_a_store_whose_name_leads_nowhere_is_unread() -> None:
    lost = make.storage_account("docsstore", primaryEndpoints={"blob": "https://gone.blob.core.windows.net/"})
    with FakeAzure(Estate([lost])) as azure:
        found = offers(scan(azure, {STORAGE_TLS}), "docsstore", STORAGE_TLS)
    assert found == dict.fromkeys(VERSIONS, Unread("the proxy did not let it through"))


def test_without_the_wire_nothing_is_greeted() -> None:
    with FakeAzure(Estate([make.storage_account("docsstore")])) as azure:
        result = scan(azure, set(), skipped={STORAGE_TLS: "--no-probe was given"})
    assert result.reasons(STORAGE_TLS) == {"--no-probe was given"}
    assert azure.hosts == {"login.microsoftonline.com", "management.azure.com"}
