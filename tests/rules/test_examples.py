"""Every example of every rule that comes with the tool is a test."""

from __future__ import annotations

import pytest

from auditor.policy.examples import Trial, try_examples
from tests.rules.shipped import policy


def name(trial: Trial) -> str:
    about = trial.example.about or "plain"
    return f"{trial.rule.id}-{trial.example.line}-{trial.example.expect}-{about}".replace(" ", "-")


@pytest.mark.parametrize(
    "trial", [trial for rule in policy().rules for trial in try_examples(policy(), rule)], ids=name
)
def test_example(trial: Trial) -> None:
    assert trial.mistake is None, str(trial.mistake)
