"""Files that we read, changed by chance, through reading, judging and every report, for a bounded time.

Whatever a file holds, it is read or we say why not (`AuditorError`), and soon. Anything else is printed with the reader
and the seed that make it again, and ends the run with 1:

    python benchmarks/fuzz.py                           a minute for all readers together, from seed 0
    python benchmarks/fuzz.py --seconds 600 --seed 40000 --reader snapshot
    python benchmarks/fuzz.py --reader infra --only 4711   one case, with its traceback; --keep FILE leaves it there
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import yaml  # noqa: TID253 - to write the files
from mutations import change, scramble

from auditor.audit import Audit, Choice, judge_snapshot, load_rules, prepare, read_saved
from auditor.cli.configuration import read_options
from auditor.data import policies_folder, samples_folder
from auditor.errors import AuditorError
from auditor.infra.detect import kind_of
from auditor.infra.json_text import JsonTextError, parse_json
from auditor.infra.read import READERS, read
from auditor.policy.examples import try_examples
from auditor.report.formats import FORMATS
from auditor.statements import read_declared, read_models
from auditor.waivers import read_waivers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

CORPUS: Final = Path(__file__).parents[2] / "shared" / "corpus"
STARTED: Final = "2026-11-24T12:00:00Z"
SLOW: Final = 5.0
"""Seconds for one file, none of which takes a tenth of one as it is."""
LARGEST: Final = 200_000
SAMPLE: Final = samples_folder()


class Reader(NamedTuple):
    """What reads a kind of file: where texts to change come from, how one is changed, what the case's file is called."""

    name: str
    texts: Callable[[], list[str]]
    make: Callable[[str, random.Random], bytes]
    file: str
    run: Callable[[Path], str]


# How a text is changed


def json_text(text: str, chance: random.Random) -> bytes:
    """A JSON text: its value is changed, or, one time in five, its letters."""
    return _encoded(_changed_json(text, chance) if chance.randrange(5) else _scrambled(text, chance), chance)


def lines_of_json(text: str, chance: random.Random) -> bytes:
    """JSON Lines: some lines are changed as JSON, left out, said twice, or moved."""
    lines = text.splitlines()
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        at = chance.randrange(len(lines))
        match chance.randrange(8):
            case 0:
                lines.insert(chance.randrange(len(lines) + 1), lines[at])
            case 1 if len(lines) > 1:
                del lines[at]
            case 2:
                lines[at] = _scrambled(lines[at], chance)
            case _:
                try:
                    lines[at] = _changed_json(lines[at], chance)
                except ValueError:
                    lines[at] = ""
    return _encoded("\n".join(lines) + chance.choice(["", "\n", "\n", "\n"]), chance)


_YAML: Final = (
    "&a ",
    "*a",
    "<<: ",
    "!!python/object:os.system ",
    "? ",
    "- ",
    "---\n",
    "|\n",
    "{",
    "[",
    "%TAG ! x\n",
    "'",
    "#",
    "\t",
)


def yaml_text(text: str, chance: random.Random) -> bytes:
    """A YAML text: its value is changed and written anew, or its letters are, with the marks of YAML among them."""
    if chance.randrange(3):
        holder = [yaml.safe_load(text)]
        for _ in range(chance.choice([1, 1, 2, 5])):
            change(holder, chance)
        value = holder[0] if holder else None
        try:
            written = yaml.safe_dump(value, sort_keys=False) if chance.randrange(2) else json.dumps(value, default=str)
        except (UnicodeError, ValueError, yaml.YAMLError):
            written = json.dumps(value, default=str)
    else:
        written = _scrambled(text, chance)
        at = chance.randrange(len(written) + 1)
        written = written[:at] + chance.choice(_YAML) + written[at:]
    return _encoded(written, chance)


def _changed_json(text: str, chance: random.Random) -> str:
    value = parse_json(text)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        change(value, chance)
    return json.dumps(value)


def _scrambled(text: str, chance: random.Random) -> str:
    for _ in range(chance.choice([1, 2, 5])):
        text = scramble(text, chance)
    return text


def _encoded(text: str, chance: random.Random) -> bytes:
    coding = chance.choice([*["utf-8"] * 12, "utf-8-sig", "utf-16"])
    return text.encode(coding, "surrogatepass" if coding.startswith("utf-8") else "replace")


# What is done with the file


