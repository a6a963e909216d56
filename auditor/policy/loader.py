"""Reads rule files. Every mistake in every file is reported in one go, with file, line and the nearest right word."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.errors import Mistake, PolicyError
from auditor.model.durations import parse_moment
from auditor.model.finding import SEVERITIES
from auditor.model.reading import UNREAD_KEY, Json, Unread, mark_unread
from auditor.policy.clauses import BASES
from auditor.policy.compiler import CompiledRule, Language, compile_rule
from auditor.policy.defaults import FILE_NAME, Defaults, read_defaults
from auditor.policy.paths import PathSyntaxError, parse_path
from auditor.policy.rule import (
    DECLARABLE,
    PARAMETER_IN_SUMMARY,
    PROFILES,
    REQUIRED,
    Example,
    Fix,
    Parameter,
    Peers,
    Rule,
    Summary,
)
from auditor.yaml_source import Document, Place, nearest, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from auditor.policy.shapes import Shapes

_ID = re.compile(r"^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+){1,4}$")
_NAME = re.compile(r"^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$")
_MAPPINGS: Final = ("iso27001", "nist80053", "gdpr", "mcsb")
_EXPECTED: Final = ("pass", "fail", "unknown", "notApplicable")
_FIX: Final = ("warning", "az", "bicep", "terraform")
_OPTIONAL: Final = ("summary", "where", "parameters", "mappings", "peers", "examples")
_HINT: Final = (
    "`auditor rules schema` writes a JSON Schema for editors; `auditor rules show ID` shows a rule that works."
)


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules that were loaded, what they are compiled against, and their hash."""

    rules: tuple[Rule, ...]
    language: Language
    sha256: str

    def rule(self, rule_id: str) -> Rule | None:
        """The rule with this id, whatever its case."""
        return next((rule for rule in self.rules if rule.id.lower() == rule_id.lower()), None)


def load_policy(folders: Sequence[Path], shapes: Shapes, *, defaults_from: Path) -> Policy:
    """Load every `*.yaml` below the folders (or named files); raises `PolicyError` with all the mistakes.

    `defaults_from` is the folder whose `defaults.yaml` says what an absent property means.
    """
    defaults, table = read_defaults(defaults_from / FILE_NAME, shapes)
    mistakes = list(table.mistakes)
    language = Language(shapes, defaults)
    rules: dict[str, Rule] = {}
    for path, shown in _files(folders, mistakes):
        document = read_yaml(path, shown)
        if not document.mistakes:
            rule = _RuleFile(document, language).read()
            if rule is not None and rule.id in rules:
                document.mistake(("id",), f"the id {rule.id} is also that of {rules[rule.id].file}")
            elif rule is not None:
                rules[rule.id] = rule
        mistakes.extend(document.mistakes)
    if mistakes:
        raise PolicyError(tuple(mistakes), _HINT)
    ordered = tuple(rules[key] for key in sorted(rules))
    return Policy(ordered, language, _hash(ordered, defaults))


def compile_all(
    policy: Policy, rules: Iterable[Rule], parameters: Mapping[str, Json]
) -> list[tuple[str, CompiledRule]]:
    """Compile rules with parameters as the user set them, once for each type that they apply to.

    Raises `PolicyError` where a value does not fit the place at which a rule uses it.
    """
    compiled: list[tuple[str, CompiledRule]] = []
    mistakes: list[Mistake] = []
    for rule in rules:
        values = {item.name: parameters.get(item.name, item.default) for item in rule.parameters}

        def report(place: Place, problem: str, rule: Rule = rule) -> None:
            where = ".".join(map(str, place))
            mistakes.append(Mistake(rule.file, 1, 1, f"{where}: {problem} (with the parameters as set)"))

        for type_name in rule.applies_to:
            done = compile_rule(rule, type_name, policy.language, values, report)
            if done is not None:
                compiled.append((type_name, done))
    if mistakes:
        raise PolicyError(tuple(mistakes), "Look at the values given with --set.")
    return compiled


