"""What can go wrong with a Dask cluster, in words."""

from __future__ import annotations

import asyncio
import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import trustme

from auditor.collectors import cluster
from auditor.collectors.catalogue import Stage
from auditor.collectors.cluster import Refusal, attempt, dask
from auditor.collectors.collect import Request
from auditor.collectors.parts import Part, Task
from auditor.errors import SourceError, UsageError
from auditor.model.snapshot import AZURE, Header
from tests.needs import need

HEADER = Header("0.0.1", AZURE, (), "2026-01-01T00:00:00Z")
TASK = Task(0, Request(frozenset(), (), None, "public", None, {}, "0.0.1"), HEADER, Stage.LISTS, ())


@pytest.fixture(autouse=True)
def _extra() -> None:
    need(*(("/", "Dask") if find_spec("distributed") else (None, "the extra dask (`make test` installs it)")))


def opened(address: str) -> int:
    async def opening() -> int:
        async with dask(address, 0.5) as executor:
            return executor.hands

    return asyncio.run(opening())


def test_no_scheduler_is_told_with_its_address() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(SourceError, match=f"no Dask scheduler answers at {address}"):
            opened(address)


def test_an_address_of_an_unknown_kind_is_told() -> None:
    with pytest.raises(SourceError, match="no Dask scheduler answers at smoke://signals"):
        opened("smoke://signals")


def test_a_scheduler_without_workers_is_told() -> None:
    from distributed import Scheduler  # noqa: PLC0415 - an extra

    async def opening() -> None:
        async with (
            Scheduler(port=0, dashboard=False, dashboard_address=":0", host="127.0.0.1") as scheduler,
            dask(scheduler.address, 0.5),
        ):
            pytest.fail("it has no workers")

    with pytest.raises(SourceError, match="has no workers"):
        asyncio.run(opening())


def test_without_the_extra_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError) as raised:
        opened("tcp://127.0.0.1:1")
    assert "'.[dask]'" in raised.value.hint


class Future:
    """What came of a task."""

    def __init__(self, outcome: Any = None, *, gone: bool = False) -> None:
        self._outcome = outcome
        self._gone = gone

    def cancelled(self) -> bool:
        return self._gone

    def __await__(self) -> Any:
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
        yield


async def _part(future: Future) -> Part:
    return await cluster._part(future)


def killed() -> Exception:
    from distributed import KilledWorker  # noqa: PLC0415 - an extra

    return KilledWorker("attempt-1", None, 3)


@pytest.mark.parametrize(
    ("future", "problem"),
    [
        (lambda: Future(gone=True), "the Dask scheduler is gone"),
        (lambda: Future(killed()), "4 workers died over the same task"),
        (lambda: Future(ModuleNotFoundError("No module named 'auditor'")), "the cluster cannot load the auditor"),
        (lambda: Future(Refusal("far", "signing in to Azure failed", "Try.")), "on far: signing in to Azure failed"),
    ],
)
def test_what_became_of_a_task_in_words(future: Any, problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        asyncio.run(_part(future()))


def test_a_mistake_of_ours_is_let_out() -> None:
    with pytest.raises(KeyError):
        asyncio.run(_part(Future(KeyError("ours"))))


def test_a_machine_says_in_words_why_it_cannot_do_a_task() -> None:
    refusal = attempt(TASK)
    assert isinstance(refusal, Refusal)
    assert refusal.machine == socket.gethostname()
    assert "has version" in refusal.problem


def test_a_cluster_over_tls_takes_the_certificates_of_dasks_own_configuration(tmp_path: Path) -> None:
    from dask import config  # noqa: PLC0415 - an extra
    from distributed import Scheduler, Worker  # noqa: PLC0415 - an extra

    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    files = {name: tmp_path / f"{name}.pem" for name in ("ca", "own", "other")}
    authority.cert_pem.write_to_path(str(files["ca"]))
    issued.private_key_and_cert_chain_pem.write_to_path(str(files["own"]))
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(files["other"]))

    def settings(certificate: str) -> dict[str, object]:
        tls = "distributed.comm.tls"
        pairs = {f"{tls}.{role}.cert": str(files[certificate]) for role in ("scheduler", "worker", "client")}
        return {**pairs, f"{tls}.ca-file": str(files["ca"]), "distributed.comm.require-encryption": True}

    async def opening(certificate: str) -> int:
        with config.set(settings("own")):
            scheduler = Scheduler(port=0, dashboard=False, dashboard_address=":0", host="127.0.0.1", protocol="tls")
            async with scheduler, Worker(scheduler.address, nthreads=2, host="127.0.0.1", dashboard=False):
                assert scheduler.address.startswith("tls://")
                with config.set(settings(certificate)):
                    async with dask(scheduler.address, 1) as executor:
                        return executor.hands

    assert asyncio.run(opening("own")) == 2
    with pytest.raises(SourceError, match="no Dask scheduler answers at tls://"):
        asyncio.run(opening("other"))
