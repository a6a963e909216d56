"""Each kind of tampering, done with plain SQL, and how it is told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from auditor.history.chain import canonical, public_text, sha256
from auditor.history.prune import prune
from auditor.history.record import record
from auditor.history.store import Store, open_store
from auditor.history.verify import verify
from tests.history.builders import TLS, assessment, day
from tests.history.keys import KEY, OTHER

Tamper = Callable[[sqlite3.Connection], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Five audits: one store is mended in the third, another goes in the fourth; the first two are not signed."""
    found = tmp_path / "h.db"
    store = open_store(str(found))
    waiver = {"rule": TLS, "resource": "x", "reason": "because"}
    audits = [
        assessment(1, {"s": "F", "t": "P", "u": "W"}, waivers=(waiver,)),
        assessment(2, {"s": "F", "t": "P", "u": "W"}, waivers=(waiver,)),
        assessment(3, {"s": "P", "t": "P", "u": "W"}, waivers=(waiver,)),
        assessment(4, {"s": "P", "u": "W"}),
        assessment(5, {"s": "P", "u": "F"}),
    ]
    for number, audit in enumerate(audits, 1):
        record(store, audit, KEY if number > 2 else None)
    store.close()
    return found


@pytest.fixture
def pruned(path: Path) -> Path:
    store = open_store(str(path))
    assert prune(store, day(3, 0), KEY).runs == 2
    store.close()
    return path


def problems(path: Path, tamper: Tamper | None = None, **options: str) -> list[str]:
    if tamper is not None:
        with closing(sqlite3.connect(path)) as connection:
            tamper(connection)
            connection.commit()
    store = open_store(str(path))
    try:
        return list(verify(store, **options).problems)
    finally:
        store.close()


def sql(*statements: str) -> Tamper:
    return lambda connection: [connection.execute(statement) for statement in statements]


def edited(run: int, *, hashed: bool) -> Tamper:
    """Rewrite a record to say that seven failed; `hashed` with the hash to it."""

    def tamper(connection: sqlite3.Connection) -> None:
        (text,) = connection.execute("SELECT record FROM chain WHERE run = ?", (run,)).fetchone()
        data = json.loads(text)
        data["run"]["counts"]["fail"] = 7
        changed = canonical(data)
        connection.execute("UPDATE chain SET record = ? WHERE run = ?", (changed, run))
        if hashed:
            connection.execute("UPDATE chain SET digest = ? WHERE run = ?", (sha256(changed), run))

    return tamper


def swapped(first: int, second: int) -> Tamper:
    """Let two records change places."""

    def tamper(connection: sqlite3.Connection) -> None:
        query = "SELECT record, digest, signature FROM chain WHERE run = ?"
        rows = [connection.execute(query, (run,)).fetchone() for run in (first, second)]
        for run, row in zip((second, first), rows, strict=True):
            connection.execute("UPDATE chain SET record = ?, digest = ?, signature = ? WHERE run = ?", (*row, run))

    return tamper


