from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from typing import Literal

import pytest

from auditor.model.reading import MISSING, Found, Reading, Unread
from auditor.model.types import ACCOUNT, ACCOUNT_TLS, CALL_METRICS, LIFECYCLE_POLICY, OPERATION
from auditor.report import wording
from auditor.report.formats import html
from auditor.report.pictures import bars, lanes, tables, timeline
from auditor.report.report import Bar, Edge, Place, Residency, Segment
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
SECTIONS = ("questions", "coverage", "first", "residency", "retention", "models", "waivers", "findings", "method")
VOID = {"meta", "link", "input", "col"}
CELLS = {"td", "th", "dt", "dd", "li", "p", "h3", "h4", "summary"}
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
        if tag in CELLS:
            self._note(" ")

    def handle_data(self, data: str) -> None:
        tag = self.open[-1][0] if self.open else ""
        if tag == "script":
            self.scripts.append((self.elements[-1][1], data))
        elif tag == "style":
            self.styles.append(data)
        else:
            self._note(data)

    def _note(self, text: str) -> None:
        self.text.append(text)
        for tag, section in self.open:
            if tag == "section":
                self.sections[section or ""].append(text)

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
        assert not [key for key in attributes if key.startswith("on") or key in {"style", "src", "srcset", "action"}], (
            tag
        )
        assert tag != "link" or attributes["href"] == "data:,"


@every
def test_its_numbers_add_up(name: str) -> None:
    report, page = REPORTS[name], SEEN[name]
    total = re.search(r" All ([\d ]+) Policy and", page.section("method"))
    assert total is not None
    assert [int(number) for number in total[1].split()] == [
        *(report.counts[status] for status in ("fail", "unknown", "waived", "pass")),
        report.not_applicable,
    ]
    (data,) = (json.loads(text) for attributes, text in page.scripts if attributes.get("type"))
    assert Counter(finding[1] for finding in data["findings"]) == Counter(
        {
            number: report.counts[status]
            for number, status in enumerate(("fail", "unknown", "waived", "pass"))
            if report.counts[status]
        }
    )
    assert f"{len(report.lines)} check" in " ".join(page.text)


def test_status_is_a_shape_and_a_word() -> None:
    text = " ".join(SEEN["mixed"].text).replace("\xa0", " ")
    for shape, word in (("●", "fail"), ("◐", "unknown"), ("◇", "waived"), ("○", "pass")):
        assert re.search(f"{shape} +[0-9]* ?{word}", text)


def test_every_failing_resource_is_named_without_javascript() -> None:
    for name in ("mixed", "large"):
        words = set(SEEN[name].section("first").split())
        failing = {line.finding.subject.name for line in REPORTS[name].lines if line.finding.status == "fail"}
        assert failing <= words


def test_a_row_tells_what_where_and_how() -> None:
    first = SEEN["mixed"].section("first")
    assert (
        "properties.minimumTlsVersion Read absent, which means TLS1_0 Asked must be at least TLS1_2 Source GET https"
        in first
    )
    assert (
        "az storage account update --name sthrarchive --resource-group rg-forms-prod --subscription 7d3c1f60" in first
    )
    assert "name: 'sthrarchive'" in first
    assert "ask for a minimum of exactly TLS 1.2, and so fail" in first
    assert "Overruled here: Versions have an order." in first
    assert "ISO 27001 A.8.24, A.5.14" in first


def test_what_was_not_seen_says_where_what_and_why() -> None:
    coverage = SEEN["mixed"].section("coverage")
    for words in (
        "Contoso Labs",
        "Microsoft.Insights/diagnosticSettings/read",
        "403 AuthorizationFailed",
        "DI-LOG-001",
    ):
        assert words in coverage
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
        (
            "blind",
            (
                "The scan ended before everything was read",
                "so nothing can be said",
                "so that says little",
                "and 4 more",
            ),
        ),
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
    for shown in (
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "name<U+202E>gnp.exe<U+2066>",
        "half <U+D800> of",
    ):
        assert shown in text
    assert {letter for letter in PAGES["hostile"] if unicodedata.category(letter) in {"Cf", "Cs", "Zl", "Zp"}} == set()
    assert {letter for letter in PAGES["hostile"] if unicodedata.category(letter) == "Cc"} == {"\n"}
    PAGES["hostile"].encode()


def test_a_hostile_page_has_the_elements_of_any_other() -> None:
    plain = builders.hostile(tuple(f"name {number:02d}" for number in range(len(builders.HOSTILE))))
    wanted = Counter((tag, *sorted(attributes)) for tag, attributes in Page(html.render(plain)).elements)
    assert Counter((tag, *sorted(attributes)) for tag, attributes in SEEN["hostile"].elements) == wanted


