"""Writes the snippets of a fix: which languages, and every placeholder filled, quoted so that no name can become code."""

from __future__ import annotations

import re
import shlex
import textwrap
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from auditor.report.fixes import bicep
from auditor.report.fixes.arm import from_bicep
from auditor.report.fixes.lifecycle import Lifecycle
from auditor.report.json_text import HIDDEN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from auditor.model.reading import Json
    from auditor.policy.rule import Fix, Rule
    from auditor.report.report import Line

Language: TypeAlias = Literal["az", "bicep", "terraform", "arm"]
Values: TypeAlias = "Mapping[str, tuple[str | None, ...]]"
LIVE: Final[tuple[Language, ...]] = ("az", "bicep", "terraform")
"""What fixes a resource that was read from Azure: a command, or the code that may declare it."""
DECLARED: Final[tuple[Language, ...]] = ("bicep", "terraform", "arm")
"""What fixes a resource that files declare, where it is not known in which language."""
LABELS: Final[Mapping[Language, str]] = {
    "az": "Azure CLI",
    "bicep": "Bicep",
    "terraform": "Terraform",
    "arm": "ARM JSON",
}
HIGHLIGHTED: Final[Mapping[Language, str]] = {"az": "sh", "bicep": "bicep", "terraform": "terraform", "arm": "json"}
"""What Markdown calls each language."""


@dataclass(frozen=True, slots=True)
class Known:
    """What snippets about one finding are written from.

    `values` by placeholder: several where a line stands for each, none where lines about it are left out, None in place of
    one that was not read. `languages` are those to show, `address` is what a
    Terraform file calls the resource.
    """

    type: str
    languages: tuple[Language, ...] = LIVE
    values: Values = field(default_factory=dict)
    address: str | None = None
    lifecycle: Lifecycle = field(default_factory=Lifecycle)
    read: bool = True


@dataclass(frozen=True, slots=True)
class Snippet:
    """One snippet as it is shown."""

    language: Language
    text: str

    @property
    def label(self) -> str:
        """What readers call its language."""
        return LABELS[self.language]


def snippets(fix: Fix, known: Known) -> list[Snippet]:
    """The snippets of a fix for one finding, in the languages that are wanted."""
    found = [(language, _written(fix, language, known)) for language in known.languages]
    return [Snippet(language, text) for language, text in found if text is not None]


def of_line(line: Line) -> list[Snippet]:
    """The snippets for one finding; none where it does not fail."""
    known = line.fix
    return [] if known is None else snippets(line.rule.fix, known)


def languages_in(lines: Iterable[Line], *, live: bool) -> tuple[Language, ...]:
    """The languages in which the findings of a report are fixed."""
    used: set[Language] = set()
    for line in lines:
        if line.make_fix is not None:
            used.update((LIVE if live else DECLARED) if line.finding.place is None else line.make_fix().languages)
    return tuple(language for language in LABELS if language in used) or (LIVE if live else DECLARED)


def first_of_each(lines: Iterable[Line]) -> list[tuple[str, Snippet]]:
    """Of findings in files, the first snippet in each language, with the name of the resource."""
    found: dict[str, tuple[str, Snippet]] = {}
    for line in lines:
        if line.finding.place is None or line.make_fix is None:
            continue
        if not found.keys() >= {*line.make_fix().languages}:
            for snippet in of_line(line):
                found.setdefault(snippet.language, (line.finding.subject.name, snippet))
    return list(found.values())


def as_mapping(line: Line) -> dict[str, str | None]:
    """The fix of one finding for other programs: the warning first, and the snippet that fits its source best."""
    fix, found = line.rule.fix, of_line(line)
    best = found[0] if found else None
    return {
        "warning": fix.warning,
        "text": fix.text,
        "language": None if best is None else best.language,
        "snippet": None if best is None else best.text,
    }


def parameters(rule: Rule, chosen: Mapping[str, Json]) -> dict[str, tuple[str | None, ...]]:
    """What a rule's parameters stand for in its snippets, as the user set them or by default."""
    values = {item.name: chosen.get(item.name, item.default) for item in rule.parameters}
    return {name: (str(value),) for name, value in values.items() if isinstance(value, str | int | float)}


