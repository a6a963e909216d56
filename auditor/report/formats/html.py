"""The report as one self-contained page: `reports/templates/report.html.j2`, filled.

Every name in it is hostile. Jinja escapes all that a template writes, and what would hide or reorder text is shown as its
code point on the way. The page's Content-Security-Policy allows the one style sheet and the one script that stand in it,
by their hashes, and nothing from anywhere else.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from auditor.data import templates_folder
from auditor.model.finding import SEVERITIES, STATUSES
from auditor.model.types import BY_NAME
from auditor.report import wording
from auditor.report.formats.html_data import embedded
from auditor.report.pictures import bars, lanes, timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.finding import Status
    from auditor.policy.rule import Rule
    from auditor.report.report import Edge, Group, Line, Model, Place, Report, Unseen
