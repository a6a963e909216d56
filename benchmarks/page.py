"""How fast the report page with 50,000 findings opens and searches in headless Chromium, beside two floors in one run.

The floors: an empty page, and a page that writes every finding into the document as a row of a table. Prints the size of
each file and the medians of seconds: to the first paint, to the whole page, from the last key of a search to the list
that answers it (150 ms of it are a wait for the next key), and to the whole list in another order.

    python -m benchmarks.page [FINDINGS] [RUNS]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from auditor import audit
from auditor.report.formats import html
from tests import needs
from tests.report import builders

if TYPE_CHECKING:
    from auditor.report.report import Report

FINDINGS = int((sys.argv[1:] or ["50000"])[0])
RUNS = int((sys.argv[2:] or ["5"])[0])
AIM = 2.0


def every_row(report: Report) -> str:
    """The plainest page with everything in it."""
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td>{escape(cell)}"
            for cell in (
                line.finding.status,
                line.rule.severity,
                line.finding.subject.name,
                line.finding.subject.id,
                line.rule.id,
                line.rule.title,
                line.message,
            )
        )
        for line in report.lines
    )
    return f"<!doctype html><html lang=en><meta charset=utf-8><title>All</title><table>{rows}</table>"


def main() -> None:
    """Write the pages, let the browser take its time, print a table."""
    report = builders.large(FINDINGS, audit.load_rules().rules)
    started = time.process_time()
    page = html.render(report)
    rendered = time.process_time() - started
    with tempfile.TemporaryDirectory() as folder:
        pages = {
            "an empty page": "<!doctype html><html lang=en><meta charset=utf-8><title>None</title><p>None.</p>",
            "the report": page,
            "every finding as a row": every_row(report),
        }
        paths = {name: Path(folder) / f"{number}.html" for number, name in enumerate(pages)}
        for name, path in paths.items():
            path.write_text(pages[name], encoding="utf-8")
        script = needs.PROJECT / "tests" / "node" / "time-pages.mjs"
        command = [needs.tool("node"), script, needs.chromium(), str(RUNS), *paths.values()]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        taken = json.loads(done.stdout)
        print(f"{FINDINGS} findings of {len(report.rules)} rules, {RUNS} runs in turns, median seconds")
        print(f"{'page':<24} {'MB':>6} {'paint':>7} {'whole':>7} {'search':>7} {'sort':>7}")
        for name, path in paths.items():
            runs = taken[str(path)]
            cells = [
                f"{statistics.median(run[key] for run in runs):>7.2f}" if key in runs[0] else f"{'':>7}"
                for key in ("paint", "ready", "search", "sort")
            ]
            print(f"{name:<24} {path.stat().st_size / 1e6:>6.1f} {' '.join(cells)}")
        whole = statistics.median(run["ready"] for run in taken[str(paths["the report"])])
        print(
            f"rendered in {rendered:.1f} CPU s; the aim is {AIM:.0f} s to the whole page: {'kept' if whole <= AIM else 'MISSED'}"
        )


if __name__ == "__main__":
    main()
