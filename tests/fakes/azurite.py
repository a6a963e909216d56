"""Azurite, Microsoft's own stand-in for blob storage (test-bed 1), under the real host name of an account."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import wires
from tests.fakes.azure import certificates
from tests.needs import node_package, tool

KEY = base64.b64encode(b"0123456789abcdef" * 4).decode()
DATABASE = "__azurite_db_blob__.json"


@contextmanager
def azurite(folder: Path, account: str) -> Iterator[int]:
    """Serve what lies in the folder, in which it keeps its data; gives the port."""
    program = node_package("azurite") / "dist" / "src" / "azurite.js"
    issued = certificates.issue(f"{account}.blob.core.windows.net")
    (folder / "key.pem").write_bytes(issued.private_key_pem.bytes())
    (folder / "cert.pem").write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    port = wires.closed_port()
    command = [str(tool("node")), str(program), "--silent", "--disableTelemetry", "--location", str(folder)]
    for service, at in (("blob", port), ("queue", wires.closed_port()), ("table", wires.closed_port())):
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(at)]
    command += ["--cert", str(folder / "cert.pem"), "--key", str(folder / "key.pem"), "--oauth", "basic"]
    command += ["--skipApiVersionCheck"]
    environment = {**os.environ, "AZURITE_ACCOUNTS": f"{account}:{KEY}"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as run:
        try:
            _until_it_listens(port, run)
            yield port
        finally:
            run.terminate()  # it writes its database before it goes
            run.wait(20)


def _until_it_listens(port: int, run: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if run.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("Azurite did not start")


def edit(folder: Path, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the blobs of its database, while it does not run."""
    file = folder / DATABASE
    database = json.loads(file.read_text(encoding="utf-8"))
    collection = next(item for item in database["collections"] if item["name"] == "$BLOBS_COLLECTION$")
    change(collection["data"])
    for number, record in enumerate(collection["data"], 1):
        record["$loki"] = number
    collection |= {"idIndex": None, "binaryIndices": {}, "maxId": len(collection["data"])}  # it makes them anew
    file.write_text(json.dumps(database), encoding="utf-8")
