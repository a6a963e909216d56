"""The floor in a process of its own: `plain.py RESULT CALLS IN_FLIGHT` makes the same calls with aiohttp and no more.

Each answer is read to its end and taken apart as JSON. Handshakes in one version of TLS, which are what a HEAD over a
connection of its own is for, are made again just so.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import ssl
import sys
import time
import warnings
from pathlib import Path

import aiohttp  # noqa: TID253 - it is what this measures

VERSIONS = {"TLSv1": "TLSv1", "TLSv1.1": "TLSv1_1", "TLSv1.2": "TLSv1_2", "TLSv1.3": "TLSv1_3"}


def context_of(version: str) -> ssl.SSLContext:
    """A context that speaks this version alone."""
    context = ssl.create_default_context()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = context.maximum_version = ssl.TLSVersion[VERSIONS[version]]
    context.set_ciphers("ALL:!aNULL:@SECLEVEL=0")
    return context


async def ask(session: aiohttp.ClientSession, call: list[str], contexts: dict[str, ssl.SSLContext]) -> None:
    """Make one call."""
    method, url, body, tls, *_ = call
    if method == "HEAD":
        headers = {"Connection": "close"}
        async with session.head(url, ssl=contexts[tls], headers=headers, allow_redirects=False):
            return
    headers = {"Authorization": "Bearer nobody", "Accept": "application/json", "Accept-Encoding": "gzip"}
    if body:
        headers["Content-Type"] = "application/json"
    async with session.request(method, url, data=body or None, headers=headers) as response:
        json.loads(await response.read())


async def replay(calls: list[list[str]], in_flight: int) -> None:
    """Make all calls, so many at once, in the order in which they were made before."""
    waiting = iter(calls)
    contexts = {version: context_of(version) for version in VERSIONS}
    connector = aiohttp.TCPConnector(limit=in_flight, ssl=ssl.create_default_context())

    async with aiohttp.ClientSession(connector=connector, proxy=os.environ["HTTPS_PROXY"]) as session:

        async def hand() -> None:
            for call in waiting:
                await ask(session, call, contexts)

        async with asyncio.TaskGroup() as group:
            for _ in range(in_flight):
                group.create_task(hand())


def main(result: Path, calls: Path, in_flight: int) -> None:
    """Replay the calls of a file and write down what it took."""
    wanted = json.loads(calls.read_text(encoding="utf-8"))
    started, processor = time.perf_counter(), time.process_time()
    asyncio.run(replay(wanted, in_flight))
    taken = {"clock": time.perf_counter() - started, "processor": time.process_time() - processor}
    taken["MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result.write_text(json.dumps(taken), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