def test_a_large_report_shows_some_rows_names_more_and_counts_the_rest() -> None:
    rows = sum(attributes.get("class") == "row" for tag, attributes in SEEN["large"].elements if tag == "details")
    assert rows == 11 * 27
    assert len(PAGES["large"]) < 2_000_000


def test_fifty_thousand_findings_are_no_burden_for_a_browser() -> None:
    """What takes its time is to build the document: `benchmarks/page.py` measures it."""
    page = html.render(builders.large(50_000))
    assert len(re.findall("<[a-z]", page)) < 20_000
    assert len(page) < 12_000_000


@pytest.mark.parametrize(
    ("sizes", "room"), [([], 0), ([5], 5), ([301], 300), ([1, 500, 2], 297), ([100, 100, 100], 100), ([7] * 200, 2)]
)
def test_all_rows_are_shown_or_as_many_as_share_the_page(sizes: list[int], room: int) -> None:
    assert html._room(sizes) == room


def test_many_rules_fold_what_is_medium_and_low() -> None:
    page = Page(html.render(builders.many()))
    assert "Medium and low 10 rules, 10 findings" in page.section("first")
    assert "Medium and low" not in SEEN["mixed"].section("first")


def test_every_rule_has_its_text_in_the_page() -> None:
    method = SEEN["mixed"].section("method")
    assert method.count("Why it matters") == len(builders.RULES)
    assert "Overruled here: Versions have an order." in method


def test_types_are_counted_by_the_noun_in_front() -> None:
    many = {ACCOUNT: 2, ACCOUNT_TLS: 2, OPERATION: 3, CALL_METRICS: 4, LIFECYCLE_POLICY: 2}
    assert tables.counted(many) == [
        "2 Document Intelligence accounts",
        "2 TLS probes of an account",
        "3 operations on models",
        "4 metrics of calls",
        "2 lifecycle policies",
    ]
    assert tables.counted({OPERATION: 1}) == ["1 operation on models"]


def test_more_than_the_page_can_hold_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html, "_MOST_NAMES", 5)
    monkeypatch.setattr(html, "_DETAILED", 0)
    text = " ".join(" ".join(Page(html.render(builders.large(600))).text).split())
    assert "5 more resources that fail this rule" in text
    assert "more resources are in the list of all findings" in text


# Pictures


def bar(*segments: Segment, exceeds: float | None = 0, at_most: float | None = None, unbounded: bool = False) -> Bar:
    return Bar("/x", "x", None, unbounded, exceeds, at_most, segments, "fail")


def reason(cause: str, hours: float | None, kind: Literal["hours", "unbounded", "unknown"] = "hours") -> Segment:
    return Segment(cause, kind, hours, f"{cause} {hours}", None)


def test_soft_delete_begins_where_the_longest_life_ends() -> None:
    wait, soft, apart = reason("lifecycle", 48), reason("softDelete", 168), reason("containerSoftDelete", 700)
    (drawn,) = bars.draw([bar(wait, soft, apart, exceeds=700)], 24).bars
    assert [(stretch.number, stretch.beyond) for stretch in drawn.stretches] == [
        (1, False),
        (1, True),
        (2, True),
        (3, True),
    ]
    assert drawn.stretches[0].x == 0
    for left, right in pairwise(drawn.stretches):
        assert right.x == pytest.approx(left.x + left.width, abs=0.02)
    assert drawn.end == "hatch"


def test_a_bar_never_claims_more_than_is_known() -> None:
    (drawn,) = bars.draw([bar(reason("lifecycle", 500), exceeds=30)], None).bars
    assert drawn.end_x == pytest.approx(drawn.stretches[-1].x + drawn.stretches[-1].width, abs=0.02)
    (drawn,) = bars.draw([bar(reason("lifecycle", 0.5), exceeds=0.5)], 24).bars
    assert drawn.stretches == ()
    (drawn,) = bars.draw([bar(exceeds=30)], None).bars
    assert [(stretch.number, stretch.beyond) for stretch in drawn.stretches] == [(0, False)]


def test_an_unbounded_bar_is_one_arrow_and_a_bounded_one_ends() -> None:
    endless = bar(reason("lifecycle", 48), reason("legalHold", None, "unbounded"), exceeds=None, unbounded=True)
    drawn, unnamed, empty = bars.draw([endless, bar(exceeds=None, unbounded=True), bar(at_most=0)], 24).bars
    assert {stretch.number for stretch in drawn.stretches} == {2}
    assert (drawn.end, unnamed.end, empty.end) == ("arrow", "arrow", "closed")
    assert {stretch.number for stretch in unnamed.stretches} == {0}
    assert empty.stretches == ()


