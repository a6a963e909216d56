"""Files of the corpus, changed by chance, through the reading and the judging of the gate, for a bounded time.

Whatever a file holds, the gate reads it or says why not (`AuditorError`), and soon. Anything else is printed with the
seed that makes it again, and ends the run with 1:

    python benchmarks/fuzz.py                    a minute, from seed 0
    python benchmarks/fuzz.py --seconds 600 --seed 40000
    python benchmarks/fuzz.py --only 4711        one case, with its traceback; --keep FILE leaves it there
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from copy import deepcopy
from pathlib import Path
from typing import Any

from auditor.audit import Audit, Choice, judge_snapshot, prepare
from auditor.errors import AuditorError
from auditor.infra.detect import kind_of
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.read import READERS, read

CORPUS = Path(__file__).parents[2] / "shared" / "corpus"
STARTED = "2026-11-24T12:00:00Z"
SLOW = 5.0
"""Seconds for one file, none of which takes a tenth of one as it is."""
LARGEST = 200_000
JUNK: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**30,
        1e308,
        "",
        " ",
        "x",
        [],
        {},
        [[]],
        [None],
        {"": None},
        "\ud800",
        "İ",
        "\x00",
    ),
    *(
        "[",
        "[]",
        "[[",
        "[parameters('x')]",
        "[reference('a').b]",
        "[if(1, 2, 3)]",
        "[range(0, 9999999)]",
        "[copyIndex()]",
    ),
    *(
        "[concat(",
        "[json('{')]",
        "[variables(variables('a'))]",
        "[resourceId('a/b')]",
        "[string(createObject())]",
        "['",
    ),
    *(
        "Microsoft.Storage/storageAccounts",
        "microsoft.cognitiveservices/ACCOUNTS",
        "a/b/c/d",
        "/",
        "//",
        "../..",
        "{x}",
    ),
    *(
        {"name": "a", "count": 10**9},
        {"name": "a", "count": -1},
        {"references": ["each.value"]},
        {"constant_value": []},
    ),
    *({"type": "SystemAssigned"}, {"reference": {}}, {"mode": "Incremental", "template": {}}, [{"address": 1}], 2**63),
)


def values_in(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value: the object or list, and the key or index."""
    found: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        at = waiting.pop()
        keys: Any = list(at) if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        found += [(at, key) for key in keys]
        waiting += [at[key] for key in keys]
    return found


def change(value: Any, chance: random.Random) -> None:
    """Change one place: another value, nothing, another's value, another key, twice, a piece of text."""
    places = values_in(value)
    if not places:
        return
    at, key = chance.choice(places)
    match chance.randrange(7):
        case 0 | 1:
            at[key] = deepcopy(chance.choice(JUNK))
        case 2:
            del at[key]
        case 3:
            other, step = chance.choice(places)
            try:
                at[key] = deepcopy(other[step])
            except (KeyError, IndexError):
                return
        case 4 if isinstance(at, dict):
            at[chance.choice([str(key).upper(), str(key).lower(), "copy", "condition", "scope", "existing"])] = at[key]
        case 5 if isinstance(at, list):
            at.insert(chance.randrange(len(at) + 1), deepcopy(at[key]))
        case _:
            if isinstance(at[key], str):
                at[key] = scramble(at[key], chance)


def scramble(text: str, chance: random.Random) -> str:
    """The text with a piece cut out, doubled, or replaced."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.choice([1, 1, 2, 5, 40]))
    piece = chance.choice(["", text[start:end] * 2, chance.choice("[](){}'\",.:/\\\0\n٣é"), "//", "/*", "\ud800"])
    return text[:start] + piece + text[end:]


def make(texts: list[str], seed: int) -> bytes:
    """The file of one seed."""
    chance = random.Random(seed)  # noqa: S311 - to play, not to hide
    text = chance.choice(texts)
    if chance.randrange(5):
        value = parse_json(text)
        for _ in range(chance.choice([1, 1, 2, 5, 20])):
            change(value, chance)
        text = json.dumps(value)
    else:
        for _ in range(chance.choice([1, 2, 5])):
            text = scramble(text, chance)
    coding = chance.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16"])
    return text.encode(coding, "surrogatepass" if coding.startswith("utf-8") else "replace")


def sources() -> list[str]:
    """The texts of all files of the corpus that are infrastructure and not too large."""
    found = []
    for path in sorted(CORPUS.rglob("*.json")):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        try:
            if len(text) <= LARGEST and kind_of(parse_json(text)) in READERS:
                found.append(text)
        except JsonTextError:
            continue
    return found


def run(data: bytes, path: Path, audit: Audit) -> str:
    """Read and judge one file; says what became of it."""
    path.write_bytes(data)
    try:
        found = read([path], started=STARTED, tool="fuzz")
    except AuditorError:
        return "refused"
    report = judge_snapshot(audit, found.snapshot)
    return "judged" if report.lines else "nothing to judge"


def main() -> int:
    """Run until the time is over, or one case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", type=int)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    texts = sources()
    if not texts:
        print(f"the corpus is not there ({CORPUS}): nothing to change")
        return 0
    audit = prepare(Choice(profile="strict", all_documents=True))
    seed = first = chosen.seed if chosen.only is None else chosen.only
    broken = 0
    counted: dict[str, int] = {}
    until = time.monotonic() + chosen.seconds
    with tempfile.TemporaryDirectory() as folder:
        while (chosen.only is None and time.monotonic() < until) or seed == chosen.only:
            data = make(texts, seed)
            if chosen.keep:
                chosen.keep.write_bytes(data)
            started = time.process_time()
            try:
                outcome = run(data, Path(folder) / "main.json", audit)
            except Exception as error:  # noqa: BLE001 - what else comes is what is looked for
                outcome = "broken"
                broken += 1
                print(f"seed {seed}: {type(error).__name__}: {error}"[:200])
                if chosen.only is not None or broken == 1:
                    traceback.print_exc()
            taken = time.process_time() - started
            if taken > SLOW:
                broken += 1
                print(f"seed {seed}: {taken:.1f} seconds")
            counted[outcome] = counted.get(outcome, 0) + 1
            seed += 1
    listed = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items()))
    print(f"{seed - first} files from {len(texts)} of the corpus, seeds {first} to {seed - 1}: {listed}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
