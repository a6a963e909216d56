"""Edges of accounts: further regions, and copies of models as operations tell of them."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import OPERATION
from tests.builders import account, facts, gap
from tests.facts.estates import estate, operation

HIDDEN = Unread("known only after deployment")
FAR = "northeurope"
DI = account(customSubDomainName="di")
DI2 = account("di2", FAR, customSubDomainName="Di2")
MODELS = "documentintelligence/documentModels/m"


def edges(about: Resource, via: str, *parts: Resource, **how: Any) -> list[dict[str, Any]]:
    found = facts(estate(about, *parts, **how)).of(about)["residency"]["edges"]
    return [edge for edge in found if edge["via"] == via]


def read(value: Json) -> Json:
    return "unread" if isinstance(value, Unread) else value


def routed(regions: Json, location: Json = "westeurope") -> list[tuple[Json, Json]]:
    about = Resource({**account(locations={"regions": regions}).body, "location": location})
    return [(read(edge["region"]), read(edge["leavesRegion"])) for edge in edges(about, "routing")]


@pytest.mark.parametrize(
    ("regions", "expected"),
    [
        (None, []),
        ([], []),
        ([{"name": "westeurope"}, {"name": "West Europe"}], []),
        ([{"name": FAR}, {"name": "eastus"}], [(FAR, True), ("eastus", True)]),
        ([{"name": HIDDEN}], [("unread", "unread")]),
        ([{"value": 1}], [("unread", "unread")]),
        ([HIDDEN, {"name": FAR}], [("unread", "unread"), (FAR, True)]),
        (HIDDEN, [("unread", "unread")]),
        ("eastus", [("unread", "unread")]),
    ],
    ids=range(9),
)
def test_further_regions(regions: Json, expected: list[tuple[Json, Json]]) -> None:
    assert routed(regions) == expected


def test_further_regions_of_an_account_without_a_region() -> None:
    assert routed([{"name": FAR}], HIDDEN) == [(FAR, "unread")]
    assert routed([], HIDDEN) == []


def test_properties_that_were_not_read_may_name_further_regions() -> None:
    (edge,) = edges(Resource({**DI.body, "properties": HIDDEN}), "routing")
    assert isinstance(edge["leavesRegion"], Unread)


COPIES: list[tuple[str, Json, Json, Json, Json]] = [
    # where to; name; region; leaves the region; leaves the subscription
    (f"https://di2.cognitiveservices.azure.com/{MODELS}?api-version=2024-11-30", "di2", FAR, True, False),
    (f"https://DI2.cognitiveservices.azure.com/{MODELS}", "di2", FAR, True, False),
    (f"https://di.cognitiveservices.azure.com/{MODELS}", "di", "westeurope", False, False),
    (f"https://named.example.com/{MODELS}", "di3", "westeurope", False, True),
    (f"https://eastus.api.cognitive.microsoft.com/{MODELS}", "eastus.api.cognitive.microsoft.com", "eastus", True, "unread"),
    (f"https://westeurope.api.cognitive.microsoft.com/{MODELS}", "westeurope.api.cognitive.microsoft.com", "westeurope", False, "unread"),
    (f"https://usgovvirginia.api.cognitive.microsoft.us/{MODELS}", "usgovvirginia.api.cognitive.microsoft.us", "usgovvirginia", True, "unread"),
    (f"https://chinanorth2.api.cognitive.azure.cn/{MODELS}", "chinanorth2.api.cognitive.azure.cn", "chinanorth2", True, "unread"),
    (f"https://elsewhere.cognitiveservices.azure.com/{MODELS}", "elsewhere.cognitiveservices.azure.com", "unread", "unread", "unread"),
    ("https://[/", "unread", "unread", "unread", "unread"),
    ("", "unread", "unread", "unread", "unread"),
    (None, "unread", "unread", "unread", "unread"),
    (HIDDEN, "unread", "unread", "unread", "unread"),
]  # fmt: skip
OTHER = Resource(
    {
        **account("di3", endpoint="https://named.example.com/", endpoints={"FormRecognizer": HIDDEN}).body,
        "id": DI.id.replace("1111", "2222").replace("/di", "/di3"),
    }
)


@pytest.mark.parametrize("kind", ["documentModelCopyTo", "documentClassifierCopyTo"])
@pytest.mark.parametrize(("location", "name", "region", "leaves", "apart"), COPIES, ids=range(len(COPIES)))
def test_a_copy_goes_where_its_address_lies(
    kind: str, location: Json, name: Json, region: Json, leaves: Json, apart: Json
) -> None:
    (edge,) = edges(DI, "modelCopy", operation(DI, kind, location), DI2, OTHER)
    answers = [read(edge[key]) for key in ("name", "region", "leavesRegion", "leavesSubscription")]
    assert (edge["carries"], answers) == ("derived", [name, region, leaves, apart])
    assert edge["words"].endswith("the service remembers copies for 24 hours only")


def test_words_of_a_copy() -> None:
    memory = "; the service remembers copies for 24 hours only"
    for location, words in (
        (f"https://di2.cognitiveservices.azure.com/{MODELS}", "model m was copied to di2 in northeurope"),
        (f"https://di.cognitiveservices.azure.com/{MODELS}/", "model m was copied to the account itself"),
        (f"https://x.example.com/{MODELS}", "model m was copied to x.example.com in a region that is not known"),
        (None, "a model was copied, where to was not read"),
    ):
        (edge,) = edges(DI, "modelCopy", operation(DI, location=location), DI2)
        assert edge["words"] == words + memory


def test_into_itself_is_not_out_even_where_the_region_is_not_known() -> None:
    nowhere = Resource({**DI.body, "location": HIDDEN})
    (edge,) = edges(
        nowhere, "modelCopy", operation(nowhere, location=f"https://di.cognitiveservices.azure.com/{MODELS}")
    )
    assert edge["leavesRegion"] is False


@pytest.mark.parametrize("status", [HIDDEN, None])
def test_a_copy_that_may_have_failed_is_not_known_to_be_in_another_subscription(status: Json) -> None:
    named = operation(DI, location=f"https://named.example.com/{MODELS}", status=status)
    (edge,) = edges(DI, "modelCopy", named, OTHER)
    assert (edge["leavesRegion"], read(edge["leavesSubscription"])) == (False, "unread")
    (near,) = edges(DI, "modelCopy", operation(DI, location=AWAY, status=status), DI2)
    assert (read(near["leavesRegion"]), near["leavesSubscription"]) == ("unread", False)


AWAY = f"https://di2.cognitiveservices.azure.com/{MODELS}"


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("documentModelBuild", "succeeded", []),
        ("documentModelCopyTo", "succeeded", [True]),
        ("DOCUMENTMODELCOPYTO", "Running", [True]),
        ("documentModelCopyTo", "notStarted", [True]),
        ("documentModelCopyTo", "failed", []),
        ("documentModelCopyTo", "Canceled", []),
        ("documentModelCopyTo", HIDDEN, ["unread"]),
        ("documentModelCopyTo", None, ["unread"]),
        (HIDDEN, "succeeded", ["unread"]),
        (None, "succeeded", ["unread"]),
        (HIDDEN, "failed", []),
    ],
    ids=range(11),
)
def test_which_operations_copy(kind: Json, status: Json, expected: list[Json]) -> None:
    found = edges(DI, "modelCopy", operation(DI, kind, AWAY, status=status), DI2)
    assert [read(edge["leavesRegion"]) for edge in found] == expected


def test_operations_that_were_not_read() -> None:
    (edge,) = edges(DI, "modelCopy", gaps=(gap(DI, OPERATION),))
    assert edge["leavesRegion"] == Unread("operations on models were not read: 403 AuthorizationFailed")
    assert edges(DI, "modelCopy") == []
