"""The page in a real browser: `tests/node/look-at-report.mjs` looks once, the tests say what it should have seen."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from typing import Any

import pytest

from auditor.report.formats import html
from auditor.report.wording import visible
from tests import needs
from tests.report import builders

# One worker starts the browser once for all these tests.
pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(180)]
SCRIPT = needs.PROJECT / "tests" / "node" / "look-at-report.mjs"


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    for package in ("playwright-core", "axe-core"):
        needs.node_package(package)
    browser = needs.chromium()
    folder = tmp_path_factory.mktemp("pages")
    pages = {
        "mixed": builders.mixed(),
        "hostile": builders.hostile(),
        "blind": builders.blind(),
        "large": builders.large(),
        "many": builders.many(),
    }
    for name, report in pages.items():
        (folder / f"{name}.html").write_text(html.render(report), encoding="utf-8", newline="")
    command = (needs.tool("node"), SCRIPT, browser, folder)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_console_stays_silent_and_nothing_is_asked_for(seen: dict[str, Any]) -> None:
    assert seen["console"] == []
    assert {address.split(":")[0] for address in seen["requests"]} <= {"file", "data", "blob"}
    assert {
        address.split("#")[0].rpartition(".")[2] for address in seen["requests"] if address.startswith("file:")
    } == {"html"}


def test_the_body_never_scrolls_sideways(seen: dict[str, Any]) -> None:
    for widths in seen["widths"].values():
        for width, scrolled in widths.items():
            assert scrolled <= int(width.split()[0])


def test_a_filter_shows_itself_in_the_list_the_live_region_and_the_address(seen: dict[str, Any]) -> None:
    found = seen["filter"]
    assert found["all"] == "36 of 36 findings"
    assert (found["narrowed"], found["rows"]) == ("1 of 36 findings", 1)
    assert found["fragment"] == "#findings?status=fail&severity=critical&text=STCLAIMS"
    assert found["live"] == "polite"
    assert [status.replace("\xa0", " ") for status in found["statuses"]] == ["● fail"]
    assert found["none"] == "No finding fits this filter, out of 36"


def test_a_view_can_be_sent(seen: dict[str, Any]) -> None:
    found = seen["filter"]
    assert found["again"] == found["narrowed"]
    assert found["checked"] == ["fail"]
    assert found["byTile"] == "1 of 36 findings"
    assert found["byRule"] == "2 of 36 findings of rule DI-LOG-001"
    assert found["bySubscription"] == f"#findings?subscription={builders.SUBSCRIPTION}&rule=DI-LOG-001"


def test_columns_sort_both_ways(seen: dict[str, Any]) -> None:
    found = seen["sort"]
    assert (found["up"], found["down"]) == ("ascending", "descending")
    assert found["ascending"] == sorted(found["ascending"])
    assert found["descending"] == sorted(found["descending"], reverse=True)
    assert found["fragment"] == "#findings?sort=-resource"


def test_everything_opens_by_keyboard(seen: dict[str, Any]) -> None:
    found = seen["keyboard"]
    assert found["expanded"] == "true"
    assert "Fingerprint" in found["detail"]
    assert found["closed"] == 0
    assert found["details"] is True
    assert found["first"] == "Skip to the report"
    assert found["skipped"] == "main"
    assert found["linked"] is True


def test_a_fix_can_be_copied(seen: dict[str, Any]) -> None:
    assert seen["copied"] == (
        "# Warning: Clients that can only speak an older version are refused from then on.\n"
        "az storage account update --name sthrarchive --resource-group rg-forms-prod "
        f"--subscription {builders.SUBSCRIPTION} \\\n  --min-tls-version TLS1_2"
    )


def test_a_view_can_be_saved_as_json(seen: dict[str, Any]) -> None:
    saved = json.loads(seen["json"]["text"])
    assert seen["json"]["name"] == "findings.json"
    assert len(saved) == 36
    assert saved[0]["status"] == "fail"
    assert saved[0]["evidence"][0].keys() == {"path", "read", "asked", "source"}


def test_a_saved_table_holds_no_formula(seen: dict[str, Any]) -> None:
    text = seen["hostile"]["csv"]["text"]
    table = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(table) == 2 * len(builders.HOSTILE)
    names = [visible(name) for name in builders.HOSTILE]
    assert {row["resource"] for row in table} == {f"'{name}" if name[0] in "=+-@" else name for name in names}
    assert not [cell for row in table for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]


def test_hostile_names_are_text(seen: dict[str, Any]) -> None:
    assert seen["dialogs"] == []
    assert seen["hostile"]["elements"] == ["SCRIPT", "SCRIPT"]
    assert set(seen["hostile"]["names"]) == {visible(name) for name in builders.HOSTILE}


def test_a_large_list_comes_in_pages(seen: dict[str, Any]) -> None:
    assert seen["large"] == {
        "first": 100,
        "count": "5000 of 5000 findings, the first 100 shown",
        "more": 200,
        "focused": True,
    }


def test_a_link_to_a_finding_opens_it_wherever_it_stands(seen: dict[str, Any]) -> None:
    found = seen["link"]
    for way in ("sent", "followed"):
        assert (found[way]["rows"], found[way]["seen"]) == (1, True)
        assert found[way]["count"] == "1 of 5000 findings, the one that the address names"
        assert f"Fingerprint {found['fingerprint']}" in found[way]["detail"]
    assert found["href"] == f"#f-{found['fingerprint']}"
    assert found["cleared"] == "#findings"
    assert found["filtered"] == {
        "count": "2002 of 5000 findings, the first 100 shown",
        "hash": "#findings?status=fail",
    }
    assert found["nothing"] == found["filtered"]["count"]


def test_what_the_filter_lets_through_is_what_is_saved(seen: dict[str, Any]) -> None:
    found = seen["part"]
    table = list(csv.DictReader(io.StringIO(found["csv"]["text"].removeprefix("\ufeff"))))
    wanted = {f"stdocuments00499{number}" for number in range(10)}
    assert found["count"] == "10 of 5000 findings"
    assert (
        {row["resource"] for row in table} == {row["resource"] for row in json.loads(found["json"]["text"])} == wanted
    )
    for row in table:
        assert row["id"] == builders.subject(row["resource"], subscription=row["id"].split("/")[2]).id


def test_many_rules_fold_what_is_less_severe_and_links_open_it(seen: dict[str, Any]) -> None:
    found = seen["many"]
    assert found["folded"] is True
    assert (found["shown"], found["all"]) == (10, 20)
    assert found["opened"] is True
    assert found["printed"] == {"last": True, "about": False}


def test_a_link_to_a_rule_opens_its_text(seen: dict[str, Any]) -> None:
    found = seen["many"]
    assert found["rule"] == "rule-DI-TLS-100"
    for words in ("Why it matters", "How to fix it", "Standards", "References"):
        assert words in found["about"]


def test_without_javascript_the_worst_stand_there_and_all_are_counted(seen: dict[str, Any]) -> None:
    found = seen["plain"]
    assert 100 <= found["rows"] <= 300
    assert (found["told"], found["filter"]) == (1, False)
    assert " ".join(found["counts"].split()) == "● 2002 fail ◐ 1001 unknown ◇ 0 waived ○ 1997 pass"


def test_it_is_light_or_dark_as_the_reader_likes_and_paper_is_white(seen: dict[str, Any]) -> None:
    assert seen["light"] == seen["printed"]["paper"] == "rgb(255, 255, 255)"
    assert seen["dark"] == "rgb(21, 24, 27)"


def test_it_is_accessible_in_light_and_dark(seen: dict[str, Any]) -> None:
    assert set(seen["axe"]) == {"mixed light", "mixed dark", "blind light", "blind dark"}
    for violations in seen["axe"].values():
        assert [item for item in violations if item["impact"] in {"serious", "critical"}] == []


def test_it_prints_whole(seen: dict[str, Any]) -> None:
    assert seen["A4"] > 5
    assert seen["Letter"] > 5
    printed = {key: seen["printed"][key] for key in ("detail", "why", "navigation")}
    assert printed == {"detail": True, "why": True, "navigation": False}
    assert seen["printed"]["heading"] == '"Status"'


def test_paper_says_how_much_of_a_large_list_it_has(seen: dict[str, Any]) -> None:
    assert seen["paper"] == {"rows": 1000, "count": "5000 of 5000 findings, the first 1000 shown"}
    assert seen["printed"]["counted"] is True