CHANGED_2 = "run 2: what it changed was edited afterwards"
TAMPERINGS: dict[str, tuple[Tamper, list[str]]] = {
    "a record is changed": (edited(2, hashed=False), ["run 2: its record was changed"]),
    "a record and its hash are changed": (
        edited(2, hashed=True),
        ["run 3 does not follow run 2: one of the two was changed, replaced or moved"],
    ),
    "a signed record and its hash are changed": (
        edited(4, hashed=True),
        [
            "run 5 does not follow run 4: one of the two was changed, replaced or moved",
            "run 4: its signature is wrong",
        ],
    ),
    "a record is no JSON": (
        sql("UPDATE chain SET record = 'x' WHERE run = 2"),
        ["run 2: its record is damaged", "run 2: its record was changed"],
    ),
    "a record in the middle is missing": (
        sql("DELETE FROM chain WHERE run = 3"),
        ["run 3 is missing before run 4 (1 records)", "run 3: 2 changes are there, and no record of it"],
    ),
    "several are missing": (
        sql("DELETE FROM chain WHERE run IN (2, 3)"),
        ["runs 2 to 3 are missing before run 4 (2 records)", "run 3: 2 changes are there, and no record of it"],
    ),
    "the first is missing": (
        sql("DELETE FROM chain WHERE run = 1"),
        ["run 1 is missing before run 2 (1 records)", "run 1: 4 changes are there, and no record of it"],
    ),
    "the last is missing, and its changes are still there": (
        sql("DELETE FROM chain WHERE run = 5"),
        ["run 5: 2 changes are there, and no record of it"],
    ),
    "one is missing, and the others close the ranks": (
        sql("DELETE FROM chain WHERE run = 2", "UPDATE chain SET position = position - 1, run = run - 1 WHERE run > 2"),
        [
            "run 2 does not follow run 1: one of the two was changed, replaced or moved",
            "run 2: the record of position 3 stands at position 2",
            "run 3: the record of position 4 stands at position 3",
            "run 4: the record of position 5 stands at position 4",
            "run 2: what it changed was edited afterwards (0 begun in place of 1, 0 ended in place of 1)",
            "run 3: what it changed was edited afterwards (1 begun in place of 0, 0 lapsed in place of 1)",
            "run 4: what it changed was edited afterwards (0 begun in place of 1, 1 lapsed in place of 0)",
            "run 5: 2 changes are there, and no record of it",
        ],
    ),
    "two have changed places": (
        swapped(2, 3),
        [
            "run 2 does not follow run 1: one of the two was changed, replaced or moved",
            "run 3 does not follow run 2: one of the two was changed, replaced or moved",
            "run 4 does not follow run 3: one of the two was changed, replaced or moved",
            "run 2: the record of position 3 stands at position 2",
            "run 3: the record of position 2 stands at position 3",
            "run 2: what it changed was edited afterwards (0 begun in place of 1, 0 ended in place of 1)",
            "run 3: what it changed was edited afterwards (1 begun in place of 0, 1 ended in place of 0)",
        ],
    ),
    "a record says nothing of what it changed": (
        sql("UPDATE chain SET record = replace(record, 'changes', 'charges') WHERE run = 2"),
        ["run 2: its record was changed", "run 2: what it changed was edited afterwards"],
    ),
    "a row says another time than its record": (
        sql("UPDATE chain SET started = '2026-11-09T06:00:00Z' WHERE run = 2"),
        ["run 2: its row says another number or time than its record"],
    ),
    "a signature is removed": (
        sql("UPDATE chain SET signature = NULL WHERE run = 4"),
        ["run 4: its signature is missing"],
    ),
    "a signature is another's": (
        sql("UPDATE chain SET signature = (SELECT signature FROM chain WHERE run = 3) WHERE run = 4"),
        ["run 4: its signature is wrong"],
    ),
    "a signature is rubbish": (
        sql("UPDATE chain SET signature = '%' WHERE run = 4"),
        ["run 4: its signature is wrong"],
    ),
    "a signature is put where none was": (
        sql("UPDATE chain SET signature = 'AAAA' WHERE run = 2"),
        ["run 2: it has a signature, and its record names no key"],
    ),
    "a failure is made a pass": (
        sql("UPDATE intervals SET state = 'pass' WHERE state = 'fail' AND first_run = 1"),
        ["run 1: what it changed was edited afterwards"],
    ),
    "a failure ends earlier": (
        sql("UPDATE intervals SET until = '2026-11-02T06:00:00Z' WHERE until_run = 3"),
        ["run 3: what it changed was edited afterwards"],
    ),
    "a failure is forgotten": (
        sql("DELETE FROM intervals WHERE state = 'fail' AND first_run = 1"),
        [
            "run 1: what it changed was edited afterwards (2 begun in place of 3)",
            "run 3: what it changed was edited afterwards (0 ended in place of 1)",
        ],
    ),
    "something is made up": (
        sql(
            "INSERT INTO intervals SELECT 99, 'DI-XYZ-001', subject, anchor, severity, 'pass', NULL, message, 2, "
            "'2026-11-02T06:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM intervals WHERE id = 1"
        ),
        ["run 2: what it changed was edited afterwards (1 begun in place of 0)"],
    ),
    "something is made up before the first run": (
        sql(
            "INSERT INTO intervals SELECT 99, 'DI-XYZ-001', subject, anchor, severity, 'pass', NULL, message, 0, "
            "'2026-10-02T06:00:00Z', NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM intervals WHERE id = 1"
        ),
        ["1 intervals or waivers began before the first run"],
    ),
    "a resource gets another name": (
        sql("UPDATE subjects SET name = 'other' WHERE name = 'u'"),
        ["run 1: what it changed was edited afterwards", "run 5: what it changed was edited afterwards"],
    ),
    "a sentence is rewritten": (
        sql("UPDATE texts SET text = 'fine' WHERE text = 'It is waived.'"),
        [
            "run 1: what it changed was edited afterwards",
            "text 2 and its hash differ: one of the two was edited afterwards",
        ],
    ),
    "a waiver is rewritten": (
        sql("UPDATE waivers SET content = '{}'"),
        ["run 1: what it changed was edited afterwards", "run 4: what it changed was edited afterwards"],
    ),
}


def test_what_nobody_touched_is_in_order(path: Path) -> None:
    assert problems(path, trusted=public_text(KEY.public_key())) == []


@pytest.mark.parametrize("name", TAMPERINGS)
def test_tampering_is_found_and_named(path: Path, name: str) -> None:
    tamper, expected = TAMPERINGS[name]
    assert problems(path, tamper) == expected


