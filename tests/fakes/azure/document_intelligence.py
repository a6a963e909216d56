"""Document Intelligence's data plane, version 2024-11-30: the models, classifiers and operations of an account."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tests.fakes.azure.arm import page_start, page_token
from tests.fakes.azure.entra import DATA_AUDIENCES, Entra, Principal, Refused
from tests.fakes.azure.estate import Estate, Json
from tests.fakes.azure.exchange import Answer, Call, answer, error
from tests.fakes.azure.grants import Grants

API_VERSION: Final = "2024-11-30"
KINDS: Final = frozenset({"FormRecognizer", "CognitiveServices", "AIServices"})
PREBUILT: Final = (
    "prebuilt-bankStatement.us",
    "prebuilt-check.us",
    "prebuilt-contract",
    "prebuilt-creditCard",
    "prebuilt-healthInsuranceCard.us",
    "prebuilt-idDocument",
    "prebuilt-invoice",
    "prebuilt-layout",
    "prebuilt-marriageCertificate.us",
    "prebuilt-mortgage.us.1003",
    "prebuilt-payStub.us",
    "prebuilt-read",
    "prebuilt-receipt",
    "prebuilt-tax.us.1040",
    "prebuilt-tax.us.w2",
)
_SOURCES: Final = ("azureBlobSource", "azureBlobFileListSource")
_F: Final = "Microsoft.CognitiveServices/accounts/FormRecognizer"


@dataclass(frozen=True, slots=True)
class Route:
    """A kind of call: any one of the data actions opens it (two generations of names stand side by side)."""

    name: str
    path: re.Pattern[str]
    actions: tuple[str, ...]
    serve: Callable[[DocumentIntelligence, Call, Json], Answer]


@dataclass(frozen=True, slots=True)
class DocumentIntelligence:
    """The data planes of all accounts of an estate.

    `sources_in_lists`: whether list items say where a model was trained from, which nobody could confirm for Azure.
    `results_in_lists`: whether those of batches say which files they were about; the example of the API leaves them out.
    `inside_network`: whether the caller stands where the accounts' firewalls let it through.
    """

    estate: Estate
    entra: Entra
    grants: Grants
    page_size: int = 2
    sources_in_lists: bool = False
    inside_network: bool = True
    results_in_lists: bool = True

    def answer(self, call: Call) -> Answer:
        """Answer a call, with the headers of the API gateway."""
        call = replace(
            call, path=f"/{call.path.lstrip('/')}", raw_path=f"/{call.raw_path.lstrip('/')}"
        )  # endpoints end with a slash, and clients add one
        route = next((item for item in ROUTES if item.path.match(call.path)), None)
        reply = self._answer(call, route)
        request_id = str(uuid.uuid4())
        headers = {
            "apim-request-id": request_id,
            "x-ms-region": "West Europe",
            "x-envoy-upstream-service-time": "11",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
            "x-content-type-options": "nosniff",
            **reply.headers,
        }
        return replace(reply, headers=headers, route=route.name if route else None)

    def _answer(self, call: Call, route: Route | None) -> Answer:
        who = self.entra.check(call, DATA_AUDIENCES)
        if isinstance(who, Refused):
            return _unauthorized(who)
        if ".api.cognitive." in call.host:
            text = "Please provide a custom subdomain for token authentication, otherwise API key is required."
            return error(400, "BadRequest", text)
        if call.method != "GET":
            return error(
                405, "MethodNotAllowed", f"The fake Azure is read-only; {call.method} was refused.", Allow="GET"
            )
        account = self.estate.account_at(call.host)
        if account is None or account["kind"] not in KINDS or route is None:
            return _not_found()
        return self._refused(call, route, account, who) or route.serve(self, call, account)

    def _refused(self, call: Call, route: Route, account: Json, who: Principal) -> Answer | None:
        if call.query.get("api-version") != API_VERSION:
            return _not_found()
        blocked = None if self.inside_network else _blocked(account)
        if blocked:
            return error(403, "403", blocked)
        if self.grants.allow(route.actions, account["id"], data=True):
            return None
        text = (
            f"The principal `{who.object_id}` lacks the required data action `{route.actions[0]}` to perform "
            f"`GET {call.path}` operation."
        )
        return error(401, "PermissionDenied", text)

    def models(self, account: Json) -> list[Json]:
        """All models that the list shows: the prebuilt ones, then the account's own."""
        own = [item["properties"] for item in self.estate.list_at(f"{account['id']}/documentModels")]
        return [_prebuilt(name) for name in PREBUILT] + own

    def classifiers(self, account: Json) -> list[Json]:
        """The account's classifiers."""
        return [item["properties"] for item in self.estate.list_at(f"{account['id']}/documentClassifiers")]

    def operations(self, account: Json) -> list[Json]:
        """Builds and copies of the last 24 hours."""
        return [item["properties"] for item in self.estate.list_at(f"{account['id']}/operations")]

    def page(self, call: Call, items: list[Json]) -> Answer:
        """A page of a list; the service's links carry `nextLink` as their token."""
        token = call.query.get("nextlink", "")
        start = page_start(token) if token else 0
        if start is None:
            return error(400, "InvalidRequest", "Invalid request.", {"code": "InvalidParameter", "message": "nextLink"})
        body: Json = {"value": items[start : start + self.page_size]}
        if start + self.page_size < len(items):
            link = f"nextLink={page_token(start + self.page_size).replace('=', '%3D')}&api-version={API_VERSION}"
            body["nextLink"] = f"https://{call.host}{call.raw_path}?{link}"
        return answer(body)