def template(fix: Fix, language: Language, type_name: str) -> str | None:
    """The snippet as the rule has it, placeholders and all; None where it has none in the language."""
    if language == "az":
        return fix.az
    if language == "terraform":
        return fix.terraform
    if fix.bicep is not None:
        return fix.bicep
    return bicep.declared(fix.set, type_name) if fix.set else None


def _written(fix: Fix, language: Language, known: Known) -> str | None:
    text = template(fix, language, known.type)
    if text is None:
        return None
    filled = fill(text, "bicep" if language == "arm" else language, known)
    sign = _COMMENT[language]
    if fix.warning is not None and not all(line.startswith(sign) for line in filled.split("\n")):
        head = textwrap.wrap(f"Warning: {fix.warning}", _WIDTH, break_long_words=False)
        filled = "\n".join([*(f"{sign} {line}" for line in head), filled])
    return from_bicep(filled) if language == "arm" else filled


PLACEHOLDER: Final = re.compile(r"\{([A-Za-z]+)(?:\.(\d+))?\}")
_LIFECYCLE: Final = re.compile(r"^([ ]*)\{lifecycle\}$", re.MULTILINE)
_BLOCK: Final = re.compile(r"^resource [^\n]*\{[A-Za-z]+\}[^\n]*\n(?:[^\n}][^\n]*\n)*\}(?:\n|$)", re.MULTILINE)
_BLANK: Final = re.compile(r"\n{3,}")
_STATEMENT: Final = re.compile(r"(?:[^\n]*\\\n)*[^\n]*\n?")
_COMMENT: Final[Mapping[Language, str]] = {"az": "#", "terraform": "#", "bicep": "//", "arm": "//"}
_WIDTH: Final = 110


def fill(text: str, language: Language, known: Known) -> str:
    """Put what is known into a snippet.

    What was not read becomes `<name>`, and a comment ahead says so. Control and bidirectional characters
    become `�`. Braces that hold no placeholder stay.
    """
    if language == "terraform" and known.address is not None:
        text = text.replace('"{id}"', f"{known.address}.id")
    text = _BLANK.sub("\n\n", "".join(_repeated(item, known.values) for item in _parts(text, language)).strip("\n"))
    asked = dict.fromkeys(name for name in _names(text) if name in known.values)
    values, unread = _texts(asked, known.values)
    nests = language == "az" and _NESTS.search(text) is not None
    parts = _LIFECYCLE.split(text)  # a name that was filled in is never looked at again
    written = [
        _fill_shell(part, values, unread, nests=nests) if language == "az" else _fill_strings(part, language, values)
        for part in parts[::2]
    ]
    done = written[0]
    for indent, part in zip(parts[1::2], written[1:], strict=True):
        block = "".join(letter if letter == "\n" else _tame(letter) for letter in known.lifecycle.written(language))
        done += "\n".join(indent + line for line in block.split("\n")) + part
    missing = list(dict.fromkeys(values[key] for key in sorted(unread))) if known.read else []
    return f"{_COMMENT[language]} Not known here: {', '.join(missing)}.\n{done}" if missing else done


def _texts(asked: Iterable[str], known: Values) -> tuple[dict[str, str], set[str]]:
    """What stands for each placeholder, and for the second and further values with their number; and which was not read."""
    values: dict[str, str] = {}
    unread: set[str] = set()
    for name in asked:
        for number, value in enumerate(known[name]):
            key = f"{name}.{number}" if number else name
            if value is None:
                unread.add(key)
            values[key] = f"<{_dashed(name)}>" if value is None else "".join(map(_tame, value))
    return values, unread


def _parts(text: str, language: Language) -> Iterator[str]:
    """What is repeated or left out as one: a declaration whose head has a placeholder, a command, else a line."""
    blocks = re.compile(r"(?!)") if language == "az" else _BLOCK
    at = 0
    for block in blocks.finditer(text):
        yield from _STATEMENT.findall(text[at : block.start()])
        yield block[0]
        at = block.end()
    yield from _STATEMENT.findall(text[at:])


def _names(text: str) -> Iterator[str]:
    return (match[1] for match in PLACEHOLDER.finditer(text))


