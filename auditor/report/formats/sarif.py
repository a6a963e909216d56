"""SARIF 2.1.0 for code scanning services (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).

A failure is a result of `kind: fail`, an unknown one of `kind: open`, a waived one has a suppression, and what passes is only
counted. Gaps and blind spots are notifications, and a run that did not see all of it was not successful.

GitHub refuses a whole file for one result without an artifact and for one whose URI has a scheme other than `file`
(github/codeql-action#754, #2459). What live Azure says stands in no file, so its artifact is the resource itself: its id,
relative to the resource manager that was asked (`uriBaseId` AZURE).

GitHub refuses a file with more than 25,000 results in a run, or more than 20 runs (docs.github.com, "SARIF results exceed one or
more limits"). A report is one run, so that only results are left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from auditor.model.finding import SEVERITIES, STATUSES
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.report.fixes.snippets import HIGHLIGHTED, as_mapping, languages_in
from auditor.report.fixes.values import in_general
from auditor.report.json_text import json_text
from auditor.report.pipelines import (
    LEVELS,
    UNFINISHED,
    blind_spot_told,
    counted,
    gap_told,
    resource_path,
    shown,
    told,
    uri_of,
    waiver_told,
)
from auditor.report.wording import waiver_words, was_asked, was_read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from auditor.model.finding import Finding, Subject
    from auditor.model.resource import Place
    from auditor.policy.rule import Rule
    from auditor.report.fixes.snippets import Language
    from auditor.report.report import Line, Report

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT: Final = "auditorFingerprint/v1"
"""The key of our own fingerprint in `partialFingerprints`; a baseline is compared by it."""
_SECURITY_SEVERITY: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
"""GitHub's scale: critical above 9.0, high from 7.0, medium from 4.0."""
_LONGEST: Final = 1024
"""GitHub cuts descriptions there."""
MOST_RESULTS: Final = 25_000
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_BASES: Final = {
    "%SRCROOT%": {"description": {"text": "The folder in which the auditor ran."}},
    "AZURE": {
        "description": {"text": "The resource manager of the cloud that was audited; what follows is a resource id."}
    },
}
_NOTIFICATIONS: Final = {
    "not-seen": (
        "Something could not be read, and what depends on it is unknown.",
        "Each notification says what would help; mostly it is a right that the auditor's identity lacks.",
    ),
    "not-finished": ("The scan ended before all was read.", "Run it again, or resume it."),
    "blind-spot": ("No audit can see this from the outside.", "Each notification says what to do about it."),
    "left-out": (
        "There are more results than code scanning takes.",
        "Audit fewer resources or rules in one run, or read the report in another format, which has all results.",
    ),
    "waiver": (
        "A waiver has expired, expires soon, matches nothing or cannot count.",
        "Renew it in waivers.yaml, mend what it waives, or take it out.",
    ),
}

_LEFT_OUT: Final = "{:,} results are left out, the least severe ones: code scanning takes no more than {:,}. Other formats have all of them."


