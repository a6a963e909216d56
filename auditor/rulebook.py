"""Loads the rules, with what there is to know of them before anything is judged; listing them takes no more than this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.data import policies_folder
from auditor.facts.catalogue import FACTS, fact_shapes
from auditor.policy.loader import Policy, load_policy
from auditor.policy.needs import types_needed
from auditor.policy.shapes import Shapes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from auditor.policy.rule import Rule


def types_of(rules: Sequence[Rule]) -> dict[str, frozenset[str]]:
    """By rule's id, the types of resources that it reads, itself or through facts."""
    reads = {(about.lower(), fact.name.lower()): fact.reads for fact in FACTS for about in fact.about}
    return {rule.id: types_needed(rule, reads) for rule in rules}


def load_rules(folders: Sequence[Path] = ()) -> Policy:
    """Load rules from the user's folders, or ours if there are none."""
    return load_policy(folders or (policies_folder(),), Shapes(fact_shapes()), defaults_from=policies_folder())