def test_a_reason_is_named_once_and_labels_keep_clear_of_the_limit() -> None:
    twice = reason("versions", None, "unbounded")
    chart = bars.draw([bar(twice, replace(twice, container="b"), exceeds=None, unbounded=True)], 24)
    assert len(chart.bars[0].reasons) == 1
    assert "24 h" not in [label for _, label in chart.ticks]
    assert max(x for x, _ in bars.draw([bar(exceeds=900_000)], None).ticks) < bars.SPAN


def test_how_long_documents_live_in_words() -> None:
    assert [bars.length(hours) for hours in (0.5, 24, 48, 84, 8766 * 2, 8766 * 2.5)] == [
        "0.5 h",
        "24 h",
        "2 days",
        "3.5 days",
        "2 years",
        "2.5 years",
    ]
    found = [bar(unbounded=True), bar(at_most=12), bar(at_most=0), bar(exceeds=216), bar(), bar()]
    assert [
        bars.lifetime(item, unprovable) for item, unprovable in zip(found, [(), (), (), (), (), ("/x",)], strict=True)
    ] == [
        "without end",
        "at most 12 h",
        "nothing is kept",
        "more than 9 days",
        "not known",
        "not provable",
    ]


def crowd(number: int) -> Residency:
    """Many stores at home, and one whose documents leave."""
    places = [Place("/account", "account", "account", "westeurope"), Place("/copy", "copy", "elsewhere", "northeurope")]
    places += [Place(f"/store{item:02d}", f"store{item:02d}", "store", "westeurope") for item in range(number)]
    edges = [
        Edge(f"/store{item:02d}", "/account", "westeurope", "link", "documents", False, "x") for item in range(number)
    ]
    away = Edge(f"/store{number - 1:02d}", "/copy", "northeurope", "geoRedundancy", "documents", True, "x")
    nowhere = Edge("/store00", "/unlisted", None, "backup", "documents", None, "x")
    return Residency(tuple(places), (*edges, away, nowhere))


def test_what_leaves_is_drawn_first_and_what_has_no_room_is_counted() -> None:
    picture = lanes.draw(crowd(40))
    labels = [box.label for box in picture.boxes if box.kind == "store"]
    assert labels[0] == "store39"
    assert picture.hidden == 40 - len(labels)
    assert f"and {picture.hidden} more stores" in [box.label for box in picture.boxes]
    assert [arrow.label for arrow in picture.arrows if arrow.leaves] == ["documents"]
    assert len(picture.arrows) == len(labels) + 1


def thicket(number: int) -> Residency:
    """Stores in two regions that each send documents to the accounts of both, and logs to one place or to nowhere."""
    regions = ("westeurope", "northeurope")
    accounts = [Place(f"/a{item}", f"a{item}", "account", regions[item]) for item in range(2)]
    stores = [Place(f"/s{item}", f"s{item}", "store", regions[item % 2]) for item in range(number)]
    elsewhere = [Place("/logs", "logs", "elsewhere", None)]
    edges = [
        Edge(
            store.id, account.id, account.region, "link", "documents", account.region != store.region, f"{store.name} w"
        )
        for store in stores
        for account in accounts
    ]
    edges += [Edge(stores[0].id, "/logs", None, via, "metadata", None, "x") for via in ("blobLogs", "backup")]
    edges += [Edge(stores[0].id, "/nowhere", None, "backup", "documents", None, "x")]
    return Residency((*accounts, *stores, *elsewhere), tuple(edges))


def test_a_thicket_is_drawn_by_kind_and_region() -> None:
    picture = lanes.draw(thicket(40))
    assert picture.merged
    assert picture.hidden == 0
    assert [(box.label, box.note) for box in picture.boxes] == [
        ("a1", "Document Intelligence"),
        ("20 stores", "storage"),
        ("a0", "Document Intelligence"),
        ("20 stores", "storage"),
        ("logs", "backup, blob logs"),
    ]
    assert [(lane.region, lane.sends, lane.takes) for lane in picture.lanes] == [
        ("northeurope", 20, 20),
        ("westeurope", 20, 20),
        (None, 0, 0),
    ]
    assert sorted(str(arrow.leaves) for arrow in picture.arrows) == ["False", "False", "None", "True", "True"]
    titles = {arrow.title for arrow in picture.arrows if arrow.leaves}
    assert "s1 w; s3 w; s5 w; s7 w; s9 w; and 15 more" in titles
    assert not lanes.draw(thicket(29)).merged


def test_the_table_of_ways_shows_the_worst_and_folds_the_others() -> None:
    text = " ".join(" ".join(Page(html.render(replace(builders.mixed(), residency=thicket(40)))).text).split())
    assert "Places of one kind and region stand together" in text
    assert "43 more ways, all within their region" not in text
    assert "43 more ways" in text
    few = replace(builders.mixed(), residency=replace(crowd(60), edges=crowd(60).edges[:60]))
    assert "20 more ways, all within their region" in " ".join(html.render(few).split())