def render(report: Report) -> str:
    """Write the report as SARIF, two blanks deep, keys in a fixed order."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json_text(log) + "\n"


def _run(report: Report) -> dict[str, Any]:
    index = {rule_id: number for number, rule_id in enumerate(report.rules)}
    found = report.notable
    languages = languages_in(found, live=report.kind != INFRASTRUCTURE)
    reported = _most_severe(found)
    return {
        "tool": {
            "driver": {
                "name": "auditor",
                "version": shown(report.tool),
                "rules": [_rule(rule, languages) for rule in report.rules.values()],
                "notifications": [
                    {
                        "id": name,
                        "shortDescription": {"text": text},
                        "fullDescription": {"text": text},
                        "help": {"text": advice},
                    }
                    for name, (text, advice) in _NOTIFICATIONS.items()
                ],
            }
        },
        "automationDetails": {"id": f"auditor/{shown(report.kind)}/"},
        "invocations": [_invocation(report, len(found) - len(reported))],
        "originalUriBaseIds": _BASES,
        "columnKind": "unicodeCodePoints",
        "results": [_result(line, index) for line in reported],
        "properties": {
            "headline": shown(report.headline),
            "answer": report.answer,
            "complete": report.complete,
            "kind": shown(report.kind),
            "scope": [shown(scope) for scope in report.scope],
            "profile": report.profile,
            "policySha256": report.policy_hash,
            "counted": counted(report),
            "resources": report.resources,
            **report.counts,
            "notApplicable": report.not_applicable,
            "gaps": len(report.unseen),
            "waivers": [shown(waiver_told(item)) for item in report.waivers],
        },
    }


def _most_severe(lines: Sequence[Line]) -> Sequence[Line]:
    """As many results as code scanning takes, in the order of the report: what is waived goes first, then the least severe."""
    if len(lines) <= MOST_RESULTS:
        return lines

    def rank(number: int) -> tuple[bool, int, int]:
        line = lines[number]
        status = line.finding.status
        return status == "waived", SEVERITIES.index(line.rule.severity), STATUSES.index(status)

    kept = sorted(range(len(lines)), key=rank)[:MOST_RESULTS]
    return [lines[number] for number in sorted(kept)]


def _rule(rule: Rule, languages: tuple[Language, ...]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": rule.id,
        "name": rule.name,
        "shortDescription": {"text": _cut(shown(rule.title))},
        "fullDescription": {"text": _cut(" ".join(shown(" ".join(rule.why.split())).split()))},
        "help": {"text": _help(rule, languages), "markdown": _help_in_markdown(rule, languages)},
    }
    if rule.references:
        described["helpUri"] = rule.references[0]
    described["defaultConfiguration"] = {"level": LEVELS[rule.severity]}
    described["properties"] = {
        "tags": ["security", "privacy", "azure", "document-intelligence", rule.family.lower()],
        "precision": "high",
        "security-severity": _SECURITY_SEVERITY[rule.severity],
        "severity": rule.severity,
        "profile": rule.profile,
        "basis": rule.basis,
        "mappings": {name: list(values) for name, values in rule.mappings.items()},
    }
    return described


def _snippets(rule: Rule, languages: tuple[Language, ...]) -> list[tuple[str, str, str]]:
    return [(item.label, HIGHLIGHTED[item.language], _lines(item.text)) for item in in_general(rule, languages)]


def _help(rule: Rule, languages: tuple[Language, ...]) -> str:
    parts = [*map(_lines, rule.fix.told), *(f"{label}:\n{snippet}" for label, _, snippet in _snippets(rule, languages))]
    if rule.peers is not None:
        parts.append(_lines(f"{', '.join(rule.peers.rules)} ask for {rule.peers.asks}. {rule.peers.overruled}"))
    return "\n\n".join([*parts, *rule.references])


def _help_in_markdown(rule: Rule, languages: tuple[Language, ...]) -> str:
    parts = [_lines(rule.why), "## How to fix it", *_warned(rule), _lines(rule.fix.text)]
    for label, language, snippet in _snippets(rule, languages):
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", snippet)), default=0))
        parts += [f"{label}:", f"{fence}{language}\n{snippet}\n{fence}"]
    if rule.peers is not None:
        parts += [
            "## Others ask for the opposite",
            _lines(f"{', '.join(rule.peers.rules)}: {rule.peers.asks}."),
            _lines(f"Overruled here: {rule.peers.overruled}"),
        ]
    if rule.references:
        parts += ["## References", "\n".join(f"- <{reference}>" for reference in rule.references)]
    return "\n\n".join(parts)


def _warned(rule: Rule) -> list[str]:
    """The warning of a fix, ahead of it."""
    return [] if rule.fix.warning is None else [f"**Warning:** {_lines(rule.fix.warning)}"]


def _result(line: Line, index: Mapping[str, int]) -> dict[str, Any]:
    finding = line.finding
    unknown = finding.status == "unknown"
    result: dict[str, Any] = {
        "ruleId": line.rule.id,
        "ruleIndex": index[line.rule.id],
        "kind": "open" if unknown else "fail",
        "level": "none" if unknown else LEVELS[line.rule.severity],
        "message": {"text": _text(told(line))},
        "locations": [_location(finding)],
        # GitHub looks at the first alone, and would else make one from the text of the line: then two resources that one line
        # declares would be one alert. The number behind the colon is its counter of equal lines.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{finding.fingerprint}:1",
            FINGERPRINT: finding.fingerprint,
        },
    }
    if finding.status == "waived":
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _text(_why_waived(line))}]
    result["properties"] = {
        "status": finding.status,
        "severity": line.rule.severity,
        "resource": {
            "id": shown(finding.subject.id),
            "type": shown(finding.subject.type),
            "name": shown(finding.subject.name),
            "location": None if finding.subject.location is None else shown(finding.subject.location),
        },
        "evidence": [
            {"path": shown(item.path), "read": shown(was_read(item)), "asked": shown(was_asked(item))}
            for item in finding.evidence
        ],
    }
    if finding.status == "fail":
        fix = as_mapping(line)
        result["properties"]["fix"] = {key: None if text is None else _lines(text) for key, text in fix.items()}
    return result


def _why_waived(line: Line) -> str:
    """The waiver's own words, where the finding carries it."""
    return shown(waiver_words(line.finding)) or told(line)


