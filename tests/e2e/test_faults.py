"""What goes wrong at Azure costs at most the resource that it hits, and never makes anything look better than it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.estate import MODELS, estate
from tests.e2e.faulty import CONTAINERS, PLACES, ROLES, STORAGE_LIST
from tests.e2e.run import Ran, scan
from tests.fakes.azure import FakeAzure
from tests.fakes.azure import faults as fault
from tests.judges import oav

LASTING = {
    "403": fault.Forbidden,
    "404": fault.NotFound,
    "broken JSON": fault.BrokenJson,
    "not gzip": lambda on: fault.WrongEncoding(on, "gzip"),
    "redirect": fault.Redirect,
    "unregistered provider": fault.Unregistered,
    "odd shape: list": lambda on: fault.OddShape(on, value=[]),
    "odd shape: null": lambda on: fault.OddShape(on, value=None),
    "odd shape: text": lambda on: fault.OddShape(on, value="nothing"),
    "HTML": fault.HtmlBody,
    "throttled for an hour": lambda on: fault.Throttled(on, 3600, times=None),
}
PASSING = {
    "throttled for a second": lambda on: fault.Throttled(on, 1),
    "one 503": lambda on: fault.ServerError(on, 503, times=1),
    "one cut connection": lambda on: fault.CutConnection(on, times=1),
    "one expired token": lambda on: fault.ExpiredToken(on, times=1),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("faults")
    (made / "models.yaml").write_text(MODELS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> tuple[Ran, FakeAzure]:
    return disturbed(folder)


@pytest.fixture(scope="module")
def calm(undisturbed: tuple[Ran, FakeAzure]) -> dict[tuple[str, str], str]:
    return undisturbed[0].statuses


def disturbed(folder: Path, *faults: fault.Fault) -> tuple[Ran, FakeAzure]:
    with FakeAzure(estate(signals=False), faults) as azure:
        return scan(azure, folder), azure


def better(ran: Ran, calm: dict[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Verdicts that the fault made better than the truth, or wrong; there must be none.

    Where it is no longer known whether a rule applies, a check that passes still passes.
    """
    none = "not applicable"
    allowed = {
        "pass": {"pass", "unknown"},
        "fail": {"fail", "unknown"},
        "unknown": {"unknown"},
        none: {"pass", "unknown"},
    }
    return {
        key: f"{calm.get(key, none)} became {status}"
        for key, status in ran.statuses.items()
        if status not in allowed[calm.get(key, none)]
    }


# Every kind of fault at three places, and every place with two kinds of fault.
PAIRS = sorted(
    {(kind, place) for kind in LASTING for place in ("storage list", "blob service", "model list")}
    | {(kind, place) for kind in ("403", "broken JSON") for place in PLACES}
)


@pytest.mark.parametrize(("kind", "place"), PAIRS, ids=[f"{kind} at {place}" for kind, place in PAIRS])
def test_a_lasting_fault_makes_unknowns_and_nothing_else(
    kind: str, place: str, folder: Path, calm: dict[tuple[str, str], str]
) -> None:
    ran, azure = disturbed(folder, LASTING[kind](PLACES[place]))
    assert ran.err == "" or "Traceback" not in ran.err
    assert better(ran, calm) == {}
    assert ran.result is not None
    assert ran.result["gaps"], "the report says what was not seen"
    assert ran.result["complete"] is False
    assert not ran.result["headline"].startswith("Compliant")
    lost = {key for key, status in calm.items() if ran.statuses.get(key) != status}
    assert lost, "something depended on what was not read"
    subscriptions = {key[1].split("/")[2] for key in lost if key[1].startswith("/subscriptions/")}
    # The first hide links to any store at all; a vault of any subscription may back up any store; queries are many.
    if place not in {"accounts", "model list", "one model", "backup vaults", "log queries"}:
        assert len(subscriptions) <= 1, "the other subscription has the verdicts that it has without the fault"
    assert azure.violations == []
    assert azure.refused_hosts == set()


@pytest.mark.parametrize("kind", PASSING)
def test_a_passing_fault_changes_nothing(kind: str, folder: Path, calm: dict[tuple[str, str], str]) -> None:
    ran, _ = disturbed(
        folder, *(PASSING[kind](PLACES[place]) for place in ("storage list", "blob service", "one model"))
    )
    assert ran.statuses == calm
    assert ran.result is not None
    assert ran.result["gaps"] == []


def test_pages_that_loop_or_lead_elsewhere_end_and_keep_what_was_read(
    folder: Path, calm: dict[tuple[str, str], str], undisturbed: tuple[Ran, FakeAzure]
) -> None:
    ran, azure = disturbed(folder, fault.LoopingPages(STORAGE_LIST), fault.ForeignNextLink(CONTAINERS))
    assert better(ran, calm) == {}
    assert ran.result is not None
    assert len(ran.result["gaps"]) == 2
    assert azure.refused_hosts == set(), "the guard refuses before anything is sent"
    assert len(azure.calls()) < len(undisturbed[1].calls()) + 5


def test_one_odd_item_costs_itself_alone(folder: Path, calm: dict[tuple[str, str], str]) -> None:
    def without_first_id(body: dict[str, object]) -> dict[str, object]:
        items = [dict(item) for item in body["value"]]  # type: ignore[attr-defined]
        items[0].pop("id")
        return {**body, "value": items}

    ran, _ = disturbed(folder, fault.Changed(CONTAINERS, change=without_first_id))
    assert better(ran, calm) == {}
    assert ran.statuses[next(key for key in calm if key[0] == "DI-TLS-001" and key[1].endswith("trialdocs"))] == "fail"


def test_requests_under_faults_are_still_as_azure_wants_them(folder: Path) -> None:
    _, azure = disturbed(folder, fault.ServerError(STORAGE_LIST, status=500, times=2), fault.Forbidden(ROLES))
    assert oav.objections(azure.exchanges) == []