def test_boxes_stand_in_their_lanes_and_do_not_overlap() -> None:
    for residency in (crowd(5), builders.mixed().residency, builders.hostile().residency):
        picture = lanes.draw(residency)
        width, height = picture.box
        corners = [(box.x, box.y) for box in picture.boxes]
        for number, (x, y) in enumerate(corners):
            assert 0 <= x <= picture.width - width
            assert any(lane.y < y and y + height < lane.y + lane.height for lane in picture.lanes)
            assert not [other for other in corners[:number] if abs(other[0] - x) < width and abs(other[1] - y) < height]
        assert picture.lanes[-1].y + picture.lanes[-1].height == picture.height


def test_an_empty_picture_is_no_picture() -> None:
    assert lanes.draw(Residency((), ())).height == 0


def test_the_time_line_holds_all_dates() -> None:
    line = timeline.draw(builders.mixed().models, builders.FINISHED)
    positions = [at for life in line.lives for at in (life.start, life.end, life.due) if at is not None]
    assert line.now is not None
    assert all(0 <= at <= 100 for at in [*positions, line.now, *(x for x, _ in line.ticks)])
    first = line.lives[0]
    assert (first.overdue, first.expired, first.age) == (True, True, 873)
    assert [label for _, label in line.ticks] == ["2025", "2026", "2027", "2028"]


@pytest.mark.parametrize("date", ["0001-01-01", "9999-12-31T23:59:59Z", "soon"])
def test_the_time_line_bears_any_date(date: str) -> None:
    model = replace(builders.mixed().models[0], created=date, expires=date, delete_by=date)
    line = timeline.draw([model], builders.FINISHED)
    assert line.now is not None
    assert all(0 <= x <= 100 for x, _ in line.ticks)
    undated = timeline.draw([model], "at some time")
    assert (undated.now, undated.lives[0].age) == (None, None)
    html.render(builders.report(models=(model,), started="at some time", finished=None))


# Words


def test_a_heading_names_what_was_audited() -> None:
    one, two = (f"/subscriptions/{number}" for number in (1, 2))
    assert [
        tables.heading(scope) for scope in ((), (one,), (one, two), ("infra/main.json",), ("a", one), (one, "a"))
    ] == [
        "All that the auditor's identity can see",
        "Subscription 1",
        "2 subscriptions",
        "infra/main.json",
        "a and 1 more",
        "Subscription 1 and 1 more",
    ]


def test_words() -> None:
    assert wording.visible("a\u202eb\n", keep="\n") == "a<U+202E>b\n"
    assert wording.moment("2026-11-23T06:00:04.1234567Z") == "2026-11-23 06:00 UTC"
    assert wording.moment("yesterday") == "yesterday"
    assert (
        wording.first_sentence("Best: keep none. Send it in the request. More.")
        == "Best: keep none. Send it in the request."
    )
    assert wording.first_sentence("Set the minimum TLS version of the storage account to at least 1.2. More.") == (
        "Set the minimum TLS version of the storage account to at least 1.2."
    )
    assert wording.first_sentence("No stop") == "No stop"
    assert wording.sentence("it stays") == "It stays."
    assert wording.words("objectReplication") == "object replication"
    assert html._link("javascript:alert(1)") == "javascript:alert(1)"


@pytest.mark.parametrize(
    ("reading", "words"),
    [
        (Found("TLS1_0"), "TLS1_0"),
        (Found(""), "empty"),
        (Found("x" * 500), "x" * 400 + "…"),
        (MISSING, "absent"),
        (Unread("403"), "not read: 403"),
        (Unread("no bound", settled_by="logs"), "not provable: no bound; settled by logs"),
    ],
)
def test_evidence_says_what_was_read(reading: Reading, words: str) -> None:
    item = builders.evidence("a.b", {"equals": 1}, "be 1", reading)
    assert wording.was_read(item) == words
    assert wording.was_asked(replace(item, negated=True)) == "must not be 1"
    assert wording.was_asked(replace(item, wish="")) == "counted"


def test_blind_spots_name_those_that_they_concern_and_what_to_do() -> None:
    text = " ".join(" ".join(Page(PAGES["mixed"]).sections["method"]).split())
    for told in (
        "sign a link to its documents. Turn off shared key access.",
        "stteam00",
        "and 3 more, which the JSON names",
        "Microsoft's own half is a contract. Keep its page with this report.",
    ):
        assert told in text
    assert "<b>stfar</b>: model claims-v3 was trained from it" in PAGES["mixed"]
    assert "stteam12" not in text
    assert "No blind spot was declared" in html.render(replace(builders.mixed(), blind_spots=()))
