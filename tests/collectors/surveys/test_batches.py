"""Batch analyses of the data plane: which containers they used, and nothing else of the addresses of files."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.collectors.surveys.batches import container_url
from auditor.model.reading import Json, Unread
from auditor.model.types import BATCH_RESULTS
from tests.collectors.surveys.desks import Studied, study
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.fakes.azure.around import batch
from tests.fakes.azure.faults import ServerError

FORMS = make.document_intelligence("forms")
DOCS = "https://docsstore.blob.core.windows.net"
RIGHT = "Microsoft.CognitiveServices/accounts/FormRecognizer/analysis/get/batchanalyze/result/read"
SIGNED = f"{DOCS}/results/jane-doe.pdf.ocr.json?sv=2024-11-04&sig=c2VjcmV0"


def batches(*found: Json, account: Json = FORMS, **how: Any) -> Studied:
    with FakeAzure(Estate([account, *found]), **how) as azure:
        return study(azure, BATCH_RESULTS, account)


@pytest.mark.parametrize("results_in_lists", [True, False])
def test_the_containers_of_each_model(*, results_in_lists: bool) -> None:
    custom = make.custom_model(FORMS, "invoices")
    found = batches(
        custom,
        batch(FORMS, (f"{DOCS}/inbox/jane-doe.pdf", SIGNED), (f"{DOCS}/inbox/deep/b.pdf", None)),
        batch(FORMS, (f"{DOCS}/inbox/c.pdf", None), name="later", at="2026-11-23T09:00:00Z"),
        batch(FORMS, (f"{DOCS}/claims/c.pdf", f"{DOCS}/claims/c.json"), model="invoices"),
        batch(FORMS, name="running", status="running", result=None),
        results_in_lists=results_in_lists,
    )
    layout, at, later = "prebuilt-layout", "2026-11-23T07:30:00Z", "2026-11-23T09:00:00Z"
    assert found.gaps == []
    assert found.properties["containers"] == [
        {"purpose": "result", "url": f"{DOCS}/claims", "model": "invoices", "last": at},
        {"purpose": "result", "url": f"{DOCS}/results", "model": layout, "last": at},
        {"purpose": "source", "url": f"{DOCS}/claims", "model": "invoices", "last": at},
        {"purpose": "source", "url": f"{DOCS}/inbox", "model": layout, "last": later},
    ]
    assert "jane" not in str(found.properties)
    assert "sig=" not in str(found.properties)


def test_an_account_without_batches() -> None:
    assert batches().properties == {"containers": []}


def test_batches_of_one_model_that_were_not_read_leave_the_others() -> None:
    found = batches(
        batch(FORMS, (f"{DOCS}/inbox/a.pdf", None)),
        faults=[ServerError("/prebuilt-read/analyzeBatchResults", times=None)],
    )
    known, missing = found.properties["containers"]
    assert known["url"] == f"{DOCS}/inbox"
    assert isinstance(missing, Unread)
    assert missing.why.startswith("batches of model prebuilt-read were not read: 5")


def test_an_account_whose_models_cannot_be_listed_is_a_gap() -> None:
    found = batches(faults=[ServerError("/documentModels", times=None)])
    assert found.properties is None
    assert [operation for operation, _ in found.gaps] == [RIGHT]
    nameless = make.document_intelligence("nameless", domain=None)
    assert [operation for operation, _ in batches(account=nameless).gaps] == [RIGHT]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (f"{DOCS}/inbox/a/b.pdf", f"{DOCS}/inbox"),
        (f"{DOCS}/a.pdf", f"{DOCS}/"),  # in the root container
        (f"{DOCS}", f"{DOCS}/"),
        ("no address", None),
        ("https://[", None),
        (7, None),
        (None, None),
    ],
)
def test_what_is_kept_of_an_address(written: Json, expected: str | None) -> None:
    assert container_url(written) == expected
