"""Roles by name: what `role_definition_name` means where the plan does not know the definition's id yet.

Source: Azure built-in roles, Microsoft Learn (azure-facts 3e and D41). Of other names the definition is unread.
"""

from __future__ import annotations

from typing import Final

BUILT_IN_ROLES: Final = {
    "owner": "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
    "contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c",
    "reader": "acdd72a7-3385-48ef-bd42-f606fba81ae7",
    "user access administrator": "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9",
    "role based access control administrator": "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
    "storage blob data reader": "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
    "storage blob data contributor": "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
    "storage blob data owner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "storage blob delegator": "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
    "storage account contributor": "17d1049b-9a84-46fb-8f53-869881c3d3ab",
    "storage account key operator service role": "81a9662b-bebf-436f-a333-f67b29880f12",
    "reader and data access": "c12c1c16-33a1-487b-954d-41c89c60f349",
    "cognitive services user": "a97b65f3-24c7-4388-baec-2e87135dc908",
    "cognitive services data reader": "b59867f0-fa02-499b-be73-45a86b5b3e1c",
    "cognitive services data reader (preview)": "b59867f0-fa02-499b-be73-45a86b5b3e1c",
    "cognitive services contributor": "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68",
    "log analytics contributor": "92aaf0da-9dab-42b6-94a3-d43ce8d16293",
    "log analytics reader": "73c42c96-874c-492b-b04d-ab87d138a893",
    "key vault crypto service encryption user": "e147488a-f6f5-4113-8e2d-b22465e65bf6",
}