CARRIED = "what was carried over when the history was pruned was edited afterwards"
AFTER_A_CUT: dict[str, tuple[Tamper, list[str]]] = {
    "what was carried over is changed": (
        sql("UPDATE intervals SET first_seen = '2026-11-02T06:00:00Z' WHERE first_run = 1"),
        [CARRIED],
    ),
    "when it was last seen is changed": (sql("UPDATE intervals SET seen_at = 'x' WHERE first_run = 1"), [CARRIED]),
    "what was carried over is removed": (
        sql("DELETE FROM intervals WHERE first_run = 1 AND state = 'waived'"),
        [CARRIED, "run 5: what it changed was edited afterwards (0 ended in place of 1)"],
    ),
    "more is removed than was pruned": (
        sql("DELETE FROM chain WHERE run = 3"),
        ["run 3 is missing before run 4 (1 records)", "run 3: 2 changes are there, and no record of it"],
    ),
    "the cut is changed": (
        sql("UPDATE chain SET record = replace(record, '\"through\":2', '\"through\":3') WHERE kind = 'cut'"),
        [
            "the cut at position 6: its record was changed",
            "the cut at position 6: its signature is wrong",
        ],
    ),
    "the cut is removed": (
        sql("DELETE FROM chain WHERE kind = 'cut'"),
        [
            "runs 1 to 2 are missing before run 3 (2 records)",
            "run 1: 4 changes are there, and no record of it",
        ],
    ),
    "the cut names no run": (
        sql("UPDATE chain SET record = replace(record, '\"through\":2', '\"through\":\"\"') WHERE kind = 'cut'"),
        ["the cut at position 6: its record was changed", "runs 1 to 2 are missing before run 3 (2 records)"],
    ),
    "the cut is no cut": (
        sql("UPDATE chain SET record = '[]' WHERE kind = 'cut'"),
        [
            "the cut at position 6: its record is damaged",
            "runs 1 to 2 are missing before run 3 (2 records)",
            "the cut at position 6: its record was changed",
            "run 1: 4 changes are there, and no record of it",
        ],
    ),
}


@pytest.mark.parametrize("name", AFTER_A_CUT)
def test_tampering_after_a_cut_is_found(pruned: Path, name: str) -> None:
    assert problems(pruned) == []
    tamper, expected = AFTER_A_CUT[name]
    assert set(expected) <= set(problems(pruned, tamper))


def test_a_cut_may_be_missing_among_the_runs(path: Path) -> None:
    store = open_store(str(path))
    prune(store, day(3, 0), KEY)
    record(store, assessment(6, {"s": "P", "u": "F"}), KEY)
    prune(store, day(4, 0), KEY)
    assert verify(store).problems == ()
    store.close()
    assert problems(path, sql("DELETE FROM chain WHERE position = 6")) == [
        "records are missing before run 6 (1 records)"
    ]


def test_a_cut_that_no_signature_covers_is_told_until_one_does(path: Path) -> None:
    """Or else whoever may write could remove what was signed and call it pruned."""
    store = open_store(str(path))
    prune(store, day(3, 0))
    unsigned = ["the cut at position 6: no signature covers it, and there are signatures before it"]
    assert list(verify(store).problems) == unsigned
    record(store, assessment(6, {"s": "P"}), KEY)
    assert verify(store).problems == ()
    assert verify(store, public_text(OTHER.public_key())).problems[0].startswith("run 3: it is signed with another")
    store.close()


def test_another_key_is_told(path: Path) -> None:
    signer = public_text(KEY.public_key())
    assert problems(path, trusted=public_text(OTHER.public_key())) == [
        f"run {number}: it is signed with another key, {signer}" for number in (3, 4, 5)
    ]


def test_a_digest_that_was_noted_tells_what_nothing_within_can(path: Path) -> None:
    """Whoever may write can cut the newest off cleanly, or make everything anew; a digest kept elsewhere tells."""
    with closing(sqlite3.connect(path)) as connection:
        (noted,) = connection.execute("SELECT digest FROM chain WHERE run = 5").fetchone()
    assert problems(path, expected=noted.upper()) == []
    clean = sql(
        "DELETE FROM chain WHERE run = 5",
        "DELETE FROM intervals WHERE first_run = 5",
        "UPDATE intervals SET until_run = NULL, until = NULL, ending = NULL, last_run = NULL, last_seen = NULL "
        "WHERE until_run = 5",
    )
    assert problems(path, clean) == []
    assert problems(path, expected=noted) == [
        f"no record has the digest {noted}: it was removed, or the history was made anew"
    ]


@pytest.fixture
def opened(path: Path) -> Iterator[Store]:
    store = open_store(str(path))
    yield store
    store.close()


def test_a_signature_covers_all_before_it(opened: Store) -> None:
    found = verify(opened)
    assert (found.runs, found.last_run, found.signed_through) == (5, 5, 5)
    assert found.signers == (public_text(KEY.public_key()),)
    record(opened, assessment(6, {"s": "P", "u": "F"}))
    assert verify(opened).signed_through == 5
    assert verify(opened, public_text(OTHER.public_key())).signed_through is None


def test_an_empty_history_is_in_order(store: Store) -> None:
    found = verify(store)
    assert (found.runs, found.head, found.problems, found.signed_through, found.last_run) == (0, None, (), None, None)
