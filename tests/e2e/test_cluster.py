"""A scan on a real Dask cluster of several worker processes says what a scan on one machine says."""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.estate import CONFIGURATION, MODELS, estate
from tests.e2e.run import Ran, scan
from tests.fakes.azure import Estate, FakeAzure, around, practice
from tests.fakes.azure import builders as make
from tests.needs import need

pytestmark = pytest.mark.xdist_group("cluster")

SHARED = "55555555-aaaa-4bbb-8ccc-000000000000"
ALL = ("--profile", "strict", "--inspect-blobs", "-q")
_BLOB_LOGS = [{"category": name, "enabled": True} for name in ("StorageRead", "StorageWrite", "StorageDelete")]
_MOMENT = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def across() -> Estate:
    """The estate of the other end-to-end tests, and a third subscription which the others need to be understood.

    Its store is linked to an account of another subscription by a role and by a model's source, gets copies from the
    store of a fourth, and what is known of it stands in the workspace that all of them share.
    """
    both = estate(signals=False)
    where: dict[str, Any] = {"subscription": SHARED}
    fourth: dict[str, Any] = {"subscription": SHARED.replace("000000000000", "000000000001")}
    logs = around.workspace("central", **where)
    store, copies = make.storage_account("farstore", **where), make.storage_account("farcopies", **fourth)
    forms = make.document_intelligence("near-forms", **fourth)
    uploads = make.container(store, "uploads")
    resources = [
        make.subscription(SHARED, "Shared"),
        make.subscription(fourth["subscription"], "Fourth"),
        logs,
        around.workspace_table(logs, "StorageBlobLogs", days=90),
        store,
        make.blob_service(store, versioning=True),
        uploads,
        copies,
        make.blob_service(copies, versioning=True),
        make.object_replication(store, copies, containers=[("uploads", "uploads")]),
        make.diagnostic_setting(f"{store['id']}/blobServices/default", workspace=logs["id"], logs=_BLOB_LOGS),
        make.diagnostic_setting(f"{copies['id']}/blobServices/default", workspace=logs["id"], logs=_BLOB_LOGS),
        forms,
        make.custom_model(forms, "far", source="https://farstore.blob.core.windows.net/uploads"),
        make.diagnostic_setting(forms, workspace=logs["id"], logs=[{"category": "RequestResponse", "enabled": True}]),
        make.role_assignment(forms, "Storage Blob Data Reader", store),
    ]
    rows = [
        practice.blob_log(logs, copies, "PutBlob", "uploads/a.pdf", at=practice.ago(hours=9)),
        practice.blob_log(
            logs,
            make.storage_account("usedstore", **where),
            "GetBlob",
            "inbox/c.pdf",
            at=practice.ago(days=1),
            StatusCode="200",
            RequesterObjectId=make.principal_of(forms),
        ),
        practice.request_log(logs, forms, "Analyze Document", at=practice.ago(hours=9)),
    ]
    used = make.storage_account("usedstore", **where)
    return Estate(
        [*both.resources, *resources, used, make.blob_service(used)],
        logs=[*both.logs, *rows],
        metrics=both.metrics,
    )


@pytest.fixture(scope="module")
def azure() -> Iterator[FakeAzure]:
    with FakeAzure(across()) as azure:
        yield azure


@pytest.fixture(scope="module")
def cluster(azure: FakeAzure) -> Iterator[Any]:
    """Three processes that find the fake Azure by their environment, as workers find the real one."""
    need(*(("/", "Dask") if find_spec("distributed") else (None, "the extra dask (`make test` installs it)")))
    from distributed import LocalCluster  # noqa: PLC0415 - an extra

    with (
        azure.exported(),
        LocalCluster(n_workers=3, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0") as cluster,
    ):
        yield cluster


def _folder(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    folder = tmp_path_factory.mktemp(name)
    (folder / "models.yaml").write_text(MODELS, encoding="utf-8")
    (folder / "auditor.yaml").write_text(CONFIGURATION, encoding="utf-8")
    return folder


def _calls(azure: FakeAzure, since: int) -> Counter[str]:
    """What was asked, without the moments that queries are about."""
    return Counter(_MOMENT.sub("then", f"{item.method} {item.url}") for item in azure.calls()[since:])


@pytest.fixture(scope="module")
def alone(azure: FakeAzure, tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, Counter[str]]:
    """The scan of one machine."""
    since = len(azure.calls())
    ran = scan(azure, _folder(tmp_path_factory, "alone"), *ALL)
    return ran, _calls(azure, since)


def _told(ran: Ran) -> Any:
    """The report without the moments at which something was read."""
    assert ran.result is not None, ran.err
    return json.loads(_MOMENT.sub("then", json.dumps(ran.result)))


def test_a_cluster_says_and_asks_exactly_what_one_machine_does(
    azure: FakeAzure, cluster: Any, alone: tuple[Ran, Counter[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    since, folder = len(azure.calls()), _folder(tmp_path_factory, "cluster")
    options = ("--executor", "dask", "--scheduler", cluster.scheduler_address, "--save-snapshot", "kept.jsonl.zst")
    ran = scan(azure, folder, *ALL, *options)
    assert _told(ran) == _told(alone[0])
    assert _calls(azure, since) == alone[1]
    # What crosses subscriptions was there to be missed: by role and source, by replication, by logs of blobs.
    asked = " ".join(alone[1]).lower()
    for name in ("farstore", "farcopies", "usedstore"):
        assert f"/storageaccounts/{name}/managementpolicies/" in asked, name
    assert "/workspaces/central/tables" in asked
    assert ran.named["DI-TLS-001", "farstore"] == ran.named["DI-TLS-001", "usedstore"] == "pass"
    again = scan(None, folder, *ALL[:2], "--snapshot", "kept.jsonl.zst")
    assert _told(again) == _told(ran)


def test_a_worker_that_is_killed_while_it_reads_loses_nothing(
    azure: FakeAzure, cluster: Any, alone: tuple[Ran, Counter[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    from distributed import Client  # noqa: PLC0415 - an extra

    since, killed = len(azure.calls()), []

    def kill() -> None:
        """Once half of the calls are made, the first worker that has something to do."""
        while len(azure.calls()) < since + alone[1].total() // 2:
            time.sleep(0.002)
        while not killed:
            for address, tasks in client.processing().items():
                if tasks and not killed:
                    killed.append(processes[address])
                    os.kill(processes[address], signal.SIGKILL)

    with Client(cluster.scheduler_address, set_as_default=False) as client:
        processes = client.run(os.getpid)
        killer = threading.Thread(target=kill)
        killer.start()
        options = ("--executor", "dask", "--scheduler", cluster.scheduler_address)
        ran = scan(azure, _folder(tmp_path_factory, "killed"), *ALL, *options)
        killer.join()
        assert killed[0] not in client.run(os.getpid).values()
    told, expected = _told(ran), _told(alone[0])
    assert told == expected
    # Some calls were made twice: what the worker had read was gone with it.
    made = _calls(azure, since)
    assert made.keys() == alone[1].keys()
    assert made.total() > alone[1].total()
