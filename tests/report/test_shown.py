"""What is wrong with a resource stands wherever the resource is shown: in tables, bars, lanes and the time line."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pytest

from auditor import audit
from auditor.data import samples_folder
from auditor.model.finding import Status
from auditor.model.types import ERASURE_REQUEST
from auditor.report.formats import html, markdown
from auditor.report.pictures import lanes
from auditor.report.report import Report
from auditor.statements import read_models
from tests.builders import STARTED

SAMPLES = samples_folder()
SNAPSHOT = audit.read_saved(SAMPLES / "estate.jsonl", [read_models(SAMPLES / "models.yaml", STARTED)])
REPORT = audit.judge_snapshot(audit.prepare(audit.Choice(profile="strict")), SNAPSHOT)
MARKDOWN = markdown.render(REPORT)
HTML = html.render(REPORT)


def statuses_at(report: Report, resource_id: str) -> dict[str, set[Status]]:
    """The statuses of each rule about a resource and what lies in it, straight from the findings."""
    own = resource_id.lower()
    found: dict[str, set[Status]] = {}
    for line in report.lines:
        subject = line.finding.subject.id.lower()
        if subject == own or subject.startswith(f"{own}/"):
            found.setdefault(line.rule.id, set()).add(line.finding.status)
    return found


def failing(report: Report, *resource_ids: str) -> set[str]:
    found = (statuses_at(report, resource_id).items() for resource_id in resource_ids)
    return {rule for statuses in found for rule, each in statuses if "fail" in each}


def requests(name: str, account: str) -> list[str]:
    """The requests of the sample that name a model; they name accounts by name or id, without patterns."""
    return [
        item.id
        for item in SNAPSHOT.of_type(ERASURE_REQUEST)
        if item.body["properties"]["model"] == name  # type: ignore[index, call-overload]
        and str(item.body["properties"]["account"]).lower().endswith(account.lower())  # type: ignore[index, call-overload]
    ]


def test_a_store_shows_all_that_it_fails() -> None:
    assert len(REPORT.retention) > 5
    for bar in REPORT.retention:
        assert set(bar.failing) == failing(REPORT, bar.id)
        assert len(set(bar.failing)) == len(bar.failing)


def test_a_place_shows_all_that_it_fails() -> None:
    shown = {place.name: set(place.failing) for place in REPORT.residency.places if place.failing}
    assert {"ctsinsmailroom", "ctsins-di-lab", "ctsins-law-mailroom"} <= set(shown)
    for place in REPORT.residency.places:
        assert set(place.failing) == failing(REPORT, place.id)


def test_a_model_shows_what_it_fails_and_what_a_request_to_erase_it_fails() -> None:
    overdue = {model.name for model in REPORT.models if model.statuses.get("DI-MDL-005") == "fail"}
    assert overdue == {"bodily-injury-v1"}
    for model in REPORT.models:
        wanted = failing(REPORT, model.id, *requests(model.name, model.account))
        assert {rule for rule, status in model.statuses.items() if status == "fail"} == wanted


def test_a_request_shows_all_that_it_fails() -> None:
    assert any("DI-MDL-005" in request.failing for request in REPORT.erasures)
    for request in REPORT.erasures:
        assert set(request.failing) == failing(REPORT, *requests(request.model, request.account))


def rows(text: str, first: str, last: str) -> list[str]:
    section = text.partition(f"## {first}\n")[2].partition(f"## {last}\n")[0]
    return [row for row in section.splitlines() if row.startswith("| ")]


def shows(row: str, rules: Iterable[str]) -> bool:
    """Whether a row names rules that fail, and says so of nothing else."""
    return set(re.findall(r"DI-[A-Z]{3}-\d{3}", row)) >= set(rules) and ("●" in row) == bool(set(rules))


def test_the_tables_in_markdown_show_it() -> None:
    stores = rows(MARKDOWN, "How long documents live", "Models")
    for bar in REPORT.retention:
        (row,) = (row for row in stores if row.startswith(f"| `{bar.name}`"))
        named = [rule for rule in bar.failing if rule != "DI-RET-001"][:20]
        assert shows(row, named) if named else "fails" not in row
    for model in REPORT.models:
        (row,) = (
            row
            for row in rows(MARKDOWN, "Models", "Waivers")
            if row.startswith(f"| `{model.name}` in `{model.account}` | ") and len(row.split("|")) > 6
        )
        assert shows(row, [rule for rule, status in model.statuses.items() if status == "fail"])
    for row in rows(MARKDOWN, "Where documents go", "How long documents live"):
        for place in REPORT.residency.places:
            if f"`{place.name}`" in row and place.failing:
                assert f"● fails `{place.failing[0]}`" in row


@pytest.mark.parametrize("name", ["bodily-injury-v1", "repair-invoices-v2"])
def test_the_table_of_models_on_the_page_shows_it(name: str) -> None:
    section = HTML.partition('<section id="models"')[2]
    row = section.partition(f"<strong>{name}</strong>")[2].partition("</tr>")[0]
    assert "#rule-DI-MDL-00" in row
    assert 'class="st fail"' in row
    assert 'class="st pass"' not in row


def test_the_bars_and_the_lanes_of_the_page_show_it() -> None:
    bars = HTML.partition('<section id="retention"')[2].partition('<section id="models"')[0].split("<article")[1:]
    for bar, article in zip(REPORT.retention, sorted(bars, key=order), strict=True):
        assert f"<h3>{bar.name}</h3>" in article
        assert all(f"#rule-{rule}" in article for rule in bar.failing if rule != "DI-RET-001")
    boxes = {box.place.id: box for box in lanes.draw(REPORT.residency).boxes if box.place}
    for place in REPORT.residency.places:
        assert boxes[place.id].note.startswith("● ") == bool(place.failing)
        assert all(rule in boxes[place.id].title for rule in place.failing)


def order(article: str) -> int:
    return [bar.name for bar in REPORT.retention].index(article.partition("<h3>")[2].partition("</h3>")[0])


def test_places_that_stand_together_show_what_any_of_them_fails() -> None:
    stores = [place for place in REPORT.residency.places if place.kind == "store"]
    merged = lanes._merged(REPORT.residency)
    shown = {rule for place in merged.places if place.kind == "store" for rule in place.failing}
    assert shown == {rule for place in stores for rule in place.failing}
