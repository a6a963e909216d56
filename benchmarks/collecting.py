"""How fast a scan reads Azure, beside plain aiohttp that makes the same calls with as many in flight.

An estate of 1,000 Document Intelligence accounts with their storage in ten subscriptions lies on a fake Azure, in a
process of its own. Prints the time, processor and memory of both.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

APART = Path(__file__).parent / "apart"
ROOT = Path(__file__).parent.parent
NO_LIMITS = 1e6
IN_FLIGHT = 64


class Served:
    def __init__(self, accounts: int, delay: float, speed: float = 0.0) -> None:
        self._command = [sys.executable, str(APART / "serve.py"), str(accounts), str(delay), str(speed)]

    def __enter__(self):
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONPYCACHEPREFIX": "/tmp/collecting-pyc",
            **json.loads(self._process.stdout.readline()),
        }
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.wait()

    def calls(self, file: Path):
        self._process.stdin.write(f"calls {file}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "done\n"
        return json.loads(file.read_text())

    def cpu(self):
        pid = self._process.pid
        f = open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()
        return (int(f[11]) + int(f[12])) / os.sysconf("SC_CLK_TCK")


def run(script: str, *arguments: object, env) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        done = subprocess.run(
            [sys.executable, str(APART / script), str(result), *map(str, arguments)],
            env=env,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if not result.exists():
            print(done.stderr[-3000:])
        return json.loads(result.read_text())


def main() -> None:
    n = int(sys.argv[1])
    for delay in map(float, sys.argv[2].split(",")):
        with Served(n, delay) as azure, tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "calls.json"
            snap = Path(folder) / "s.jsonl"
            for turn in range(int(sys.argv[4]) if len(sys.argv) > 4 else 2):
                c0 = azure.cpu()
                ours = run(
                    "scan.py",
                    NO_LIMITS,
                    "-o",
                    f"json={folder}/r.json",
                    "--save-snapshot",
                    snap,
                    *sys.argv[3].split(),
                    env=azure.environment,
                )
                c1 = azure.cpu()
                calls = [c for c in azure.calls(file) if "login.micro" not in c[1]]
                file.write_text(json.dumps(calls))
                m = ours["moments"]
                wall = m["collected"]["clock"] - m["prepared"]["clock"]
                cpu = m["collected"]["processor"] - m["prepared"]["processor"]
                print(
                    f"ours {len(calls)} calls {wall:.2f} s {cpu:.2f} cpu server {c1 - c0:.2f} cpu; MiB {m['prepared']['MiB']:.0f} {m['collected']['MiB']:.0f} {m['judged']['MiB']:.0f}; judging {m['judged']['processor'] - m['collected']['processor']:.2f}",
                    ours["gaps"][:5],
                )
                c0 = azure.cpu()
                plain = run("plain.py", file, IN_FLIGHT, env=azure.environment)
                c1 = azure.cpu()
                azure.calls(file)
                print(
                    f"plain {plain['clock']:.2f} s {plain['processor']:.2f} cpu server {c1 - c0:.2f} cpu MiB {plain['MiB']:.0f}  ratio {wall / plain['clock']:.2f} cpu ratio {cpu / plain['processor']:.2f}",
                    flush=True,
                )
    print(json.dumps(ours["calls"], indent=1))


if __name__ == "__main__":
    main()