def _hash(rules: Iterable[Rule], defaults: Defaults) -> str:
    """One hash over what can change a verdict: the rules as loaded and the table of defaults."""
    digest = hashlib.sha256()
    for rule in rules:
        shown = (rule.id, rule.severity, rule.profile, rule.applies_to, rule.where, rule.check, rule.parameters)
        digest.update(repr(shown).encode())
    for key in sorted(defaults.entries):
        digest.update(repr((key, defaults.entries[key].value)).encode())
    return digest.hexdigest()


def _files(folders: Sequence[Path], mistakes: list[Mistake]) -> list[tuple[Path, str]]:
    found: list[tuple[Path, str]] = []
    for folder in folders:
        if folder.is_file():
            found.append((folder, str(folder)))
        elif folder.is_dir():
            files = sorted(path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"} and path.is_file())
            rules = [path for path in files if path.name != FILE_NAME]
            if not rules:
                mistakes.append(Mistake(str(folder), 1, 1, "the folder holds no rule (*.yaml)"))
            found.extend((path, str(path)) for path in rules)
        else:
            mistakes.append(Mistake(str(folder), 1, 1, "there is no such file or folder"))
    return found


def _badly_marked(value: Json) -> bool:
    """Whether a `$unread` was left because it is not as it should be."""
    if isinstance(value, dict):
        return UNREAD_KEY in value or any(_badly_marked(item) for item in value.values())
    return isinstance(value, list) and any(_badly_marked(item) for item in value)


class _RuleFile:
    """Reads one rule; notes mistakes in the document."""

    def __init__(self, document: Document, language: Language) -> None:
        self._document = document
        self._language = language
        self._value: dict[str, Any] = {}

    def read(self) -> Rule | None:
        """The rule, or None after any mistake."""
        if not isinstance(self._document.value, dict):
            self._document.mistake((), "a rule is a mapping: id, name, title, …")
            return None
        self._value = self._document.value
        self._keys(self._value, (), REQUIRED, _OPTIONAL)
        if "where" in self._value and self._value["where"] is None:
            self._document.mistake(("where",), "where is empty; leave it out, or write a condition")
        rule = self._rule()
        if not self._document.mistakes:
            self._try_conditions(rule)
        return None if self._document.mistakes else rule

    def _rule(self) -> Rule:
        return Rule(
            id=self._matching("id", _ID, "capitals and digits in parts: DI-TLS-001"),
            name=self._matching("name", _NAME, "small letters and digits in parts: storage-https-only"),
            title=self._text(("title",)),
            severity=self._one_of(("severity",), SEVERITIES),
            profile=self._one_of(("profile",), PROFILES),  # type: ignore[arg-type]
            basis=self._one_of(("basis",), tuple(BASES)),
            applies_to=self._applies_to(),
            where=self._value.get("where"),
            check=self._value.get("check"),
            parameters=self._parameters(),
            why=self._text(("why",)),
            fix=self._fix(),
            references=self._references(),
            mappings=self._mappings(),
            peers=self._peers(),
            examples=self._examples(),
            file=self._document.file,
            summary=self._summary(),
        )

    def _summary(self) -> Summary | None:
        if "summary" not in self._value:
            return None
        body = self._mapping(("summary",))
        self._keys(body, ("summary",), ("one", "many"), ())
        texts = {key: self._text(("summary", key)) for key in body if key in {"one", "many"}}
        declared = self._mapping(("parameters",))
        for key, text in texts.items():
            for name in PARAMETER_IN_SUMMARY.findall(text):
                if name not in declared:
                    self._document.mistake(("summary", key), f"the rule has no parameter {name}")
        return Summary(texts.get("one", ""), texts.get("many", ""))

    def _try_conditions(self, rule: Rule) -> None:
        values = {parameter.name: parameter.default for parameter in rule.parameters}
        for type_name in rule.applies_to:
            compile_rule(rule, type_name, self._language, values, self._document.mistake)
        used = repr((rule.where, rule.check))
        for parameter in rule.parameters:
            if f"'parameter': {parameter.name!r}" not in used:
                self._document.mistake(("parameters", parameter.name), f"nothing uses the parameter {parameter.name}")

    def _applies_to(self) -> tuple[str, ...]:
        written = self._value.get("appliesTo")
        names = written if isinstance(written, list) else [written]
        known = self._language.shapes.type_names()
        by_key = {name.lower(): name for name in known}
        found = []
        for index, name in enumerate(names):
            place: Place = ("appliesTo", index) if isinstance(written, list) else ("appliesTo",)
            if not isinstance(name, str) or name.lower() not in by_key:
                if "appliesTo" in self._value:
                    self._document.mistake(place, f"no type {name} is known; {nearest(str(name), known)}")
            else:
                found.append(by_key[name.lower()])
        if written == []:
            self._document.mistake(("appliesTo",), "a rule applies to one type at least")
        return tuple(dict.fromkeys(found))

    def _parameters(self) -> tuple[Parameter, ...]:
        found = []
        for name, body in self._mapping(("parameters",)).items():
            place = ("parameters", name)
            if not isinstance(body, dict):
                self._document.mistake(place, "a parameter holds default, and may hold allowed and about")
                continue
            self._keys(body, place, ("default",), ("allowed", "about"))
            allowed = body.get("allowed", [])
            if not isinstance(allowed, list):
                self._document.mistake((*place, "allowed"), "a list is wanted here")
                allowed = []
            if allowed and body.get("default") not in allowed:
                self._document.mistake((*place, "default"), "the default is not among the allowed values")
            found.append(Parameter(name, body.get("default"), tuple(allowed), str(body.get("about", ""))))
        return tuple(found)

    def _fix(self) -> Fix:
        body = self._mapping(("fix",))
        self._keys(body, ("fix",), ("text",) if "fix" in self._value else (), (*_FIX, "set"))
        texts = {key: self._text(("fix", key)) for key in body if key in {"text", *_FIX}}
        return Fix(**{"text": "", **texts}, set=self._changes())

    def _changes(self) -> dict[str, Json]:
        """The properties that a fix sets, each by its path below every type that the rule applies to."""
        changes = self._mapping(("fix", "set"))
        for written in changes:
            problems = (self._not_settable(written, type_name) for type_name in self._applies_to())
            problem = next((problem for problem in problems if problem is not None), None)
            if problem is not None:
                self._document.mistake(("fix", "set", written), problem)
        return changes

    def _not_settable(self, written: str, type_name: str) -> str | None:
        if type_name not in DECLARABLE:
            return f"a fix cannot set properties of {type_name}; write it as bicep"
        try:
            path = parse_path(written)
        except PathSyntaxError as error:
            return str(error)
        blobs = written.startswith("children.blobService.")
        if path.many or (written.split(".", maxsplit=1)[0] in {"facts", "parent", "children"} and not blobs):
            return "a fix sets one property of the resource, or of children.blobService"
        return self._language.shapes.problem(type_name, path.segments)

    def _references(self) -> tuple[str, ...]:
        links = self._texts(("references",))
        for index, link in enumerate(links):
            if not link.startswith("https://"):
                self._document.mistake(("references", index), "a reference is a link that begins with https://")
        return links

    def _mappings(self) -> dict[str, tuple[str, ...]]:
        body = self._mapping(("mappings",))
        self._keys(body, ("mappings",), (), _MAPPINGS)
        return {key: self._texts(("mappings", key)) for key in body if key in _MAPPINGS}

    def _peers(self) -> Peers | None:
        if "peers" not in self._value:
            return None
        self._keys(self._mapping(("peers",)), ("peers",), ("rules", "asks", "overruled"), ())
        return Peers(self._texts(("peers", "rules")), self._text(("peers", "asks")), self._text(("peers", "overruled")))

    def _examples(self) -> tuple[Example, ...]:
        written = self._value.get("examples", [])
        if not isinstance(written, list):
            self._document.mistake(("examples",), "a list of examples is wanted here")
            return ()
        return tuple(self._example(index, body) for index, body in enumerate(written))

    def _example(self, index: int, body: Any) -> Example:
        place: Place = ("examples", index)
        parts = ("resource", "facts", "children", "parent", "parameters")
        if not isinstance(body, dict):
            self._document.mistake(place, "an example holds expect and resource")
            body = {}
        else:
            self._keys(body, place, ("expect",), ("about", "now", *parts))
        given = {}
        for part in parts:
            value = body.get(part)
            if value is not None and not isinstance(value, dict):
                self._document.mistake((*place, part), "a mapping is wanted here")
                value = None
            marked = mark_unread(value or {})
            if isinstance(marked, Unread) or _badly_marked(marked):
                self._document.mistake(
                    (*place, part), "$unread stands alone in place of a value, with a text that says why"
                )
                marked = {}
            given[part] = marked
        now = body.get("now")
        if now is not None and (not isinstance(now, str) or parse_moment(now) is None):
            self._document.mistake((*place, "now"), "a time is wanted here: 2026-01-31T12:00:00Z")
            now = None
        declared = self._mapping(("parameters",))
        for name in given["parameters"]:
            if name not in declared:
                self._document.mistake((*place, "parameters", name), f"the rule has no parameter {name}")
        chosen = given["resource"].get("type")
        if chosen is not None and str(chosen).lower() not in {name.lower() for name in self._applies_to()}:
            self._document.mistake((*place, "resource", "type"), f"the rule does not apply to {chosen}")
        expect = self._one_of((*place, "expect"), _EXPECTED) if "expect" in body else "pass"
        return Example(
            expect=expect,  # type: ignore[arg-type]
            about=str(body.get("about", "")),
            resource=given["resource"],
            facts=given["facts"],
            children=given["children"],
            parent=given["parent"] or None,
            parameters=given["parameters"],
            now=now,
            line=self._document.line_of(place),
        )

    def _keys(self, body: Mapping[str, Any], place: Place, required: Iterable[str], optional: Iterable[str]) -> None:
        known = {*required, *optional}
        for key in body:
            if key not in known:
                self._document.mistake((*place, key), f"{key} is no key here; {nearest(key, known)}")
        for key in required:
            if body.get(key) is None:
                self._document.mistake((*place, key) if key in body else place, f"{key} is missing")

    def _at(self, place: Place) -> Any:
        value: Any = self._value
        for step in place:
            value = value[step] if isinstance(step, int) else value.get(step) if isinstance(value, dict) else None
        return value

    def _mapping(self, place: Place) -> dict[str, Any]:
        value = self._at(place)
        if value is not None and not isinstance(value, dict):
            self._document.mistake(place, "a mapping is wanted here")
        return value if isinstance(value, dict) else {}

    def _text(self, place: Place) -> str:
        value = self._at(place)
        if value is None:
            return ""  # that it is missing is said already
        if not isinstance(value, str) or not value.strip():
            self._document.mistake(place, "a text is wanted here (put a number or true in quotes)")
            return ""
        return value.strip()

    def _texts(self, place: Place) -> tuple[str, ...]:
        value = self._at(place)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            self._document.mistake(place, "a list of texts is wanted here (put numbers in quotes)")
            return ()
        return tuple(value)

    def _matching(self, key: str, pattern: re.Pattern[str], example: str) -> str:
        text = self._text((key,))
        if text and not pattern.match(text):
            self._document.mistake((key,), f"the {key} {text!r} is not as it should be: {example}")
        return text

    def _one_of(self, place: Place, words: Sequence[str]) -> str:
        word = self._at(place)
        if word is not None and word not in words:
            self._document.mistake(place, f"{word} is not known here; {nearest(str(word), words)}")
        return word if word in words else words[0]
