"""Every spelling of a region is one region."""

from __future__ import annotations

import pytest

from auditor.model.region import normalise_region


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("westeurope", "westeurope"),
        ("West Europe", "westeurope"),
        (" WEST  EUROPE ", "westeurope"),
        ("(Europe) West Europe", "westeurope"),
        ("(US) East US 2", "eastus2"),
        ("East US 2 (Stage)", "eastus2(stage)"),  # another region than East US 2
        ("(Europe)", "(europe)"),
        ("", ""),
    ],
)
def test_spellings(written: str, name: str) -> None:
    assert normalise_region(written) == name
