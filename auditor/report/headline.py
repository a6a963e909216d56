"""The sentence on top, and the answers to the four questions."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.model.finding import SEVERITIES, STATUSES
from auditor.model.types import CLASSIFIER, MODEL, subscription_of
from auditor.policy.condition import say
from auditor.policy.rule import FAMILIES, PARAMETER_IN_SUMMARY, QUESTIONS
from auditor.report.pictures.tables import judged, numbered
from auditor.report.report import Answer, Question
from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.reading import Json
    from auditor.policy.rule import Rule
    from auditor.report.report import Line, Unseen

WORST_FIRST: Final[tuple[Answer, ...]] = ("broken", "not seen", "not provable", "waived", "kept", "nothing to check")
_MOST_CLAIMS: Final = 3
"""How many failing rules the sentence about a question names."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the failing findings of one rule come to; `number` is how many there are."""

    rule: Rule
    number: int
    words: str


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
    found: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        found[line.rule.family].append(line)
    return found


def _question(family: str, lines: Sequence[Line], parameters: Mapping[str, Json]) -> Question:
    counted = Counter(line.finding.status for line in lines)
    title = FAMILIES[family][1] if family in FAMILIES else family
    counts = {status: counted[status] for status in STATUSES}
    return Question(family, title, answer_of(lines), counts, _sentence(lines, parameters))


def claims(lines: Iterable[Line], parameters: Mapping[str, Json]) -> list[Claim]:
    """One claim for each rule that fails, the most severe first. Each says what its rule found and no more."""
    by_rule: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_rule[line.rule.id].append(line)
    found = [_claim(own, parameters) for own in by_rule.values()]
    failing = [claim for claim in found if claim.number]
    return sorted(failing, key=lambda claim: (SEVERITIES.index(claim.rule.severity), claim.rule.id))


def _claim(lines: Sequence[Line], parameters: Mapping[str, Json]) -> Claim:
    rule = lines[0].rule
    number = sum(line.finding.status == "fail" for line in lines)
    if rule.summary is None:
        said = f"{'fails' if number == 1 else 'fail'} {rule.id} ({rule.title})"
    else:
        said = _filled(rule.summary.one if number == 1 else rule.summary.many, rule, parameters)
    return Claim(rule, number, f"{number} of {_counted(judged(lines))} {said}")


def _filled(text: str, rule: Rule, parameters: Mapping[str, Json]) -> str:
    """A summary with the values of its parameters: `{maxRetentionHours} hours` becomes `24 hours`, or `1 hour`."""
    values = {item.name: item.default for item in rule.parameters} | dict(parameters)

    def value(match: re.Match[str]) -> str:
        said = _TLS.sub(r"\1.\2", say(values[match[1]]))
        return f"{said}{match[2]}" if said != "1" else f"{said}{match[2].removesuffix('s')}"

    return _PLACE.sub(value, text)


_PLACE: Final = re.compile(PARAMETER_IN_SUMMARY.pattern + r"((?: \w+)?)")
_TLS: Final = re.compile(r"TLS(\d)_(\d)")


def _sentence(lines: Sequence[Line], parameters: Mapping[str, Json]) -> str:
    """What the findings of a family come to, in one sentence without a full stop."""
    subjects = {line.finding.subject.id.lower() for line in lines}
    if not subjects:
        return "nothing in scope to check"
    failing = claims(lines, parameters)
    if failing:
        rest = len(failing) - _MOST_CLAIMS
        more = [f"{plural(rest, 'other rule')} {'fails' if rest == 1 else 'fail'}"] if rest > 0 else []
        return "; ".join([*(claim.words for claim in failing[:_MOST_CLAIMS]), *more])
    all_of_them = _counted(lines)
    unknown = {line.finding.subject.id.lower() for line in lines if line.finding.status == "unknown"}
    if unknown:
        return f"not proven for {len(unknown)} of {all_of_them}"
    waived = {line.finding.subject.id.lower() for line in lines if line.finding.status == "waived"}
    if waived:
        others = "" if len(waived) == len(subjects) else "; the others pass"
        return f"{len(waived)} of {all_of_them} {'has' if len(waived) == 1 else 'have'} waived failures{others}"
    return f"the {all_of_them} passes" if len(subjects) == 1 else f"all {all_of_them} pass"


def _counted(lines: Sequence[Line]) -> str:
    """How many resources were judged, each counted once: `9 storage accounts`."""
    types = {line.finding.subject.id.lower(): line.finding.subject.type.lower() for line in lines}
    kinds = set(types.values())
    if kinds <= {MODEL.lower(), CLASSIFIER.lower()}:
        return plural(len(types), "model")
    return numbered(len(types), kinds.pop()) if len(kinds) == 1 else plural(len(types), "resource")


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
    named = _named(claims(lines, parameters))
    parts = [
        *(claim.words for claim in named),
        _others(lines, named),
        _waived(lines),
        _unknown(lines),
        _unseen(missing),
    ]
    if partial:
        parts.append("the scan ended before all was read")
    said = "; ".join(part for part in parts if part)
    return f"{verdict}: {said}." if said else f"{verdict}."


def _named(failing: Sequence[Claim]) -> list[Claim]:
    """What the sentence on top names: the worst of each question, and of each other family where nothing is more severe."""
    worst: dict[str, Claim] = {}
    for claim in failing:
        worst.setdefault(claim.rule.family, claim)
    asked = [worst[family] for family in _ON_TOP if family in worst]
    others = [claim for family, claim in sorted(worst.items()) if family not in _ON_TOP]
    return [*asked, *(claim for claim in others if claim.rule.severity == failing[0].rule.severity)]


_ON_TOP: Final = ("RET", "REG", "TLS", "MDL")


def _others(lines: Sequence[Line], named: Sequence[Claim]) -> str:
    rest = sum(line.finding.status == "fail" for line in lines) - sum(claim.number for claim in named)
    return f"{plural(rest, 'other check')} {'fails' if rest == 1 else 'fail'}" if rest else ""


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
