"""What the formats for pipelines share: levels, one line for each thing that they tell, and where it is.

Services show these texts on pages of their own. Nothing in them hides or reorders text, and none breaks a line: a name is
shown with its odd characters as code points.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import quote

from auditor.report.wording import clause, granted, plural, standing, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.blind_spot import BlindSpot
    from auditor.model.finding import Status
    from auditor.model.waiver import Applied
    from auditor.report.report import Line, Report, Unseen

Level: TypeAlias = Literal["error", "warning", "note"]
LEVELS: Final[Mapping[str, Level]] = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
"""How loud services are about a failure, by severity."""
UNFINISHED: Final = "The scan ended before all was read: whatever is missing here was not looked at."
_HEADS: Final[Mapping[Status, str]] = {"fail": "", "unknown": "not decided: ", "waived": "waived: ", "pass": ""}
_DRIVE: Final = re.compile(r"[A-Za-z]:/")
_NO_CHARACTER: Final = re.compile("[\ufffe\uffff]")


def shown(text: str) -> str:
    """A text of one line that every format can hold, XML 1.0 too. What a log takes for a command is for the format."""
    return _NO_CHARACTER.sub(lambda match: f"<U+{ord(match[0]):04X}>", visible(text, commands=True))


def told(line: Line) -> str:
    """What a finding says, with the resource ahead; where nothing is to be explained, what the rule asks."""
    said = line.message or clause(line.rule.title)
    return shown(f"{line.finding.subject.name}: {_HEADS[line.finding.status]}{said}")


def gap_told(item: Unseen) -> str:
    """What could not be read, why, and what to do."""
    return shown(
        f"{item.name}: {item.operation} could not be read: {clause(item.reason)} To see it: {clause(item.advice)}"
    )


def blind_spot_told(item: BlindSpot) -> str:
    """What no audit can see, how many that concerns, and what to do."""
    concerned = f" It concerns {plural(len(item.resources), 'resource')}." if item.resources else ""
    return shown(f"{clause(item.words)}{concerned} {clause(item.advice)}")


def waiver_told(item: Applied) -> str:
    """What a waiver grants, whether it counts, and what is to be said of it."""
    waiver = item.waiver
    told = f"{waiver.rule} on {waiver.resource}: {standing(item)}: {granted(waiver)}"
    return shown(" ".join([told, *(remark.words for remark in item.remarks)]))


def counted(report: Report) -> str:
    """All numbers of a report in a row."""
    numbers = ", ".join(f"{number} {status}" for status, number in report.counts.items())
    return f"{numbers}, {report.not_applicable} not applicable; {plural(len(report.unseen), 'gap')}"


def path_of(file: str) -> str:
    """A file's path with forward slashes and without `./` ahead."""
    path = file.replace("\\", "/")
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return path


def uri_of(file: str) -> str:
    """A file as a URI: relative as it was given, `file:` where it was absolute. No letter is left that could mean more."""
    path = path_of(file)
    if path.startswith("//"):
        return f"file:{_quoted(path)}"
    if path.startswith("/"):
        return f"file://{_quoted(path)}"
    if _DRIVE.match(path):
        return f"file:///{path[0]}:{_quoted(path[2:])}"
    return _quoted(path)


def resource_path(resource_id: str) -> str:
    """The id of a resource, or of any scope, as a path below the resource manager that answers for it."""
    return _quoted(resource_id.strip("/")) or "tenant"


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogatepass")