def _location(finding: Finding) -> dict[str, Any]:
    place = finding.place
    logical = [_logical(finding.subject)]
    if place is None:
        artifact = {"uri": resource_path(finding.subject.id), "uriBaseId": "AZURE"}
        return {
            "physicalLocation": {"artifactLocation": artifact, "region": {"startLine": 1}},
            "logicalLocations": logical,
        }
    if place.address:
        logical.insert(0, {"fullyQualifiedName": shown(place.address), "kind": "declaration"})
    return {
        "physicalLocation": {"artifactLocation": _artifact(place.file), "region": _region(place)},
        "logicalLocations": logical,
    }


def _logical(subject: Subject) -> dict[str, Any]:
    return {"name": shown(subject.name), "fullyQualifiedName": shown(subject.id), "kind": "resource"}


def _artifact(file: str) -> dict[str, str]:
    uri = uri_of(file)
    return {"uri": uri} if uri.startswith("file:") else {"uri": uri, "uriBaseId": "%SRCROOT%"}


def _region(place: Place) -> dict[str, int]:
    """The place in the file; the file as a whole, which begins at line 1, where no line is known."""
    if place.line is None:
        return {"startLine": 1}
    return {"startLine": place.line} if place.column is None else {"startLine": place.line, "startColumn": place.column}


def _invocation(report: Report, left_out: int) -> dict[str, Any]:
    times = {"startTimeUtc": report.started, "endTimeUtc": report.finished or ""}
    notifications = [] if report.finished is not None else [_notification("not-finished", "error", UNFINISHED)]
    if left_out:
        notifications.append(_notification("left-out", "warning", _LEFT_OUT.format(left_out, MOST_RESULTS)))
    for item in report.unseen:
        found = _notification("not-seen", "warning", gap_told(item))
        scope = {"name": shown(item.name), "fullyQualifiedName": shown(item.scope), "kind": "resource"}
        found["locations"] = [{"logicalLocations": [scope]}]
        found["properties"] = {
            "scope": shown(item.scope),
            "operation": shown(item.operation),
            "reason": shown(item.reason),
            "rules": list(item.rules),
        }
        notifications.append(found)
    notifications += [_notification("blind-spot", "note", blind_spot_told(spot)) for spot in report.blind_spots]
    notifications += [_notification("waiver", "warning", waiver_told(item)) for item in report.waivers if item.remarks]
    return {
        **{name: text for name, text in times.items() if _TIME.fullmatch(text)},
        "executionSuccessful": report.complete,
        "toolExecutionNotifications": notifications,
    }


def _notification(kind: str, level: str, text: str) -> dict[str, Any]:
    return {
        "descriptor": {"id": kind, "index": list(_NOTIFICATIONS).index(kind)},
        "level": level,
        "message": {"text": _text(text)},
    }


def _text(text: str) -> str:
    """A message in which no name becomes a link (section 3.11.6)."""
    return text.replace("](", "] (")


def _lines(text: str) -> str:
    return "\n".join(shown(line) for line in text.strip().split("\n"))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
