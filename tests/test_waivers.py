"""Waivers: what the file may say, and what it does to findings."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from auditor.errors import ExitCode, WaiverError
from auditor.model.finding import Finding, Status, Subject
from auditor.model.resource import Place
from auditor.model.waiver import Applied, Remark, Waiver, as_data
from auditor.waivers import read_waivers, waive
from auditor.yaml_source import parse_yaml
from tests.needs import PROJECT

NOW = datetime(2026, 11, 1, 6, tzinfo=UTC)
DOCS = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/docs"
STORE = "Microsoft.Storage/storageAccounts"
HEAD = "schema: auditor.waivers/1\nwaivers:\n"
ENTRY = {
    "rule": "DI-TLS-001",
    "resource": DOCS,
    "reason": "an old scanner speaks TLS 1.0",
    "owner": "Claims",
    "approvedBy": "CISO",
    "ticket": "SEC-41",
    "expires": "2026-12-31",
}


def entry(**changes: Any) -> str:
    """One entry in one line; a change to None leaves the key out."""
    shown = {name: value for name, value in {**ENTRY, **changes}.items() if value is not None}
    return f"  - {json.dumps(shown)}\n"


def write(folder: Path, text: str) -> Path:
    (folder / "waivers.yaml").write_text(text, encoding="utf-8")
    return folder / "waivers.yaml"


def mistakes(folder: Path, text: str, max_days: float = 90) -> list[str]:
    with pytest.raises(WaiverError) as caught:
        read_waivers(write(folder, text), NOW, max_days)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.problem.startswith(f"{len(caught.value.mistakes)} mistake")
    assert caught.value.problem.partition("\n")[0].endswith("in the waivers:")
    return [f"{item.line} {item.problem}" for item in caught.value.mistakes]


def schema() -> Draft202012Validator:
    published = json.loads((PROJECT / "auditor/schemas/waivers-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(published)
    return Draft202012Validator(published)


# The file


def test_an_entry_becomes_a_waiver(tmp_path: Path) -> None:
    text = HEAD + entry(reason="an old scanner\n speaks TLS 1.0", approvedAt="2026-10-05")
    file = write(tmp_path, text)
    (found,) = read_waivers(file, NOW, 90)
    assert found == Waiver(
        rule="DI-TLS-001",
        resource=DOCS,
        reason="an old scanner speaks TLS 1.0",
        owner="Claims",
        approved_by="CISO",
        ticket="SEC-41",
        expires="2026-12-31T23:59:59Z",
        approved_at="2026-10-05T00:00:00Z",
    )
    assert found.place == Place(str(file), 3, 5)
    assert as_data(found) == {
        **ENTRY,
        "approvedAt": "2026-10-05T00:00:00Z",
        "expires": "2026-12-31T23:59:59Z",
    }
    assert "approvedAt" not in as_data(replace(found, approved_at=None))
    assert schema().is_valid(parse_yaml(text, "waivers.yaml").value)
    assert schema().is_valid({"schema": "auditor.waivers/1", "waivers": [as_data(found)]})


@pytest.mark.parametrize("text", ["schema: auditor.waivers/1", "schema: auditor.waivers/1\nwaivers:", HEAD + "  []"])
def test_a_file_without_waivers_is_none(text: str, tmp_path: Path) -> None:
    assert read_waivers(write(tmp_path, text), NOW, 90) == ()
    assert schema().is_valid(parse_yaml(text, "waivers.yaml").value)


@pytest.mark.parametrize(
    ("written", "expires"),
    [
        ("2026-12-31", "2026-12-31T23:59:59Z"),
        ("2026-12-31T18:00:00+01:00", "2026-12-31T17:00:00Z"),
        ("2026-12-31T18:00Z", "2026-12-31T18:00:00Z"),
        ("2026-12-31 18:00:00.5-05:00", "2026-12-31T23:00:00Z"),
        ("2020-02-29", "2020-02-29T23:59:59Z"),
    ],
)
def test_an_expiry_is_a_day_to_its_end_or_a_moment_with_a_zone(written: str, expires: str, tmp_path: Path) -> None:
    (found,) = read_waivers(write(tmp_path, HEAD + entry(expires=written)), NOW, 90)
    assert found.expires == expires
    assert schema().is_valid({"schema": "auditor.waivers/1", "waivers": [{**ENTRY, "expires": written}]})


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("2026-12-31T18:00:00", "2026-12-31T18:00:00 has no time zone: add Z, or +01:00"),
        ("31.12.2026", "'31.12.2026' is no date or time: 2026-12-31 or 2026-12-31T18:00:00+01:00"),
        ("20261231", "'20261231' is no date or time: 2026-12-31 or 2026-12-31T18:00:00+01:00"),
        ("2026-02-30", "'2026-02-30' is no date or time: 2026-12-31 or 2026-12-31T18:00:00+01:00"),
        ("2026-12-31T25:00Z", "'2026-12-31T25:00Z' is no date or time: 2026-12-31 or 2026-12-31T18:00:00+01:00"),
        ("never", "'never' is no date or time: 2026-12-31 or 2026-12-31T18:00:00+01:00"),
        (20261231, "a text is wanted here (put numbers in quotes)"),
    ],
)
def test_an_expiry_that_is_none(written: Any, problem: str, tmp_path: Path) -> None:
    assert mistakes(tmp_path, HEAD + entry(expires=written)) == [f"3 {problem}"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["1 a mapping is wanted here: schema: auditor.waivers/1, and waivers"]),
        ("- a", ["1 a mapping is wanted here: schema: auditor.waivers/1, and waivers"]),
        ("[", ["2 this is not YAML: did not find expected node content"]),
        ("waivers: []", ["1 the schema is missing or not known; write schema: auditor.waivers/1"]),
        (
            "schema: auditor.waivers/2\nwaiver: []",
            [
                "1 the schema is missing or not known; write schema: auditor.waivers/1",
                "2 waiver is no key here; did you mean waivers?",
            ],
        ),
        ("schema: auditor.waivers/1\nwaivers: {a: 1}", ["2 a list is wanted here"]),
        (
            HEAD + "  - all of it\n",
            ["3 an entry holds rule, resource, reason, owner, approvedBy, ticket, expires"],
        ),
        (HEAD + entry(aprovedBy="x"), ["3 aprovedBy is no key here; did you mean approvedBy?"]),
        (HEAD + entry(ticket=41), ["3 a text is wanted here (put numbers in quotes)"]),
        (HEAD + entry(reason="  "), ["3 a text is wanted here (put numbers in quotes)"]),
        (
            HEAD + entry() + entry(expires=None, owner=None) + entry(resource=DOCS.upper()),
            ["4 expires is missing", "4 owner is missing", "5 this waiver stands here a second time"],
        ),
    ],
)
def test_all_mistakes_are_told_in_one_go_with_their_lines(text: str, found: list[str], tmp_path: Path) -> None:
    assert mistakes(tmp_path, text) == found
    assert not schema().is_valid(parse_yaml(text, "waivers.yaml").value) or "second time" in found[-1]


@pytest.mark.parametrize("key", ENTRY)
def test_every_key_but_the_approval_is_wanted(key: str, tmp_path: Path) -> None:
    text = HEAD + entry(**{key: None})
    assert mistakes(tmp_path, text) == [f"3 {key} is missing"]
    assert not schema().is_valid(parse_yaml(text, "waivers.yaml").value)


def test_a_renewal_stands_beside_what_it_renews(tmp_path: Path) -> None:
    text = HEAD + entry(expires="2026-10-31") + entry() + entry(rule="DI-TLS-002")
    assert len(read_waivers(write(tmp_path, text), NOW, 90)) == 3


TOO_FAR = "at most 90 are allowed (maxWaiverDays)"


@pytest.mark.parametrize(
    ("changes", "max_days", "problem"),
    [
        ({"expires": "2027-01-30"}, 90, None),  # 90 days from the first of November, and the rest of the day
        ({"expires": "2027-01-31"}, 90, f"it expires 91 days from now, and {TOO_FAR}"),
        ({"expires": "2027-01-31"}, 91, None),
        ({"expires": "2026-11-02"}, 0.5, "it expires 1 day from now, and at most 0.5 are allowed (maxWaiverDays)"),
        ({"expires": "2026-12-31", "approvedAt": "2026-10-02"}, 90, None),
        (
            {"expires": "2026-12-31", "approvedAt": "2026-10-01"},
            90,
            f"it expires 91 days from its approval, and {TOO_FAR}",
        ),
        ({"expires": "2027-06-30", "approvedAt": "2027-06-01"}, 90, None),  # not in force before
        ({"expires": "2020-01-01"}, 90, None),  # expired, and no mistake
        (
            {"expires": "2026-12-01", "approvedAt": "2026-12-02"},
            90,
            "it expires 2026-12-01 23:59 UTC, before it was approved, 2026-12-02 00:00 UTC",
        ),
        ({"expires": "2030-11-01"}, 90, f"it expires 1461 days from now, and {TOO_FAR}"),
    ],
)
def test_nobody_waives_for_long(changes: dict[str, str], max_days: float, problem: str | None, tmp_path: Path) -> None:
    text = HEAD + entry(**changes)
    if problem is None:
        assert len(read_waivers(write(tmp_path, text), NOW, max_days)) == 1
    else:
        assert mistakes(tmp_path, text, max_days) == [f"3 {problem}"]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WaiverError, match="the file cannot be read"):
        read_waivers(tmp_path / "none.yaml", NOW, 90)


# What it does


def waiver(**changes: Any) -> Waiver:
    made = Waiver("DI-TLS-001", DOCS, "why", "Claims", "CISO", "SEC-41", "2026-12-31T23:59:59Z")
    return replace(made, **changes)


def finding(status: Status = "fail", resource: str = DOCS, rule: str = "DI-TLS-001", address: str = "") -> Finding:
    place = Place("main.tf", 3, address=address) if address else None
    return Finding(rule, status, Subject(resource, STORE, resource.rpartition("/")[2], None, place), ())


def said(applied: Applied) -> list[str]:
    return [f"{remark.kind}: {remark.words}" for remark in applied.remarks]


def test_a_failure_is_waived_and_says_by_what() -> None:
    result = waive([finding(), finding(rule="DI-TLS-002")], [waiver()], NOW)
    waived, other = result.findings
    assert (waived.status, waived.waiver, waived.note) == ("waived", waiver(), "")
    assert other == finding(rule="DI-TLS-002")
    assert result.applied == (Applied(waiver(), "inForce", (finding().subject,), ()),)


@pytest.mark.parametrize(
    ("resource", "subject", "fits"),
    [
        (DOCS, DOCS, True),
        (DOCS.upper(), DOCS, True),
        (DOCS + "/", DOCS, True),
        (DOCS, DOCS + "/", True),
        (DOCS, DOCS + "2", False),
        (DOCS, DOCS + "/blobServices/default", False),
        (DOCS + "/*", DOCS + "/blobServices/default", True),
        (DOCS + "/*", DOCS, False),
        ("*/storageAccounts/docs", DOCS, True),
        ("*/STORAGEACCOUNTS/do?s", DOCS, True),
        ("*", DOCS, True),
        ("docs", DOCS, False),
        ("*/do[c]s", DOCS, False),
        ("/subscriptions/{subscription}/x/{name}", "/subscriptions/{subscription}/x/{name}", True),
        ("/x/{parameters('names')[0]}", "/x/{parameters('names')[0]}", True),
        ("/x/{parameters('names')[0]}", "/x/{parameters('names')0}", False),
    ],
)
def test_a_resource_is_named_by_its_id_or_a_pattern(resource: str, subject: str, fits: bool) -> None:
    (found,) = waive([finding(resource=subject)], [waiver(resource=resource)], NOW).findings
    assert (found.status == "waived") is fits


@pytest.mark.parametrize(
    ("resource", "fits"),
    [
        ('azurerm_storage_account.docs["a"]', True),
        ("azurerm_storage_account.docs[*]", True),
        ("azurerm_storage_account.*", True),
        ('azurerm_storage_account.Docs["a"]', False),
        ("azurerm_storage_account.docs", False),
    ],
)
def test_in_infrastructure_code_its_address_names_it_too(resource: str, fits: bool) -> None:
    declared = finding(resource="/subscriptions/{subscription}/x", address='azurerm_storage_account.docs["a"]')
    (found,) = waive([declared], [waiver(resource=resource)], NOW).findings
    assert (found.status == "waived") is fits


@pytest.mark.parametrize(
    ("expires", "state", "status", "note", "words"),
    [
        ("2026-11-15T06:00:01Z", "inForce", "waived", "", []),
        (
            "2026-11-15T06:00:00Z",
            "inForce",
            "waived",
            "",
            ["expiring: It expires in 14 days."],
        ),
        ("2026-11-02T23:59:59Z", "inForce", "waived", "", ["expiring: It expires in 1 day."]),
        ("2026-11-01T06:00:00Z", "inForce", "waived", "", ["expiring: It expires within a day."]),
        (
            "2026-11-01T05:59:59Z",
            "expired",
            "fail",
            "Its waiver (SEC-41) expired 2026-11-01 05:59 UTC.",
            ["expired: It is over: 1 finding that it fits fails again."],
        ),
    ],
)
def test_what_expires_is_told_ahead_and_comes_back(
    expires: str, state: str, status: str, note: str, words: list[str]
) -> None:
    result = waive([finding()], [waiver(expires=expires)], NOW)
    (found,), (applied,) = result.findings, result.applied
    assert (found.status, found.note, applied.state, said(applied)) == (status, note, state, words)


def test_it_counts_from_its_approval_on() -> None:
    early = waiver(approved_at="2026-11-01T06:00:01Z")
    result = waive([finding(), finding("unknown")], [early], NOW)
    assert [item.status for item in result.findings] == ["fail", "unknown"]
    assert [item.note for item in result.findings] == ["Its waiver (SEC-41) does not count yet.", ""]
    assert said(result.applied[0]) == [
        "notYet: It counts only from 2026-11-01 06:00 UTC on.",
        "unknown: 1 finding that it fits is unknown and stays so: what is not known cannot be waived.",
    ]
    assert waive([finding()], [early], NOW + timedelta(seconds=1)).findings[0].status == "waived"


def test_what_is_not_known_stays_so() -> None:
    several = [finding("unknown"), finding("unknown", DOCS + "/a"), finding("fail", DOCS + "/b")]
    result = waive(several, [waiver(resource=DOCS + "*"), waiver(ticket="SEC-42")], NOW)
    first, second, third = result.findings
    assert (first.status, second.status, third.status) == ("unknown", "unknown", "waived")
    assert first.note == "A waiver (SEC-42, SEC-41) fits, but what is not known cannot be waived."
    assert second.note == "A waiver (SEC-41) fits, but what is not known cannot be waived."
    assert [said(applied) for applied in result.applied] == [
        ["unknown: 1 finding that it fits is unknown and stays so: what is not known cannot be waived."],
        ["unknown: 2 findings that it fits are unknown and stay so: what is not known cannot be waived."],
    ]


RULES = {"DI-TLS-001": True, "DI-TLS-004": False}


@pytest.mark.parametrize(
    ("found", "changes", "words"),
    [
        ([finding()], {"rule": "DI-TLS-01"}, "no rule is called DI-TLS-01; did you mean DI-TLS-001?"),
        ([finding()], {"rule": "DI-TLS-004"}, "DI-TLS-004 is not in the profile that was applied."),
        ([finding("pass")], {}, "what it fits passes, so it can be taken out."),
        ([], {}, "It matches nothing that DI-TLS-001 judged."),
        (
            [finding()],
            {"resource": "docs"},
            "DI-TLS-001 judged. A resource is named by its whole id, or by a pattern: */docs.",
        ),
    ],
)
def test_what_matches_nothing_is_told_with_the_reason(
    found: list[Finding], changes: dict[str, str], words: str
) -> None:
    result = waive(found, [waiver(**changes)], NOW, RULES)
    assert list(result.findings) == found
    (remark,) = result.applied[0].remarks
    assert remark.kind == "unmatched"
    assert remark.words.endswith(words)


def test_without_the_rules_nothing_is_said_of_them() -> None:
    (applied,) = waive([], [waiver(rule="X-1")], NOW).applied
    assert applied.remarks == (Remark("unmatched", "It matches nothing that X-1 judged."),)


@pytest.mark.parametrize(
    ("found", "more", "words"),
    [
        ([finding(), finding(resource=DOCS + "x")], [], "2 findings that it fits fail again."),
        ([finding()], [waiver(ticket="SEC-77")], "what it fits is waived by another, so it can be taken out."),
        ([finding("pass")], [], "nothing that it fits fails, so it can be taken out."),
        ([], [], "nothing that it fits fails, so it can be taken out."),
    ],
)
def test_an_expired_one_says_what_comes_of_it(found: list[Finding], more: list[Waiver], words: str) -> None:
    old = waiver(resource=DOCS + "*", expires="2026-10-31T23:59:59Z")
    applied = {item.waiver: item for item in waive(found, [old, *more], NOW).applied}
    assert said(applied[old]) == [f"expired: It is over: {words}"]


def test_one_that_is_covered_before_it_counts_is_not_said_to_match_nothing() -> None:
    later = waiver(approved_at="2026-11-20T00:00:00Z", ticket="SEC-42")
    applied = {item.waiver: item for item in waive([finding()], [waiver(), later], NOW).applied}
    assert said(applied[later]) == ["notYet: It counts only from 2026-11-20 00:00 UTC on."]


def test_of_several_the_one_that_lasts_longest_is_named() -> None:
    longer = waiver(resource="*", expires="2027-01-15T23:59:59Z")
    result = waive([finding()], [waiver(), longer], NOW)
    assert result.findings[0].waiver == longer
    assert [item.waived for item in result.applied] == [(finding().subject,)] * 2


def test_of_several_that_do_not_count_the_last_to_expire_is_told() -> None:
    several = [
        waiver(ticket="A", expires="2026-09-30T23:59:59Z"),
        waiver(ticket="B", expires="2026-10-31T23:59:59Z"),
        waiver(ticket="C", approved_at="2026-12-01T00:00:00Z"),
    ]
    (found,) = waive([finding()], several, NOW).findings
    assert found.note == "Its waiver (B) expired 2026-10-31 23:59 UTC."


def test_what_of_it_concerns_some_resources() -> None:
    (applied,) = waive([finding(), finding(resource=DOCS + "2")], [waiver(resource=DOCS + "*")], NOW).applied
    assert applied.among({DOCS.lower()}).waived == (finding().subject,)


# Laws

NAMES = ("a", "b", "ab", "b/c")
FINDINGS = st.lists(
    st.builds(
        lambda status, name, rule: finding(status, f"/x/{name}", rule),
        st.sampled_from(["pass", "fail", "unknown"]),
        st.sampled_from(NAMES),
        st.sampled_from(["R-1", "R-2"]),
    ),
    max_size=8,
)
WAIVERS = st.lists(
    st.builds(
        waiver,
        rule=st.sampled_from(["R-1", "R-2", "R-3"]),
        resource=st.sampled_from(["/x/a", "/X/B", "/x/*", "*", "/x/?", "/y"]),
        ticket=st.sampled_from(["T-1", "T-2"]),
        expires=st.sampled_from(["2026-10-31T23:59:59Z", "2026-11-03T23:59:59Z", "2026-12-31T23:59:59Z"]),
        approved_at=st.sampled_from([None, "2026-09-01T00:00:00Z", "2026-11-02T00:00:00Z"]),
    ),
    max_size=6,
)


@given(FINDINGS, WAIVERS)
def test_nothing_but_a_failure_is_ever_waived(found: list[Finding], waivers: list[Waiver]) -> None:
    result = waive(found, waivers, NOW)
    for before, after in zip(found, result.findings, strict=True):
        assert after.status == before.status or (before.status, after.status) == ("fail", "waived")
        assert (after.status == "waived") is (after.waiver is not None)
        assert replace(after, status=before.status, waiver=None, note="") == before
        if after.waiver is not None:
            assert after.waiver in waivers
            assert after.waiver.rule == after.rule
            assert after.waiver.state(NOW) == "inForce"


@given(FINDINGS, WAIVERS, st.randoms(use_true_random=False))
def test_the_order_of_waivers_does_not_matter(
    found: list[Finding], waivers: list[Waiver], chance: random.Random
) -> None:
    shuffled = list(waivers)
    chance.shuffle(shuffled)
    assert waive(found, shuffled, NOW) == waive(found, waivers, NOW)


@given(FINDINGS, WAIVERS)
def test_an_expired_waiver_is_as_if_it_were_not_there_but_for_the_word(
    found: list[Finding], waivers: list[Waiver]
) -> None:
    living = [item for item in waivers if item.state(NOW) == "inForce"]
    without = [replace(item, note="") for item in waive(found, living, NOW).findings]
    assert [replace(item, note="") for item in waive(found, waivers, NOW).findings] == without


@given(FINDINGS, WAIVERS)
def test_every_waiver_is_told_and_one_that_does_nothing_is_remarked(
    found: list[Finding], waivers: list[Waiver]
) -> None:
    applied = waive(found, waivers, NOW).applied
    assert sorted(map(repr, (item.waiver for item in applied))) == sorted(map(repr, waivers))
    assert all(item.waived or item.remarks for item in applied)
