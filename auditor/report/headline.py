"""The sentence on top, and the answers to the four questions."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from auditor.model.finding import STATUSES
from auditor.model.types import subscription_of
from auditor.policy.condition import say
from auditor.policy.rule import FAMILIES, QUESTIONS
from auditor.report.report import Answer, Question
from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.reading import Json
    from auditor.policy.rule import Rule
    from auditor.report.report import Line, Unseen

WORST_FIRST: Final[tuple[Answer, ...]] = ("broken", "not seen", "not provable", "waived", "kept", "nothing to check")
_FAILING: Final = {
    "REG": ("lets documents or models leave their region", "let documents or models leave their region"),
    "TLS": ("accepts plain HTTP or old TLS", "accept plain HTTP or old TLS"),
    "RET": ("can keep a document longer than {limit} hours",) * 2,
    "MDL": ("breaks the rules for deleting models", "break the rules for deleting models"),
    "ACC": ("is open to keys or to anonymous readers", "are open to keys or to anonymous readers"),
    "NET": ("is open to more networks than asked", "are open to more networks than asked"),
    "ENC": ("is not encrypted as asked", "are not encrypted as asked"),
    "LOG": ("is not logged as asked", "are not logged as asked"),
}


def answer_of(lines: Sequence[Line]) -> Answer:
    """The worst answer that the findings give."""
    statuses = {line.finding.status for line in lines}
    if "fail" in statuses:
        return "broken"
    if any(line.finding.status == "unknown" and not line.unprovable for line in lines):
        return "not seen"
    if "unknown" in statuses:
        return "not provable"
    if "waived" in statuses:
        return "waived"
    return "kept" if statuses else "nothing to check"


def worst_answer(answers: Sequence[Answer], *, seen_all: bool) -> Answer:
    """The worst of several answers; nothing is kept as long as something was not seen."""
    worst: Answer = min(answers, key=WORST_FIRST.index, default="nothing to check")
    return worst if seen_all or worst == "broken" else "not seen"


def questions(lines: Sequence[Line], rules: Mapping[str, Rule], parameters: Mapping[str, Json]) -> tuple[Question, ...]:
    """The four questions, always all four, then each further family that a loaded rule belongs to."""
    families = {rule.family for rule in rules.values()}
    others = sorted(families - set(QUESTIONS), key=lambda family: (family not in FAMILIES, family))
    asked = _by_family(lines)
    return tuple(_question(family, asked.get(family, []), parameters) for family in (*QUESTIONS, *others))


def _by_family(lines: Iterable[Line]) -> dict[str, list[Line]]:
    by_rule: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_rule[line.rule.id].append(line)
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for own in by_rule.values():
        found[own[0].rule.family] += own
    return found


def _question(family: str, lines: Sequence[Line], parameters: Mapping[str, Json]) -> Question:
    counted = Counter(line.finding.status for line in lines)
    title = FAMILIES[family][1] if family in FAMILIES else family
    counts = {status: counted[status] for status in STATUSES}
    return Question(family, title, answer_of(lines), counts, _sentence(family, lines, parameters))


def _sentence(family: str, lines: Sequence[Line], parameters: Mapping[str, Json]) -> str:
    """What a family's findings come to, in one sentence without a full stop."""
    judged = {line.finding.subject.id.lower() for line in lines}
    failing = {line.finding.subject.id.lower() for line in lines if line.finding.status == "fail"}
    unknown = {line.finding.subject.id.lower() for line in lines if line.finding.status == "unknown"} - failing
    if not judged:
        return "nothing in scope to check"
    noun = _noun(lines)
    if failing:
        limit = say(parameters.get("maxRetentionHours", 24))
        verb = _FAILING.get(family, ("fails", "fail"))[len(failing) > 1].format(limit=limit)
        return f"{len(failing)} of {plural(len(judged), noun)} {verb}"
    if unknown:
        return f"{len(unknown)} of {plural(len(judged), noun)} could not be proved to keep it"
    waived = {line.finding.subject.id.lower() for line in lines if line.finding.status == "waived"}
    if waived:
        others = ", the others keep it" if len(waived) < len(judged) else ""
        return f"{len(waived)} of {plural(len(judged), noun)} {'is' if len(waived) == 1 else 'are'} waived{others}"
    return f"{'the' if len(judged) == 1 else 'all'} {plural(len(judged), noun)} {'keeps' if len(judged) == 1 else 'keep'} it"


def _noun(lines: Sequence[Line]) -> str:
    types = {line.finding.subject.type.lower().rpartition("/")[2] for line in lines}
    if types <= {"storageaccounts"}:
        return "document store"
    if types <= {"documentmodels", "documentclassifiers"}:
        return "model"
    return "resource"


def headline(lines: Sequence[Line], missing: Sequence[Unseen], parameters: Mapping[str, Json], *, partial: bool) -> str:
    """One sentence that a manager can repeat. What could not be seen stands in it."""
    answers = [answer_of(lines)] if lines else []
    verdict = {
        "broken": "Not compliant",
        "not seen": "Not proven",
        "not provable": "Not proven",
        "waived": "Compliant but for what is waived",
        "kept": "Compliant with all that was checked",
        "nothing to check": "Nothing was checked",
    }[worst_answer(answers, seen_all=not missing and not partial)]
    if not lines and (missing or partial):
        verdict = "Nothing could be checked"
    asked = _by_family(lines)
    parts = [_retention_first(family, asked.get(family, []), parameters) for family in ("RET", "REG", "TLS", "MDL")]
    parts += [_others(asked), _waived(lines), _unknown(lines), _unseen(missing)]
    if partial:
        parts.append("the scan ended before all was read")
    said = "; ".join(part for part in parts if part)
    return f"{verdict}: {said}." if said else f"{verdict}."


def _retention_first(family: str, own: Sequence[Line], parameters: Mapping[str, Json]) -> str:
    if family == "RET" and any(line.rule.id == "DI-RET-001" for line in own):
        own = [line for line in own if line.rule.id == "DI-RET-001"]
    return _sentence(family, own, parameters) if answer_of(own) == "broken" else ""


def _others(asked: Mapping[str, Sequence[Line]]) -> str:
    others = (line for family, lines in asked.items() if family not in QUESTIONS for line in lines)
    failing = sum(line.finding.status == "fail" for line in others)
    return f"{plural(failing, 'further check')} {'fails' if failing == 1 else 'fail'}" if failing else ""


def _unknown(lines: Sequence[Line]) -> str:
    unknown = sum(line.finding.status == "unknown" for line in lines)
    return f"{plural(unknown, 'check')} could not be decided" if unknown else ""


def _waived(lines: Sequence[Line]) -> str:
    waived = sum(line.finding.status == "waived" for line in lines)
    return f"{plural(waived, 'check')} {'fails and is' if waived == 1 else 'fail and are'} waived" if waived else ""


def _unseen(missing: Sequence[Unseen]) -> str:
    if not missing:
        return ""
    scopes = {item.scope.lower() for item in missing}
    subscriptions = {scope for scope in scopes if scope == subscription_of(scope)}
    others = len(scopes - subscriptions)
    parts = [plural(len(subscriptions), "subscription")] if subscriptions else []
    parts += [plural(others, "further scope" if subscriptions else "scope")] if others else []
    return f"{' and '.join(parts)} could not be read in full"