def _repeated(statement: str, values: Values) -> str:
    """A part once for each value of its placeholders, and not at all where one of them stands for nothing.

    Of a declaration those in its head decide; where they stand for one thing, it goes line by line.
    """
    head, _, rest = statement.partition("\n")
    by_line = bool(rest) and not head.endswith("\\")
    found = [values[name] for name in _names(head if by_line else statement) if name in values]
    if any(not items for items in found):
        return ""
    most = max(map(len, found), default=1)
    if most == 1:
        return "".join(_repeated(line, values) for line in _STATEMENT.findall(statement)) if by_line else statement
    ended = statement if statement.endswith("\n") else f"{statement}\n"

    def numbered(number: int) -> str:
        return PLACEHOLDER.sub(
            lambda match: f"{{{match[1]}.{number}}}" if len(values.get(match[1], ())) > number > 0 else match[0], ended
        )

    return "".join(map(numbered, range(most)))


def _dashed(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


_BICEP: Final = (("\\", "\\\\"), ("'", "\\'"), ("${", "\\${"))
_TERRAFORM: Final = (("\\", "\\\\"), ('"', '\\"'), ("${", "$${"), ("%{", "%%{"))
_PLAIN_WORD: Final = re.compile(r"[A-Za-z0-9_./:@%+,-]*", re.ASCII)
_NESTS: Final = re.compile(r"\$\(|`|<<|\$\{")
_NEXT: Final = {
    quote: re.compile(f"{PLACEHOLDER.pattern}|{rest}", re.DOTALL)
    for quote, rest in (("", r"""\\.|['"]|(?<!\S)\#[^\n]*"""), ("'", "'"), ('"', r'\\.|"'))
}


def _value(match: re.Match[str], values: Mapping[str, str]) -> str | None:
    """What stands for a placeholder; None for a brace that is none."""
    return values.get(_key(match))


def _key(match: re.Match[str]) -> str:
    return match[1] if match[2] is None else f"{match[1]}.{match[2]}"


def _fill_strings(text: str, language: Language, values: Mapping[str, str]) -> str:
    escapes = _BICEP if language == "bicep" else _TERRAFORM

    def put(match: re.Match[str]) -> str:
        value = _value(match, values)
        if value is None:
            return match[0]
        for plain, escaped in escapes:
            value = value.replace(plain, escaped)
        return value

    return PLACEHOLDER.sub(put, text)


def _tame(letter: str) -> str:
    return "�" if unicodedata.category(letter) in HIDDEN else letter


def _fill_shell(text: str, values: Mapping[str, str], unread: Collection[str], *, nests: bool) -> str:
    """Fill a shell snippet, knowing in which kind of quotes each placeholder stands.

    Where quotes may nest (command substitution, here-documents) no quoting is safe, so odd characters are replaced. The
    Azure CLI reads a value that starts with `@` as the name of a file.
    """
    done: list[str] = []
    quote, start = "", 0
    while (match := _NEXT[quote].search(text, start)) is not None:
        done.append(text[start : match.start()])
        start = match.end()
        token = match[0]
        value = None if match[1] is None else _value(match, values)
        if value is not None:
            done.append(value if _key(match) in unread else _shell_word(value, quote, nests=nests))
        elif token.startswith("#"):
            done.append(PLACEHOLDER.sub(lambda inner: _value(inner, values) or inner[0], token))
        else:
            done.append(token)
            if token in {"'", '"'}:
                quote = "" if quote else token
    return "".join([*done, text[start:]])


def _shell_word(value: str, quote: str, *, nests: bool) -> str:
    value = re.sub(r"^[@-]", "�", value)
    if _PLAIN_WORD.fullmatch(value):
        return value
    return re.sub(r"[^A-Za-z0-9_./:@%+,-]", "_", value) if nests else quote + shlex.quote(value) + quote


def known_values(fix: Fix, type_name: str, languages: Iterable[Language]) -> set[str]:
    """The placeholders in the snippets of a fix, in some languages."""
    texts = [template(fix, language, type_name) or "" for language in languages]
    return {match[1] for text in texts for match in PLACEHOLDER.finditer(text)}


def has_lifecycle(fix: Fix) -> bool:
    """Whether the fix writes lifecycle rules."""
    return any("{lifecycle}" in (text or "") for text in (fix.az, fix.bicep, fix.terraform))
