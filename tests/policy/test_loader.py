"""Loading rule files: what is loaded, and every mistake at once with file, line and the nearest right word."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.data import policies_folder
from auditor.errors import PolicyError
from auditor.model.reading import Json, Unread
from auditor.model.types import CONTAINER, STORAGE
from auditor.model.verdict import Verdict
from auditor.policy.compiler import compile_rule
from auditor.policy.condition import Scope
from auditor.policy.loader import compile_all
from auditor.policy.rule import Fix, Parameter, Peers, Rule, Summary
from auditor.policy.target import given
from tests.policy.files import RULE, load, mistakes, write


def changed(line: str, *more: str) -> str:
    """The rule with this line in place of the one for the same key, and more lines at the end."""
    key = line.partition(":")[0]
    kept = [line if old.startswith(f"{key}:") else old for old in RULE.splitlines()]
    return "\n".join([*kept, *(() if line in kept else (line,)), *more]) + "\n"


def of(text: str, folder: Path) -> list[str]:
    """The mistakes of one rule file, without its name."""
    return [item.removeprefix("rule.yaml:") for item in mistakes(write(folder / "rules", rule=text))]


WHOLE = """\
id: ACME-TLS-7
name: minimum-tls
title: "  New TLS  "
summary: {one: "accepts less than {minimum}", many: accept less}
severity: low
profile: strict
basis: data-in-transit
appliesTo: [microsoft.storage/STORAGEACCOUNTS]
where: {field: facts.holdsDocuments, equals: true}
parameters:
  minimum: {default: "TLS1_2", allowed: ["TLS1_2", "TLS1_3"], about: The oldest.}
