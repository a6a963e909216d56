"""JUnit XML, as Jenkins, GitLab and Azure DevOps take it: a suite for each rule, a case for each resource that it judged.

Unknown, waived and known from a baseline are skipped: neither passed nor failed. What was not seen is in a suite of its own, `coverage`, in which each
gap is an error, so that a run that could not look is never green.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from auditor.report.pipelines import UNFINISHED, blind_spot_told, counted, gap_told, path_of, shown, told, waiver_told
from auditor.report.wording import COMMAND, was_asked, was_read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.report.report import Line, Report

_TIME: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?Z")
COVERAGE: Final = "coverage"
WAIVERS: Final = "waivers"
WHOLE: Final = "everything that was asked for was read to its end"


def render(report: Report) -> str:
    """Write the report; the same report gives the same text."""
    root = ET.Element("testsuites", {"name": "auditor"})
    for _, lines in groupby(report.lines, key=lambda line: line.rule.id):
        root.append(_suite(report, list(lines)))
    if report.waivers:
        root.append(_waivers(report))
    root.append(_coverage(report))
    _count(root, list(root.iter("testcase")))
    ET.indent(root)
    text = COMMAND.sub(lambda match: f"{match[0][0]}&#{ord(match[0][1])};", ET.tostring(root, encoding="unicode"))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n"


def _suite(report: Report, lines: Sequence[Line]) -> ET.Element:
    rule = lines[0].rule
    suite = ET.Element("testsuite", {"name": shown(f"{rule.id} {rule.title}"), **_stamp(report)})
    cases = [_case(line) for line in lines]
    _count(suite, cases)
    suite.extend(cases)
    return suite


def _case(line: Line) -> ET.Element:
    """One case. GitLab takes cases of one class and name for one, so the whole id is the name."""
    finding = line.finding
    named = {"classname": f"auditor.{line.rule.family}.{line.rule.id}", "name": shown(finding.subject.id)}
    place = finding.place
    if place is not None:
        named["file"] = shown(path_of(place.file))
        if place.line is not None:
            named["line"] = str(place.line)
    case = ET.Element("testcase", {**named, "time": "0"})
    if finding.status == "fail" and not line.known:
        failure = ET.SubElement(case, "failure", {"message": told(line), "type": line.rule.severity})
        failure.text = _explained(line)
    elif finding.status != "pass":
        ET.SubElement(case, "skipped", {"message": told(line)})
    return case


def _explained(line: Line) -> str:
    """All that a failure has to say: GitLab and Jenkins show this text, and not all of them the message."""
    finding = line.finding
    place = finding.place
    parts = [f"{line.rule.id} ({line.rule.severity}): {line.rule.title}", told(line)]
    parts += [f"{item.path}: {was_read(item)}; {was_asked(item)}" for item in finding.evidence]
    if place is not None:
        spot = ":".join(str(part) for part in (path_of(place.file), place.line, place.column) if part is not None)
        parts.append(f"At: {spot}" + (f" ({place.address})" if place.address else ""))
    parts += [*line.rule.fix.told, f"Fingerprint: {finding.fingerprint}"]
    return "\n".join(shown(" ".join(part.splitlines())) for part in parts)


def _coverage(report: Report) -> ET.Element:
    suite = ET.Element("testsuite", {"name": COVERAGE, **_stamp(report)})
    named = {"classname": "auditor.coverage", "time": "0"}
    whole = ET.Element("testcase", {**named, "name": WHOLE})
    if report.finished is None:
        ET.SubElement(whole, "error", {"message": UNFINISHED, "type": "notFinished"}).text = UNFINISHED
    cases = [whole]
    for item in report.unseen:
        case = ET.Element("testcase", {**named, "name": shown(f"{item.operation} of {item.scope}: {item.reason}")})
        error = ET.SubElement(case, "error", {"message": gap_told(item), "type": "notSeen"})
        error.text = gap_told(item) + (f"\nUnknown through this: {', '.join(item.rules)}" if item.rules else "")
        cases.append(case)
    _count(suite, cases)
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("headline", report.headline),
        ("counted", counted(report)),
        ("profile", report.profile),
        ("policy", report.policy_hash),
        ("auditor", report.tool),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": shown(value)})
    suite.extend(cases)
    if report.blind_spots:
        ET.SubElement(suite, "system-out").text = "\n".join(
            f"Blind spot: {blind_spot_told(spot)}" for spot in report.blind_spots
        )
    return suite


def _waivers(report: Report) -> ET.Element:
    """A case for each waiver: skipped where something is to be said of it, since JUnit knows no warning."""
    suite = ET.Element("testsuite", {"name": WAIVERS, **_stamp(report)})
    cases = []
    for item in report.waivers:
        waiver = item.waiver
        name = shown(f"{waiver.rule} on {waiver.resource} until {waiver.until}, {waiver.ticket}")
        case = ET.Element("testcase", {"classname": "auditor.waivers", "name": name, "time": "0"})
        if item.remarks:
            ET.SubElement(case, "skipped", {"message": waiver_told(item)})
        ET.SubElement(case, "system-out").text = waiver_told(item)
        cases.append(case)
    _count(suite, cases)
    suite.extend(cases)
    return suite


def _count(element: ET.Element, cases: Sequence[ET.Element]) -> None:
    element.set("tests", str(len(cases)))
    for name, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(name, str(sum(case.find(outcome) is not None for case in cases)))
    element.set("time", "0")


def _stamp(report: Report) -> dict[str, str]:
    """When the audit began, in UTC; readers of this attribute know no time zones."""
    match = _TIME.fullmatch(report.started)
    return {"timestamp": match[1]} if match else {}
