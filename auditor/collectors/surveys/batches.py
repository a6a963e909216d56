"""The containers of batch analyses of the last 24 hours: where documents were read, and where results were written.

Asked only for `--batch-results`. The service lists the batches of one model at a time, Microsoft's own models included,
and names each file (`GET …/documentModels/{model}/analyzeBatchResults`, API 2024-11-30). Of an address the account and
the container are kept: the names of files can be personal data, and a signature behind them opens the container.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from auditor.collectors.answers import NotReadError
from auditor.collectors.limits import Counted
from auditor.collectors.paging import read_list
from auditor.collectors.questions import subdomain
from auditor.collectors.reader import Call
from auditor.collectors.surveys import Survey
from auditor.model.reading import Unread
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from auditor.collectors.surveys import Desk
    from auditor.model.reading import Json
    from auditor.model.resource import Resource

_ADDRESSES: Final = {"sourceUrl": "source", "resultUrl": "result"}
_ON_THE_WAY: Final = frozenset({"notstarted", "running"})
"""A batch that has not ended names no file yet."""


@dataclass(slots=True)
class _Found:
    """The containers by what they are for, address and model, each with the latest batch; and what was not read."""

    containers: dict[tuple[str, str, str], str] = field(default_factory=dict)
    missing: list[Unread] = field(default_factory=list)

    def add(self, model: str, batch: dict[str, Any]) -> None:
        """Keep the containers that a batch names."""
        result = batch.get("result")
        details = result.get("details") if isinstance(result, dict) else None
        when = batch.get("createdDateTime")
        for item in details if isinstance(details, list) else ():
            for name, purpose in _ADDRESSES.items():
                url = container_url(item.get(name)) if isinstance(item, dict) else None
                if url is not None:
                    key = (purpose, url, model)
                    self.containers[key] = max(self.containers.get(key, ""), when if isinstance(when, str) else "")

    @property
    def as_json(self) -> list[Json]:
        """What is kept of it."""
        found: list[Json] = [
            {"purpose": purpose, "url": url, "model": model, "last": last or None}
            for (purpose, url, model), last in sorted(self.containers.items())
        ]
        return [*found, *self.missing]


async def batches(account: Resource, desk: Desk) -> Survey:
    """Look at the batches of every model; raises `NotReadError` if the models could not be listed."""
    endpoint = f"https://{quote(subdomain(account), safe='')}.{desk.cloud.cognitive_suffix}"
    models: list[str] = []
    await read_list(desk.reader, _call(account, desk, endpoint, ""), lambda item: models.extend(_name(item, "modelId")))
    found = _Found()
    for model in models:
        try:
            await _look_at(model, found, account, desk, endpoint)
        except NotReadError as failure:
            found.missing.append(Unread(f"batches of model {model} were not read: {failure.reason}"))
    return Survey({"containers": found.as_json}, f"GET {endpoint}/documentintelligence/documentModels")


async def _look_at(model: str, found: _Found, account: Resource, desk: Desk, endpoint: str) -> None:
    below = f"/{quote(model, safe='')}/analyzeBatchResults"
    listed: list[Json] = []
    await read_list(desk.reader, _call(account, desk, endpoint, below), listed.append)
    for item in listed:
        if isinstance(item, dict) and "result" not in item and str(item.get("status")).lower() not in _ON_THE_WAY:
            for identity in _name(item, "resultId"):  # the list may leave out what came of a batch
                item = await desk.reader.get(_call(account, desk, endpoint, f"{below}/{quote(identity, safe='')}"))  # noqa: PLW2901
        if isinstance(item, dict):
            found.add(model, item)


def _name(item: Json, field_name: str) -> list[str]:
    name = item.get(field_name) if isinstance(item, dict) else None
    return [name] if isinstance(name, str) and name else []


def container_url(written: Json) -> str | None:
    """The address of the container that a file lies in, without the file and what stands behind it; None for no address."""
    try:
        parts = urlsplit(written) if isinstance(written, str) else urlsplit("")
        host = parts.hostname
    except ValueError:
        return None
    container, _, file = parts.path.lstrip("/").partition("/")
    if not host:
        return None
    return f"https://{host}/{container}" if file else f"https://{host}/"


def _call(account: Resource, desk: Desk, endpoint: str, below: str) -> Call:
    url = f"{endpoint}/documentintelligence/documentModels{below}?api-version={desk.record.api_version}"
    subscription = subscription_of(account.key) or account.key
    counted = Counted(desk.record.throttle, subscription, account=account.key)
    return Call(desk.record.service, endpoint, url, desk.record.operation, counted)
