"""Records a scan in the history, and tells what changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from auditor.cli.drift import write_changes
from auditor.history.chain import signing_key
from auditor.history.record import Recorded, record
from auditor.history.store import open_store
from auditor.recording import assessment_of, file_hash
from auditor.report.wording import visible

if TYPE_CHECKING:
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from auditor.model.snapshot import Snapshot
    from auditor.report.report import Report


@dataclass(frozen=True, slots=True)
class Recorder:
    """A history that can be written, and the key to sign with. Nothing stays open while a long scan runs."""

    address: str
    key: Ed25519PrivateKey | None

    @classmethod
    def opened(cls, address: str, key: Path | None) -> Recorder:
        """Try it. Raises `AuditorError` where the history or the key cannot be used."""
        found = signing_key(key)
        open_store(address).close()
        return cls(address, found)

    def record(self, report: Report, snapshot: Snapshot, kept_in: Path | None, *, quiet: bool) -> Recorded:
        """Record a report, with the hash of the file in which its snapshot is kept; on stderr, say what changed."""
        hashed = None if kept_in is None else file_hash(kept_in)
        store = open_store(self.address)
        try:
            recorded = record(store, assessment_of(report, snapshot, hashed), self.key)
        finally:
            store.close()
        if not quiet:
            _tell(recorded, store.where)
        return recorded


def _tell(recorded: Recorded, where: str) -> None:
    run = recorded.run
    how = "signed" if run.signature else "not signed"
    click.echo(f"history: run {run.number} in {where}, digest {run.digest}, {how}", err=True)
    if run.number > 1:
        write_changes(recorded.changes, err=True)
    if recorded.left_out:
        click.echo(f"not looked at, unlike the time before: {', '.join(map(visible, recorded.left_out))}", err=True)
