"""The page of a period in a real browser: `tests/node/look-at-quarter.mjs` looks once, this says what it should have seen."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from auditor.report.period.formats import html
from tests import needs
from tests.quarter.test_formats import hostile, the_quarter

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(180)]
SCRIPT = needs.PROJECT / "tests" / "node" / "look-at-quarter.mjs"


def test_the_page_in_a_browser(tmp_path: Path) -> None:
    for package in ("playwright-core", "axe-core"):
        needs.node_package(package)
    browser = needs.chromium()
    for name, report in (("quarter", the_quarter(tmp_path)), ("hostile", hostile())):
        page = html.render(report)
        (tmp_path / f"{name}.html").write_text(page, encoding="utf-8", errors="backslashreplace", newline="")
    command = (needs.tool("node"), SCRIPT, browser, tmp_path)
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["console"] == []
    assert {address.split(":")[0] for address in seen["requests"]} <= {"file", "data"}
    assert {name: found for name, found in seen["axe"].items() if found} == {}
    for width, scrolled in seen["widths"].values():
        assert scrolled <= width
    for heights in seen["heights"].values():
        assert heights
        assert all(heights)
