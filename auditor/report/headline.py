"""The sentence on top, and the answers to the four questions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.model.finding import SEVERITIES
from auditor.model.types import CLASSIFIER, MODEL, subscription_of
from auditor.policy.condition import say
from auditor.policy.rule import FAMILIES, PARAMETER_IN_SUMMARY, QUESTIONS
from auditor.report.pictures.tables import numbered
from auditor.report.report import Answer, Question
from auditor.report.tally import Tally, answer_of, counts, tallies
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


def worst_answer(answers: Sequence[Answer], *, seen_all: bool) -> Answer:
    """The worst of several answers; nothing is kept as long as something was not seen."""
    worst: Answer = min(answers, key=WORST_FIRST.index, default="nothing to check")
    return worst if seen_all or worst == "broken" else "not seen"


def questions(lines: Iterable[Line], rules: Mapping[str, Rule], parameters: Mapping[str, Json]) -> tuple[Question, ...]:
    """The four questions, always all four, then each further family that a loaded rule belongs to."""
    families = {rule.family for rule in rules.values()}
    others = sorted(families - set(QUESTIONS), key=lambda family: (family not in FAMILIES, family))
    asked: defaultdict[str, list[Tally]] = defaultdict(list)
    for tally in tallies(lines):
        asked[tally.rule.family].append(tally)
    return tuple(_question(family, asked[family], parameters) for family in (*QUESTIONS, *others))


def _question(family: str, own: Sequence[Tally], parameters: Mapping[str, Json]) -> Question:
    title = FAMILIES[family][1] if family in FAMILIES else family
    return Question(family, title, answer_of(own), counts(own), _sentence(own, parameters))


def claims(found: Iterable[Tally], parameters: Mapping[str, Json]) -> list[Claim]:
    """One claim for each rule that fails, the most severe first. Each says what its rule found and no more."""
    failing = [_claim(tally, parameters) for tally in found if tally.number("fail")]
    return sorted(failing, key=lambda claim: (SEVERITIES.index(claim.rule.severity), claim.rule.id))


def _claim(tally: Tally, parameters: Mapping[str, Json]) -> Claim:
    rule, number = tally.rule, tally.number("fail")
    if rule.summary is None:
        said = f"{'fails' if number == 1 else 'fail'} {rule.id} ({rule.title})"
    else:
        said = _filled(rule.summary.one if number == 1 else rule.summary.many, rule, parameters)
    return Claim(rule, number, f"{number} of {_counted(tally.subjects(seen=True))} {said}")


def _filled(text: str, rule: Rule, parameters: Mapping[str, Json]) -> str:
    """A summary with the values of its parameters: `{maxRetentionHours} hours` becomes `24 hours`, or `1 hour`."""
    values = {item.name: item.default for item in rule.parameters} | dict(parameters)

    def value(match: re.Match[str]) -> str:
        said = _TLS.sub(r"\1.\2", say(values[match[1]]))
        return f"{said}{match[2]}" if said != "1" else f"{said}{match[2].removesuffix('s')}"

    return _PLACE.sub(value, text)


_PLACE: Final = re.compile(PARAMETER_IN_SUMMARY.pattern + r"((?: \w+)?)")
_TLS: Final = re.compile(r"TLS(\d)_(\d)")


def _sentence(own: Sequence[Tally], parameters: Mapping[str, Json]) -> str:
    """What the findings of a family come to, in one sentence without a full stop."""
    failing = claims(own, parameters)
    if failing:
        rest = len(failing) - _MOST_CLAIMS
        more = [f"{plural(rest, 'other rule')} {'fails' if rest == 1 else 'fail'}"] if rest > 0 else []
        return "; ".join([*(claim.words for claim in failing[:_MOST_CLAIMS]), *more])
    subjects: dict[str, str] = {}
    for tally in own:
        subjects |= tally.subjects()
    if not subjects:
        return "nothing in scope to check"
    all_of_them = _counted(subjects)
    unknown, waived = (_with_status(own, status) for status in ("unknown", "waived"))
    if unknown:
        return f"not proven for {len(unknown)} of {all_of_them}"
    if waived:
        others = "" if len(waived) == len(subjects) else "; the others pass"
        return f"{len(waived)} of {all_of_them} {'has' if len(waived) == 1 else 'have'} waived failures{others}"
    return f"the {all_of_them} passes" if len(subjects) == 1 else f"all {all_of_them} pass"


def _with_status(own: Iterable[Tally], status: str) -> set[str]:
    return {line.finding.subject.key for tally in own for line in tally.notable if line.finding.status == status}


def _counted(types: Mapping[str, str]) -> str:
    """How many resources were judged, each counted once: `9 storage accounts`; `types` are their types by key."""
    kinds = set(types.values())
    if kinds <= {MODEL.lower(), CLASSIFIER.lower()}:
        return plural(len(types), "model")
    return numbered(len(types), kinds.pop()) if len(kinds) == 1 else plural(len(types), "resource")


def headline(lines: Iterable[Line], missing: Sequence[Unseen], parameters: Mapping[str, Json], *, partial: bool) -> str:
    """One sentence that a manager can repeat. What could not be seen stands in it."""
    found = tallies(lines)
    answers = [answer_of(found)] if found else []
    verdict = {
        "broken": "Not compliant",
        "not seen": "Not proven",
        "not provable": "Not proven",
        "waived": "Compliant but for what is waived",
        "kept": "Compliant with all that was checked",
        "nothing to check": "Nothing was checked",
    }[worst_answer(answers, seen_all=not missing and not partial)]
    if not found and (missing or partial):
        verdict = "Nothing could be checked"
    named = _named(claims(found, parameters))
    parts = [
        *(claim.words for claim in named),
        _others(found, named),
        _waived(found),
        _unknown(found),
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


def _others(found: Iterable[Tally], named: Sequence[Claim]) -> str:
    rest = sum(tally.number("fail") for tally in found) - sum(claim.number for claim in named)
    return f"{plural(rest, 'other check')} {'fails' if rest == 1 else 'fail'}" if rest else ""


def _unknown(found: Iterable[Tally]) -> str:
    unknown = sum(tally.number("unknown") for tally in found)
    return f"{plural(unknown, 'check')} could not be decided" if unknown else ""


def _waived(found: Iterable[Tally]) -> str:
    waived = sum(tally.number("waived") for tally in found)
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
