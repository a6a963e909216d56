"""What changes while a scan runs, and time that is told differently: further faults for `FakeAzure(estate, faults=[…])`.

These remember what they saw: make new ones for each fake.
"""

# ruff: noqa: ARG002  every fault takes the same two arguments

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from typing import Final

from tests.fakes.azure.entra import Refused
from tests.fakes.azure.estate import TENANT
from tests.fakes.azure.exchange import Answer, Call, error
from tests.fakes.azure.faults import Fault, Proceed
from tests.fakes.azure.odd_answers import date
from tests.fakes.azure.refusals import unauthorized

CLAIMS: Final = base64.b64encode(b'{"access_token":{"nbf":{"essential":true,"value":"1764000000"}}}').decode()


@dataclass(frozen=True)
class Revoked(Fault):
    """Tokens that were seen in the first `after` calls open no door from then on; with `forever` no token does.

    `how`: `expired` as ARM says it, `invalid_token` in the challenge alone, `claims` in a challenge for more of them.
    """

    after: int = 10
    how: str = "expired"
    forever: bool = False
    known: list[str] = field(default_factory=list, compare=False, repr=False)

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        token = call.headers.get("Authorization", "")
        if not token:
            return await proceed()
        if len(self.known) < self.after:
            self.known.append(token)
            return await proceed()
        return _refused(self.how) if self.forever or token in self.known else await proceed()


def _refused(how: str) -> Answer:
    if how == "expired":
        return unauthorized(Refused("expired", "11/23/2026 10:20:30 AM"), TENANT)
    text = "The token is no longer good."
    if how == "invalid_token":
        return error(401, "Unauthorized", text, WWW_Authenticate='Bearer realm="", error="invalid_token"')
    challenge = f'Bearer realm="", error="insufficient_claims", claims="{CLAIMS}"'
    return error(401, "InvalidAuthenticationToken", text, WWW_Authenticate=challenge)


@dataclass(frozen=True)
class AzureClock(Fault):
    """Azure's clock is so many seconds ahead of ours, as the `Date` of its answers tells."""

    seconds: float = 0.0

    async def apply(self, call: Call, proceed: Proceed) -> Answer:
        reply = await proceed()
        return replace(reply, headers={**reply.headers, "Date": date(self.seconds)})
