"""Azure's real answers, recorded by others (VCR cassettes, Cloud Custodian's cassettes, SessionRecords), played again.

    for estate in recorded_estates():
        with replaying(estate.recording) as azure: ...        # just what was recorded, path by path
        with FakeAzure(estate.as_estate()) as azure: ...      # the recorded resources, behind all lists of the fake

A recording is asked by path, whatever the api-version; its answers come in recorded order, the last one for ever.
What was not recorded is 404 `NotRecorded`, apart from the subscription and its regions, without which no scan begins.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import yaml

from tests import needs
from tests.fakes.azure.arm_routes import ROUTES
from tests.fakes.azure.builders import storage_account
from tests.fakes.azure.entra import ARM_AUDIENCES, Entra, Refused
from tests.fakes.azure.estate import Estate, Json, key, subscription_body
from tests.fakes.azure.exchange import JSON_TYPE, Answer, Call, answer, error
from tests.fakes.azure.refusals import unauthorized
from tests.fakes.azure.regions import locations
from tests.fakes.azure.server import FakeAzure

FOLDERS: Final = (
    "Azure+azure-cli/**/recordings/*.yaml",
    "Azure+azure-sdk-for-python/sdk/*/azure-mgmt-*/**/recordings/*.yaml",
    "Azure+azure-sdk-for-ruby/**/vcr_cassettes/*.yml",
    "cloud-custodian+cloud-custodian/**/cassettes/*.json",
    "Azure+oav/**/SessionRecords/**/*.json",
    "Azure+azure-libraries-for-net/**/SessionRecords/**/*.json",
)
ARM: Final = "management.azure.com"
_NO_SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
"""What most recordings have in place of a real subscription; those of Ruby have a word."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTERESTING = re.compile(
    r"(?i)providers/(?:microsoft\.cognitiveservices/(?:deleted)?accounts|microsoft\.storage/storageaccounts"
    r"|microsoft\.authorization/roleassignments|microsoft\.insights/diagnosticsettings)"
)
_SUBSCRIPTION = re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE)
_ACCOUNT = re.compile(
    r"^/subscriptions/([^/]+)/resourcegroups/([^/]+)/providers/microsoft\.storage/storageaccounts/([^/]+)",
    re.IGNORECASE,
)
_KEPT_TYPES: Final = frozenset(
    {
        "microsoft.cognitiveservices/accounts",
        "microsoft.storage/storageaccounts",
        "microsoft.storage/storageaccounts/blobservices",
        "microsoft.storage/storageaccounts/blobservices/containers",
        "microsoft.storage/storageaccounts/managementpolicies",
        "microsoft.storage/storageaccounts/objectreplicationpolicies",
        "microsoft.authorization/roleassignments",
        "microsoft.insights/diagnosticsettings",
    }
)
_DROPPED_HEADERS: Final = frozenset(
    {"content-encoding", "content-length", "transfer-encoding", "connection", "date", "vary", "set-cookie"}
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded exchange; `content` is the answer's body as text."""

    method: str
    url: str
    status: int
    headers: dict[str, str]
    content: str

    @property
    def path(self) -> str:
        """The path, decoded."""
        return unquote(urlsplit(self.url).path)

    @property
    def body(self) -> Any:
        """The answer's JSON, None where it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Recording:
    """A cassette: its name (unique among all) and its exchanges with ARM, in order."""

    name: str
    exchanges: tuple[Recorded, ...]

    @property
    def reads(self) -> tuple[Recorded, ...]:
        """The GETs."""
        return tuple(item for item in self.exchanges if item.method == "GET")

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The subscriptions that it speaks of, in order of appearance."""
        matches = (_SUBSCRIPTION.match(item.path) for item in self.exchanges)
        return tuple(dict.fromkeys(match[1] for match in matches if match))


@dataclass(frozen=True, slots=True)
class RecordedEstate:
    """A recording that holds answers for the auditor's collectors: `routes` counts its good answers by route."""

    recording: Recording
    routes: dict[str, int] = field(hash=False)

    @property
    def name(self) -> str:
        """The recording's name."""
        return self.recording.name

    def as_estate(self) -> Estate:
        """The recorded resources, each as it was last seen, in an estate of their own.

        Only what they cannot do without is made up: their subscriptions, and storage accounts that a recording never
        showed although it shows what is in them.
        """
        resources = resources_of(self.recording)
        subscriptions = [
            subscription_body(name) for name in dict.fromkeys(map(str.lower, self.recording.subscriptions))
        ]
        return Estate([*subscriptions, *_missing_accounts(resources), *resources])


def _missing_accounts(resources: list[Json]) -> list[Json]:
    """The storage accounts that stand in the ids of other resources only."""
    known = {key(item["id"]) for item in resources}
    accounts = (_ACCOUNT.match(item["id"]) for item in resources)
    missing = {key(match[0]): match for match in accounts if match and key(match[0]) not in known}
    return [storage_account(match[3], subscription=match[1], group=match[2]) for match in missing.values()]


# Reading cassettes.


def load(path: Path, name: str = "") -> Recording:
    """Read a cassette of any of the three kinds."""
    text = path.read_text(encoding="utf-8").replace("<AZURE_SUBSCRIPTION_ID>", _NO_SUBSCRIPTION)
    document = (
        json.loads(text) if path.suffix == ".json" else yaml.load(text, _LOADER)  # noqa: S506  both loaders are safe
    )
    exchanges = (item for item in _exchanges(document) if urlsplit(item.url).hostname == ARM)
    return Recording(name or path.stem, tuple(exchanges))


def _exchanges(document: Json) -> Iterator[Recorded]:
    for entry in document.get("Entries", ()):
        yield _session_record(entry)
    for interaction in document.get("interactions") or document.get("http_interactions") or ():
        yield _interaction(interaction["request"], interaction["response"])


def _interaction(request: Json, response: Json) -> Recorded:
    """VCR of Python and Ruby, and Cloud Custodian's, whose bodies are parsed already."""
    body = response["body"] or ""
    if isinstance(body, dict):
        body = body.get("string", body.get("data")) or ""
    headers = {
        name: values if isinstance(values, str) else values[0] for name, values in response["headers"].items() if values
    }
    return Recorded(request["method"].upper(), request["uri"], int(response["status"]["code"]), headers, _text(body))


def _session_record(entry: Json) -> Recorded:
    """A SessionRecord of .NET: old ones name only the path."""
    url = entry["RequestUri"]
    url = f"https://{ARM}{url}" if url.startswith("/") else url
    headers = {
        name: values if isinstance(values, str) else values[0] for name, values in entry["ResponseHeaders"].items()
    }
    return Recorded(
        entry["RequestMethod"].upper(), url, int(entry["StatusCode"]), headers, _text(entry["ResponseBody"] or "")
    )


def _text(body: Any) -> str:
    if isinstance(body, bytes):
        return body.decode(errors="replace")
    return body if isinstance(body, str) else json.dumps(body)


# Choosing among them.


@cache
def recorded_estates() -> tuple[RecordedEstate, ...]:
    """The recordings of the corpus that hold an answer to any of the collectors' reads; skips where there is no corpus."""
    corpus = needs.corpus()
    found = []
    for pattern in FOLDERS:
        for path in sorted(corpus.glob(pattern)):
            if _INTERESTING.search(path.read_text(encoding="utf-8")):
                recording = load(path, f"{path.relative_to(corpus).parts[0].partition('+')[2]}/{path.stem}")
                routes = routes_of(recording)
                if routes:
                    found.append(RecordedEstate(recording, routes))
    return tuple(found)


def routes_of(recording: Recording) -> dict[str, int]:
    """How many good answers a recording holds, by the route of the fake that they belong to."""
    return dict(Counter(name for item in recording.reads if item.status == 200 and (name := _route_name(item.path))))


def _route_name(path: str) -> str | None:
    if path.lower().endswith("/providers/microsoft.authorization/roleassignments"):
        return "roleAssignments"  # of a group or a resource: recorded, though the auditor asks the subscription
    return next((route.name for route in ROUTES if route.path.match(path)), None)


def resources_of(recording: Recording) -> list[Json]:
    """Every resource of a kind that the auditor knows, as it was last read (or answered to a write)."""
    found: dict[str, Json] = {}
    for item in recording.exchanges:
        if item.status == 200:
            for resource in _resources(item.body):
                found[key(resource["id"])] = resource
        elif item.method == "DELETE" or item.status == 404:
            found.pop(key(item.path), None)
    return list(found.values())


def _resources(body: Any) -> Iterator[Json]:
    listed = body.get("value") if isinstance(body, dict) else None
    items = listed if isinstance(listed, list) else [body]
    for item in items:
        if isinstance(item, dict) and str(item.get("id", "")).startswith("/"):
            kind = str(item.get("type", "")).lower()
            if kind in _KEPT_TYPES and isinstance(item.get("properties"), dict):
                yield item


# Playing them.


@dataclass(slots=True)
class Replay:
    """Answers the calls to ARM from a recording."""

    recording: Recording
    entra: Entra
    _by_path: dict[tuple[str, str], list[Recorded]] = field(default_factory=dict)
    _played: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for item in self.recording.reads:
            query = _query(urlsplit(item.url).query)
            for entry in {(key(item.path), query), (key(item.path), "")}:
                self._by_path.setdefault(entry, []).append(item)

    def answer(self, call: Call) -> Answer:
        """Answer a call: by path and query, else by path alone, unless the query asks for a further page."""
        refused = self.entra.check(call, ARM_AUDIENCES[call.host])
        if isinstance(refused, Refused):
            return unauthorized(refused, self.entra.tenant_id)
        if call.method != "GET":
            return error(405, "MethodNotAllowed", "Recordings are only read.")
        query = _query(call.raw_query)
        path = key(call.path)
        entry = (path, query) if (path, query) in self._by_path or "skiptoken" in query else (path, "")
        if entry in self._by_path:
            return self._play(entry)
        return self._made_up(call) or error(404, "NotRecorded", f"'{call.path}' is not in {self.recording.name}.")

    def _play(self, entry: tuple[str, str]) -> Answer:
        takes = self._by_path[entry]
        item = takes[min(self._played[entry], len(takes) - 1)]
        self._played[entry] += 1
        headers = {name: value for name, value in item.headers.items() if name.lower() not in _DROPPED_HEADERS}
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = JSON_TYPE
        return Answer(item.status, item.content.encode(), headers, route=_route_name(item.path))

    def _made_up(self, call: Call) -> Answer | None:
        """Subscriptions and regions: what a scan needs to begin, in the fake's own words."""
        known = {name.lower(): name for name in self.recording.subscriptions}
        parts = [part.lower() for part in call.segments]
        if parts == ["subscriptions"]:
            return answer({"value": [subscription_body(name) for name in known.values()]})
        if parts[0] != "subscriptions" or parts[1] not in known:
            return None
        if parts[2:] == []:
            return answer(subscription_body(known[parts[1]]))
        return answer({"value": locations(known[parts[1]], call.host)}) if parts[2:] == ["locations"] else None


def _query(raw: str) -> str:
    """A query without its api-version, in an order of its own."""
    pairs = sorted((name.lower(), value) for name, value in parse_qsl(raw) if name.lower() != "api-version")
    return "&".join(f"{name}={value}" for name, value in pairs)


def replaying(recording: Recording, **options: Any) -> FakeAzure:
    """A fake Azure whose Resource Manager plays a recording; the options are those of `FakeAzure`."""
    return FakeAzure(Estate(), control_plane=lambda entra: Replay(recording, entra), **options)