check: {field: properties.minimumTlsVersion, atLeast: {parameter: minimum}}
why: Because.
fix: {text: Do., warning: Mind., az: az x, bicep: b, terraform: t, set: {properties.minimumTlsVersion: TLS1_2}}
references: [https://a.example]
mappings: {mcsb: [DP-3]}
peers: {rules: [Other 1], asks: less, overruled: no}
examples:
  - {expect: pass, resource: {properties: {minimumTlsVersion: TLS1_3}}}
  - expect: unknown
    about: not read
    resource: {properties: {$unread: 403}}
    facts: {holdsDocuments: true}
    children: {containers: []}
    parent: {name: sub}
    parameters: {minimum: TLS1_3}
    now: "2026-02-01"
""".replace("403", '"403"')


def test_reads_everything_that_a_rule_says(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", rule=WHOLE)
    (rule,) = load(folder).rules
    assert rule.id == "ACME-TLS-7"
    assert rule.family == "TLS"
    assert rule.title == "New TLS"
    assert rule.summary == Summary("accepts less than {minimum}", "accept less")
    assert (rule.severity, rule.profile, rule.basis) == ("low", "strict", "data-in-transit")
    assert rule.applies_to == (STORAGE,)
    assert rule.where == {"field": "facts.holdsDocuments", "equals": True}
    assert rule.parameters == (Parameter("minimum", "TLS1_2", ("TLS1_2", "TLS1_3"), "The oldest."),)
    assert rule.fix == Fix("Do.", "az x", "b", "t", "Mind.", {"properties.minimumTlsVersion": "TLS1_2"})
    assert rule.peers == Peers(("Other 1",), "less", "no")
    assert rule.mappings == {"mcsb": ("DP-3",)}
    first, second = rule.examples
    assert (first.expect, first.about, first.parent, first.now, first.line) == ("pass", "", None, None, 19)
    assert second.resource == {"properties": Unread("403")}
    assert (second.facts, second.children) == ({"holdsDocuments": True}, {"containers": []})
    assert (second.parent, second.parameters, second.now) == ({"name": "sub"}, {"minimum": "TLS1_3"}, "2026-02-01")
    assert rule.file == str(folder / "rule.yaml")


def test_a_type_that_is_named_twice_is_one_type(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", rule=changed(f"appliesTo: [{STORAGE}, {STORAGE.lower()}]"))
    assert load(folder).rules[0].applies_to == (STORAGE,)


def test_rules_stand_in_order_of_id_and_are_found_whatever_the_case(tmp_path: Path) -> None:
    second = changed("id: A-TLS-001", "# later")
    policy = load(write(tmp_path / "r", a=RULE, b=second))
    assert [rule.id for rule in policy.rules] == ["A-TLS-001", "T-TLS-001"]
    assert policy.rule("t-tls-001") is policy.rules[1]
    assert policy.rule("T-TLS-002") is None


def test_takes_folders_with_folders_in_them_and_single_files(tmp_path: Path) -> None:
    write(tmp_path / "r" / "deep" / "er", a=RULE)
    (tmp_path / "r" / "b.yml").write_text(changed("id: B-TLS-001"), encoding="utf-8")
    (tmp_path / "r" / "notes.txt").write_text("no rule", encoding="utf-8")
    (tmp_path / "r" / "odd.yaml").mkdir()
    single = write(tmp_path / "s", c=changed("id: C-TLS-001")) / "c.yaml"
    assert [rule.id for rule in load(tmp_path / "r", single).rules] == ["B-TLS-001", "C-TLS-001", "T-TLS-001"]


def test_the_hash_changes_with_what_can_change_a_verdict_and_with_nothing_else(tmp_path: Path) -> None:
    def hash_of(number: int, text: str) -> str:
        return load(write(tmp_path / str(number), rule=text)).sha256

    assert hash_of(1, RULE) == hash_of(2, changed("title: Another title"))
    told = [
        RULE,
        changed("severity: low"),
        changed("profile: strict"),
        changed("check: {field: properties.supportsHttpsTrafficOnly, equals: false}"),
        changed("where: {field: kind, equals: StorageV2}"),
    ]
    assert len({hash_of(10 + number, text) for number, text in enumerate(told)}) == len(told)


def test_the_hash_changes_with_the_table_of_defaults(tmp_path: Path) -> None:
    rules = write(tmp_path / "r", rule=RULE)
    table = f"{STORAGE}: {{properties.allowSharedKeyAccess: {{value: true, source: x}}}}"
    one = write(tmp_path / "one", defaults=table)
    two = write(tmp_path / "two", defaults=table.replace("true", "false"))
    assert load(rules, defaults_from=one).sha256 != load(rules, defaults_from=two).sha256


MANY = """\
id: t-1
name: Has Capitals
titel: It
severity: hihg
profile: strikt
basis: data-in-transitt
appliesTo: [Microsoft.Storage/storageAccount, 7]
where: {field: kind, equals: x}
parameters:
  limit: 24
  other: {defaul: 1}
  third: {default: 1, allowed: [2]}
  fourth: {default: 1, allowed: 2}
check: {field: kind, equals: x}
why: 7
fix: {txt: Do., az: [1]}
references: [http://insecure.example, https://good.example]
mappings: {iso: [A.1], mcsb: DP-3}
peers: {rules: [1], asks: x}
examples:
  - expect: passes
    resource: []
  - resource: {$unread: 403}
  - 7
  - {expect: fail, now: soon, parameters: {nolimit: 1}, children: {containers: [{$unread: [x]}]}}
"""


def test_a_file_with_many_mistakes_gives_them_all_in_one_go(tmp_path: Path) -> None:
    assert of(MANY, tmp_path) == [
        "1 the id 't-1' is not as it should be: capitals and digits in parts: DI-TLS-001",
        "1 title is missing",
        "2 the name 'Has Capitals' is not as it should be: small letters and digits in parts: storage-https-only",
        "3 titel is no key here; did you mean title?",
        "4 hihg is not known here; did you mean high?",
        "5 strikt is not known here; did you mean strict?",
        "6 data-in-transitt is not known here; did you mean data-in-transit?",
        "7 no type Microsoft.Storage/storageAccount is known; did you mean Microsoft.Storage/storageAccounts?",
        f"7 no type 7 is known; known: {', '.join(sorted(load().language.shapes.type_names())[:12])}, …",
        "10 a parameter holds default, and may hold allowed and about",
        "11 default is missing",
        "11 defaul is no key here; did you mean default?",
        "12 the default is not among the allowed values",
        "13 a list is wanted here",
        "15 a text is wanted here (put a number or true in quotes)",
        "16 text is missing",
        "16 txt is no key here; did you mean text?",
        "16 a text is wanted here (put a number or true in quotes)",
        "17 a reference is a link that begins with https://",
        "18 iso is no key here; known: gdpr, iso27001, mcsb, nist80053",
        "18 a list of texts is wanted here (put numbers in quotes)",
        "19 overruled is missing",
        "19 a list of texts is wanted here (put numbers in quotes)",
        "21 passes is not known here; did you mean pass?",
        "22 a mapping is wanted here",
        "23 $unread stands alone in place of a value, with a text that says why",
        "23 expect is missing",
        "24 an example holds expect and resource",
        "25 a time is wanted here: 2026-01-31T12:00:00Z",
        "25 the rule has no parameter nolimit",
        "25 $unread stands alone in place of a value, with a text that says why",
    ]


@pytest.mark.parametrize("line", RULE.splitlines(), ids=lambda line: line.partition(":")[0])
def test_every_key_of_the_shortest_rule_is_needed(line: str, tmp_path: Path) -> None:
    key = line.partition(":")[0]
    assert of(RULE.replace(f"{line}\n", ""), tmp_path) == [f"1 {key} is missing"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("- 1", ["1 a rule is a mapping: id, name, title, …"]),
        ("", ["1 a rule is a mapping: id, name, title, …"]),
        (changed("check:"), ["8 check is missing"]),
        (changed("fix: no"), ["10 a mapping is wanted here", "10 text is missing"]),
        (changed("fix: {text: Do., set: [1]}"), ["10 a mapping is wanted here"]),
        (
            changed("fix: {text: Do., set: {properties.minimumTls: x}}"),
            [
                "10 properties.minimumTls is no property of Microsoft.Storage/storageAccounts; did you mean minimumTlsVersion?"
            ],
        ),
        (
            changed("fix: {text: Do., set: {facts.holdsDocuments: x}}"),
            ["10 a fix sets one property of the resource, or of children.blobService"],
        ),
        (
            changed("fix: {text: Do., set: {'children.containers[*].name': x}}"),
            ["10 a fix sets one property of the resource, or of children.blobService"],
        ),
        (
            changed("fix: {text: Do., set: {'properties..x': x}}"),
            ["10 the path 'properties..x' goes wrong at '..x'"],
        ),
        (changed("examples: {}"), ["12 a list of examples is wanted here"]),
        (changed("parameters: [1]"), ["12 a mapping is wanted here"]),
        (changed("references: https://a.example"), ["11 a list of texts is wanted here (put numbers in quotes)"]),
        (changed("title: ' '"), ["3 a text is wanted here (put a number or true in quotes)"]),
        (changed("appliesTo: []"), ["7 a rule applies to one type at least"]),
        (changed("summary: fails"), ["12 a mapping is wanted here", "12 many is missing", "12 one is missing"]),
        (
            changed("summary: {one: is odd, man: x}"),
            ["12 many is missing", "12 man is no key here; did you mean many?"],
        ),
        (changed("summary: {one: 'is {odd}', many: 7}"), ["12 the rule has no parameter odd", "12 a text is wanted"]),
        (changed("where:"), ["12 where is empty; leave it out, or write a condition"]),
        (changed("id: TLS-001\nid: TLS-002"), ["2 id stands here a second time"]),
        (
            changed("check: {field: properties.suportsHttpsTrafficOnly, equals: true}"),
            [
                (
                    "8 properties.suportsHttpsTrafficOnly is no property of Microsoft.Storage/storageAccounts; "
                    "did you mean supportsHttpsTrafficOnly?"
                )
            ],
        ),
        (changed("check: {field: kind, equal: x}"), ["8 equal is no operator here; did you mean equals?"]),
        (
            changed("check: {field: kind, equals: {parameter: knd}}", "parameters: {kind: {default: x}}"),
            ["8 the rule has no parameter knd; did you mean kind?", "12 nothing uses the parameter kind"],
        ),
        (changed("parameters: {kind: {default: x}}"), ["12 nothing uses the parameter kind"]),
        (
            changed("check: {parameter: kinds, less: 1}", "parameters: {kinds: {default: [x]}}"),
            ["8 less cannot be asked of kinds, which is x"],
        ),
        (
            changed("check: {allOf: [{field: kind, equals: x}, {field: facts.holdDocuments, equals: true}]}"),
            ["8 facts.holdDocuments is no fact about this type; did you mean holdsDocuments?"],
        ),
        (
            changed(f"appliesTo: [{STORAGE}, {CONTAINER}]"),
            ["8 properties.supportsHttpsTrafficOnly is no property of " + CONTAINER + "; "],
        ),
        (changed("examples: [{expect: pass, resource: {type: Microsoft.Storage/storage}}]"), ["12 the rule does not"]),
        (changed(f"examples: [{{expect: pass, resource: {{type: {CONTAINER}}}}}]"), ["12 the rule does not apply to"]),
        (changed("examples: [{expect: pass, resource: {type: 7}}]"), ["12 the rule does not apply to 7"]),
        (changed("examples: [{expect: pass, now: 7}]"), ["12 a time is wanted here"]),
        (changed("examples: [{expect: pass, resource: {a: {$unread: x, b: 1}}}]"), ["12 $unread stands alone"]),
        (changed("check: &here {field: kind, equals: x}"), ["8 anchors and aliases are not taken"]),
        (changed("why: !!python/name:os.system x"), ["9 the tag tag:yaml.org,2002:python/name:os.system is not taken"]),
        (RULE + "---\n" + RULE, ["12 a file holds one document"]),
        (changed("check: {field: kind, equals: [}"), ["8 this is not YAML"]),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, wanted: list[str], tmp_path: Path) -> None:
    found = of(text, tmp_path)
    assert len(found) == len(wanted), found
    assert all(got.startswith(start) for got, start in zip(found, wanted, strict=True)), found


def test_the_mistakes_of_all_files_come_together_and_in_order(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", b=changed("severity: hihg"), a=changed("severity: lo"), c=RULE)
    assert [line.partition(" ")[0] for line in mistakes(folder, tmp_path / "nowhere")] == [
        "nowhere:1",
        "a.yaml:4",
        "b.yaml:4",
    ]
    with pytest.raises(PolicyError) as caught:
        load(folder)
    assert caught.value.problem.startswith("2 mistakes in the rules:\n  ")
    assert f"{folder / 'a.yaml'}:4:1: lo is not known here" in caught.value.problem
    assert "auditor rules schema" in caught.value.hint


def test_an_id_stands_once_in_all_folders(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one", a=RULE), write(tmp_path / "two", b=RULE)
    assert mistakes(one, two) == [f"b.yaml:1 the id T-TLS-001 is also that of {one / 'a.yaml'}"]


def test_ids_that_differ_in_case_alone_are_the_same_id(tmp_path: Path) -> None:
    """Ids have capitals only, so that no two rules can be told apart by their case."""
    assert of(changed("id: t-tls-001"), tmp_path) == [
        "1 the id 't-tls-001' is not as it should be: capitals and digits in parts: DI-TLS-001"
    ]


def test_a_folder_without_rules_is_a_mistake_not_a_clean_audit(tmp_path: Path) -> None:
    empty = write(tmp_path / "empty", defaults="{}")
    assert mistakes(empty) == ["empty:1 the folder holds no rule (*.yaml)"]


def test_a_file_that_cannot_be_read_is_a_mistake(tmp_path: Path) -> None:
    folder = write(tmp_path / "r", rule=RULE)
    (folder / "rule.yaml").write_bytes(b"id: x\nname: \xff\n")
    assert mistakes(folder) == ["rule.yaml:2 the file is not UTF-8"]
    (folder / "rule.yaml").write_text("a: " + "x" * 1_000_001, encoding="utf-8")
    assert mistakes(folder) == ["rule.yaml:1 the file is larger than 1000000 characters"]
    (folder / "rule.yaml").unlink()
    (folder / "link.yaml").symlink_to(folder / "gone")
    assert mistakes(folder) == ["r:1 the folder holds no rule (*.yaml)"]


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (BOMB, "anchors and aliases are not taken; write the value out"),
        ("[" * 500_000, "nested deeper than 40"),
        ("{a: " * 41 + "1" + "}" * 41, "nested deeper than 40"),
        ("- " * 100_000, "nested deeper than 40"),
        ("<<: {a: 1}\n" + RULE, "<< is no key here"),
    ],
    ids=["billion laughs", "half a million lists", "41 mappings", "block lists", "merge key"],
)
def test_a_hostile_file_is_refused_before_anything_is_built(text: str, problem: str, tmp_path: Path) -> None:
    assert problem in of(text, tmp_path)[0]


# A typo can never make a rule pass.


def typos(written: Json) -> Iterator[Json]:
    """The condition with one typo: a letter less in a key, or in a name on a path."""
    match written:
        case dict():
            for key, value in written.items():
                if key != "parameter":
                    yield {(name[:1] + name[2:] if name == key else name): item for name, item in written.items()}
                if key == "field" and isinstance(value, str):
                    parts = value.split(".")
                    for index, part in enumerate(parts):
                        wrong = [*parts[:index], part[:1] + part[2:], *parts[index + 1 :]]
                        yield {**written, key: ".".join(wrong)}
                else:
                    yield from ({**written, key: wrong} for wrong in typos(value))
        case list():
            for index, item in enumerate(written):
                yield from ([*written[:index], wrong, *written[index + 1 :]] for wrong in typos(item))


SHIPPED = load(policies_folder())


@pytest.mark.parametrize("rule", SHIPPED.rules, ids=lambda rule: rule.id)
def test_no_typo_in_a_condition_goes_unnoticed(rule: Rule) -> None:
    values = {item.name: item.default for item in rule.parameters}
    tried = 0
    for name in ("where", "check"):
        for wrong in typos(getattr(rule, name)):
            misspelt = dataclasses.replace(rule, **{name: wrong})
            compiled = [
                compile_rule(misspelt, type_name, SHIPPED.language, values, lambda _place, _problem: None)
                for type_name in rule.applies_to
            ]
            assert None in compiled, wrong
            tried += 1
    assert tried >= 3


# Parameters as users set them


def test_a_condition_on_a_parameter_answers_by_what_the_user_sets(tmp_path: Path) -> None:
    text = changed("check: {parameter: kinds, equals: []}", "parameters: {kinds: {default: []}}")
    policy = load(write(tmp_path / "r", rule=text))
    scope = Scope(given({}, {}, {}, None, silent=""), datetime(2026, 1, 1, tzinfo=UTC))
    sets: list[dict[str, Json]] = [{}, {"kinds": ["x"]}]
    answers = [compile_all(policy, policy.rules, values)[0][1].check.verdict(scope) for values in sets]
    assert answers == [Verdict.PASS, Verdict.FAIL]
    with pytest.raises(PolicyError, match="equals cannot be asked of kinds, which is x"):
        compile_all(policy, policy.rules, {"kinds": "x"})


def test_a_value_that_does_not_fit_its_place_is_a_mistake_of_the_rule(tmp_path: Path) -> None:
    policy = load(write(tmp_path / "r", rule=WHOLE))
    assert [name for name, _ in compile_all(policy, policy.rules, {"minimum": "TLS1_3"})] == [STORAGE]
    with pytest.raises(PolicyError) as caught:
        compile_all(policy, policy.rules, {"minimum": "SSL3"})
    assert "check.atLeast: atLeast: one of TLS1_0" in caught.value.problem
    assert "(with the parameters as set)" in caught.value.problem
    assert "--set" in caught.value.hint


# The table of defaults


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", ["1 the table of defaults holds resource types, each with its properties"]),
        ("[1]", ["1 the table of defaults holds resource types, each with its properties"]),
        ("a: [", ["2 this is not YAML"]),
        ("Microsoft.Storage/storageAcounts: {}", ["1 no type Microsoft.Storage/storageAcounts is known; did you mean"]),
        (f"{STORAGE}: [1]", ["1 the properties of the type are wanted here"]),
        (f"{STORAGE}:\n  kind: StorageV2", ["2 an entry holds a value and a source"]),
        (f"{STORAGE}:\n  kind: {{value: x}}", ["2 an entry holds a value and a source"]),
        (f"{STORAGE}:\n  kind: {{value: x, source: 7}}", ["2 an entry holds a value and a source"]),
        (f"{STORAGE}:\n  kind: {{value: x, source: y, more: z}}", ["2 an entry holds a value and a source"]),
        (f"{STORAGE}:\n  kind: {{value: null, source: y}}", ["2 null is what absent means; say what Azure does then"]),
        (f"{STORAGE}:\n  kid: {{value: x, source: y}}", ["2 kid is no property of"]),
        (f"{STORAGE}:\n  kind[: {{value: x, source: y}}", ["2 the path 'kind[' goes wrong at '['"]),
    ],
)
def test_a_mistake_in_the_table_of_defaults_is_told(text: str, wanted: list[str], tmp_path: Path) -> None:
    table = write(tmp_path / "d", defaults=text)
    found = mistakes(write(tmp_path / "r", rule=RULE), defaults_from=table)
    assert len(found) == len(wanted), found
    assert all(got.startswith(f"defaults.yaml:{start}") for got, start in zip(found, wanted, strict=True)), found
