"""A scan that is killed at any moment goes on with what its file holds: the same result, and no call made twice."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import threading
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from auditor import audit
from auditor.collectors.catalogue import COLLECTORS
from auditor.collectors.stopping import Stop
from auditor.errors import SourceError
from auditor.model.snapshot import Snapshot, Stopped
from auditor.model.snapshot_file import read_snapshot
from auditor.model.types import BLOB_SERVICE, LOCATION, REGISTERED_MODEL
from auditor.saving import find_resumed
from auditor.statements import read_models
from tests.collectors.scans import Progress
from tests.fakes.azure import FakeAzure
from tests.fakes.azure import faults as fault
from tests.fakes.azure.examples import estate_of_every_type
from tests.replayed import Played, PowerCutError, content

ONE_BY_ONE = {record.type.lower() for record in COLLECTORS if (record.single or record.each) and record.survey is None}
SURVEYS = {record.type.lower(): record.operation for record in COLLECTORS if record.survey is not None}
ALL_SURVEYED = Counter(dict.fromkeys(SURVEYS, 0))
"""How many of each the estate has: filled by the undisturbed scan."""
WISH = audit.LiveScan(inspect_blobs=True)
TROUBLE = (
    fault.Forbidden("storageAccounts/docscopies/blobServices/default/containers"),
    fault.Forbidden("documentModels/", times=2),
    fault.ServerError("keyVault/vaults", times=None),
    fault.Throttled("localUsers", seconds=300, times=None),
)


@pytest.fixture(scope="module")
def judged() -> audit.Audit:
    return audit.prepare(audit.Choice(profile="strict", all_documents=True))


@dataclass(frozen=True)
class Undisturbed:
    """A scan that came to its end, what it asked, and its file; `play` does it again."""

    play: Played
    snapshot: Snapshot
    file: bytes
    calls: frozenset[str]

    @classmethod
    def scan(cls, folder: Path, judged: audit.Audit, *faults: fault.Fault) -> Undisturbed:
        with FakeAzure(estate_of_every_type(), page_size=2, faults=faults) as azure:
            play = Played.of(azure, judged, WISH)
        snapshot = play.scan(folder / "a.jsonl")
        ALL_SURVEYED.update({kind: len(snapshot.of_type(kind)) for kind in SURVEYS if not ALL_SURVEYED[kind]})
        return cls(play, snapshot, (folder / "a.jsonl").read_bytes(), frozenset(play.tape.played))


@pytest.fixture(scope="module")
def calm(judged: audit.Audit, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return Undisturbed.scan(tmp_path_factory.mktemp("calm"), judged)


@pytest.fixture(scope="module")
def troubled(judged: audit.Audit, tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    return Undisturbed.scan(tmp_path_factory.mktemp("troubled"), judged, *TROUBLE)


def whole_lines(file: bytes) -> list[dict[str, Any]]:
    """The lines of a file that is torn somewhere; one is whole without its line break, too."""
    lines = file.split(b"\n")
    with contextlib.suppress(ValueError):
        return [json.loads(line) for line in lines if line]
    return [json.loads(line) for line in lines[:-1]]


def held_by(file: bytes) -> tuple[set[str], set[str]]:
    """The addresses that a file holds the answers of, and the operations of surveys that are all in it."""
    lines = whole_lines(file)
    read = [line["read"]["from"] for line in lines if "read" in line and "resource" not in line]
    read += [line["read"]["from"] for line in lines if line.get("resource", {}).get("type", "").lower() in ONE_BY_ONE]
    surveyed = Counter(line["resource"]["type"].lower() for line in lines if "resource" in line)
    return {source.removeprefix("GET ") for source in read if source.startswith("GET ")}, {
        SURVEYS[kind] for kind, count in surveyed.items() if kind in SURVEYS and count == ALL_SURVEYED[kind]
    }


def exactly(snapshot: Snapshot) -> list[Any]:
    """All of a snapshot, in an order of its own."""
    return [
        snapshot.header,
        snapshot.end,
        sorted(map(str, snapshot.resources)),
        sorted(snapshot.gaps),
        sorted(snapshot.reads),
    ]


def check(estate: Undisturbed, torn: bytes, folder: Path, seed: int) -> None:
    """Resume a torn file: the result is that of the undisturbed scan, in memory and in the file, and no call was made twice."""
    path = folder / "b.jsonl"
    path.unlink(missing_ok=True)
    path.with_name("b.jsonl.partial").write_bytes(torn)
    resumed = estate.play.scan(path, resume=True, seed=seed)
    assert content(resumed) == content(estate.snapshot)
    saved = read_snapshot(path)
    assert exactly(saved) == exactly(resumed)
    assert saved.header == estate.snapshot.header
    lines = whole_lines(path.read_bytes())
    assert len(lines) == len(estate.file.splitlines()), "nothing stands twice"
    asked, (addresses, surveys) = estate.play.tape.played, held_by(torn)
    assert len(asked) == len(set(asked))
    assert set(asked) <= estate.calls
    assert addresses.isdisjoint(asked)
    assert surveys.isdisjoint(estate.play.tape.operations)
    assert sorted(item.name for item in folder.iterdir()) == ["b.jsonl"]


def test_a_file_that_ends_with_any_line_is_completed_to_the_same_result(calm: Undisturbed, tmp_path: Path) -> None:
    """Every place between two kinds of lines, and every twelfth of the others."""
    ends = [at + 1 for at, byte in enumerate(calm.file) if byte == ord("\n")]
    lines = whole_lines(calm.file)
    kinds = [(*line, line.get("resource", {}).get("type")) for line in lines]
    cuts = [
        at for at in range(len(lines) - 1) if kinds[at] != kinds[at + 1] or (at % 12 == 0 and LOCATION not in kinds[at])
    ]
    assert len(cuts) > 40
    for at in cuts:
        check(calm, calm.file[: ends[at]], tmp_path, at)


@pytest.mark.parametrize("seed", range(3))
def test_a_file_torn_at_any_byte_is_completed_to_the_same_result(
    seed: int, troubled: Undisturbed, tmp_path: Path
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    head = troubled.file.index(b"\n") + 1
    for _ in range(8):
        cut = chance.randrange(head, len(troubled.file) - len(troubled.file.splitlines()[-1]))
        check(troubled, troubled.file[:cut], tmp_path, cut)


@pytest.mark.parametrize("name", ["b.jsonl", "b.jsonl.gz", "b.jsonl.zst"])
def test_a_scan_that_dies_again_and_again_comes_to_the_same_result(
    name: str, calm: Undisturbed, tmp_path: Path
) -> None:
    """What the file holds grows with each part, compressed or not; the end counts the calls of all parts."""
    path, chance, last = tmp_path / name, random.Random(name), False  # noqa: S311 - a seed, no secret
    for attempt in range(40):
        try:
            found = calm.play.scan(path, resume=attempt > 0, seed=attempt, cut_off_after=chance.randrange(12, 30))
            last = True
        except PowerCutError:
            assert not path.exists()
        if last:
            break
    assert last
    assert attempt > 2
    assert content(found) == content(calm.snapshot) == content(read_snapshot(path))
    assert found.end is not None
    assert calm.snapshot.end is not None
    assert sum(found.end.calls.values()) >= sum(calm.snapshot.end.calls.values())
    assert sorted(item.name for item in tmp_path.iterdir()) == [name]


def partly(estate: Undisturbed, path: Path, *more: dict[str, Any]) -> None:
    """The first half of the file, with further lines."""
    lines = estate.file.splitlines()
    lines = [*lines[: len(lines) // 2], *(json.dumps(line).encode() for line in more)]
    path.with_name(f"{path.name}.partial").write_bytes(b"\n".join(lines) + b"\n")


def test_what_is_stated_counts_as_it_is_stated_now(calm: Undisturbed, tmp_path: Path) -> None:
    register, path = tmp_path / "models.yaml", tmp_path / "b.jsonl"
    text = "schema: auditor.models/1\nmodels: [{account: forms, model: MODEL, owner: o, purpose: p}]"
    stated = []
    for name in ("one", "other"):
        register.write_text(text.replace("MODEL", name), encoding="utf-8")
        stated.append(replace(calm.play, statements=(read_models(register, "2026-11-01T06:00:00Z"),)))
    with pytest.raises(PowerCutError):
        stated[0].scan(path, cut_off_after=20)
    assert [item.name for item in read_snapshot(tmp_path / "b.jsonl.partial").of_type(REGISTERED_MODEL)] == ["one"]
    resumed = stated[1].scan(path, resume=True)
    assert [item.name for item in resumed.of_type(REGISTERED_MODEL)] == ["other"]
    assert exactly(read_snapshot(path)) == exactly(resumed)


def test_what_is_gone_or_not_known_is_left_out_of_the_file(calm: Undisturbed, tmp_path: Path) -> None:
    """A container of a store that has gone between the parts, and a type that this version does not know."""
    path = tmp_path / "b.jsonl"
    subscription = calm.snapshot.header.scope[0]
    store = f"{subscription}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/gone"
    read = {"from": "GET https://management.azure.com/", "at": "2026-11-01T06:00:00Z"}
    partly(
        calm,
        path,
        {"resource": {"id": f"{store}/blobServices/default", "type": BLOB_SERVICE}, "read": read},
        {
            "resource": {"id": f"{store}/surprises/x", "type": "Microsoft.Storage/storageAccounts/surprises"},
            "read": read,
        },
    )
    resumed = calm.play.scan(path, resume=True)
    assert content(resumed) == content(calm.snapshot)
    assert exactly(read_snapshot(path)) == exactly(resumed)


def test_a_subscription_that_cannot_be_seen_any_more_ends_the_scan(calm: Undisturbed, tmp_path: Path) -> None:
    head = json.loads(calm.file.splitlines()[0])
    head["source"]["scope"].append("/subscriptions/gone")
    (tmp_path / "b.jsonl.partial").write_text(json.dumps(head) + "\n", encoding="utf-8")
    with pytest.raises(SourceError, match="began with /subscriptions/gone, which cannot be seen any more"):
        calm.play.scan(tmp_path / "b.jsonl", resume=True)


def test_a_file_that_changed_since_it_was_read_is_not_written(calm: Undisturbed, tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    partly(calm, path)
    found = find_resumed(path)
    found.source.write_bytes(found.source.read_bytes()[:-20])
    left = found.source.read_bytes()
    with calm.play.tape.playing(0), pytest.raises(SourceError, match="another scan has written"):
        audit.collect_live(calm.play.judged, replace(WISH, save_to=path, resumed=found), (), Progress())
    assert found.source.read_bytes() == left


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        ("403 AuthorizationFailed", False),
        ("401 PermissionDenied", False),
        ("404 ResourceNotFound", False),
        ("401 InvalidAuthenticationToken", True),
        ("408 Request Timeout", True),
        ("429 TooManyRequests: asks to wait 300 s", True),
        ("503 ServerTimeout", True),
        ("no answer in time", True),
        ("the answer was not JSON", True),
        ("--no-models was given", True),
    ],
)
def test_a_gap_stays_if_azure_refused_and_is_asked_again_if_it_may_pass(
    reason: str, again: bool, calm: Undisturbed, tmp_path: Path
) -> None:
    path, operation = tmp_path / "b.jsonl", "Microsoft.KeyVault/vaults/read"
    head = calm.file.splitlines()[:3]
    gap = {"scope": calm.snapshot.header.scope[0], "operation": operation, "reason": reason, "at": ""}
    (tmp_path / "b.jsonl.partial").write_bytes(b"\n".join([*head, json.dumps({"gap": gap}).encode()]) + b"\n")
    resumed = calm.play.scan(path, resume=True)
    assert (calm.play.tape.operations[operation] == 1) == again
    assert [item.reason for item in resumed.gaps] == ([] if again else [reason])


# Signals


def test_a_signal_that_is_ignored_stays_ignored_and_others_are_as_before() -> None:
    async def look() -> tuple[object, object]:
        with Stop().by_signal():
            return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        heard = asyncio.run(look())
        after = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard[0] is signal.SIG_IGN
    assert heard[1] is not signal.SIG_DFL
    assert after == (signal.SIG_IGN, signal.SIG_DFL)


def test_in_another_thread_than_the_main_one_a_scan_hears_no_signals(calm: Undisturbed, tmp_path: Path) -> None:
    found: list[Snapshot] = []
    thread = threading.Thread(target=lambda: found.append(calm.play.scan(tmp_path / "b.jsonl")))
    thread.start()
    thread.join(30)
    assert content(found[0]) == content(calm.snapshot)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_scan_gives_what_it_had_read(number: signal.Signals, calm: Undisturbed, tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl"
    with calm.play.tape.playing(0, then=lambda: signal.raise_signal(number), cut_off_after=20):
        found = audit.collect_live(calm.play.judged, replace(WISH, save_to=path), (), Progress())
    assert (found.signal, found.kept_in) == (number, tmp_path / "b.jsonl.partial")
    assert found.snapshot.end is None
    assert exactly(read_snapshot(tmp_path / "b.jsonl.partial")) == exactly(found.snapshot)
    assert content(calm.play.scan(path, resume=True)) == content(calm.snapshot)
    with calm.play.tape.playing(0, then=lambda: signal.raise_signal(number), cut_off_after=0), pytest.raises(Stopped):
        audit.collect_live(calm.play.judged, WISH, (), Progress())