def _blocked(account: Json) -> str | None:
    properties = account["properties"]
    if properties.get("publicNetworkAccess") == "Disabled":
        return "Public access is disabled. Please configure private endpoint."
    if properties.get("networkAcls", {}).get("defaultAction") == "Deny":
        return "Access denied due to Virtual Network/Firewall rules."
    return None


def _unauthorized(refused: Refused) -> Answer:
    if refused.why == "missing":
        text = (
            "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for "
            "an active subscription and use a correct regional API endpoint for your resource."
        )
    elif refused.why == "audience":
        text = "Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired."
    else:
        text = "The access token is invalid or has expired."
    return error(401, "401", text)


def _not_found(code: str = "404", message: str = "Resource not found", inner: Json | None = None) -> Answer:
    return error(404, code, message, inner)


def _prebuilt(name: str) -> Json:
    return {
        "modelId": name,
        "description": f"Prebuilt model {name.removeprefix('prebuilt-')}.",
        "createdDateTime": "2024-11-30T00:00:00Z",
        "apiVersion": API_VERSION,
    }


def _info(plane: DocumentIntelligence, _call: Call, account: Json) -> Answer:
    own = len(plane.models(account)) - len(PREBUILT)
    return answer({"customDocumentModels": {"count": own, "limit": 500}})


def _models(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    items = plane.models(account)
    if not plane.sources_in_lists:
        items = [{name: item[name] for name in item if name not in (*_SOURCES, "docTypes")} for item in items]
    return plane.page(call, items)


def _classifiers(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    items = plane.classifiers(account)
    if not plane.sources_in_lists:
        items = [{**item, "docTypes": _without_sources(item["docTypes"])} for item in items]
    return plane.page(call, items)


def _operations(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    """The list, which leaves out what came of each operation; only a `get` tells that."""
    items = [{name: item[name] for name in item if name != "result"} for item in plane.operations(account)]
    return plane.page(call, items)


def _batches(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    items = [item["properties"] for item in plane.estate.list_at(f"{account['id']}/{'/'.join(call.segments[-3:])}")]
    if not plane.results_in_lists:
        items = [{name: item[name] for name in item if name != "result"} for item in items]
    return plane.page(call, items)


def _batch(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    items = [item["properties"] for item in plane.estate.list_at(f"{account['id']}/{'/'.join(call.segments[-4:-1])}")]
    return _found(items, "resultId", call.segments[-1], "OperationNotFound", "operation")


def _without_sources(doc_types: Json) -> Json:
    return {name: {word: kind[word] for word in kind if word not in _SOURCES} for name, kind in doc_types.items()}


def _model(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    wanted = call.segments[-1]
    return _found(plane.models(account), "modelId", wanted, "ModelNotFound", "model")


def _classifier(plane: DocumentIntelligence, call: Call, account: Json) -> Answer:
    wanted = call.segments[-1]
    return _found(plane.classifiers(account), "classifierId", wanted, "ClassifierNotFound", "classifier")


def _found(items: list[Json], name: str, wanted: str, code: str, word: str) -> Answer:
    item = next((item for item in items if item[name] == wanted), None)
    if item is None:
        inner = {"code": code, "message": f"The requested {word} was not found."}
        return _not_found("NotFound", "Resource not found.", inner)
    return answer(item)


def _route(
    name: str, path: str, actions: tuple[str, ...], serve: Callable[[DocumentIntelligence, Call, Json], Answer]
) -> Route:
    pattern = re.compile(f"^/documentintelligence/{path}/?$", re.IGNORECASE)
    return Route(name, pattern, tuple(f"{_F}/{action}" for action in actions), serve)


_MODELS: Final = ("documentmodels/read", "management/get/model/read")
_BATCHES: Final = ("analysis/get/batchanalyze/result/read",)
_CLASSIFIERS: Final = ("management/get/classifier/read",)
ROUTES: Final[tuple[Route, ...]] = (
    _route("info", "info", ("info/read", "management/get/info/read"), _info),
    _route("documentModels", "documentModels", _MODELS, _models),
    _route("documentModel", "documentModels/[^/:]+", _MODELS, _model),
    _route("batchResults", "documentModels/[^/:]+/analyzeBatchResults", _BATCHES, _batches),
    _route("batchResult", "documentModels/[^/:]+/analyzeBatchResults/[^/:]+", _BATCHES, _batch),
    _route("documentClassifiers", "documentClassifiers", _CLASSIFIERS, _classifiers),
    _route("documentClassifier", "documentClassifiers/[^/:]+", _CLASSIFIERS, _classifier),
    _route("operations", "operations", ("operations/read", "operation/list/operations/read"), _operations),
)
