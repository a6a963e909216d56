"""Files that are small and want to be large, deep or endless: each is refused, or read, in no time and little memory."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from auditor.cli import main
from auditor.model import snapshot_file
from auditor.model.snapshot_file import read_snapshot
from tests.infra.terraform.plans import account, plan
from tests.policy.files import RULE

HEAD = '{"schema": "auditor.snapshot/1", "source": {"kind": "azure"}, "started": "2026-11-01T06:00:00Z"}\n'
TEMPLATE = (
    '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",'
    '"contentVersion": "1.0.0.0", "resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "a",'
    '"apiVersion": "2023-01-01", "properties": %s}]}'
)
SECONDS = 10.0
"""Far more than any of them takes, and far less than a bomb that goes off."""

YAML = {
    "aliases": "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    "lists in lists": "[" * 400_000,
    "mappings in mappings": "{a: " * 50_000,
    "a merge key": "<<: {a: 1}\n",
    "a tag": "a: !!python/object/apply:os.system [id]\n",
    "a key twice": "a: 1\na: 2\n",
    "two documents": "--- 1\n--- 2\n",
    "a long text": f"a: {'x' * 2_000_000}\n",
    "a long number": f"a: {'9' * 900_000}\n",
    "many keys": "".join(f"k{number}: 1\n" for number in range(20_000)),
    "a key many times": "a: 1\n" * 100_000,
    "many keys in lists": "storage:\n" + "- {a: 1, b: 2, c: 3, d: 4}\n" * 10_000,
    "many mistakes": "- a\n" * 50_000,
    "a long line of quotes": "a: " + '"' * 300_001,
    "no UTF-8": "\udcff",
    "a zero byte": "a: b\0c\n",
}
JSON = {
    "lists in lists": "[" * 400_000,
    "lists in lists, closed": "[" * 100_000 + "]" * 100_000,
    "objects in objects": '{"a":' * 100_000,
    "a long number": "9" * 900_000,
    "a number beyond all": "1e999999",
    "no number": "NaN",
    "half letters": '"\\ud800\\udfff\\ud800"',
    "a key twice": '{"a": 1, "a": 2}',
    "a long text": f'"{"x" * 3_000_000}"',
    "an endless comment": "/*" * 100_000,
}


def at_once(run: Callable[[], int]) -> int:
    began = time.process_time()
    code = run()
    assert time.process_time() - began < SECONDS
    return code


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rules").mkdir()
    Path("rules/r.yaml").write_text(RULE, encoding="utf-8")
    Path("s.jsonl").write_text(HEAD, encoding="utf-8")


@pytest.mark.parametrize("bomb", YAML)
def test_yaml_that_grows_is_refused_wherever_it_stands(bomb: str, capsys: pytest.CaptureFixture[str]) -> None:
    data = YAML[bomb].encode("utf-8", "surrogateescape")
    scan = ["scan", "--snapshot", "s.jsonl", "--policies", "rules"]
    for name in ("rules/bomb.yaml", "waivers.yaml", "models.yaml", "auditor.yaml"):
        Path(name).write_bytes(data)
        assert at_once(lambda: main(scan)) == 2, name
        Path(name).unlink()
    assert capsys.readouterr().err.count("error: ") == 4


@pytest.mark.parametrize("bomb", JSON)
def test_json_that_grows_ends_in_an_answer(bomb: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = JSON[bomb]
    gate = ["gate", "--policies", "rules", "--scope", "all"]
    files = {
        "t.json": (TEMPLATE % text, [*gate, "t.json"]),
        "p.json": (json.dumps(plan(account())).replace('"TLS1_2"', text, 1), [*gate, "p.json"]),
        "parameters.json": (text, [*gate, "--parameters", "parameters.json", "ok.json"]),
        "baseline.json": (text, [*gate, "--baseline", "baseline.json", "ok.json"]),
        "snapshot.jsonl": (
            HEAD + f'{{"resource": {text}}}\n',
            ["scan", "--policies", "rules", "--snapshot", "snapshot.jsonl"],
        ),
    }
    Path("ok.json").write_text(TEMPLATE % "{}", encoding="utf-8")
    for name, (written, words) in files.items():
        Path(name).write_text(written, encoding="utf-8")
        assert at_once(lambda words=words: main(words)) in {0, 1, 2}, name  # type: ignore[misc]
        if name.startswith("snap"):
            assert "error: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["s.jsonl.gz", "s.jsonl.zst"])
@pytest.mark.parametrize(
    "filling", [" \n" * 4096, "\n" * 8192, '{"gap": {"scope": "", "operation": "", "reason": ""}}\n' * 100]
)
def test_a_snapshot_that_unpacks_to_too_much_is_refused(
    name: str, filling: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot_file, "LONGEST_LINE", 64 * 1024)
    monkeypatch.setattr(snapshot_file, "MOST_UNPACKED", 50)
    data = (HEAD + filling * 400).encode()
    Path(name).write_bytes(gzip.compress(data) if name.endswith("gz") else zstandard.compress(data))
    assert at_once(lambda: main(["scan", "--policies", "rules", "--snapshot", name])) == 2


def test_a_snapshot_that_unpacks_as_snapshots_do_is_read() -> None:
    line = '{"resource": {"id": "/a/%d", "type": "A/b"}}\n'
    Path("s.jsonl.gz").write_bytes(gzip.compress((HEAD + "".join(line % number for number in range(3000))).encode()))
    assert len(read_snapshot(Path("s.jsonl.gz")).resources) == 3000


SOURCES = {
    "blocks in blocks": 'resource "azurerm_storage_account" "docs" {\n' + "a {\n" * 20_000,
    "lists in lists": "a = " + "[" * 50_000,
    "texts in texts": 'a = "' + '${"' * 50_000,
    "a module at a path that is none": 'module "m" {\n  source = "./a\0b"\n}\n',
    "no UTF-8": "\udcff",
}


@pytest.mark.parametrize("source", SOURCES)
def test_sources_of_terraform_only_tell_places(source: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("main.tf").write_bytes(SOURCES[source].encode("utf-8", "surrogateescape"))
    Path("endless.tf").symlink_to("/dev/zero")
    Path(".terraform/modules").mkdir(parents=True)
    for modules in ("[" * 100_000, '{"Modules": [{"Key": "m", "Dir": "a\\u0000b"}]}'):
        Path(".terraform/modules/modules.json").write_text(modules, encoding="utf-8")
        Path("p.json").write_text(json.dumps(plan(account(address="module.m.azurerm_storage_account.docs"))))
        words = ["gate", "--policies", "rules", "--scope", "all", "p.json"]
        assert at_once(lambda words=words: main(words)) in {0, 1}  # type: ignore[misc]
    assert "Traceback" not in capsys.readouterr().err
