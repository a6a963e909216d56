"""The rules that come with the tool, loaded once for all tests about them."""

from __future__ import annotations

from functools import cache

from auditor.data import policies_folder
from auditor.facts.catalogue import fact_shapes
from auditor.policy.loader import Policy, load_policy
from auditor.policy.shapes import Shapes

FOLDER = policies_folder()


@cache
def policy() -> Policy:
    return load_policy([FOLDER], Shapes(fact_shapes()), defaults_from=FOLDER)
