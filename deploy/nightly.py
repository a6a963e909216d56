#!/usr/bin/env python3
"""Runs the auditor for a scheduler: dated folders, and an exit code that means *broken*.

`nightly.py audit --to FOLDER` leaves snapshot, page and JSON of one audit in a folder of its own; `nightly.py quarter
--to FOLDER` the report on the quarter before this one. What the audit asks stands in `auditor.yaml` and in the
environment (`docs/configuration.md`), the history among it; arguments behind `--` go to the auditor as they are.

A scheduler cannot tell "there are findings" from "it crashed" and would alarm, or try again, on both. So findings (1)
are success here, and told on stderr; all else (2 wrong usage, 3 could not audit) is passed on and has to alarm.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from auditor.cli import main
from auditor.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

STAMP: Final = "%Y-%m-%dT%H%M%SZ"
_STAMPED: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}Z")
STORAGE_SCOPE: Final = "https://storage.azure.com/.default"
BLOB_VERSION: Final = "2023-11-03"


def run(
    arguments: Sequence[str],
    now: datetime,
    audit: Callable[[Sequence[str]], int] = main,
    keep: Callable[[Path, str], None] | None = None,
) -> int:
    """Do what the command line asks; `audit` runs the auditor, `keep` takes the results where they are to stay."""
    own = list(takewhile(lambda argument: argument != "--", arguments))
    options = parser().parse_args(own)
    stamp, quarter = now.strftime(STAMP), quarter_before(now)
    name = stamp if options.what == "audit" else f"{quarter}/{stamp}"
    folder = options.to / name
    folder.mkdir(parents=True)
    status = audit([*command(options.what, folder, quarter), *arguments[len(own) + 1 :]])
    if status not in {ExitCode.CLEAN, ExitCode.FINDINGS}:
        tell(f"the auditor ended with {int(status)}; this run proves nothing")
        return status
    if options.upload:
        (keep or upload)(folder, f"{options.upload.rstrip('/')}/{name}")
    if options.keep:
        forget(options.to, now - timedelta(days=options.keep))
    tell(f"{'findings' if status == ExitCode.FINDINGS else 'done'}; see {options.upload or options.to}/{name}")
    return ExitCode.CLEAN


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    usage = "%(prog)s audit|quarter --to FOLDER [--keep DAYS] [--upload URL] [-- ARGUMENT…]"
    layout = argparse.RawDescriptionHelpFormatter
    found = argparse.ArgumentParser(usage=usage, description=__doc__, formatter_class=layout)
    found.add_argument("what", choices=["audit", "quarter"])
    found.add_argument("--to", type=Path, required=True, metavar="FOLDER", help="in it, a folder for each run")
    found.add_argument("--keep", type=int, default=0, metavar="DAYS", help="remove older audits [default: none]")
    found.add_argument("--upload", default="", metavar="URL", help="copy the folder into this container of blobs")
    return found


def command(what: str, folder: Path, quarter: str) -> list[str]:
    """Return what is asked of the auditor."""
    if what == "quarter":
        return [
            *("report", "--quarter", quarter, "-o", f"html={folder / 'quarter.html'}"),
            *("-o", f"json={folder / 'quarter.json'}", "-o", f"oscal={folder / 'quarter-oscal.json'}"),
        ]
    return [
        *("scan", "--save-snapshot", str(folder / "snapshot.jsonl.zst"), "-o", "text"),
        *("-o", f"html={folder / 'report.html'}", "-o", f"json={folder / 'report.json'}"),
    ]


def quarter_before(now: datetime) -> str:
    """Return the last quarter that is over, as `auditor report` takes it."""
    year, quarter = divmod(now.year * 4 + (now.month - 1) // 3 - 1, 4)
    return f"{year}-Q{quarter + 1}"


def forget(folder: Path, before: datetime) -> None:
    """Remove the folders of audits from before that time, and nothing else."""
    for found in folder.iterdir():
        if _STAMPED.fullmatch(found.name) and found.name < before.strftime(STAMP):
            shutil.rmtree(found)


def upload(folder: Path, url: str) -> None:
    """Write the files as blobs below the URL, as the identity that the environment offers.

    It takes the right to make blobs and no other; `If-None-Match` keeps what is there from being written over.
    """
    from azure.core import PipelineClient
    from azure.core.exceptions import AzureError
    from azure.core.pipeline.policies import BearerTokenCredentialPolicy, RetryPolicy
    from azure.core.rest import HttpRequest
    from azure.identity import DefaultAzureCredential

    headers = {"x-ms-version": BLOB_VERSION, "x-ms-blob-type": "BlockBlob", "If-None-Match": "*"}
    with DefaultAzureCredential() as credential:
        policies = [RetryPolicy(), BearerTokenCredentialPolicy(credential, STORAGE_SCOPE)]
        with PipelineClient(url, policies=policies) as blobs:
            for path in sorted(folder.iterdir()):
                request = HttpRequest("PUT", f"{url}/{path.name}", headers=headers, content=path.read_bytes())
                try:
                    blobs.send_request(request).raise_for_status()
                except AzureError as error:
                    raise SystemExit(f"nightly: {path.name} was not kept at {url}: {error.message}") from error


def tell(line: str) -> None:
    """Say something to whoever reads the log."""
    sys.stderr.write(f"nightly: {line}\n")


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:], datetime.now(UTC)))