class Runs:
    """Reads files of each kind and goes on with what came of them: judges it, and writes every report."""

    def __init__(self) -> None:
        self.audit: Audit = prepare(Choice(profile="strict", all_documents=True))
        self.sample = read_saved(SAMPLE / "estate.jsonl", [read_models(SAMPLE / "models.yaml", STARTED)])

    def infra(self, path: Path) -> str:
        """Through the gate."""
        report = judge_snapshot(self.audit, read([path], started=STARTED, tool="fuzz").snapshot)
        return "judged" if report.lines else "nothing to judge"

    def snapshot(self, path: Path) -> str:
        """Through `scan --snapshot`, into every format."""
        report = judge_snapshot(self.audit, read_saved(path, ()))
        for entry in FORMATS.values():
            str(entry.load()(report)).encode("utf-8", "backslashreplace")
        return "judged" if report.lines else "nothing to judge"

    def rules(self, path: Path) -> str:
        """Load it, try its examples, judge the sample by it."""
        policy = load_rules([path])
        for rule in policy.rules:
            list(try_examples(policy, rule))
        judge_snapshot(prepare(Choice((path,), profile="strict", all_documents=True)), self.sample)
        return "judged"

    def waivers(self, path: Path) -> str:
        """Load them and let them count."""
        judge_snapshot(self.audit, self.sample, waivers=read_waivers(path, datetime.now(UTC), 90))
        return "judged"

    def register(self, path: Path) -> str:
        """Load it and judge the sample with it."""
        judge_snapshot(self.audit, read_models(path, STARTED).added_to(self.sample))
        return "judged"

    def configuration(self, path: Path) -> str:
        """Load it, as for `auditor scan`, and judge the sample with the storage that it declares."""
        read_options(path, "scan")
        judge_snapshot(self.audit, read_declared(path, STARTED).added_to(self.sample))
        return "judged"


# Where texts come from


def infrastructure() -> list[str]:
    """All files of the corpus that are infrastructure and not too large."""
    found = []
    for path in sorted(CORPUS.rglob("*.json")):
        text = path.read_text(encoding="utf-8-sig", errors="replace")
        try:
            if len(text) <= LARGEST and kind_of(parse_json(text)) in READERS:
                found.append(text)
        except JsonTextError:
            continue
    return found


def estates() -> list[str]:
    """The sample estate, whole and in parts that are quickly judged; no end counts what a change leaves out."""
    head, *lines = (SAMPLE / "estate.jsonl").read_text(encoding="utf-8").splitlines()
    end = json.dumps({"end": {"finished": STARTED}})
    parts = [
        lines[:-1],
        *(lines[at : at + _PART] for at in range(0, len(lines) - 1, _PART)),
        *(lines[at:-1:_PARTS] for at in range(_PARTS)),
    ]
    return ["\n".join([head, *part, end]) for part in parts]


_PART: Final = 40
_PARTS: Final = 20


def files(folder: Path, *patterns: str) -> Callable[[], list[str]]:
    """The texts of the files in a folder."""
    return lambda: [path.read_text(encoding="utf-8") for pattern in patterns for path in sorted(folder.rglob(pattern))]


def readers() -> tuple[Reader, ...]:
    """Every reader of files from outside."""
    runs = Runs()
    rules = files(policies_folder(), "*/*.yaml")
    return (
        Reader("infra", infrastructure, json_text, "main.json", runs.infra),
        Reader("snapshot", estates, lines_of_json, "estate.jsonl", runs.snapshot),
        Reader("rules", rules, yaml_text, "rule.yaml", runs.rules),
        Reader("waivers", files(SAMPLE, "waivers.yaml"), yaml_text, "waivers.yaml", runs.waivers),
        Reader("register", files(SAMPLE, "models.yaml"), yaml_text, "models.yaml", runs.register),
        Reader("configuration", files(SAMPLE, "auditor.yaml"), yaml_text, "auditor.yaml", runs.configuration),
    )


def fuzz(reader: Reader, texts: Sequence[str], seeds: Iterator[int], keep: Path | None, *, loud: bool) -> int:
    """Run a reader over the cases of some seeds; the number of broken ones."""
    broken = done = 0
    counted: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / reader.file
        for seed in seeds:
            chance = random.Random(seed)  # noqa: S311 - to play, not to hide
            path.write_bytes(reader.make(chance.choice(texts), chance))
            if keep is not None:
                keep.write_bytes(path.read_bytes())
            outcome = _one(reader, path, seed, loud=loud or not counted["broken"])
            broken += outcome in {"broken", "slow"}
            counted[outcome] += 1
            done += 1
    listed = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items()))
    print(f"{reader.name}: {done} files made from {len(texts)}: {listed}", flush=True)
    return broken


def _until(seconds: float, seed: int) -> Iterator[int]:
    """Seeds, one after the other, until the time is over."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield seed
        seed += 1


def _one(reader: Reader, path: Path, seed: int, *, loud: bool) -> str:
    started = time.process_time()
    try:
        outcome = reader.run(path)
    except AuditorError:
        outcome = "refused"
    except Exception as error:  # noqa: BLE001 - what else comes is what is looked for
        outcome = "broken"
        print(f"{reader.name}, seed {seed}: {type(error).__name__}: {error}"[:200], flush=True)
        if loud:
            traceback.print_exc()
    taken = time.process_time() - started
    if taken > SLOW:
        print(f"{reader.name}, seed {seed}: {taken:.1f} seconds", flush=True)
        return "slow"
    return outcome


def main() -> int:
    """Run until the time is over, or one case."""
    known = readers()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--reader", choices=[reader.name for reader in known])
    parser.add_argument("--only", type=int)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    asked = [reader for reader in known if chosen.reader in {None, reader.name}]
    broken = 0
    for reader in asked:
        texts = reader.texts()
        seconds = chosen.seconds / len(asked)
        seeds = _until(seconds, chosen.seed) if chosen.only is None else iter([chosen.only])
        if texts:
            broken += fuzz(reader, texts, seeds, chosen.keep, loud=chosen.only is not None)
        else:
            print(f"{reader.name}: there are no files to change")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
