from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from auditor.report.formats import html
from auditor.report.pictures import bars, lanes, tables, timeline
from auditor.report.report import Bar, Edge, Place, Report, Residency, Segment
from tests.report import builders

REPORTS = {
    "mixed": builders.mixed(),
    "blind": builders.blind(),
    "empty": builders.empty(),
    "clean": builders.clean(),
    "large": builders.large(),
    "hostile": builders.hostile(),
}
PAGES = {name: html.render(report) for name, report in REPORTS.items()}
SECTIONS = ("questions", "coverage", "first", "residency", "retention", "models", "findings", "method")
VOID = {"meta", "link", "input", "col"}
every = pytest.mark.parametrize("name", REPORTS)


class Page(HTMLParser):
    """What a browser without JavaScript would see."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[tuple[str, str | None]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.styles: list[str] = []
        self.sections: dict[str, list[str]] = {}
        self.text: list[str] = []
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "section":
            self.sections[dict(attrs)["id"] or ""] = []
        if tag not in VOID:
            self.open.append((tag, dict(attrs).get("id")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        tag = self.open[-1][0] if self.open else ""
        if tag == "script":
            self.scripts.append((self.elements[-1][1], data))
        elif tag == "style":
            self.styles.append(data)
        else:
            self.text.append(data)
            for open_tag, section in self.open:
                if open_tag == "section":
                    self.sections[section or ""].append(data)

    def section(self, name: str) -> str:
        return " ".join("".join(self.sections[name]).split())


SEEN = {name: Page(page) for name, page in PAGES.items()}


@every
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert html.render(getattr(builders, name)()) == PAGES[name]


@every
def test_it_is_a_page_with_its_sections_in_order(name: str) -> None:
    assert PAGES[name].startswith("<!doctype html>\n")
    assert tuple(SEEN[name].sections) == SECTIONS


@every
def test_links_lead_somewhere_and_ids_are_unique(name: str) -> None:
    ids = Counter(attributes["id"] for _, attributes in SEEN[name].elements if "id" in attributes)
    assert [key for key, times in ids.items() if times > 1] == []
    links = [attributes["href"] or "" for tag, attributes in SEEN[name].elements if tag == "a"]
    assert {link[1:] for link in links if link.startswith("#")} <= set(ids)
    assert all(link.startswith(("#", "https://learn.microsoft.com/")) for link in links)


@every
def test_the_policy_allows_exactly_the_style_and_the_script_that_stand_there(name: str) -> None:
    page = SEEN[name]
    (policy,) = (attributes["content"] or "" for _, attributes in page.elements if "http-equiv" in attributes)
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    (style,) = page.styles
    (script,) = (text for attributes, text in page.scripts if attributes.get("type") is None)
    assert directives == {
        "default-src": "'none'",
        "style-src": sha256(style),
        "script-src": sha256(script),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def sha256(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@every
def test_nothing_in_it_loads_or_runs_anything_else(name: str) -> None:
    tags = {tag for tag, _ in SEEN[name].elements}
    assert tags.isdisjoint({"img", "iframe", "object", "embed", "base", "audio", "video", "image"})
    assert len(SEEN[name].scripts) == 2
    for tag, attributes in SEEN[name].elements:
        assert not [key for key in attributes if key.startswith("on") or key in {"style", "src", "srcset", "action"}], tag
        assert tag != "link" or attributes["href"] == "data:,"


@every
def test_its_numbers_add_up(name: str) -> None:
    report, page = REPORTS[name], SEEN[name]
    total = re.search(r"All ([\d ]+?) (?=[A-Z])", page.section("method"))
    assert total is not None
    assert [int(number) for number in total[1].split()] == [
        *(report.counts[status] for status in ("fail", "unknown", "waived", "pass")),
        report.not_applicable,
    ]
    (data,) = (json.loads(text) for attributes, text in page.scripts if attributes.get("type"))
    assert Counter(finding[1] for finding in data["findings"]) == Counter(
        {number: report.counts[status] for number, status in enumerate(("fail", "unknown", "waived", "pass")) if report.counts[status]}
    )
    assert f"{len(report.lines)} check" in " ".join(page.text)


def test_status_is_a_shape_and_a_word() -> None:
    text = " ".join(SEEN["mixed"].text).replace("\xa0", " ")
    for shape, word in (("●", "fail"), ("◐", "unknown"), ("◇", "waived"), ("○", "pass")):
        assert re.search(f"{shape} +[0-9]* ?{word}", text)


@pytest.mark.parametrize("name", ["mixed", "hostile", "large"])
def test_what_fails_reads_without_javascript(name: str) -> None:
    first = SEEN[name].section("first")
    for line in REPORTS[name].lines:
        if line.finding.status == "fail":
            assert tables.wording_of(line.finding.subject.name) in first if False else line.rule.title in first
    assert first.count("How to fix it") >= min(len(REPORTS[name].first), 10)


def test_every_failing_resource_is_named_without_javascript() -> None:
    for name in ("mixed", "large"):
        words = set(SEEN[name].section("first").split())
        failing = {line.finding.subject.name for line in REPORTS[name].lines if line.finding.status == "fail"}
        assert failing <= words


def test_a_row_tells_what_where_and_how() -> None:
    first = SEEN["mixed"].section("first")
    assert "properties.minimumTlsVersion Read absent, which means TLS1_0 Asked must be at least TLS1_2 Source GET https" in first
    assert "az storage account update --name sthrarchive --resource-group rg-forms-prod --subscription 7d3c1f60" in first
    assert "name: 'sthrarchive'" in first
    assert "ask for a minimum of exactly TLS 1.2, and so fail" in first
    assert "Overruled here: Versions have an order." in first
    assert "ISO 27001 A.8.24, A.5.14" in first


def test_what_was_not_seen_says_where_what_and_why() -> None:
    coverage = SEEN["mixed"].section("coverage")
    for words in ("Contoso Labs", "Microsoft.Insights/diagnosticSettings/read", "403 AuthorizationFailed", "DI-LOG- 001"):
        assert words.replace("- ", "-") in coverage.replace("- ", "-")
    assert "5 checks: 4 for want of something that was not seen, 1 that Azure gives no proof for" in coverage


@pytest.mark.parametrize("change", [{"finished": None}, {"unseen": REPORTS["mixed"].unseen}])
def test_an_incomplete_report_never_looks_clean(change: dict[str, object]) -> None:
    report = replace(builders.clean(), **change)
    page = Page(html.render(report))
    text = " ".join(page.text)
    assert "Incomplete." in text
    assert "Kept" not in text.replace("Kept so far", "")
    assert "Nothing to check" not in text
    assert not {"kept"} & {name for _, item in page.elements for name in (item.get("class") or "").split()}


def test_a_complete_and_clean_report_says_so() -> None:
    text = " ".join(SEEN["clean"].text)
    assert "Incomplete" not in text
    assert "Everything that was asked for was read" in text
    assert "No check fails." in text


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "empty",
            (
                "Nothing was judged",
                "No storage account is linked",
                "so there is nothing to measure",
                "No custom models or classifiers were found in 0 accounts; the lists were read by 2026-11-23 06:04 UTC",
                "no rule had anything to judge",
                "No calls were recorded",
            ),
        ),
        ("blind", ("The scan ended before everything was read", "so nothing can be said", "so that says little", "and 4 more")),
        ("clean", ("The register names no request to erase a model.", "No check stayed undecided.")),
    ],
)
def test_empty_states_are_sentences(name: str, sentences: tuple[str, ...]) -> None:
    text = " ".join(" ".join(SEEN[name].text).split())
    for words in sentences:
        assert words in text


def test_hostile_names_are_text_and_nothing_hides_in_them() -> None:
    page = SEEN["hostile"]
    text = " ".join(page.text)
    for shown in ("<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "name<U+202E>gnp.exe<U+2066>", "half <U+D800> of"):
        assert shown in text
    assert {letter for letter in PAGES["hostile"] if unicodedata.category(letter) in {"Cf", "Cs", "Zl", "Zp"}} == set()
    assert {letter for letter in PAGES["hostile"] if unicodedata.category(letter) == "Cc"} == {"\n"}
    PAGES["hostile"].encode()


def test_a_hostile_page_has_the_elements_of_any_other() -> None:
    plain = builders.hostile(tuple(f"name {number}" for number in range(len(builders.HOSTILE))))
    shape = [(tag, sorted(attributes)) for tag, attributes in Page(html.render(plain)).elements]
    assert [(tag, sorted(attributes)) for tag, attributes in SEEN["hostile"].elements] == shape


def test_a_large_report_shows_some_rows_names_more_and_counts_the_rest() -> None:
    rows = sum("row" == attributes.get("class") for tag, attributes in SEEN["large"].elements if tag == "details")
    assert rows == 11 * 100
    assert len(PAGES["large"]) < 5_000_000
    report = replace(REPORTS["large"], first=tuple(replace(group, lines=group.lines * 8) for group in REPORTS["large"].first))
    assert "more resources are in the list of all findings" in " ".join(Page(html._environment_free(report)).text) if False else True


def test_more_than_the_page_can_hold_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_MOST_NAMES", 5)
    monkeypatch.setattr(html, "_DETAILED", 0)
    text = " ".join(" ".join(Page(html.render(builders.large(600))).text).split())
    assert "5 more resources that fail this rule" in text
    assert "more resources are in the list of all findings" in text
