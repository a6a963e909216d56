"""A fake Azure under Azure's real host names: sign-in, Resource Manager, Document Intelligence; see `server.FakeAzure`."""

from __future__ import annotations

from tests.fakes.azure.estate import Estate
from tests.fakes.azure.examples import estate_large, estate_of_every_type, estate_small, estate_two_subscriptions
from tests.fakes.azure.exchange import Exchange
from tests.fakes.azure.limits import RateLimits
from tests.fakes.azure.server import FakeAzure, WriteAttemptedError

__all__ = [
    "Estate",
    "Exchange",
    "FakeAzure",
    "RateLimits",
    "WriteAttemptedError",
    "estate_large",
    "estate_of_every_type",
    "estate_small",
    "estate_two_subscriptions",
]
