"""Every spelling of a region is one region."""

from __future__ import annotations

import pytest

from auditor.model.region import normalise_region, same_region


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


HERE, THERE = "{location of the resource group in main}", "{parameters('location') in main}"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("West Europe", "westeurope", True),
        ("westeurope", "northeurope", False),
        (HERE, HERE, True),
        (HERE, THERE, None),
        (HERE, "westeurope", None),
        ("westeurope", HERE, None),
    ],
)
def test_a_region_that_only_the_deployment_knows_is_the_same_as_itself_alone(
    left: str, right: str, same: bool | None
) -> None:
    assert same_region(left, right) is same
